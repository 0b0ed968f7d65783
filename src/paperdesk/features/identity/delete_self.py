"""Delete one's own account: every way in ends, everything that names one is erased, what one did stays, anonymous.

Whoever is the only person of a tenant leaves it empty, and without its name; else an owner must stay.
"""

from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity import member_store
from paperdesk.features.identity.change_user import require_another_owner
from paperdesk.features.identity.personal_store import erase_rows
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
        is_alone = not await member_store.has_others(work, who.user_id)
        if member.is_acting_owner and not is_alone:
            require_another_owner(owners, member)
        await member_store.erase_member(work, who.user_id)
        await erase_rows(work, who.user_id)
        if is_alone:
            await member_store.erase_tenant_name(work)
        await work.record("delete_self", who.user_id)
