"""The door itself: streamable HTTP at /mcp, the same gate as everywhere, and one place where tools are called.

Both generations of the protocol are spoken: 2026-07-28, in which each request stands by itself, and those before it,
in which a client opens a session. A session belongs to the credential that opened it.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams, TextContent
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.principal import Principal
from paperdesk.doors.desk import Desk, Neighbour
from paperdesk.doors.mcp.asking import Ask
from paperdesk.doors.mcp.refusals import broken, refused
from paperdesk.doors.mcp.toolsets import chosen, tool_named, tools_in
from paperdesk.doors.problems import MethodNotAllowed, problem_response, request_id_of
from paperdesk.features.identity.access import address_of, refuse_foreign_origin, token_of
from paperdesk.infra.db import OutcomeUnknown, is_outage
from paperdesk.infra.telemetry import log

Call: TypeAlias = ServerRequestContext[Any, Request]

PATH: Final = "/mcp"
METHODS: Final = frozenset({"GET", "POST", "DELETE"})
VISIT: Final = "paperdesk.visit"
INSTRUCTIONS: Final = """Paperdesk is a trading desk on paper: every order, fill and balance is simulated.
Prices come from a tape with a clock of its own (get_clock); an order fills only when the tape moves on.
Without account_id the account of your key is meant, without tape_id its tape.
Numbers are text; null means unknown, and a reason says why.
Lists end with next_cursor: pass it as cursor for more.
Errors carry a stable code and a hint."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who sends a request, and which tools they asked for."""

    who: Principal
    toolsets: tuple[str, ...]


class Door:
    """The tools over a desk, and the sessions that are open."""

    def __init__(self, desk: Desk, version: str) -> None:
        """Prepare; it answers once it is opened."""
        self._desk, self._version = desk, version
        self._server: Server[Any] = Server(
            "paperdesk",
            title="Paperdesk",
            version=version,
            instructions=INSTRUCTIONS,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
        )
        self._sessions = StreamableHTTPSessionManager(
            self._server, max_request_body_size=desk.runtime.settings.body_bytes_max
        )

        self._is_open = asyncio.Event()

    @property
    def neighbour(self) -> Neighbour:
        """Return the door as an app of its own at its path."""
        return Neighbour(lambda path: path == PATH, self)

    async def run(self) -> None:
        """Keep sessions until cancelled."""
        async with self._sessions.run():
            self._is_open.set()
            await asyncio.Event().wait()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        request = Request(scope, receive)
        try:
            visit = await self._visit(request)
        except PaperdeskError as error:
            await problem_response(error, request_id_of(request))(scope, receive, send)
            return
        await self._is_open.wait()
        user = AuthenticatedUser(AccessToken(token="", client_id=visit.who.subject, scopes=[]))
        await self._sessions.handle_request({**scope, VISIT: visit, "user": user}, receive, send)

    async def _visit(self, request: Request) -> Visit:
        if request.method not in METHODS:
            raise MethodNotAllowed("This address does not take this method.")
        who = await self._desk.gate.principal(token_of(request), address_of(request))
        if "origin" in request.headers:
            refuse_foreign_origin(request)
        return Visit(who, chosen(request.query_params.get("toolsets", self._desk.runtime.settings.mcp_toolsets)))

    def _ask(self, call: Call) -> Ask:
        visit: Visit = _request(call).scope[VISIT]
        return Ask(visit.who, self._desk, visit.toolsets, self._version, call)

    async def _list_tools(
        self,
        call: Call,
        params: PaginatedRequestParams | None,  # noqa: ARG002 - all of them fit one page
    ) -> ListToolsResult:
        return ListToolsResult(tools=[each.on_wire for each in tools_in(self._ask(call).toolsets).values()])

    async def _call_tool(self, call: Call, params: CallToolRequestParams) -> CallToolResult:
        ask, request_id = self._ask(call), request_id_of(_request(call))
        try:
            tool = tool_named(params.name, ask.toolsets)
            ask.who.require_scope(tool.scope)  # which verb it is, the use case knows
            answer = await tool.run(ask, tool.read(params.arguments))
            told = answer.model_dump_json()
        except PaperdeskError as error:
            return refused(error, request_id)
        except Exception as error:  # one of the five places: the protocol's own layer would tell what broke
            if is_outage(error):
                log.warning("outage", request_id=request_id, cause=repr(error))
                return refused(OutcomeUnknown("The database cannot be reached; look before trying again."), request_id)
            log.error("bug", request_id=request_id, tool=params.name[:64], exc_info=error)
            return broken(request_id)
        return CallToolResult(
            content=[TextContent(type="text", text=told)], structured_content=answer.model_dump(mode="json")
        )


def _request(call: Call) -> Request:
    assert call.request is not None, "every call comes by HTTP"
    return call.request
