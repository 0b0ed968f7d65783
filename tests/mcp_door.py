"""The door for models over a real server, and the protocol's own client of it, in both generations."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import httpx2
import pytest
import uvicorn
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult

from paperdesk.doors.alpaca.app import dialect
from paperdesk.doors.mcp.app import PATH, Door
from paperdesk.doors.rest import build_app
from paperdesk.doors.stream.frames import FramedProtocol
from tests.desk import ROUTES, VERSION, RunningDesk

Mode = Literal["auto", "legacy"]


@dataclass(repr=False)
class Models:
    """Where the desk's server is; `account_id` is what the first tenant's key speaks for."""

    desk: RunningDesk
    port: int
    tape_id: str = ""
    account_id: str = ""

    @property
    def url(self) -> str:
        """Return where models come in."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    async def open(self, market: str = "daily", **rules: Any) -> None:  # noqa: ANN401 - any JSON
        """Open a tape and an account on a market, which the key then speaks for."""
        self.tape_id, self.account_id = await self.desk.market(market, **rules)
        key_id = self.desk.first.key.id
        answer = await self.desk.mine.ask("PUT", f"/v1/accounts/{self.account_id}/keys/{key_id}")
        assert answer.status_code == 204, answer.text

    @asynccontextmanager
    async def client(
        self,
        mode: Mode = "auto",
        *,
        token: str | None = None,
        toolsets: str | None = None,
        **more: Any,  # noqa: ANN401 - the client's own
    ) -> AsyncIterator[Client]:
        """Connect as a client does that shows a token, the first tenant's key unless another is given."""
        headers = {"Authorization": f"Bearer {token or self.desk.first.key.token}"}
        url = self.url if toolsets is None else f"{self.url}?toolsets={toolsets}"
        try:
            async with (
                httpx2.AsyncClient(headers=headers, timeout=60, verify=False) as http,
                Client(streamable_http_client(url, http_client=http), mode=mode, **more) as client,
            ):
                yield client
        except BaseExceptionGroup as group:
            raise _innermost(group) from None  # what failed inside, without the client's own wrapping

    async def call(self, name: str, **arguments: Any) -> Any:  # noqa: ANN401 - any JSON
        """Call a tool once, with a connection of its own, and return what it answers."""
        async with self.client(toolsets="all") as client:
            return answered(await client.call_tool(name, arguments))


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def answered(result: CallToolResult) -> Any:  # noqa: ANN401 - any JSON
    """Return what a call that went well answered."""
    assert not result.is_error, result.content
    return result.structured_content


def refused(result: CallToolResult, code: str) -> dict[str, Any]:
    """Return the members of the refusal that a call must be."""
    assert result.is_error, result.content
    members: dict[str, Any] = result.structured_content
    assert members["code"] == code, members
    assert {"status", "detail", "hint", "request_id"} <= members.keys()
    return members


@pytest.fixture
async def models(desk: RunningDesk) -> AsyncIterator[Models]:
    """A real server over the desk with its door for models, on a free port of this machine."""
    door = Door(desk.rooms, VERSION)
    room = asyncio.create_task(door.run())
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        app = build_app(desk.rooms, VERSION, ROUTES, [dialect(desk.rooms), door.neighbour])
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws=FramedProtocol, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        while not server.started:
            await asyncio.sleep(0.005)
        yield Models(desk, bound.getsockname()[1])
        room.cancel()
        server.should_exit = True
        await asyncio.gather(room, serving, return_exceptions=True)
