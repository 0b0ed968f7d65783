"""What each role in a tenant may do, and whom it administers: one table, and every door obeys it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from paperdesk.core.kernel.errors import Forbidden
from paperdesk.core.kernel.principal import Scope


class Role(StrEnum):
    """What a person is in a tenant."""

    OWNER = "owner"
    ADMIN = "admin"
    TRADER = "trader"
    RISK = "risk"
    VIEWER = "viewer"


class Verification(StrEnum):
    """Whether it is known that somebody is who they say."""

    PENDING = "pending"
    VERIFIED = "verified"
    REJECTED = "rejected"


# A key may do what both its own scopes and the role of its user allow.
SCOPES_OF: Final[Mapping[str, frozenset[Scope]]] = {
    Role.OWNER: frozenset(Scope),
    Role.ADMIN: frozenset({Scope.READ, Scope.LIMITS, Scope.ADMIN}),
    Role.TRADER: frozenset({Scope.READ, Scope.TRADE}),
    Role.RISK: frozenset({Scope.READ, Scope.LIMITS}),
    Role.VIEWER: frozenset({Scope.READ}),
}
# What is left of it to somebody of whom it is not known, or known not to be so, that they are who they say.
SCOPES_WHILE: Final[Mapping[str, frozenset[Scope]]] = {
    Verification.PENDING: frozenset({Scope.READ}),
    Verification.VERIFIED: frozenset(Scope),
    Verification.REJECTED: frozenset(),
}
# Who may add, change and remove people of which roles; an owner answers to owners alone.
ADMINISTERED_BY: Final[Mapping[str, frozenset[Role]]] = {
    Role.OWNER: frozenset(Role),
    Role.ADMIN: frozenset(Role) - {Role.OWNER},
}


class RoleOutOfReach(Forbidden):
    """Owners are appointed, changed and removed by owners alone."""


def scopes_of(role: str, verification: str) -> frozenset[Scope]:
    """Return what somebody may do who is this in their tenant; nothing when we know neither word."""
    return SCOPES_OF.get(role, frozenset()) & SCOPES_WHILE.get(verification, frozenset())


def require_administers(role: str, *others: Role) -> None:
    """Refuse a role that does not administer all of the others."""
    for other in others:
        if other not in ADMINISTERED_BY.get(role, frozenset()):
            raise RoleOutOfReach(f"Somebody who is {role} here does not administer an {other}.", role=role, of=other)
