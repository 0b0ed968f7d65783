"""Change what somebody is in the caller's tenant: name, role, verification, and whether they may come in at all."""

from dataclasses import dataclass
from datetime import datetime

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.ids import UserId
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.roles import Role, Verification, require_administers
from paperdesk.core.kernel.values import replace
from paperdesk.features.identity import member_store, store
from paperdesk.features.identity.member_store import Member
from paperdesk.features.identity.queries import read_user, require_quota
from paperdesk.infra.work import UnitOfWork


class LastOwner(Conflict):
    """A tenant with people in it has an active owner; appoint another one first."""


@dataclass(frozen=True, slots=True)
class ChangeUser:
    """Ask that somebody is something else from now on; what is None stays as it is."""

    user_id: UserId
    name: str | None = None
    role: Role | None = None
    verification: Verification | None = None
    is_active: bool | None = None

    def applied_to(self, before: Member, now: datetime) -> Member:
        """Return what the person is afterwards."""
        deactivated_at = before.deactivated_at
        if self.is_active is not None:
            deactivated_at = None if self.is_active else deactivated_at or now
        return replace(
            before,
            name=self.name or before.name,
            role=self.role or before.role,
            verification=self.verification or before.verification,
            deactivated_at=deactivated_at,
        )


async def change_user(work: UnitOfWork, command: ChangeUser) -> Member:
    """Write the change; the gate must forget the person once it has been committed.

    Raises MissingScope, UserNotFound, RoleOutOfReach, LastOwner.
    """
    work.require(Scope.ADMIN)
    owners = await member_store.lock_owners(work)
    before = await administered(work, command.user_id, command.role)
    after = command.applied_to(before, work.now)
    if before.is_acting_owner and not after.is_acting_owner:
        require_another_owner(owners, before)
    if before.deactivated_at is not None and after.deactivated_at is None:
        await require_quota(work, "people", store.count_people)
    await member_store.save_member(work, after)
    if after.deactivated_at is not None:
        await member_store.end_logins(work, after.id)
    await work.record("change_user", after.id, {"before": _standing(before), "after": _standing(after)})
    return after


def _standing(member: Member) -> dict[str, object]:
    """Return what the audit tells of somebody: what they may do, and never what they are called."""
    return {"role": member.role, "verification": member.verification, "is_active": member.deactivated_at is None}


async def administered(work: UnitOfWork, user_id: UserId, becoming: Role | None = None) -> Member:
    """Return somebody whom the caller administers as what they are and may become, locked after the owners are."""
    member = await read_user(work, user_id, is_locked=True)
    require_administers(await member_store.role_of_caller(work), member.role, becoming or member.role)
    return member


def require_another_owner(owners: frozenset[UserId], leaving: Member) -> None:
    """Refuse to lose the last owner whom the tenant can count on."""
    if not owners - {leaving.id}:
        raise LastOwner("This is the last active owner; appoint another one first.", id=str(leaving.id))
