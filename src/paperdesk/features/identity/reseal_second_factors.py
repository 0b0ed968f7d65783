"""Seal the keys of second factors anew with the sealing key in use, when that has been changed."""

from paperdesk.features.identity import second_factor_store as factors
from paperdesk.features.identity.check_code import place_of
from paperdesk.infra.crypto import SealBroken
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.telemetry import log


async def reseal_second_factors(runtime: Runtime) -> int:
    """Return how many were sealed anew; whose cannot be opened comes in by a recovery code, or has it reset."""
    done = 0
    async with runtime.as_system() as db:
        for factor in await factors.factors_sealed_otherwise(db, runtime.vault.current):
            try:
                sealed = runtime.vault.resealed(factor.sealed, place_of(factor.user_id))
            except SealBroken:
                log.warning("second_factor_unreadable", user_id=str(factor.user_id), key_name=factor.sealed.key_name)
                continue
            await factors.reseal_factor(db, factor.user_id, sealed)
            done += 1
    return done
