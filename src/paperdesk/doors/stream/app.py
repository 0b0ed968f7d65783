"""One WebSocket a client: sign in, subscribe, resume from a sequence number.

    client  {"do": "authenticate", "token": "..."}         unless a login cookie came along
            {"do": "subscribe", "topic": "account", "id": "...", "after": 12}
            {"do": "subscribe", "topic": "positions" | "results" | "tape", "id": "..."}
            {"do": "subscribe", "topic": "bots", "id": "..."}              {"do": "subscribe", "topic": "jobs"}
            {"do": "subscribe", "topic": "alerts" | "notifications" | "limit_alerts", "id": "...", "after": 3}
            {"do": "subscribe", "topic": "quotes" | "depth" | "prints" | "status", "id": "...", "symbols": ["ACME"]}
            {"do": "subscribe", "topic": "bars", "id": "...", "symbols": ["ACME"], "interval": "5m"}
            {"do": "unsubscribe", "topic": ..., "id": ..., "symbols": [...]}   {"do": "ping"}   {"do": "status"}
            {"do": "place", "order": {...}, "ref": "1"}   {"do": "replace", "id": "...", "order": {...}}
            {"do": "cancel", "id": "..."}                                  the same bodies as in REST
    server  {"topic": "account", "seq": 13, "event": "order_filled", ...}   all of them, in order
            {"topic": "tape", "tape": {...}}                               the latest only
            {"topic": "positions", "seq": 2, "after": 1, "positions": [...], "gone": [...]}   what has changed
            {"topic": "results", "seq": 2, "after": 1, "results": {...}}   the latest only
            {"topic": "jobs" | "bots", "seq": 2, "after": 1, ...}          what has changed
            {"topic": "quotes", "symbol": ..., "seq": 90, "after": 80, ...} the latest only, encoded once for all
            {"topic": "system", "event": "heartbeat" | "subscribed" | "pong" | "status" | "done" | "problem", ...}

Close codes: 4001 bad credentials, 4002 credentials that have ended, 4003 too many streams, 4004 malformed message,
1009 too long a message, 1013 too slow, or come back later.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Annotated
from uuid import UUID

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from paperdesk.core.kernel.errors import Forbidden, PaperdeskError, Unauthenticated
from paperdesk.core.kernel.principal import Principal
from paperdesk.doors.open_lines import TooManyLines
from paperdesk.doors.stream.frames import send_all
from paperdesk.doors.stream.orders import OrderWish, done
from paperdesk.doors.stream.topics import Follower, Place, Wish
from paperdesk.features.identity.access import (
    CredentialsEnded,
    KeyExpired,
    address_of,
    gate_of,
    refuse_foreign_origin,
    runtime_of,
    token_of,
)
from paperdesk.infra.telemetry import log

BAD_TOKEN, ENDED, TOO_MANY, BAD_MESSAGE, LATER = 4001, 4002, 4003, 4004, 1013
REASON_LENGTH_MAX = 120
REF_LENGTH_MAX = 128
SIGN_IN_S = 10.0
HEARTBEAT_S = 5.0
# Who is still at the same message after so many heartbeats is dropped, however little there is to say.
BEATS_MAX = 2
HANG_UP_S = 1.0
MESSAGE_BYTES_MAX = 2**20
# So many messages that have come are written together.
TOGETHER_MAX = 64
TOO_SLOW = "too slow: subscribe again after the last sequence number"


class Message(msgspec.Struct):
    """What a client may say."""

    do: str
    token: str | None = None
    topic: str | None = None
    id: UUID | None = None
    after: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] | None = None
    symbols: list[str] | None = None
    interval: str | None = None
    strategy: str | None = None
    cursor: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] | None = None
    order: msgspec.Raw = msgspec.Raw(b"{}")
    ref: Annotated[str, msgspec.Meta(max_length=REF_LENGTH_MAX)] | None = None


class MalformedMessage(Exception):
    """The client said something that is not a message."""


class TooSlow(Exception):
    """The client does not take what it is told."""


class NobodySpoke(Unauthenticated):
    """A stream must say who it is within ten seconds."""


async def stream(socket: WebSocket) -> None:
    """Serve one client until either side has had enough."""
    await socket.accept()
    try:
        token = await _token(socket)
        who = await gate_of(socket).principal(token, address_of(socket))
        with socket.app.state.lines.hold(who, gate_of(socket).quotas_of(who.tenant_id)):
            await _serve(socket, who, token or "")
    except WebSocketDisconnect:
        return
    except MalformedMessage as error:
        await socket.close(BAD_MESSAGE, str(error)[:REASON_LENGTH_MAX])
    except TooSlow:
        log.info("stream_too_slow")
        await _hang_up(socket, LATER, TOO_SLOW)
    except TooManyLines as error:
        await socket.close(TOO_MANY, error.message)
    except (CredentialsEnded, KeyExpired) as error:
        await _hang_up(socket, ENDED, error.code)
    except (Unauthenticated, Forbidden) as error:
        await socket.close(BAD_TOKEN, error.code)
    except PaperdeskError as error:
        await socket.close(LATER, error.code)
    except Exception as error:  # one of the eight places: one client's failure is not another's
        log.error("stream_failed", exc_info=error)
        await socket.close(1011, "internal")


async def _token(socket: WebSocket) -> str | None:
    """Return what whoever opened the stream shows: by header or cookie at once, else by the first message."""
    token = token_of(socket)
    if token is not None and "authorization" not in socket.headers:
        refuse_foreign_origin(socket)
    if token is None:
        try:
            async with asyncio.timeout(SIGN_IN_S):
                message = await _receive(socket)
        except TimeoutError:
            raise NobodySpoke("The stream did not say who it is.") from None
        if message.do != "authenticate":
            raise MalformedMessage("the first message must authenticate")
        token = message.token
    return token


async def _serve(socket: WebSocket, who: Principal, token: str) -> None:
    runtime = runtime_of(socket)
    with runtime.bus.subscribe() as news:
        place = Place(runtime, socket.app.state.shelf, socket.app.state.publication)
        follower = Follower(place, who, news)
        try:
            works = (_listen(socket, follower, token), _tell(socket, follower), heartbeat(follower))
            ends = gate_of(socket).until_ended(token, address_of(socket))
            await first_of(*works, follower.watch(), ends)
        finally:
            follower.leave()


async def first_of(*works: Coroutine[None, None, None]) -> None:
    """Run until the first ends, end the others, and raise what it raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        task.result()


async def _listen(socket: WebSocket, follower: Follower, token: str) -> None:
    while True:
        message = await _receive(socket)
        try:
            match message:
                case Message(do="acknowledge", id=UUID() as tape_id, strategy=str() as name, cursor=int() as cursor):
                    await follower.acknowledge(tape_id, name, cursor)
                case Message(do="place" | "replace" | "cancel"):
                    told = await done(socket, token, OrderWish(message.do, message.id, bytes(message.order)))
                    follower.say({**told, "ref": message.ref})
                case _:
                    asked = (message.topic, message.id, message.after, message.symbols, message.interval)
                    await follower.do(Wish(message.do, *asked))
        except PaperdeskError as error:
            named = None if message.id is None else str(message.id)
            told = {"code": error.code, "detail": error.message, "facts": error.facts}
            follower.say({"event": "problem", **told, "id": named, "ref": message.ref})


async def _tell(socket: WebSocket, follower: Follower) -> None:
    while not follower.is_lost:
        messages = [await follower.next()]
        while len(messages) < TOGETHER_MAX and (more := follower.at_hand()) is not None:
            messages.append(more)
        follower.telling += len(messages)
        await send_all(socket, messages)
        follower.told += len(messages)
    raise TooSlow


async def _hang_up(socket: WebSocket, code: int, reason: str) -> None:
    """Say why, as far as the client still listens."""
    with suppress(TimeoutError, WebSocketDisconnect):
        async with asyncio.timeout(HANG_UP_S):
            await socket.close(code, reason)


async def heartbeat(follower: Follower) -> None:
    """Say that we are alive, and see whether the client takes what it is told."""
    told, beats = 0, 0
    while beats < BEATS_MAX:
        await asyncio.sleep(HEARTBEAT_S)
        is_stuck = follower.telling > follower.told == told
        told, beats = follower.told, beats + 1 if is_stuck else 0
        follower.say({"event": "heartbeat"})
    raise TooSlow


async def _receive(socket: WebSocket) -> Message:
    try:
        # A frame of bytes has no text; some servers leave the key out, some leave it empty.
        return msgspec.json.decode(await socket.receive_text() or "", type=Message)
    except (msgspec.MsgspecError, KeyError, RecursionError) as error:
        raise MalformedMessage(str(error)) from None
