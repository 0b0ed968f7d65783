"""Ends requests that take too long: bodies that trickle in, and work that does not come to an answer.

    a body     has a time to come, and a second more for each 16 kB that have
    an answer  has to begin within a time of the end of the body; once it has begun it may go on

What is ended is cancelled where it waits, so a unit of work is rolled back. What was handed over already, as an order
to the order writer, may happen all the same: the answer says so, and the same request with the same key tells.
"""

import asyncio

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paperdesk.doors.problems import BodyTooSlow, Refusing, is_import, problem_response, request_id_of
from paperdesk.infra.db import OutcomeUnknown
from paperdesk.infra.telemetry import log

BYTES_A_SECOND = 16_000
_ANNOUNCING = frozenset({b"content-length", b"transfer-encoding"})
# What a file brings is checked row by row before it is answered.
IMPORT_TIMES = 10


class AnswerTooLate(OutcomeUnknown):
    """The work took too long and was ended: done or not, the same request with the same key can be sent again."""


class TimeLimit:
    """Stands before an app and ends what takes too long."""

    def __init__(self, app: ASGIApp, *, body_s: float, answer_s: float, refusing: Refusing = problem_response) -> None:
        """Take both times in seconds."""
        self._app, self._refusing = app, refusing
        self._body_s, self._answer_s = body_s, answer_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and refuse it when its time is up before its answer has begun."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer_s = self._answer_s * (IMPORT_TIMES if is_import(scope["path"]) else 1)
        course = _Course(self._body_s, answer_s, has_body=_has_body(scope))
        try:
            async with course.within:
                await self._app(scope, course.receiving(receive), course.sending(send))
        except TimeoutError:
            if not course.within.expired():
                raise
            request_id = request_id_of(HTTPConnection(scope))
            log.warning("too slow", request_id=request_id, path=scope["path"], had_body=course.has_body)
            await self._refusing(course.refusal, request_id)(scope, receive, send)
        finally:
            course.end()


class _Course:
    """How far a request is: its body comes, its answer is awaited, or its answer has begun.

    Its time is only noted as it moves; one timer looks when it may be up. To set another each time costs more.
    """

    def __init__(self, body_s: float, answer_s: float, *, has_body: bool) -> None:
        self._body_s, self._answer_s, self._loop = body_s, answer_s, asyncio.get_running_loop()
        self._began, self._read, self.has_body = self._loop.time(), 0, not has_body
        self.within = asyncio.timeout(None)
        self._until: float | None = self._began + (answer_s if self.has_body else body_s)
        self._timer = self._loop.call_at(self._until, self._look)

    def _allow(self, until: float | None) -> None:
        """Note until when it has time, or that it has all it wants."""
        self._until = until
        if until is not None and until < self._timer.when():
            self._look()

    def _look(self) -> None:
        """End the request if its time is up, else look again when it may be."""
        self._timer.cancel()
        if self._until is not None and self._loop.time() >= self._until:
            self.within.reschedule(self._until)
        elif self._until is not None:
            self._timer = self._loop.call_at(self._until, self._look)

    def end(self) -> None:
        """Look no more."""
        self._timer.cancel()

    @property
    def refusal(self) -> BodyTooSlow | AnswerTooLate:
        """Return the refusal of what took too long."""
        if not self.has_body:
            return BodyTooSlow("The body did not come in time; nothing was done.", seconds=str(self._body_s))
        return AnswerTooLate(
            "This took too long and was ended; look before trying again, or send it again under the same key.",
            seconds=str(self._answer_s),
        )

    def receiving(self, receive: Receive) -> Receive:
        """Return what reads the body and gives it more time as it comes."""

        async def timed() -> Message:
            message = await receive()
            if self.has_body or message["type"] != "http.request":
                return message
            self._read += len(message.get("body", b""))
            if message.get("more_body", False):
                self._allow(self._began + self._body_s + self._read / BYTES_A_SECOND)
            else:
                self.has_body = True
                self._allow(self._loop.time() + self._answer_s)
            return message

        return timed

    def sending(self, send: Send) -> Send:
        """Return what sends the answer, which has all the time it wants once it has begun."""

        async def untimed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._allow(None)
            await send(message)

        return untimed


def _has_body(scope: Scope) -> bool:
    return any(name in _ANNOUNCING and value != b"0" for name, value in scope["headers"])
