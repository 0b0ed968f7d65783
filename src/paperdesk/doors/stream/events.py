"""The events of an account as server-sent events, for clients that want plain HTTP.

Each message is what the stream's topic `account` says, under its number: whoever comes back with `Last-Event-ID` has
missed nothing. Comments are heartbeats. When the key ends, the last message says why, as a problem.
"""

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message as Part
from starlette.types import Receive, Scope, Send

from paperdesk.core.kernel.principal import Principal
from paperdesk.doors.stream.app import TooSlow, first_of, heartbeat
from paperdesk.doors.stream.topics import Follower, Place, Wish
from paperdesk.features.identity.access import (
    CredentialsEnded,
    KeyExpired,
    address_of,
    gate_of,
    runtime_of,
    token_of,
)
from paperdesk.infra.bus import Message
from paperdesk.infra.telemetry import log

HEARTBEAT: Final = b": heartbeat\n\n"


class EventStream(Response):
    """An answer that goes on: what a wish makes a client follow, until it hangs up or its key ends."""

    media_type = "text/event-stream"

    def __init__(self, request: Request, who: Principal, wish: Wish, *, goes_on: bool) -> None:
        """Prepare; nothing is followed, and no line is held, before it is sent."""
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._request, self._who, self._wish, self._goes_on = request, who, wish, goes_on

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - of the request
        """Follow and tell. Raises what following refuses, and TooManyLines, as long as nothing was said."""
        state, runtime = self._request.app.state, runtime_of(self._request)
        quotas = state.gate.quotas_of(self._who.tenant_id)
        with state.lines.hold(self._who, quotas), runtime.bus.subscribe() as news:
            follower = Follower(Place(runtime, state.shelf, state.publication), self._who, news)
            await follower.do(self._wish)
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await self._tell_until_it_ends(follower, receive, send)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell_until_it_ends(self, follower: Follower, receive: Receive, send: Send) -> None:
        ends = gate_of(self._request).until_ended(token_of(self._request) or "", address_of(self._request))
        try:
            await first_of(self._tell(follower, send), heartbeat(follower), _until_hung_up(receive), ends)
        except TooSlow:
            log.info("stream_too_slow")
        except (CredentialsEnded, KeyExpired) as error:
            problem = {"topic": "system", "event": "problem", "code": error.code, "detail": error.message}
            await send(_part(_told(problem)))

    async def _tell(self, follower: Follower, send: Send) -> None:
        seq, until = self._wish.after, 0
        while not follower.is_lost:
            message = await follower.next()
            follower.telling += 1
            await send(_part(_told(message)))
            follower.told += 1
            match message:
                case {"topic": "account"}:
                    seq = message["seq"]
                case {"event": "subscribed"}:
                    until = message["seq"]
            if not self._goes_on and (seq is None or seq >= until):
                return
        raise TooSlow


def _told(message: Message) -> bytes:
    """Return a message as an event; one that can be resumed after has an id."""
    if message.get("event") == "heartbeat":
        return HEARTBEAT
    number = f"id: {message['seq']}\n" if message["topic"] == "account" else ""
    return number.encode() + b"data: " + msgspec.json.encode(message) + b"\n\n"


def _part(body: bytes) -> Part:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def _until_hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
