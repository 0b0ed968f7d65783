"""A caller may do what its scopes name, and nothing else."""

from itertools import product
from uuid import UUID

import pytest

from paperdesk.core.kernel.ids import KeyId, TenantId, UserId
from paperdesk.core.kernel.principal import MissingScope, Principal, Scope

TENANT, USER, KEY = TenantId(UUID(int=1)), UserId(UUID(int=2)), KeyId(UUID(int=3))


@pytest.mark.parametrize(("held", "needed"), list(product(Scope, Scope)))
def test_a_scope_includes_nothing_but_itself(held: Scope, needed: Scope) -> None:
    caller = Principal(TENANT, USER, frozenset({held}))
    if held is needed:
        caller.require(needed)
        return
    with pytest.raises(MissingScope) as refusal:
        caller.require(needed)
    assert refusal.value.facts == {"scope": needed.value}


def test_the_audit_trail_names_the_key_when_there_is_one_else_the_user() -> None:
    assert Principal(TENANT, USER, frozenset()).subject == f"user:{USER}"
    assert Principal(TENANT, USER, frozenset(), KEY).subject == f"key:{KEY}"
