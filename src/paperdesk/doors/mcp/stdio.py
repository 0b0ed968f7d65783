"""The door over standard input and output: what a client says goes to the running desk's /mcp, and comes back.

One implementation serves both: nothing is known here of tools. A key goes along with every message.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import anyio
import httpx2
from mcp.client.streamable_http import streamable_http_client
from mcp.server.stdio import stdio_server
from mcp.shared.inbound import (
    MCP_METHOD_HEADER,
    MCP_NAME_HEADER,
    MCP_PROTOCOL_VERSION_HEADER,
    NAME_BEARING_METHODS,
    encode_header_value,
)
from mcp.shared.message import ClientMessageMetadata, SessionMessage
from mcp_types import PROTOCOL_VERSION_META_KEY, JSONRPCError, JSONRPCRequest, JSONRPCResponse

ANSWERS_WITHIN_S: Final = 120
LOOK_AGAIN_S: Final = 0.02


@dataclass(slots=True)
class Bridge:
    """Carries messages both ways, and remembers which protocol a session has agreed on."""

    version: str | None = None
    opening: set[str | int] = field(default_factory=set[str | int])
    waiting: set[str | int] = field(default_factory=set[str | int])

    def outbound(self, said: SessionMessage) -> SessionMessage:
        """Return a message of the client with the headers that its protocol asks for."""
        message = said.message
        if not isinstance(message, JSONRPCRequest):
            headers = {} if self.version is None else {MCP_PROTOCOL_VERSION_HEADER: self.version}
            return SessionMessage(message, ClientMessageMetadata(headers=headers))
        self.waiting.add(message.id)
        if message.method == "initialize":
            self.opening.add(message.id)
        return SessionMessage(message, ClientMessageMetadata(headers=self._headers(message)))

    def inbound(self, told: SessionMessage) -> SessionMessage:
        """Take note of the protocol that the desk agreed to."""
        message = told.message
        if isinstance(message, JSONRPCResponse | JSONRPCError) and message.id is not None:
            self.waiting.discard(message.id)
        if isinstance(message, JSONRPCResponse) and message.id in self.opening:
            self.version = str(message.result.get("protocolVersion", "")) or None
        return SessionMessage(message)

    def _headers(self, message: JSONRPCRequest) -> dict[str, str]:
        params: Mapping[str, Any] = message.params or {}
        modern = (params.get("_meta") or {}).get(PROTOCOL_VERSION_META_KEY)
        if modern is None:
            has_agreed = self.version is not None and message.method != "initialize"
            return {MCP_PROTOCOL_VERSION_HEADER: self.version or ""} if has_agreed else {}
        headers = {MCP_PROTOCOL_VERSION_HEADER: str(modern), MCP_METHOD_HEADER: message.method}
        named = params.get(NAME_BEARING_METHODS.get(message.method, ""))
        return headers | ({MCP_NAME_HEADER: encode_header_value(named)} if isinstance(named, str) else {})


def bridge(url: str, token: str) -> None:
    """Carry messages until the client closes its end, on an event loop of its own."""
    asyncio.run(serve(url, token))


async def serve(url: str, token: str) -> None:
    """Carry messages until the client closes its end."""
    headers, between = {"Authorization": f"Bearer {token}"}, Bridge()
    timeout = httpx2.Timeout(ANSWERS_WITHIN_S, read=None)
    async with (
        httpx2.AsyncClient(headers=headers, timeout=timeout) as http,
        streamable_http_client(url, http_client=http) as (from_desk, to_desk),
        stdio_server() as (from_client, to_client),
        anyio.create_task_group() as carrying,
    ):
        carrying.start_soon(_carry, from_desk, to_client, between.inbound)
        await _carry(from_client, to_desk, between.outbound)
        with anyio.move_on_after(ANSWERS_WITHIN_S):
            while between.waiting:  # the client said all it had to say, and is still owed answers
                await anyio.sleep(LOOK_AGAIN_S)
        carrying.cancel_scope.cancel()


async def _carry(
    source: Any,  # noqa: ANN401 - the package's own streams, whose types it keeps to itself
    sink: Any,  # noqa: ANN401 - likewise
    passed: Callable[[SessionMessage], SessionMessage],
) -> None:
    """Carry messages from one end to the other until there are no more; what is none is left out."""
    async for message in source:
        if isinstance(message, SessionMessage):
            await sink.send(passed(message))
