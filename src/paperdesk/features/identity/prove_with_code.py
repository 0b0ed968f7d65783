"""Prove with password and code that one is oneself, before one's second factor changes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity import second_factor_store as factors
from paperdesk.features.identity.check_code import SecondFactorOff, refusal_of_code
from paperdesk.features.identity.prove_self import Proof, find_self, prove_self
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CodedProof:
    """A password, which a fresh link stands for, and a code of the second factor."""

    proof: Proof
    code: str


@asynccontextmanager
async def prove_with_code(runtime: Runtime, who: Principal, shown: CodedProof) -> AsyncIterator[UnitOfWork]:
    """Yield the system's unit of work for the caller, once password and code were right.

    Raises LoginNeeded, OldPasswordWrong, SecondFactorOff, CodeWrong, TooManyCodes.
    """
    found = await find_self(runtime, who, shown.proof)
    await prove_self(runtime, found, shown.proof)
    async with runtime.as_system() as db:
        work = UnitOfWork(who, runtime.clock.now(), db)
        factor = await factors.find_factor(db, who.user_id, is_locked=True)
        if factor is None or factor.confirmed_at is None:
            raise SecondFactorOff("You have no second factor.")
        refusal = await refusal_of_code(runtime, work, factor, shown.code)
        if refusal is None:
            yield work
    # Raised only now, so that the wrong code is counted.
    if refusal is not None:
        raise refusal
