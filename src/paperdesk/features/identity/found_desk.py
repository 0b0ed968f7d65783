"""Found a desk: its tenant, its owner and the owner's first key. `up` does it once."""

from dataclasses import dataclass

from paperdesk.core.kernel.ids import TenantId, UserId, uuid7
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.roles import Role
from paperdesk.core.kernel.tiers import Tier
from paperdesk.features.identity import store
from paperdesk.features.identity.issue_key import IssuedKey, IssueKey, issue_key
from paperdesk.features.identity.member_store import NewUser
from paperdesk.infra.crypto import entropy
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FoundDesk:
    """Ask for a new tenant with one owner; without a password hash the owner signs in by link alone."""

    tenant_name: str = "Demo"
    email: str = "demo@paperdesk.local"
    user_name: str = "Demo"
    password_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk that has been founded: its owner as caller, and the owner's key with its secret."""

    tenant_id: TenantId
    user_id: UserId
    principal: Principal
    key: IssuedKey


async def found_desk(runtime: Runtime, command: FoundDesk) -> Desk:
    """Write tenant, user, membership and key in one transaction, as the system; an e-mail address is used once."""
    now = runtime.clock.now()
    tenant_id, user_id = TenantId(uuid7(now, entropy())), UserId(uuid7(now, entropy()))
    who = Principal(tenant_id, user_id, frozenset(Scope))
    owner = NewUser(
        user_id, command.email.lower(), command.user_name, Role.OWNER, Tier.PROFESSIONAL, command.password_hash
    )
    async with runtime.as_system() as db:
        work = UnitOfWork(who, now, db)
        is_new = await store.add_tenant(work, tenant_name=command.tenant_name, owner=owner)
        assert is_new, "whoever founds a desk has an address of their own"
        await work.record("found_desk", tenant_id, {"name": command.tenant_name})
        key = await issue_key(work, IssueKey("First key", who.scopes), runtime.hasher)
    return Desk(tenant_id, user_id, who, key)
