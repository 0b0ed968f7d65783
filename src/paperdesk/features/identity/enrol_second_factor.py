"""Begin a second factor: a key for an app, which counts once a code of it was shown."""

from dataclasses import dataclass
from io import BytesIO

import segno

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity import second_factor_store as factors
from paperdesk.features.identity.check_code import place_of
from paperdesk.features.identity.prove_self import Proof, find_self, prove_self
from paperdesk.features.identity.second_factor_store import SecondFactor
from paperdesk.features.identity.time_codes import KEY_BYTES, address_of_key, spelled
from paperdesk.infra.crypto import new_key
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork


class SecondFactorOn(Conflict):
    """The person has a second factor; it is removed before another takes its place."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The key for an app, to be typed, or to be read as an address or out of a picture of it; shown this once."""

    secret: str
    address: str

    @property
    def picture(self) -> str:
        """Return the address as a QR picture: an SVG that needs nothing beside it."""
        drawn = BytesIO()
        segno.make(self.address, error="m", micro=False).save(
            drawn, kind="svg", scale=4, border=4, light="#fff", xmldecl=False
        )
        return drawn.getvalue().decode().strip()


async def enrol_second_factor(runtime: Runtime, who: Principal, proof: Proof) -> Enrolment:
    """Return a new key for the caller's app. Raises LoginNeeded, OldPasswordWrong, SecondFactorOn.

    Acts as the system. Whoever begins again before they confirmed gets another key, and the first is forgotten.
    """
    found = await find_self(runtime, who, proof)
    await prove_self(runtime, found, proof)
    key = new_key(KEY_BYTES)
    async with runtime.as_system() as db:
        work = UnitOfWork(who, runtime.clock.now(), db)
        known = await factors.find_factor(db, who.user_id, is_locked=True)
        if known is not None and known.confirmed_at is not None:
            raise SecondFactorOn("You have a second factor; remove it before you begin another.")
        sealed = runtime.vault.seal(spelled(key), place_of(who.user_id))
        await factors.save_factor(db, SecondFactor(who.user_id, sealed, None, 0, 0, None))
        await work.record("enrol_second_factor", who.user_id)
    return Enrolment(spelled(key), address_of_key(key, found.user.email))
