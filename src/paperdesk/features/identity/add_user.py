"""Add somebody to the caller's tenant; a link that works once is their first way in."""

from dataclasses import dataclass

from paperdesk.core.kernel.errors import Conflict, Forbidden
from paperdesk.core.kernel.ids import UserId, uuid7
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.roles import Role, Verification, require_administers
from paperdesk.core.kernel.tiers import Tier
from paperdesk.features.identity import member_store, store
from paperdesk.features.identity.invite_user import Invitation, invited
from paperdesk.features.identity.member_store import Member, NewUser
from paperdesk.features.identity.queries import require_quota
from paperdesk.infra.crypto import entropy
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork


class NobodyNew(Forbidden):
    """The desk takes nobody new."""


class EmailTaken(Conflict):
    """Somebody at this desk has this e-mail address already."""


@dataclass(frozen=True, slots=True)
class AddUser:
    """Ask that somebody with an e-mail address becomes something in the caller's tenant."""

    email: str
    name: str
    role: Role
    verification: Verification = Verification.VERIFIED
    tier: Tier = Tier.BASIC


@dataclass(frozen=True, slots=True)
class AddedUser:
    """Somebody who has just been added, and what lets them in the first time."""

    member: Member
    invitation: Invitation


async def add_user(runtime: Runtime, who: Principal, command: AddUser) -> AddedUser:
    """Write a user and a sign-in link; acts as the system.

    Raises MissingScope, NobodyNew, RoleOutOfReach, QuotaReached, EmailTaken.
    """
    who.require(Scope.ADMIN)
    if command.tier is not Tier.BASIC:
        who.require(Scope.LIMITS)
    if runtime.settings.registration == "closed":
        raise NobodyNew("This desk takes nobody new; its setting says so.")
    now = runtime.clock.now()
    user = NewUser(
        UserId(uuid7(now, entropy())),
        command.email.strip().lower(),
        command.name,
        command.role,
        command.tier,
        verification=command.verification,
    )
    async with runtime.as_system() as db:
        work = UnitOfWork(who, now, db, allowed=runtime.settings.quotas)
        await require_quota(work, "people", store.count_people)
        require_administers(await member_store.role_of_caller(work), command.role)
        if not await member_store.add_person(work, user):
            raise EmailTaken("Somebody at this desk has this e-mail address already.", email=user.email)
        await member_store.add_place(work, user)
        await work.record(
            "add_user", user.id, {"role": user.role, "verification": user.verification, "tier": user.tier}
        )
        invitation = await invited(work, user.id, runtime.hasher)
        member = await member_store.find_member(work, user.id)
    assert member is not None, "written in this transaction"
    return AddedUser(member, invitation)
