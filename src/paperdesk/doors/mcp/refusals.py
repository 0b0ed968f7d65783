"""Refusals as tool errors: the same code and facts as everywhere, and a hint for what to try next."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from mcp_types import CallToolResult, TextContent

from paperdesk.core.broker.checks import InsufficientShares
from paperdesk.core.broker.engine import UnknownOrder
from paperdesk.core.broker.margin_checks import InsufficientBuyingPower
from paperdesk.core.broker.view import UnknownSymbol
from paperdesk.core.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PaperdeskError,
    RateLimited,
    Unauthenticated,
    Unavailable,
)
from paperdesk.core.kernel.key_limits import DryRun
from paperdesk.doors.problems import problem_members
from paperdesk.features.broker.deciding import UnknownAccount
from paperdesk.infra.db import OutcomeUnknown

# What to try, by the nearest thing that an error is.
HINTS: Final[Mapping[type[PaperdeskError], str]] = {
    Invalid: "Correct what the sentence names, and call again.",
    Unauthenticated: "Connect again with a key that stands.",
    Forbidden: "Nothing that is called again will help; ask the person whose key this is.",
    NotFound: "List what there is first, and take its id from there.",
    Conflict: "Read how things stand before you try something else.",
    RateLimited: "Wait, then call again.",
    Unavailable: "Nothing was done; call again in a moment.",
    OutcomeUnknown: "Look before you call again; with the same client_order_id it cannot happen twice.",
    DryRun: "It would have worked; a key that is no dry run does it.",
    InsufficientBuyingPower: "Read get_account, and ask for less; preview_order shows what an order would need.",
    InsufficientShares: "Read get_positions and get_orders: open orders have reserved units.",
    UnknownAccount: "get_accounts lists the accounts there are; without account_id the key's own is meant.",
    UnknownOrder: "get_orders lists the orders there are.",
    UnknownSymbol: "search_instruments finds what the tape has shown by now.",
}


def hint_of(error: PaperdeskError) -> str:
    """Return what to try after an error."""
    return next(HINTS[each] for each in type(error).__mro__ if each in HINTS)


def refused(error: PaperdeskError, request_id: str) -> CallToolResult:
    """Return an error as the result of a call."""
    return failed(problem_members(error, request_id) | {"hint": hint_of(error)})


def broken(request_id: str) -> CallToolResult:
    """Return the result of a call that met a bug: an id that finds it in the log, and no details."""
    return failed(
        {
            "type": "/docs/errors#internal",
            "title": "Internal error",
            "status": 500,
            "code": "internal",
            "detail": "Something broke on our side; the request id finds it in the log.",
            "request_id": request_id,
            "hint": "Look before you call again; what was asked may have been done.",
        }
    )


def failed(members: Mapping[str, Any]) -> CallToolResult:
    """Return a failed call with what is known of it, as text and as members."""
    told = msgspec.json.encode(members)
    return CallToolResult(
        content=[TextContent(type="text", text=told.decode())],
        structured_content=msgspec.json.decode(told),
        is_error=True,
    )
