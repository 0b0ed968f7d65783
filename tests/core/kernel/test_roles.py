"""One table says what a role may do and whom it administers; the table is the promise."""

from itertools import product

import pytest

from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.roles import (
    ADMINISTERED_BY,
    SCOPES_OF,
    Role,
    RoleOutOfReach,
    Verification,
    require_administers,
    scopes_of,
)

READ, TRADE, LIMITS, ADMIN = Scope.READ, Scope.TRADE, Scope.LIMITS, Scope.ADMIN


@pytest.mark.parametrize(
    ("role", "scopes"),
    [
        (Role.OWNER, {READ, TRADE, LIMITS, ADMIN}),
        (Role.ADMIN, {READ, LIMITS, ADMIN}),
        (Role.TRADER, {READ, TRADE}),
        (Role.RISK, {READ, LIMITS}),
        (Role.VIEWER, {READ}),
    ],
)
def test_a_role_may_do_what_the_table_says(role: Role, scopes: set[Scope]) -> None:
    assert SCOPES_OF[role] == scopes


@pytest.mark.parametrize("role", Role)
def test_who_is_not_verified_reads_at_most_and_who_is_rejected_does_nothing(role: Role) -> None:
    assert scopes_of(role, Verification.VERIFIED) == SCOPES_OF[role]
    assert scopes_of(role, Verification.PENDING) == {READ}
    assert (
        scopes_of(role, Verification.REJECTED) == scopes_of(role, "") == scopes_of("", Verification.VERIFIED) == set()
    )


def test_every_role_has_its_line_and_reads() -> None:
    assert set(SCOPES_OF) == set(Role)
    assert all(READ in scopes for scopes in SCOPES_OF.values())


@pytest.mark.parametrize(("role", "other"), list(product(Role, Role)))
def test_who_administers_people_may_administer_and_nobody_above_their_own_role(role: Role, other: Role) -> None:
    is_allowed = role is Role.OWNER or (role is Role.ADMIN and other is not Role.OWNER)
    assert (other in ADMINISTERED_BY.get(role, ())) is is_allowed
    if is_allowed:
        require_administers(role, other)
        return
    with pytest.raises(RoleOutOfReach) as refusal:
        require_administers(role, Role.VIEWER, other)
    assert refusal.value.facts["role"] == role


def test_who_has_just_left_administers_nobody() -> None:
    with pytest.raises(RoleOutOfReach):
        require_administers("", Role.VIEWER)


def test_only_roles_with_the_permission_administer_anybody() -> None:
    assert {role for role, scopes in SCOPES_OF.items() if ADMIN in scopes} == set(ADMINISTERED_BY)
