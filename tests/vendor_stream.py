"""A stand-in for Alpaca's stream of shares on loopback: it greets, checks the key, and takes one line at a time."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.vendor_stand import ALPACA_KEY

Row = dict[str, Any]


@dataclass
class VendorStream:
    """The server: who is connected, what each line asked for first, and what is said next time instead."""

    port: int = 0
    line: ServerConnection | None = None
    paths: list[str] = field(default_factory=list[str])
    asked: list[list[str]] = field(default_factory=list[list[str]])
    instead: str | None = None

    async def tell(self, symbol: str, code: str, reason: str = "", at: str = "2026-01-05T15:31:10.5Z") -> None:
        """Send the status of a symbol to whoever asked for it."""
        row = {"T": "s", "S": symbol, "sc": code, "sm": "as published", "rc": reason, "rm": "", "t": at, "z": "C"}
        await self.say([row])

    async def say(self, rows: list[Row]) -> None:
        """Send rows to who is connected."""
        assert self.line is not None, "nobody is connected"
        await self.line.send(json.dumps(rows))

    async def hang_up(self) -> None:
        """Close the line."""
        assert self.line is not None, "nobody is connected"
        line, self.line = self.line, None
        await line.close()

    async def serve(self, line: ServerConnection) -> None:
        """Serve one line until it closes."""
        assert line.request is not None
        self.paths.append(line.request.path)
        await line.send(json.dumps([{"T": "success", "msg": "connected"}]))
        try:
            if await self._is_let_in(line, json.loads(await line.recv())):
                wish = json.loads(await line.recv())
                assert wish["action"] == "subscribe"
                await line.send(json.dumps([{"T": "subscription", "trades": [], "statuses": wish["statuses"]}]))
                self.asked.append(wish["statuses"])
            await line.wait_closed()
        except ConnectionClosed:
            pass
        finally:
            if self.line is line:
                self.line = None

    async def _is_let_in(self, line: ServerConnection, shown: Row) -> bool:
        refusal: Row | None = None
        if (shown["key"], shown["secret"]) != ALPACA_KEY:
            refusal = {"T": "error", "code": 402, "msg": "auth failed"}
        elif self.line is not None:
            refusal = {"T": "error", "code": 406, "msg": "connection limit exceeded"}
        answer = json.dumps([refusal or {"T": "success", "msg": "authenticated"}])
        answer, self.instead = self.instead or answer, None
        if refusal is None:
            self.line = line
        await line.send(answer)
        return refusal is None


@asynccontextmanager
async def vendor_stream() -> AsyncIterator[VendorStream]:
    """A stream at work."""
    stream = VendorStream()
    async with serve(stream.serve, "127.0.0.1", 0) as server:
        stream.port = next(iter(server.sockets)).getsockname()[1]
        yield stream
