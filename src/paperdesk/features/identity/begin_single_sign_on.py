"""Begin to sign in at the provider of sign-ins: where a browser goes, and what it keeps until it comes back."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec

from paperdesk.core.kernel.errors import NotFound, Unauthenticated
from paperdesk.core.kernel.time import instant_from_text, instant_text
from paperdesk.infra.crypto import SealBroken, Sealed, new_token
from paperdesk.infra.openid import Attempt, OpenIdProvider
from paperdesk.infra.runtime import Runtime

ATTEMPT_LASTS: Final = timedelta(minutes=10)
CALLBACK: Final = "/v1/single-sign-on/callback"
PLACE: Final = "browser/an attempt at single sign-on"


class SingleSignOnOff(NotFound):
    """The desk has no provider of sign-ins; sign in by password or by a link."""


class AttemptUnknown(Unauthenticated):
    """The browser has not begun to sign in at the provider, or too long ago; begin anew."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where to go, and what to bring along when coming back: sealed, so that only this desk reads it."""

    address: str
    kept: str


async def begin_single_sign_on(runtime: Runtime) -> Beginning:
    """Return where a browser signs in. Raises SingleSignOnOff, ProviderUnavailable."""
    attempt = Attempt(new_token(), new_token(), new_token())
    address = await provider_of(runtime).address_of(attempt, redirect_uri(runtime))
    told = {"until": instant_text(runtime.clock.now() + ATTEMPT_LASTS), "attempt": attempt}
    sealed = runtime.vault.seal(msgspec.json.encode(told).decode(), PLACE)
    return Beginning(address, f"{sealed.key_name}.{urlsafe_b64encode(sealed.box).decode()}")


def provider_of(runtime: Runtime) -> OpenIdProvider:
    """Return the provider of sign-ins. Raises SingleSignOnOff."""
    if runtime.openid is None:
        raise SingleSignOnOff("This desk has no provider of sign-ins.")
    return runtime.openid


def redirect_uri(runtime: Runtime) -> str:
    """Return where a browser comes back to, as the provider has it on file."""
    settings = runtime.settings
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    return base.rstrip("/") + CALLBACK


def attempt_of(runtime: Runtime, kept: str | None, state: str) -> Attempt:
    """Return the attempt that a browser has kept, if the state that came back is its. Raises AttemptUnknown."""
    key_name, _, box = (kept or "").rpartition(".")
    try:
        told = msgspec.json.decode(runtime.vault.open(Sealed(key_name, urlsafe_b64decode(box)), PLACE))
    except (SealBroken, ValueError):
        raise _unknown() from None
    attempt = msgspec.convert(told["attempt"], Attempt)
    is_late = instant_from_text(told["until"]) <= runtime.clock.now()
    if is_late or not runtime.hasher.is_same(attempt.state.encode(), state.encode()):
        raise _unknown()
    return attempt


def _unknown() -> AttemptUnknown:
    return AttemptUnknown("This browser has not begun to sign in here, or too long ago; begin anew.")
