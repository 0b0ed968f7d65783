"""Clients of a desk, one that blocks and one that does not: `Desk("http://127.0.0.1:2080", key)`, `AsyncDesk(...)`.

They know nothing of the desk's own code: what they ask and what is answered is the OpenAPI file as Python.
"""

from paperdesk.client.async_desk import AsyncDesk
from paperdesk.client.desk import Desk
from paperdesk.client.refusals import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    Refused,
    Unauthenticated,
    Unavailable,
    Waits,
)

__all__ = [
    "AsyncDesk",
    "Conflict",
    "Desk",
    "Forbidden",
    "Invalid",
    "NotFound",
    "RateLimited",
    "Refused",
    "Unauthenticated",
    "Unavailable",
    "Waits",
]
