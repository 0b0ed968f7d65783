"""The door itself: streamable HTTP at /mcp, the same gate as everywhere, and one place where tools are called.

Both generations of the protocol are spoken: 2026-07-28, in which each request stands by itself, and those before it,
in which a client opens a session. A session belongs to the credential that opened it.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.streamable_http import MCP_SESSION_ID_HEADER as SESSION
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ResourceUpdated
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    EmptyResult,
    GetPromptRequestParams,
    GetPromptResult,
    InputRequiredResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    TextContent,
    TextResourceContents,
    UnsubscribeRequestParams,
)
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.kernel.values import replace
from paperdesk.doors.desk import Desk, Neighbour
from paperdesk.doors.mcp.asking import Ask
from paperdesk.doors.mcp.confirming import InputNeeded
from paperdesk.doors.mcp.following import Followed, Sessions, require_bounded, told
from paperdesk.doors.mcp.prompts import TASKS, task_named
from paperdesk.doors.mcp.refusals import Failed
from paperdesk.doors.mcp.resources import JSON, RESOURCES, found_at, topics_of
from paperdesk.doors.mcp.toolsets import chosen, schema_of, tool_named, tools_in
from paperdesk.doors.problems import REFUSALS, MethodNotAllowed, problem_response, request_id_of
from paperdesk.features.identity.access import (
    CredentialsEnded,
    KeyExpired,
    address_of,
    from_door,
    refuse_foreign_origin,
    token_of,
)
from paperdesk.infra.db import OutcomeUnknown, is_outage
from paperdesk.infra.telemetry import log

Done = TypeVar("Done")
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
        self.desk, self._version = desk, version
        self._server: Server[Any] = Server(
            "paperdesk",
            title="Paperdesk",
            version=version,
            instructions=INSTRUCTIONS,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            # Without this the protocol's layer lists all tools anew before each call, to look at one schema.
            get_tool_input_schema=schema_of,
            on_list_resources=self._list_resources,
            on_list_resource_templates=self._list_templates,
            on_read_resource=self._read_resource,
            on_subscribe_resource=self._subscribe,
            on_unsubscribe_resource=self._unsubscribe,
            on_subscriptions_listen=self._listen,
            on_list_prompts=self._list_prompts,
            on_get_prompt=self._get_prompt,
        )
        self._followed = Sessions(desk.runtime.bus)
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
        if request.url.path != PATH:  # on a port of its own
            await problem_response(REFUSALS[404], request_id_of(request))(scope, receive, send)
            return
        try:
            visit = await self._visit(request)
        except PaperdeskError as error:
            await problem_response(error, request_id_of(request))(scope, receive, send)
            return
        await self._is_open.wait()
        user = AuthenticatedUser(AccessToken(token="", client_id=visit.who.subject, scopes=[]))
        scope = {**scope, VISIT: visit, "user": user}
        if request.method == "DELETE":
            self._followed.forget(_session(request, visit))
        if request.method != "GET":
            await self._sessions.handle_request(scope, receive, send)
            return
        # A line that stays open: it ends with the credential, and what the session follows is told on it.
        telling, ended = self._followed.tell(_session(request, visit)), self._ended(request)
        await _until_first(self._sessions.handle_request(scope, receive, send), telling, ended)

    async def _visit(self, request: Request) -> Visit:
        if request.method not in METHODS:
            raise MethodNotAllowed("This address does not take this method.")
        known = await self.desk.gate.principal(token_of(request), address_of(request))
        who = from_door(known, "mcp", request)
        self.desk.gate.count_request(request, who)
        if "origin" in request.headers:
            refuse_foreign_origin(request)
        return Visit(who, chosen(request.query_params.get("toolsets", self.desk.runtime.settings.mcp_toolsets)))

    def _ask(self, call: Call) -> Ask:
        visit: Visit = _request(call).scope[VISIT]
        return Ask(visit.who, self.desk, visit.toolsets, self._version, call)

    async def _attempted(self, call: Call, work: Awaitable[Done]) -> Done:
        """Return what was worked out. Raises Failed, whatever came in between."""
        request_id = request_id_of(_request(call))
        try:
            return await work
        except PaperdeskError as error:
            raise Failed.by(error, request_id) from None
        except Exception as error:  # one of the eight places: the protocol's own layer would tell what broke
            if is_outage(error):
                log.warning("outage", request_id=request_id, cause=repr(error))
                lost = OutcomeUnknown("The database cannot be reached; look before trying again.")
                raise Failed.by(lost, request_id) from None
            log.error("bug", request_id=request_id, method=call.method, exc_info=error)
            raise Failed.by_bug(request_id) from None

    async def _read(self, call: Call, work: Awaitable[Done]) -> Done:
        try:
            return await self._attempted(call, work)
        except Failed as failed:
            raise failed.protocol_error from None

    async def _list_tools(self, call: Call, _: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[each.on_wire for each in tools_in(self._ask(call).toolsets).values()])

    async def _call_tool(self, call: Call, params: CallToolRequestParams) -> CallToolResult | InputRequiredResult:
        try:
            return await self._attempted(call, _called(replace(self._ask(call), params=params), params))
        except Failed as failed:
            return failed.result

    async def _list_resources(self, _: Call, __: PaginatedRequestParams | None) -> ListResourcesResult:
        told = [each.on_wire for each in RESOURCES]
        return ListResourcesResult(resources=[each for each in told if isinstance(each, Resource)])

    async def _list_templates(self, _: Call, __: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
        told = [each.on_wire for each in RESOURCES]
        return ListResourceTemplatesResult(
            resource_templates=[each for each in told if isinstance(each, ResourceTemplate)]
        )

    async def _read_resource(self, call: Call, params: ReadResourceRequestParams) -> ReadResourceResult:
        return await self._read(call, _resource(self._ask(call), params.uri))

    async def _subscribe(self, call: Call, params: SubscribeRequestParams) -> EmptyResult:
        topics = await self._read(call, topics_of(self._ask(call), params.uri))
        await self._read(call, self._follow(call, params.uri, topics))
        return EmptyResult()

    async def _follow(self, call: Call, uri: str, topics: tuple[str, ...]) -> None:
        self._followed.follow(_session_of(call), uri, topics, call.session)

    async def _unsubscribe(self, call: Call, params: UnsubscribeRequestParams) -> EmptyResult:
        self._followed.leave(_session_of(call), params.uri)
        return EmptyResult()

    async def _listen(self, call: Call, params: SubscriptionsListenRequestParams) -> SubscriptionsListenResult:
        """Tell of resources on the stream of one request, as long as the credential stands."""
        uris = list(dict.fromkeys(params.notifications.resource_subscriptions or ()))
        topics = await self._read(call, self._topics(call, uris))
        news = InMemorySubscriptionBus()
        listening = ListenHandler(news)

        async def send(uri: str) -> None:
            await news.publish(ResourceUpdated(uri))

        telling = told(self.desk.runtime.bus, Followed(topics), send)
        feeding = asyncio.create_task(_until_first(telling, self._ended(_request(call))))
        feeding.add_done_callback(lambda _: listening.close())
        try:
            return await listening(call, params)
        finally:
            feeding.cancel()

    async def _topics(self, call: Call, uris: list[str]) -> dict[str, tuple[str, ...]]:
        require_bounded(len(uris))
        ask = self._ask(call)
        return {uri: await topics_of(ask, uri) for uri in uris}

    async def _ended(self, request: Request) -> None:
        """Wait until the credential that a request came with has ended."""
        with suppress(CredentialsEnded, KeyExpired):
            await self.desk.gate.until_ended(token_of(request) or "", address_of(request))

    async def _list_prompts(self, _: Call, __: PaginatedRequestParams | None) -> ListPromptsResult:
        return ListPromptsResult(prompts=[each.on_wire for each in TASKS])

    async def _get_prompt(self, call: Call, params: GetPromptRequestParams) -> GetPromptResult:
        return await self._read(call, _prompt(params))


async def _called(ask: Ask, params: CallToolRequestParams) -> CallToolResult | InputRequiredResult:
    tool = tool_named(params.name, ask.toolsets)
    ask.who.require_scope(tool.scope)  # which verb it is, the use case knows
    try:
        answer = await tool.run(ask, tool.read(params.arguments))
    except InputNeeded as needed:
        return needed.result
    text = TextContent(type="text", text=answer.model_dump_json())
    return CallToolResult(content=[text], structured_content=answer.model_dump(mode="json"))


async def _resource(ask: Ask, uri: str) -> ReadResourceResult:
    readable, named = found_at(uri)
    answer = await readable.read(ask, named)
    return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type=JSON, text=answer.model_dump_json())])


async def _prompt(params: GetPromptRequestParams) -> GetPromptResult:
    return task_named(params.name).told(params.arguments or {})


async def _until_first(*works: Coroutine[Any, Any, object]) -> None:
    """Work on several things until the first has ended."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def _session(request: Request, visit: Visit) -> str:
    """Name a session by who shows it as well: an id that was guessed is another session."""
    return f"{visit.who.subject}/{request.headers.get(SESSION, '')}"


def _session_of(call: Call) -> str:
    request = _request(call)
    return _session(request, request.scope[VISIT])


def _request(call: Call) -> Request:
    assert call.request is not None, "every call comes by HTTP"
    return call.request
