"""Look at a code of the second factor: from the app, once, or one of the recovery codes, once.

Whoever gets here has shown a password or a link already. Wrong codes are counted for the person, wherever they come
from, because to guess here needs what nobody else has; recovery codes are too long to be guessed and wait for nobody.
"""

from math import ceil

from paperdesk.core.kernel.errors import Conflict, Forbidden, PaperdeskError, RateLimited, Unauthenticated
from paperdesk.core.kernel.ids import UserId
from paperdesk.features.identity import second_factor_store as factors
from paperdesk.features.identity.request_counts import delay_after
from paperdesk.features.identity.second_factor_store import SecondFactor
from paperdesk.features.identity.time_codes import DIGITS, key_from, matching_step
from paperdesk.infra.rate_limit import SECOND
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork


class CodeNeeded(Unauthenticated):
    """Signing in as this person takes a code of their second factor, too."""


class CodeRefused(Unauthenticated):
    """The code is wrong, has been used before, or is too old; sign in with the next one."""


class CodeWrong(Forbidden):
    """The code is missing or wrong, has been used before, or is too old; try the next one."""


class TooManyCodes(RateLimited):
    """Too many wrong codes in a row; a recovery code is taken at any time."""


class SecondFactorOff(Conflict):
    """The person has no second factor that counts, or has begun none that could be confirmed."""


async def refusal_of_sign_in(runtime: Runtime, work: UnitOfWork, code: str | None) -> PaperdeskError | None:
    """Return why somebody does not come in without another code; None when they do, their code spent.

    The refusal must be raised after the transaction, or what was counted would be lost.
    """
    factor = await factors.find_factor(work.db, work.who.user_id, is_locked=True)
    if factor is None or factor.confirmed_at is None:
        return None
    if not code:
        return CodeNeeded("Send a code of your second factor as well.")
    if await check_code(runtime, work, factor, code):
        return None
    return _waiting(factor, work) or CodeRefused("This code is wrong, was used before, or is too old.")


async def refusal_of_code(runtime: Runtime, work: UnitOfWork, factor: SecondFactor, code: str) -> PaperdeskError | None:
    """Return why a code does not prove that somebody who is in is themselves; raise it after the transaction."""
    if await check_code(runtime, work, factor, code):
        return None
    return _waiting(factor, work) or CodeWrong("This code is wrong, was used before, or is too old.")


async def check_code(runtime: Runtime, work: UnitOfWork, factor: SecondFactor, code: str) -> bool:
    """Say whether a code is good, and spend it, or count that it was not; the factor must be locked."""
    plain = "".join(code.split()).replace("-", "").upper()
    if not (len(plain) == DIGITS and plain.isascii() and plain.isdigit()):
        is_right, step = await factors.spend_recovery_code(work.db, factor.user_id, runtime.hasher.hash(plain)), None
    elif _waiting(factor, work):
        return False
    else:
        key = key_from(runtime.vault.open(factor.sealed, place_of(factor.user_id)))
        step = matching_step(key, plain, work.now, factor.last_step)
        is_right = step is not None
    if is_right:
        await factors.note_right_code(work.db, factor.user_id, step)
    else:
        failures = factor.failures + 1
        await factors.note_wrong_code(work.db, factor.user_id, failures, work.now + delay_after(failures))
    return is_right


def place_of(user_id: UserId) -> str:
    """Return what the key of somebody's second factor is sealed for."""
    return f"{user_id}/the second factor"


def _waiting(factor: SecondFactor, work: UnitOfWork) -> TooManyCodes | None:
    if factor.waits_until is None or factor.waits_until <= work.now:
        return None
    wait_s = ceil((factor.waits_until - work.now) / SECOND)
    return TooManyCodes("Too many wrong codes; wait before the next.", retry_after_s=wait_s)
