"""A vendor's stream: lists of JSON objects over a WebSocket, bounded in time and size, never with a secret in a log."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol, TypeAlias

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from paperdesk.infra.outbound import VendorAnswerMalformed, VendorUnreachable

OPEN_S: Final = 5
ANSWER_S: Final = 10
BYTES_MAX: Final = 1_000_000


class Wire(Protocol):
    """One end of an open connection."""

    async def send(self, message: str) -> None:
        """Send a text."""

    async def recv(self) -> str | bytes:
        """Wait for the next message."""


OpenWire: TypeAlias = Callable[[str], AbstractAsyncContextManager[Wire]]


@asynccontextmanager
async def open_wire(url: str) -> AsyncIterator[Wire]:
    """Connect to an address; proxies of the environment are not used, and a line that went dead is noticed."""
    async with connect(url, open_timeout=OPEN_S, max_size=BYTES_MAX, proxy=None, user_agent_header=None) as wire:
        yield wire


@dataclass(frozen=True, slots=True)
class Talk:
    """What is said on one stream of one vendor."""

    vendor: str
    wire: Wire

    async def say(self, **message: object) -> None:
        """Send a message."""
        await self.wire.send(json.dumps(message))

    async def hear(self, within_s: float | None = ANSWER_S) -> list[dict[str, Any]]:
        """Wait for the next message, for ever without a bound. Raises VendorAnswerMalformed."""
        async with asyncio.timeout(within_s):
            text = await self.wire.recv()
        try:
            found = json.loads(text, parse_float=Decimal)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise VendorAnswerMalformed(
                f"{self.vendor} streamed something else than it documents: no list of objects.", vendor=self.vendor
            )
        return found


@asynccontextmanager
async def talking(vendor: str, opened: AbstractAsyncContextManager[Wire]) -> AsyncIterator[Talk]:
    """Talk for as long as the block lasts; what breaks the line is VendorUnreachable."""
    try:
        async with opened as wire:
            yield Talk(vendor, wire)
    except (OSError, TimeoutError, WebSocketException) as error:
        cause = type(error).__name__
        raise VendorUnreachable(f"{vendor} could not be reached ({cause}).", vendor=vendor) from None
