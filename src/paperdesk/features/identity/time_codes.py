"""Codes that an app on a telephone shows: TOTP of RFC 6238, six digits, a new one every half minute.

The app and the desk share a key and nothing else, so that a code proves that its owner holds the telephone.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote, urlencode

KEY_BYTES = 20
STEP_S = 30
DIGITS = 6
# A telephone's clock is off by less than this many steps, and a code is typed within them.
DRIFT_STEPS = 1


def step_at(instant: datetime) -> int:
    """Return the number of the half minute that an instant lies in."""
    return int(instant.timestamp()) // STEP_S


def code_of(key: bytes, step: int, digits: int = DIGITS) -> str:
    """Return the code of a step: RFC 4226, dynamic truncation of a keyed SHA-1."""
    digest = hmac.new(key, step.to_bytes(8), hashlib.sha1).digest()
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}d}"


def matching_step(key: bytes, code: str, now: datetime, after: int) -> int | None:
    """Return the step whose code was shown, later than the last one that was taken; None when there is none."""
    current = step_at(now)
    steps = range(max(current - DRIFT_STEPS, after + 1), current + DRIFT_STEPS + 1)
    # Every step is looked at, so that the time taken does not tell which it was.
    matches = [step for step in steps if hmac.compare_digest(code_of(key, step).encode(), code.encode())]
    return matches[0] if matches else None


def spelled(key: bytes) -> str:
    """Return a key as it is typed into an app: base32."""
    return base64.b32encode(key).decode()


def key_from(spelling: str) -> bytes:
    """Return the key of a spelling."""
    return base64.b32decode(spelling)


def address_of_key(key: bytes, person: str) -> str:
    """Return the `otpauth` address that apps read out of a picture or take by a tap."""
    label = quote(f"Paperdesk:{person}", safe=":@")
    said = {"secret": spelled(key), "issuer": "Paperdesk", "digits": DIGITS, "period": STEP_S}
    return f"otpauth://totp/{label}?{urlencode(said)}"
