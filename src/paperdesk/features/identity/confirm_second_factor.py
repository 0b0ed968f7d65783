"""Confirm a second factor with a code of the app: from now on nobody signs in as the caller without one."""

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import UserId
from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity import login_store
from paperdesk.features.identity import second_factor_store as factors
from paperdesk.features.identity.check_code import SecondFactorOff, refusal_of_code
from paperdesk.features.identity.enrol_second_factor import SecondFactorOn
from paperdesk.features.identity.prove_self import Proof, find_self
from paperdesk.infra.crypto import new_code
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork

RECOVERY_CODES = 10
HALF = 5


async def confirm_second_factor(runtime: Runtime, who: Principal, token_hash: bytes, code: str) -> list[str]:
    """Return the recovery codes, which nobody sees again, and end every other login; the gate must forget the user.

    Raises LoginNeeded, SecondFactorOff, SecondFactorOn, CodeWrong, TooManyCodes. Acts as the system.
    """
    found = await find_self(runtime, who, Proof(token_hash))
    async with runtime.as_system() as db:
        work = UnitOfWork(who, runtime.clock.now(), db)
        factor = await factors.find_factor(db, who.user_id, is_locked=True)
        if factor is None:
            raise SecondFactorOff("There is no second factor to confirm; begin one first.")
        if factor.confirmed_at is not None:
            raise SecondFactorOn("Your second factor has been confirmed already.")
        refusal: PaperdeskError | None = await refusal_of_code(runtime, work, factor, code)
        if refusal is None:
            await factors.confirm_factor(db, who.user_id, work.now)
            await login_store.end_other_logins(work, found.login.id)
            await work.record("confirm_second_factor", who.user_id)
            return await recovery_codes_for(runtime, work, who.user_id)
    raise refusal


async def recovery_codes_for(runtime: Runtime, work: UnitOfWork, user_id: UserId) -> list[str]:
    """Write new recovery codes of somebody, known as hashes only, and return them; those they had are void."""
    codes = [new_code(2 * HALF) for _ in range(RECOVERY_CODES)]
    await factors.save_recovery_codes(work.db, user_id, map(runtime.hasher.hash, codes))
    return [f"{code[:HALF]}-{code[HALF:]}" for code in codes]
