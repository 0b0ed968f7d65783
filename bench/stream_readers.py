"""Many subscribers of one tape in one process: `python -m bench.stream_readers address token tape count file`.

They speak the protocol barely: frames are cut, not understood, so that one core can read for all of them. Says
`ready` when everybody has heard the state, goes on until a line comes in, and writes what was heard: pairs of the
number of a message and the moment it came.
"""

import asyncio
import json
import re
import sys
import time
from pathlib import Path
from typing import Final, cast

import numpy as np
from websockets.client import ClientProtocol
from websockets.uri import parse_uri

from bench.stream_desk import SYMBOLS
from paperdesk.serving import loop_factory

AT_ONCE: Final = 50
_SEQ: Final = re.compile(rb'^\{"topic":"quotes".{1,200}?"seq":(\d+),"after":(\d+|null)')


class Reader(asyncio.Protocol):
    """One subscriber: signs in by its first frame, follows every symbol, and notes when messages come."""

    def __init__(self, address: str, hello: list[bytes], heard: list[tuple[int, float]]) -> None:
        """Take what to say, and where to note what was heard."""
        self._client = ClientProtocol(parse_uri(address))
        self._hello, self._heard, self._left = hello, heard, b""
        self._states = 0
        self.is_ready = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a stream."""
        self._line = cast("asyncio.Transport", transport)
        self._client.send_request(self._client.connect())
        self._line.write(b"".join(self._client.data_to_send()))

    def data_received(self, data: bytes) -> None:
        """Cut frames: those of a server are not masked, and here none is longer than 64 kilobytes."""
        if not self._hello:
            self._cut(self._left + data)
            return
        head, end, rest = data.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 "), head[:200]
        self._client.receive_data(head + end)
        for text in self._hello:
            self._client.send_text(text)
        self._line.write(b"".join(self._client.data_to_send()))
        self._hello = []
        self._cut(rest)

    def _cut(self, data: bytes) -> None:
        now, place = time.time(), 0
        while len(data) >= place + 2:
            length, start = data[place + 1], place + 2
            if length == 126:
                length, start = int.from_bytes(data[start : start + 2], "big"), start + 2
            if len(data) < start + length:
                break
            self._note(data[start : start + length], now)
            place = start + length
        self._left = data[place:]

    def _note(self, text: bytes, now: float) -> None:
        found = _SEQ.match(text)
        if found is None:
            return
        if found[2] == b"null":
            self._states += 1
            if self._states == len(SYMBOLS):
                self.is_ready.set()
        else:
            self._heard.append((int(found[1]), now))


async def read(address: str, token: str, tape_id: str, count: int) -> list[tuple[int, float]]:
    """Let everybody subscribe, and listen until told to stop."""
    follow = {"do": "subscribe", "topic": "quotes", "id": tape_id, "symbols": SYMBOLS}
    hello = [json.dumps(each).encode() for each in ({"do": "authenticate", "token": token}, follow)]
    heard: list[tuple[int, float]] = []
    loop, uri = asyncio.get_running_loop(), parse_uri(address)
    gate = asyncio.Semaphore(AT_ONCE)

    async def come() -> None:
        async with gate:
            _, reader = await loop.create_connection(lambda: Reader(address, hello, heard), uri.host, uri.port)
            await reader.is_ready.wait()

    await asyncio.gather(*(come() for _ in range(count)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    return heard


if __name__ == "__main__":
    address, token, tape_id, count, file = sys.argv[1:]
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        heard = runner.run(read(address, token, tape_id, int(count)))
    np.save(Path(file), np.array(heard, np.float64))
