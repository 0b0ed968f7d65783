"""Let somebody go for good: their ways in end, their name and address are erased, what they did stays."""

from paperdesk.core.kernel.ids import UserId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.features.identity import member_store
from paperdesk.features.identity.change_user import administered, require_another_owner
from paperdesk.features.identity.personal_store import erase_rows
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork


async def delete_user(runtime: Runtime, who: Principal, user_id: UserId) -> None:
    """Erase somebody of the caller's tenant; the gate must forget them afterwards. Acts as the system.

    Raises MissingScope, UserNotFound, RoleOutOfReach, LastOwner.
    """
    who.require(Scope.ADMIN)
    async with runtime.as_system() as db:
        work = UnitOfWork(who, runtime.clock.now(), db)
        owners = await member_store.lock_owners(work)
        member = await administered(work, user_id)
        if member.is_acting_owner:
            require_another_owner(owners, member)
        await member_store.erase_member(work, user_id)
        await erase_rows(work, user_id)
        await work.record("delete_user", user_id)
