"""Error kinds to problem+json (RFC 9457), for REST and for the stream: one table, one shape.

Every answer carries a request id, in the header and in the problem; a bug is answered with that id
and nothing else, and written to the log with all there is.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paperdesk.core.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PaperdeskError,
    RateLimited,
    Unauthenticated,
    Unavailable,
    kind_of,
)
from paperdesk.doors.heads import add_missing, header_of
from paperdesk.infra.crypto import entropy
from paperdesk.infra.db import OutcomeUnknown, is_outage
from paperdesk.infra.http import MalformedJson
from paperdesk.infra.telemetry import Metrics, log

MEDIA_TYPE = "application/problem+json"


class MalformedRequest(Invalid):
    """Something in the request has the wrong shape; the fields say what and why."""


class MethodNotAllowed(Invalid):
    """The address exists, but does not take the method."""


class BodyTooLarge(Invalid):
    """The body is larger than this address takes."""


class BodyTooSlow(Invalid):
    """The body did not come within the time it has; nothing was done."""


class UnsupportedMediaType(Invalid):
    """The body must be sent as application/json, and say so."""


# What a kind is called and answered with. A leaf may have a status of its own; it keeps its kind's title.
TITLES: Final[Mapping[type[PaperdeskError], str]] = {
    Invalid: "Invalid",
    Unauthenticated: "Unauthenticated",
    Forbidden: "Forbidden",
    NotFound: "Not found",
    Conflict: "Conflict",
    RateLimited: "Rate limited",
    Unavailable: "Unavailable",
}
STATUSES: Final[Mapping[type[PaperdeskError], int]] = {
    Invalid: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    RateLimited: 429,
    Unavailable: 503,
    MalformedJson: 400,
    MethodNotAllowed: 405,
    BodyTooSlow: 408,
    BodyTooLarge: 413,
    UnsupportedMediaType: 415,
}
# What the framework refuses on its own, in our words.
REFUSALS: Final[Mapping[int, PaperdeskError]] = {
    400: MalformedJson("The body cannot be read."),
    404: NotFound("There is nothing at this address."),
    405: MethodNotAllowed("This address does not take this method."),
    413: BodyTooLarge("The body is larger than this address takes."),
    415: UnsupportedMediaType("Send the body as application/json."),
}
# What the API description says of a problem; more members depend on the code.
PROBLEM_SCHEMA: Final[Mapping[str, Any]] = {
    "title": "Problem",
    "description": "An error. Programs read the code; the facts beside it depend on the code.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "Where the code is explained."},
        "title": {"type": "string", "description": "The kind of error."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "code": {"type": "string", "description": "What a program reads; it stays the same for ever."},
        "detail": {"type": "string", "description": "A sentence for a person."},
        "request_id": {"type": "string", "description": "What finds the request in the log."},
    },
    "additionalProperties": True,
    "examples": [
        {
            "type": "/docs/errors#insufficient_buying_power",
            "title": "Conflict",
            "status": 409,
            "code": "insufficient_buying_power",
            "detail": "The order needs 7450 USD, and 1000 is free.",
            "request_id": "4f1c0e6f2b7d9a3c5e81",
            "needed": "7450",
            "available": "1000",
        }
    ],
}
RETRY_AFTER_S = 1
IMPORT_PATH = "/v1/datasets"
CAPSULE_PATH = "/v1/capsules/verifications"
# A capsule has 24 digits for each fill of a run: of its row, of what it owed, and of its order.
CAPSULE_BYTES_MAX = 16_000_000
REQUEST_ID_HEADER = "X-Request-Id"
_REQUEST_ID_NAME = REQUEST_ID_HEADER.lower().encode()
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def status_of(error: type[PaperdeskError]) -> int:
    """Return the HTTP status of an error class: its own, else that of its kind."""
    return next(STATUSES[ancestor] for ancestor in error.__mro__ if ancestor in STATUSES)


def problem_members(error: PaperdeskError, request_id: str) -> dict[str, Any]:
    """Return the members of a problem, facts included; no fact can replace a standard member."""
    members = {
        "type": f"/docs/errors#{error.code}",
        "title": TITLES[kind_of(type(error))],
        "status": status_of(type(error)),
        "code": error.code,
        "detail": error.message,
        "request_id": request_id,
    }
    return members | {name: fact for name, fact in error.facts.items() if name not in members}


def problem_response(error: PaperdeskError, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the HTTP answer of an error, with the headers that its kind asks for."""
    extra = dict(headers or {})
    if isinstance(error, Unauthenticated):
        extra["WWW-Authenticate"] = "Bearer"
    if isinstance(error, RateLimited | Unavailable):
        extra["Retry-After"] = str(error.facts.get("retry_after_s") or RETRY_AFTER_S)
    return _response(problem_members(error, request_id), extra)


def _response(members: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    always = {REQUEST_ID_HEADER: members["request_id"], "Cache-Control": "no-store"}
    return Response(msgspec.json.encode(members), members["status"], always | dict(headers), MEDIA_TYPE)


def internal_response(request_id: str) -> Response:
    """Return the answer to a bug: a correlation id, and no details."""
    members = {
        "type": "/docs/errors#internal",
        "title": "Internal error",
        "status": 500,
        "code": "internal",
        "detail": "Something broke on our side; the request id finds it in the log.",
        "request_id": request_id,
    }
    return _response(members, {})


def request_id_of(connection: HTTPConnection) -> str:
    """Return the id of a request; empty when the app gives none out."""
    return str(connection.scope.get("state", {}).get("request_id", ""))


class RequestIds:
    """Gives every request an id, the caller's own when it sends a decent one; returns it, counts and logs it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Stand before an app."""
        self._app = app
        # A counter's labels are looked up once, not for every request.
        self._count = cache(metrics.requests.labels)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the request, then pass it on."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        given = header_of(scope, _REQUEST_ID_NAME)
        request_id = given if _GIVEN_ID.fullmatch(given) else entropy().hex()
        scope.setdefault("state", {})["request_id"] = request_id

        began = time.perf_counter()

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_missing(message, [(_REQUEST_ID_NAME, request_id.encode())])
                self._note(scope, message["status"], time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, send_named)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        self._count(scope["method"], status).inc()
        ms = round(seconds * 1000, 1)
        request_id = scope["state"]["request_id"]
        log.info("request", request_id=request_id, method=scope["method"], path=scope["path"], status=status, ms=ms)


# How an error becomes an answer, given the id of the request.
Refusing = Callable[[PaperdeskError, str], Response]


class BodyLimit:
    """Refuses bodies that are too large: by their announced length, else as soon as they prove to be.

    The connection stays open and the server throws the rest away unread; to close it would reset it, and
    most clients would lose the answer.
    """

    def __init__(
        self, app: ASGIApp, *, body_bytes_max: int, import_bytes_max: int, refusing: Refusing = problem_response
    ) -> None:
        """Stand before an app; imports, under /v1/datasets, and capsules have limits of their own."""
        self._app = app
        self._refusing = refusing
        self._body_bytes_max = body_bytes_max
        self._import_bytes_max = import_bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a body that ends in BodyTooLarge when it passes the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_of(scope["path"])
        announced = header_of(scope, b"content-length")
        if announced.isdigit() and int(announced) > limit:
            refusal = self._refusing(_too_large(limit), request_id_of(HTTPConnection(scope)))
            await refusal(scope, receive, send)
            return
        await self._app(scope, _limited(receive, limit), send)

    def _limit_of(self, path: str) -> int:
        if is_import(path):
            return self._import_bytes_max
        return max(CAPSULE_BYTES_MAX, self._body_bytes_max) if path == CAPSULE_PATH else self._body_bytes_max


def is_import(path: str) -> bool:
    """Say whether files are imported at a path, which takes more and longer than anything else."""
    return f"{path}/".startswith(f"{IMPORT_PATH}/")


def _limited(receive: Receive, limit: int) -> Receive:
    read = 0

    async def receive_limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise _too_large(limit)
        return message

    return receive_limited


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than the {limit} bytes this address takes.", limit_bytes=limit)


def answer_problems(app: FastAPI) -> None:
    """Let an app answer every error, expected or not, as a problem."""
    app.add_exception_handler(PaperdeskError, _answer_refusal)
    app.add_exception_handler(RequestValidationError, _answer_malformed)
    app.add_exception_handler(HTTPException, _answer_framework)
    app.add_exception_handler(Exception, _answer_unexpected)


async def _answer_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, PaperdeskError), "registered for our own errors"
    if isinstance(error, Unavailable):
        log.warning("unavailable", code=error.code, request_id=request_id_of(request), cause=repr(error.__cause__))
    return problem_response(error, request_id_of(request))


async def _answer_malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError), "registered for what the framework could not read"
    return problem_response(_malformed(error), request_id_of(request))


def _malformed(error: RequestValidationError) -> PaperdeskError:
    # What was sent is never echoed: it may hold a password.
    for found in error.errors():
        if found["type"] == "json_invalid":
            return MalformedJson(f"The body is not valid JSON: {found['ctx']['error']}.", position=found["loc"][-1])
        if found["loc"] == ("body",) and isinstance(found.get("input"), bytes):
            return UnsupportedMediaType("Send the body as application/json, and say so in Content-Type.")
    inside = [{**found, "loc": found["loc"][1:] or found["loc"]} for found in error.errors()]
    return malformed("request", inside)


def malformed(what: str, errors: Iterable[Mapping[str, Any]]) -> MalformedRequest:
    """Return the refusal of something that has the wrong shape, with each field that is wrong and never what it was."""
    found = [(".".join(map(str, error["loc"])) or what, str(error["msg"])) for error in errors]
    names = ", ".join(dict.fromkeys(name for name, _ in found))
    fields = [{"field": name, "reason": reason} for name, reason in found]
    return MalformedRequest(f"The {what} has the wrong shape: {names}.", fields=fields)


async def _answer_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException), "registered for refusals of the framework"
    request_id = request_id_of(request)
    if isinstance(error.__cause__, PaperdeskError):  # it happened while the framework read the body
        return problem_response(error.__cause__, request_id)
    if error.status_code in REFUSALS:
        return problem_response(REFUSALS[error.status_code], request_id, error.headers)
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "_")
    members = {"type": f"/docs/errors#{code}", "title": phrase, "status": error.status_code, "code": code}
    return _response({**members, "detail": str(error.detail), "request_id": request_id}, error.headers or {})


async def _answer_unexpected(request: Request, error: Exception) -> Response:
    request_id = request_id_of(request)
    # A connection that broke outside any unit of work; nobody here knows how far the work had come.
    if is_outage(error):
        log.warning("outage", request_id=request_id, cause=repr(error))
        return problem_response(OutcomeUnknown("The database cannot be reached; look before trying again."), request_id)
    log.error("bug", request_id=request_id, method=request.method, path=request.url.path, exc_info=error)
    return internal_response(request_id)
