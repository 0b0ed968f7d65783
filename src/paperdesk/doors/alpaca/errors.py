"""Our refusals in Alpaca's words: an HTTP status, a number, and where it is known their own sentence.

Which number belongs to which refusal is written down from Alpaca's examples and from answers people
quote; clients look at the status first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from paperdesk.core.broker.checks import InsufficientShares
from paperdesk.core.broker.closing import NoPosition
from paperdesk.core.broker.engine import UnknownOrder
from paperdesk.core.broker.exercising import OptionNotHeld
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
from paperdesk.core.kernel.ids import MalformedId
from paperdesk.doors.alpaca.leg_cover import LegNotCovered
from paperdesk.doors.problems import RETRY_AFTER_S, BodyTooLarge, request_id_of
from paperdesk.features.broker.approvals import ApprovalDeclined, ApprovalPending
from paperdesk.features.broker.deciding import ClientOrderIdTaken
from paperdesk.infra.db import is_outage
from paperdesk.infra.http import MalformedJson
from paperdesk.infra.telemetry import log


@dataclass(frozen=True, slots=True)
class Told:
    """How a refusal is told: its status, their code, and their sentence where they have one."""

    status: int
    code: int
    sentence: str | None = None


class MalformedQuestion(Invalid):
    """A parameter or a member of the body has the wrong shape."""


class NotSpokenHere(Invalid):
    """Alpaca knows this and Paperdesk does not, or not yet."""


TOLD: Final[Mapping[type[PaperdeskError], Told]] = {
    Invalid: Told(422, 42210000),
    Unauthenticated: Told(401, 40110000, "request is not authorized"),
    Forbidden: Told(403, 40310000),
    NotFound: Told(404, 40410000),
    Conflict: Told(422, 42210000),
    RateLimited: Told(429, 42910000, "too many requests"),
    Unavailable: Told(503, 50010000),
    MalformedJson: Told(400, 40010000),
    MalformedId: Told(422, 40010001),
    MalformedQuestion: Told(422, 40010001),
    BodyTooLarge: Told(413, 41310000),
    UnknownSymbol: Told(422, 42210000, 'asset "{symbol}" not found'),
    UnknownOrder: Told(404, 40410000, "order not found"),
    NoPosition: Told(404, 40410000, "position does not exist"),
    ClientOrderIdTaken: Told(422, 40010001, "client_order_id must be unique"),
    InsufficientBuyingPower: Told(403, 40310000, "insufficient buying power"),
    OptionNotHeld: Told(403, 40310000),
    ApprovalPending: Told(403, 40310000, "order waits for approval {approval_id}; do not send it again"),
    ApprovalNeeded: Told(403, 40310000),
    ApprovalDeclined: Told(403, 40310000),
    LegNotCovered: Told(403, 40310000),
    InsufficientShares: Told(
        403, 40310000, "insufficient qty available for order (requested: {needed}, available: {available})"
    ),
}
# What our facts are called in their bodies.
FACTS: Final[Mapping[type[PaperdeskError], Mapping[str, str]]] = {
    InsufficientBuyingPower: {"available": "buying_power", "needed": "cost_basis"},
    InsufficientShares: {"available": "available", "symbol": "symbol"},
    ApprovalPending: {"approval_id": "approval_id", "expires_at": "approval_expires_at"},
}


def told(error: PaperdeskError) -> Told:
    """Return how an error is told: as itself, else as the nearest thing it is."""
    return next(TOLD[each] for each in type(error).__mro__ if each in TOLD)


def members(error: PaperdeskError) -> dict[str, Any]:
    """Return the body of an error."""
    how = told(error)
    message = error.message if how.sentence is None else how.sentence.format(**error.facts)
    renamed = FACTS.get(type(error), {})
    facts = {theirs: error.facts[ours] for ours, theirs in renamed.items() if ours in error.facts}
    return {"code": how.code, "message": message, **facts}


def answered(error: PaperdeskError) -> Response:
    """Return the answer of an error."""
    headers = {}
    if isinstance(error, RateLimited | Unavailable):
        headers["Retry-After"] = str(error.facts.get("retry_after_s") or RETRY_AFTER_S)
    return body_response(members(error), told(error).status, headers)


def refused(error: PaperdeskError, request_id: str) -> Response:  # noqa: ARG001 - what a guard before the app calls
    """Return the answer of an error that was raised before the app."""
    return answered(error)


def body_response(body: object, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Return a body as an answer; decimals in it are text."""
    return Response(msgspec.json.encode(body), status, dict(headers or {}), "application/json")


async def answer_refusal(request: Request, error: Exception) -> Response:
    """Answer a refusal of ours."""
    assert isinstance(error, PaperdeskError), "registered for our own errors"
    if isinstance(error, Unavailable):
        log.warning("unavailable", code=error.code, request_id=request_id_of(request), cause=repr(error.__cause__))
    return answered(error)


async def answer_nowhere(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the framework's signature
    """Answer an address that does not exist, or does not take the method."""
    status = getattr(error, "status_code", 404)
    if status == 405:  # noqa: PLR2004 - method not allowed
        return body_response({"code": 40510000, "message": "method not allowed"}, 405)
    return body_response({"code": 40410000, "message": "endpoint not found"}, 404)


async def answer_unexpected(request: Request, error: Exception) -> Response:
    """Answer a bug, or a database that went away, without telling anything of the inside."""
    if is_outage(error):
        log.warning("outage", request_id=request_id_of(request), cause=repr(error))
        return body_response({"code": 50010000, "message": "the database cannot be reached; look before retrying"}, 503)
    log.error("bug", request_id=request_id_of(request), method=request.method, path=request.url.path, exc_info=error)
    return body_response({"code": 50010000, "message": "internal server error occurred"}, 500)
