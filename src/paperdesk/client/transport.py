"""How calls reach a desk, with patience: blocking, and without."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Any, Final, ParamSpec, Protocol, Self, TypeVar

import httpx

from paperdesk.client.calls import Call, read, require_success

P = ParamSpec("P")
T = TypeVar("T")
Row_co = TypeVar("Row_co", covariant=True)

TIMEOUT: Final = httpx.Timeout(60.0, connect=5.0)


class Page(Protocol[Row_co]):
    """One page of a list."""

    @property
    def items(self) -> Sequence[Row_co]:
        """What stands on it."""

    @property
    def next_cursor(self) -> str | None:
        """Where the next one begins; None on the last."""


class Transport:
    """Asks a desk and waits for the answer.

    What is refused with 429 is asked again when the desk says, and what is refused with 503 too where asking twice
    does it once; four times at most, and never after a wait longer than `patience_s`.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        patience_s: float = 60.0,
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Speak to the desk at an address with a key, its id and secret with a dot between."""
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx.Client(
            base_url=url, headers=headers, timeout=TIMEOUT, transport=transport, verify=url.startswith("https:")
        )
        self._patience_s, self._pause = patience_s, pause

    def ask(self, call: Call, shape: type[T]) -> T:
        """Send a request and return what is answered. Raises Refused."""
        return read(call, self._answer(call), shape)

    def do(self, call: Call) -> None:
        """Send a request that is answered by nothing. Raises Refused."""
        require_success(call, self._answer(call))

    def _answer(self, call: Call) -> httpx.Response:
        request = call.request(self._client)
        answer, tries = self._client.send(request), 1
        while (wait_s := call.wait_s(answer, tries)) is not None and wait_s <= self._patience_s:
            self._pause(wait_s)
            answer, tries = self._client.send(request), tries + 1
        return answer

    def every(self, ask: Callable[P, Page[Row_co]], *args: P.args, **kwargs: P.kwargs) -> Iterator[Row_co]:
        """Yield everything of a list, page by page: `desk.every(desk.get_orders, account_id=...)`."""
        while True:
            page = ask(*args, **kwargs)
            yield from page.items
            if page.next_cursor is None:
                return
            kwargs["cursor"] = page.next_cursor

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        """Keep the connections for as long as the block lasts."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of them."""
        self.close()


class AsyncTransport:
    """Asks a desk as `Transport` does, and lets others work meanwhile."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        patience_s: float = 60.0,
        transport: httpx.AsyncBaseTransport | None = None,
        pause: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        """Speak to the desk at an address with a key, its id and secret with a dot between."""
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx.AsyncClient(
            base_url=url, headers=headers, timeout=TIMEOUT, transport=transport, verify=url.startswith("https:")
        )
        self._patience_s, self._pause = patience_s, pause

    async def ask(self, call: Call, shape: type[T]) -> T:
        """Send a request and return what is answered. Raises Refused."""
        return read(call, await self._answer(call), shape)

    async def do(self, call: Call) -> None:
        """Send a request that is answered by nothing. Raises Refused."""
        require_success(call, await self._answer(call))

    async def _answer(self, call: Call) -> httpx.Response:
        request = call.request(self._client)
        answer, tries = await self._client.send(request), 1
        while (wait_s := call.wait_s(answer, tries)) is not None and wait_s <= self._patience_s:
            await self._pause(wait_s)
            answer, tries = await self._client.send(request), tries + 1
        return answer

    async def every(
        self, ask: Callable[P, Awaitable[Page[Row_co]]], *args: P.args, **kwargs: P.kwargs
    ) -> AsyncIterator[Row_co]:
        """Yield everything of a list, page by page."""
        while True:
            page = await ask(*args, **kwargs)
            for row in page.items:
                yield row
            if page.next_cursor is None:
                return
            kwargs["cursor"] = page.next_cursor

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        """Keep the connections for as long as the block lasts."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of them."""
        await self.close()
