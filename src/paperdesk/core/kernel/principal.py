"""Who is asking: a tenant, a user or an API key, and what it may do."""

from dataclasses import dataclass, field
from enum import StrEnum

from paperdesk.core.kernel.errors import Forbidden
from paperdesk.core.kernel.ids import KeyId, TenantId, UserId
from paperdesk.core.kernel.key_limits import KeyLimits, Verb


class Scope(StrEnum):
    """What a caller may do; each includes nothing but itself."""

    READ = "read"
    TRADE = "trade"
    LIMITS = "limits"
    ADMIN = "admin"


class MissingScope(Forbidden):
    """The key or login lacks the permission this needs."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller of one unit of work; `origin` is where the request came from: door, address and request id."""

    tenant_id: TenantId
    user_id: UserId
    scopes: frozenset[Scope]
    key_id: KeyId | None = None
    limits: KeyLimits | None = None
    origin: str | None = field(default=None, compare=False)

    @property
    def subject(self) -> str:
        """Name the caller for the audit trail: the key when there is one, else the user."""
        return f"key:{self.key_id}" if self.key_id else f"user:{self.user_id}"

    def coming_from(self, origin: str) -> "Principal":
        """Return the caller with where their request came from."""
        return Principal(self.tenant_id, self.user_id, self.scopes, self.key_id, self.limits, origin)

    @property
    def is_dry_run(self) -> bool:
        """Say whether nothing that the caller does is stored."""
        return self.limits is not None and self.limits.dry_run

    def require_scope(self, scope: Scope) -> None:
        """Refuse, by name, a caller without the permission."""
        if scope not in self.scopes:
            raise MissingScope(f"This needs the {scope.value!r} permission.", scope=scope.value)

    def require(self, scope: Scope, verb: Verb | None = None) -> None:
        """Refuse a caller without the permission, or a key that is kept to other verbs."""
        self.require_scope(scope)
        if self.limits is not None and scope is not Scope.READ:
            self.limits.require_verb(verb)
