"""Refusals as tool errors: the same code and facts as everywhere, and a hint for what to try next."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Self

import msgspec
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, CallToolResult, TextContent

from paperdesk.core.broker.checks import InsufficientShares
from paperdesk.core.broker.engine import UnknownOrder
from paperdesk.core.broker.key_approvals import ApprovalNeeded
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
from paperdesk.features.broker.approvals import ApprovalPending
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
    ApprovalPending: "Do not call again: tell the person whose key this is that it waits, and name the approval_id.",
    ApprovalNeeded: "The key may not do so much unasked; ask the person whose key this is to do it.",
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


class Failed(Exception):
    """What was asked failed; the members say how, and nothing of the inside."""

    def __init__(self, members: Mapping[str, Any]) -> None:
        """Keep the members."""
        super().__init__(members["code"])
        self.members = members

    @classmethod
    def by(cls, error: PaperdeskError, request_id: str) -> Self:
        """Return the failure that a refusal is."""
        return cls(problem_members(error, request_id) | {"hint": hint_of(error)})

    @classmethod
    def by_bug(cls, request_id: str) -> Self:
        """Return the failure that a bug is: an id that finds it in the log, and no details."""
        return cls(
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

    @property
    def result(self) -> CallToolResult:
        """Return the failure as the result of a call, as text and as members."""
        told = msgspec.json.encode(self.members)
        return CallToolResult(
            content=[TextContent(type="text", text=told.decode())],
            structured_content=msgspec.json.decode(told),
            is_error=True,
        )

    @property
    def protocol_error(self) -> MCPError:
        """Return the failure as an error of the protocol, for what is no call of a tool."""
        code = INTERNAL_ERROR if self.members["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR else INVALID_PARAMS
        return MCPError(code, self.members["detail"], msgspec.json.decode(msgspec.json.encode(self.members)))
