"""The stream is tested over a desk at work, through a real server and a real client."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect

from paperdesk.doors.stream.app import MESSAGE_BYTES_MAX
from paperdesk.doors.stream.frames import FramedProtocol
from tests.desk import RunningDesk, desk, markets

__all__ = ["desk", "markets"]

LONG_S = 30.0


@dataclass
class Line:
    """One client's end of a stream."""

    socket: ClientConnection

    async def say(self, **message: object) -> None:
        """Send a message."""
        await self.socket.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        """Wait for the next message; heartbeats are passed over."""
        while True:
            message: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), LONG_S))
            if message.get("event") != "heartbeat":
                return message

    async def system(self, event: str) -> dict[str, Any]:
        """Return the next message, which must be the system's and of that kind."""
        message = await self.hear()
        assert (message["topic"], message["event"]) == ("system", event), message
        return message

    async def follow_tape(self, tape_id: str) -> dict[str, Any]:
        """Subscribe to a tape, and return what is told of it at once."""
        await self.say(do="subscribe", topic="tape", id=tape_id)
        await self.system("subscribed")
        return await self.hear()

    async def events(self, count: int) -> list[tuple[int, str]]:
        """Return the number and kind of the next events, passing over everything else."""
        found: list[tuple[int, str]] = []
        while len(found) < count:
            message = await self.hear()
            if message["topic"] == "account":
                found.append((message["seq"], message["event"]))
        return found

    async def until_pong(self) -> list[dict[str, Any]]:
        """Ask for an answer and return what came before it."""
        await self.say(do="ping")
        found: list[dict[str, Any]] = []
        while (message := await self.hear()).get("event") != "pong":
            found.append(message)
        return found

    async def end(self) -> tuple[int | None, str | None]:
        """Wait until the server hangs up; return its code and reason."""
        await asyncio.wait_for(self.socket.wait_closed(), LONG_S)
        return self.socket.close_code, self.socket.close_reason


@dataclass
class Exchange:
    """Where the desk's server can be reached, and who calls there."""

    desk: RunningDesk
    port: int
    lines: list[ClientConnection]

    @property
    def host(self) -> str:
        """Return host and port as a browser writes them."""
        return f"127.0.0.1:{self.port}"

    async def call(self, **headers: str) -> Line:
        """Open a stream with these headers and nothing else."""
        line = await connect(f"ws://{self.host}/v1/stream", additional_headers=headers, proxy=None)
        self.lines.append(line)
        return Line(line)

    async def mine(self) -> Line:
        """Open a stream that shows the first tenant's key."""
        return await self.call(Authorization=f"Bearer {self.desk.first.key.token}")


@pytest.fixture
async def exchange(desk: RunningDesk) -> AsyncIterator[Exchange]:
    """A real server over the desk, on a free port of this machine."""
    async with serving(desk) as found:
        yield found


@asynccontextmanager
async def serving(desk: RunningDesk) -> AsyncIterator[Exchange]:
    """Serve a desk on a free port of this machine."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            desk.app, log_config=None, ws=FramedProtocol, lifespan="off", ws_max_size=MESSAGE_BYTES_MAX
        )
        server = uvicorn.Server(config)
        work = asyncio.create_task(server.serve(sockets=[bound]))
        while not server.started:
            await asyncio.sleep(0.005)
        lines: list[ClientConnection] = []
        yield Exchange(desk, bound.getsockname()[1], lines)
        for line in lines:
            await line.close()
        server.should_exit = True
        await work
