"""Delete one's own account: every way in ends, name and address are erased, what one did stays with the tenant."""

from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity import member_store
from paperdesk.features.identity.change_user import require_another_owner
from paperdesk.features.identity.prove_self import Proof, find_self, prove_self
from paperdesk.features.identity.queries import read_user
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork


async def delete_self(runtime: Runtime, who: Principal, proof: Proof) -> None:
    """Erase the caller; the gate must forget them afterwards. Acts as the system.

    Raises LoginNeeded, OldPasswordWrong, LastOwner.
    """
    await prove_self(runtime, await find_self(runtime, who, proof), proof)
    async with runtime.as_system() as db:
        work = UnitOfWork(who, runtime.clock.now(), db)
        owners = await member_store.lock_owners(work)
        member = await read_user(work, who.user_id, is_locked=True)
        if member.is_acting_owner:
            require_another_owner(owners, member)
        await member_store.erase_member(work, who.user_id)
        await work.record("delete_self", who.user_id)
