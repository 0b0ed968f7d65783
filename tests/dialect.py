"""A desk that clients of Alpaca reach over a real server, and those clients, unmodified.

The clients block, so each of their calls runs in a thread beside the server.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx
import pytest
import uvicorn
from alpaca.data.historical import CryptoHistoricalDataClient, OptionHistoricalDataClient, StockHistoricalDataClient
from alpaca.trading.client import TradingClient

from tests.desk import RunningDesk


@dataclass(repr=False)
class Dialect:
    """Where the desk's server is, and the first tenant's clients of it; `account_id` is what their key speaks for."""

    desk: RunningDesk
    port: int
    tape_id: str = ""
    account_id: str = ""

    @property
    def url(self) -> str:
        """Return the address as their clients want it: without a version."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket(self) -> str:
        """Return the address for WebSockets."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def credentials(self) -> tuple[str, str]:
        """Return key and secret of the first tenant, apart."""
        return self.desk.first.key.prefix, self.desk.first.key.secret

    @cached_property
    def trading(self) -> TradingClient:
        """Trades."""
        return TradingClient(*self.credentials, url_override=self.url)

    @cached_property
    def shares(self) -> StockHistoricalDataClient:
        """Reads prices of shares."""
        return StockHistoricalDataClient(*self.credentials, url_override=self.url)

    @cached_property
    def crypto(self) -> CryptoHistoricalDataClient:
        """Reads prices of pairs."""
        return CryptoHistoricalDataClient(*self.credentials, url_override=self.url)

    @cached_property
    def options(self) -> OptionHistoricalDataClient:
        """Reads prices of options."""
        return OptionHistoricalDataClient(*self.credentials, url_override=self.url)

    async def open(self, market: str = "daily", **rules: Any) -> None:  # noqa: ANN401 - any JSON
        """Open a tape and an account on a market, which the key then speaks for."""
        self.tape_id, self.account_id = await self.desk.market(market, **rules)
        key_id = self.desk.first.key.id
        answer = await self.desk.mine.ask("PUT", f"/v1/accounts/{self.account_id}/keys/{key_id}")
        assert answer.status_code == 204, answer.text

    async def step(self, count: int = 1, unit: str = "session") -> None:
        """Move the tape on."""
        await self.desk.mine.step(self.tape_id, unit, count)

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Send a raw request with the first tenant's key, as other clients do."""
        key, secret = self.credentials
        headers = {"APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret} | more.pop("headers", {})
        return await self.desk.visitor().ask(method, path, headers=headers, **more)


async def said(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - models or raw JSON
    """Let a blocking client speak."""
    return await asyncio.to_thread(call, *arguments, **named)


@pytest.fixture
async def dialect(desk: RunningDesk) -> AsyncIterator[Dialect]:
    """A real server over the desk, on a free port of this machine."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        config = uvicorn.Config(desk.app, log_config=None, ws="websockets-sansio", lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        while not server.started:
            await asyncio.sleep(0.005)
        yield Dialect(desk, bound.getsockname()[1])
        server.should_exit = True
        await serving
