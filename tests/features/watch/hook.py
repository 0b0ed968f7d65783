"""Somebody who is told by webhook: a real server on loopback that keeps what comes, and answers as it was told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Hook:
    """What has come, newest last; the answers are taken in turn, and then each is a success."""

    port: int = 0
    heads: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    bodies: list[bytes] = field(default_factory=list[bytes])
    answers: list[int] = field(default_factory=list[int])
    is_silent: bool = False

    @property
    def url(self) -> str:
        """Return where it listens, by name."""
        return f"http://localhost:{self.port}/hook"

    async def come(self, count: int) -> None:
        """Wait until so many messages have come."""
        async with asyncio.timeout(30):
            while len(self.bodies) < count:
                await asyncio.sleep(0.02)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one message and answer it."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        fields = dict(_field(line) for line in head if line)
        body = await reader.readexactly(int(fields["content-length"]))
        self.heads.append(fields)
        self.bodies.append(body)
        if self.is_silent:
            await asyncio.sleep(3600)
        status = self.answers.pop(0) if self.answers else 204
        writer.write(f"HTTP/1.1 {status} So\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name.lower(), value


@asynccontextmanager
async def hook_at_work() -> AsyncIterator[Hook]:
    """Listen for as long as the block lasts."""
    hook = Hook()
    server = await asyncio.start_server(hook.take, "127.0.0.1", 0)
    hook.port = server.sockets[0].getsockname()[1]
    try:
        yield hook
    finally:
        server.close()
