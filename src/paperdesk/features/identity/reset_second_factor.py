"""Take away the second factor of somebody who has lost their telephone and their recovery codes."""

from paperdesk.core.kernel.ids import UserId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.features.identity import second_factor_store as factors
from paperdesk.features.identity.change_user import administered
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork


async def reset_second_factor(runtime: Runtime, who: Principal, user_id: UserId) -> None:
    """Take it away, if there is one. Raises MissingScope, UserNotFound, RoleOutOfReach. Acts as the system."""
    who.require(Scope.ADMIN)
    async with runtime.as_system() as db:
        work = UnitOfWork(who, runtime.clock.now(), db)
        await administered(work, user_id)
        if await factors.delete_factor(db, user_id):
            await work.record("reset_second_factor", user_id)
