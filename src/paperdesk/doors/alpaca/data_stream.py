"""The market data streams: every message of the server is a list, in MessagePack for who announces it, else in JSON.

    server  [{"T": "success", "msg": "connected"}]
    client  {"action": "auth", "key": ..., "secret": ...}        unless the headers said it
    server  [{"T": "success", "msg": "authenticated"}]
    client  {"action": "subscribe" | "unsubscribe", "trades": ["ACME"], "quotes": ["*"], ...}
    server  [{"T": "subscription", ...}]   everything that is subscribed to, then prices as the tape moves

An instant is a timestamp of MessagePack or a text of RFC 3339. Errors are [{"T": "error", "code": ..., "msg": ...}].
"""

import asyncio
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from paperdesk.core.kernel.errors import PaperdeskError, Unauthenticated
from paperdesk.core.kernel.principal import Principal
from paperdesk.doors.alpaca.asking import token_from, token_of, visiting
from paperdesk.doors.alpaca.feed import CHANNELS, Feed, Told, Wishes, fake_news
from paperdesk.doors.alpaca.marketdata import Market
from paperdesk.doors.desk import Desk
from paperdesk.doors.open_lines import TooManyLines
from paperdesk.features.identity.access import address_of

MSGPACK: Final = "application/msgpack"
SIGN_IN_S: Final = 10.0
TEST_EVERY_S: Final = 1.0
SYMBOLS_MAX: Final = 10_000
# How many messages go into one frame.
FRAME: Final = 500
POLICY_VIOLATION: Final = 1008
ERRORS: Final = {
    400: "invalid syntax",
    401: "not authenticated",
    402: "auth failed",
    403: "already authenticated",
    404: "auth timeout",
    405: "symbol limit exceeded",
    406: "connection limit exceeded",
    410: "invalid subscribe action for this feed",
}


class Refused(Exception):
    """Something the client said was refused with a code; after some of them the line ends."""

    def __init__(self, code: int) -> None:
        """Keep the code."""
        super().__init__(ERRORS[code])
        self.code = code


class DataLine:
    """One client's end of a market data stream; without a market it is the test stream."""

    def __init__(self, socket: WebSocket, desk: Desk, market: Market | None) -> None:
        """Take a line that nobody has spoken on yet."""
        self._socket = socket
        self._desk = desk
        self._market = market
        self._wishes = Wishes()
        self._is_packed = socket.headers.get("content-type") == MSGPACK

    async def serve(self) -> None:
        """Serve one client until either side has had enough."""
        await self._socket.accept()
        try:
            await self._say([{"T": "success", "msg": "connected"}])
            await self._serve(*await self._signed_in())
        except TooManyLines:
            await self._refuse(Refused(406))
            await self._socket.close(POLICY_VIOLATION, ERRORS[406])
        except Refused as refusal:
            await self._refuse(refusal)
            await self._socket.close(POLICY_VIOLATION, str(refusal))
        except WebSocketDisconnect:
            return

    async def _serve(self, who: Principal, token: str) -> None:
        is_known = True
        try:
            with self._desk.lines.hold(who, self._desk.gate.quotas_of(who.tenant_id)):
                await self._say([{"T": "success", "msg": "authenticated"}])
                async with asyncio.TaskGroup() as rooms:
                    rooms.create_task(self._test() if self._market is None else self._tell(who, self._market))
                    rooms.create_task(self._listen())
                    rooms.create_task(self._desk.gate.until_ended(token, address_of(self._socket)))
        except* WebSocketDisconnect:
            pass  # the client hung up, which ends everything that was done for it
        except* Unauthenticated:
            is_known = False
        if not is_known:
            raise Refused(402)

    async def _signed_in(self) -> tuple[Principal, str]:
        token = token_of(self._socket.headers)
        while token is None:
            try:
                async with asyncio.timeout(SIGN_IN_S):
                    said = await self._heard()
            except TimeoutError:
                raise Refused(404) from None
            if said.get("action") == "auth":
                token = token_from(str(said.get("key", "")), str(said.get("secret", "")))
            else:
                await self._refuse(Refused(401))
        try:
            return await self._desk.gate.principal(token, address_of(self._socket)), token
        except PaperdeskError:
            raise Refused(402) from None

    async def _listen(self) -> None:
        while True:
            try:
                self._obey(await self._heard())
            except Refused as refusal:
                await self._refuse(refusal)
            else:
                await self._say([self._wishes.shown()])

    def _obey(self, said: dict[str, Any]) -> None:
        action = said.get("action")
        if action == "auth":
            raise Refused(403)
        if action not in {"subscribe", "unsubscribe"}:
            raise Refused(400)
        asked = {name: symbols for name, symbols in said.items() if name != "action"}
        if any(name not in CHANNELS for name in asked):
            raise Refused(410)
        if not all(
            isinstance(symbols, list) and all(isinstance(each, str) for each in symbols) for symbols in asked.values()
        ):
            raise Refused(400)
        if action == "subscribe" and self._wishes.size + sum(map(len, asked.values())) > SYMBOLS_MAX:
            raise Refused(405)
        change = self._wishes.add if action == "subscribe" else self._wishes.remove
        for name, symbols in asked.items():
            change(name, symbols)

    async def _heard(self) -> dict[str, Any]:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code") or 1000)
            raw = message.get("bytes")
            try:
                if raw is not None and self._is_packed:
                    return msgspec.msgpack.decode(raw, type=dict[str, Any])
                return msgspec.json.decode(raw or message.get("text") or "", type=dict[str, Any])
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                await self._refuse(Refused(400))

    async def _refuse(self, refusal: Refused) -> None:
        await self._say([{"T": "error", "code": refusal.code, "msg": str(refusal)}])

    async def _say(self, messages: list[Told]) -> None:
        if self._is_packed:
            await self._socket.send_bytes(_packed(messages))
        else:
            await self._socket.send_text(_text(messages).decode())

    async def _tell(self, who: Principal, market: Market) -> None:
        async with visiting(self._desk, who) as visit:
            tape_id, feed = visit.tape.id, Feed(market, visit.tape.cursor, visit.tape.at)
        with self._desk.runtime.bus.subscribe(f"tape:{tape_id}") as news:
            while True:
                async with visiting(self._desk, who) as visit:
                    messages = feed.news(visit, self._wishes)
                    for frame in _frames(messages):
                        await self._say(frame)
                await news.next()

    async def _test(self) -> None:
        number = 0
        while True:
            number += 1
            for frame in _frames(fake_news(number, self._desk.runtime.clock.now(), self._wishes)):
                await self._say(frame)
            await asyncio.sleep(TEST_EVERY_S)


def _frames(messages: Iterable[Told]) -> Iterator[list[Told]]:
    """Yield messages by the frame."""
    left = iter(messages)
    while frame := list(islice(left, FRAME)):
        yield frame


_text = msgspec.json.Encoder(decimal_format="number").encode
_packed = msgspec.msgpack.Encoder(decimal_format="number").encode
