"""The app of the dialect: its addresses, and what happens to every request before and after its endpoint.

It owns /v2, /v1beta1, /v1beta3 and /stream at the root of the desk's address, and of /v1 exactly
corporate-actions and locates. A slash too many or a version said twice is forgiven, because a base
URL is easily written wrong and their clients do not follow redirects.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.principal import Scope as Permission
from paperdesk.core.kernel.rates import TooManyRequests
from paperdesk.doors.alpaca import activities, corporate_actions, options, orders, screener, trading
from paperdesk.doors.alpaca.asking import Answering, Ask, token_of
from paperdesk.doors.alpaca.data_stream import DataLine
from paperdesk.doors.alpaca.errors import answer_nowhere, answer_refusal, answer_unexpected, answered, refused
from paperdesk.doors.alpaca.marketdata import (
    OPTIONS,
    PAIRS,
    SHARES,
    Market,
    history,
    history_of_one,
    latest,
    latest_of_one,
)
from paperdesk.doors.alpaca.trade_updates import Line
from paperdesk.doors.desk import Desk, Neighbour
from paperdesk.doors.problems import BodyLimit
from paperdesk.doors.time_limit import TimeLimit
from paperdesk.features.identity.access import address_of, from_door
from paperdesk.infra.rate_limit import Allowance, RateLimit

_OURS: Final = re.compile(r"/(v2|v1beta1|v1beta3|stream|v1/corporate-actions|v1/locates)(?=[/:]|$)")
_TWICE: Final = re.compile(r"^(/v[0-9a-z]+)\1(?=/|$)")
Socket = Callable[[WebSocket], Awaitable[None]]
READ, TRADE = Permission.READ, Permission.TRADE


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address: how it is asked, the permission it needs, and who answers."""

    method: str
    path: str
    scope: Permission
    answer: Answering


TRADING: Final = (
    Endpoint("GET", "/v2/account", READ, trading.get_account),
    Endpoint("GET", "/v2/account/configurations", READ, trading.get_configuration),
    Endpoint("PATCH", "/v2/account/configurations", TRADE, trading.patch_configuration),
    Endpoint("GET", "/v2/account/activities", READ, activities.get_activities),
    Endpoint("GET", "/v2/account/activities/{activity_type}", READ, activities.get_activities_of),
    Endpoint("GET", "/v2/account/portfolio/history", READ, activities.get_history),
    Endpoint("GET", "/v2/clock", READ, trading.get_clock),
    Endpoint("GET", "/v2/calendar", READ, trading.get_calendar),
    Endpoint("GET", "/v2/assets", READ, trading.get_assets),
    Endpoint("GET", "/v2/assets/{symbol:path}", READ, trading.get_asset),
    Endpoint("POST", "/v2/orders", TRADE, orders.post_order),
    Endpoint("GET", "/v2/orders", READ, orders.get_orders),
    Endpoint("DELETE", "/v2/orders", TRADE, orders.delete_orders),
    Endpoint("GET", "/v2/orders:by_client_order_id", READ, orders.get_order_by_client_id),
    Endpoint("GET", "/v2/orders/{order_id}", READ, orders.get_order),
    Endpoint("PATCH", "/v2/orders/{order_id}", TRADE, orders.patch_order),
    Endpoint("DELETE", "/v2/orders/{order_id}", TRADE, orders.delete_order),
    Endpoint("GET", "/v2/positions", READ, orders.get_positions),
    Endpoint("DELETE", "/v2/positions", TRADE, orders.delete_positions),
    Endpoint("GET", "/v2/positions/{symbol:path}", READ, orders.get_position),
    Endpoint("DELETE", "/v2/positions/{symbol:path}", TRADE, orders.delete_position),
    Endpoint("POST", "/v2/positions/{contract}/exercise", TRADE, orders.post_exercise),
    Endpoint("POST", "/v2/positions/{contract}/do-not-exercise", TRADE, orders.post_do_not_exercise),
)
HISTORY: Final = ("bars", "quotes", "trades")
BOOK: Final = "orderbooks"
MARKET: Final = (
    *(Endpoint("GET", f"/v2/stocks/{key}", READ, history(SHARES, key)) for key in HISTORY),
    *(Endpoint("GET", f"/v2/stocks/{key}/latest", READ, latest(SHARES, key)) for key in HISTORY),
    Endpoint("GET", "/v2/stocks/snapshots", READ, latest(SHARES, "snapshots")),
    *(Endpoint("GET", f"/v2/stocks/{{symbol}}/{key}", READ, history_of_one(SHARES, key)) for key in HISTORY),
    *(Endpoint("GET", f"/v2/stocks/{{symbol}}/{key}/latest", READ, latest_of_one(SHARES, key)) for key in HISTORY),
    Endpoint("GET", "/v2/stocks/{symbol}/snapshot", READ, latest_of_one(SHARES, "snapshots")),
    *(Endpoint("GET", f"/v1beta3/crypto/us/{key}", READ, history(PAIRS, key)) for key in HISTORY),
    *(Endpoint("GET", f"/v1beta3/crypto/us/latest/{key}", READ, latest(PAIRS, key)) for key in (*HISTORY, BOOK)),
    Endpoint("GET", "/v1beta3/crypto/us/snapshots", READ, latest(PAIRS, "snapshots")),
    *(Endpoint("GET", f"/v1beta1/options/{key}", READ, history(OPTIONS, key)) for key in ("bars", "trades")),
    *(Endpoint("GET", f"/v1beta1/options/{key}/latest", READ, latest(OPTIONS, key)) for key in ("quotes", "trades")),
    Endpoint("GET", "/v1beta1/options/snapshots", READ, options.get_snapshots),
    Endpoint("GET", "/v1beta1/options/snapshots/{symbol}", READ, options.get_chain),
    Endpoint("GET", "/v1beta1/options/meta/exchanges", READ, options.get_exchanges),
    Endpoint("GET", "/v2/options/contracts", READ, options.get_contracts),
    Endpoint("GET", "/v2/options/contracts/{contract}", READ, options.get_contract),
    Endpoint("GET", "/v1beta1/screener/stocks/most-actives", READ, screener.get_most_actives),
    Endpoint("GET", "/v1beta1/screener/{market}/movers", READ, screener.get_movers),
    Endpoint("GET", "/v1beta1/news", READ, screener.get_news),
    Endpoint("GET", "/v1/corporate-actions", READ, corporate_actions.get_corporate_actions),
)
ENDPOINTS: Final = (*TRADING, *MARKET)


@dataclass(frozen=True, slots=True)
class Stream:
    """One address for WebSockets: a market, None for the test stream."""

    path: str
    market: Market | None


STREAMS: Final = (
    *(Stream(f"/v2/{feed}", SHARES) for feed in ("iex", "sip", "delayed_sip", "boats", "overnight")),
    Stream("/v2/test", None),
    *(Stream(f"/v1beta1/{feed}", OPTIONS) for feed in ("indicative", "opra")),
    Stream("/v1beta1/news", SHARES),
    Stream("/v1beta3/crypto/us", PAIRS),
)
UPDATES: Final = "/stream"


def dialect(desk: Desk) -> Neighbour:
    """Return the door over a desk."""
    return Neighbour(owns, _Forgiving(build_app(desk)), refused)


def owns(path: str) -> bool:
    """Say whether a path belongs to the dialect."""
    return _OURS.match(_plain(path)) is not None


def build_app(desk: Desk) -> Starlette:
    """Return the app itself."""
    settings = desk.runtime.settings
    limit = RateLimit(settings.alpaca_requests_per_minute)
    routes: list[BaseRoute] = [
        Route(each.path, _Served(desk, each, limit), methods=[each.method], name=f"{each.method} {each.path}")
        for each in ENDPOINTS
    ]
    routes.append(WebSocketRoute(UPDATES, _trade_updates(desk)))
    routes.extend(WebSocketRoute(each.path, _data_stream(desk, each.market)) for each in STREAMS)
    times = {"body_s": settings.body_seconds_max, "answer_s": settings.answer_seconds_max}
    limits = [
        Middleware(TimeLimit, **times, refusing=refused),
        Middleware(BodyLimit, body_bytes_max=settings.body_bytes_max, import_bytes_max=0, refusing=refused),
    ]
    app = Starlette(
        routes=routes,
        middleware=limits,
        exception_handlers={
            PaperdeskError: answer_refusal,
            HTTPException: answer_nowhere,
            Exception: answer_unexpected,
        },
    )
    app.router.redirect_slashes = False
    return app


def _trade_updates(desk: Desk) -> Socket:
    async def serve(socket: WebSocket) -> None:
        await Line(socket, desk).serve()

    return serve


def _data_stream(desk: Desk, market: Market | None) -> Socket:
    async def serve(socket: WebSocket) -> None:
        await DataLine(socket, desk, market).serve()

    return serve


@dataclass(frozen=True, slots=True)
class _Served:
    """An endpoint with what every request passes: who asks, how often, and whether they may."""

    desk: Desk
    endpoint: Endpoint
    limit: RateLimit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive, send)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        gate = self.desk.gate
        known = await gate.principal(token_of(request.headers), address_of(request))
        who = from_door(known, "alpaca", request)
        gate.count_request(request, who)
        allowance = self.limit.take(who.key_id or who.user_id, self.desk.runtime.clock.now())
        if allowance.is_over:
            response = answered(TooManyRequests("too many requests", limit=allowance.limit))
            response.headers["Retry-After"] = str(allowance.retry_after_s)
        else:
            who.require_scope(self.endpoint.scope)  # which verb it is, the use case knows
            try:
                response = (await self.endpoint.answer(Ask(request, who, self.desk))).response()
            except PaperdeskError as error:
                response = await answer_refusal(request, error)
        response.headers.update(_rate_headers(allowance))
        return response


def _rate_headers(allowance: Allowance) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(allowance.limit),
        "X-RateLimit-Remaining": str(allowance.remaining),
        "X-RateLimit-Reset": str(int(allowance.resets_at.timestamp())),
    }


class _Forgiving:
    """Reads an address as it was meant: one slash where there are two, one version where it is said twice."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "path": _plain(scope["path"])}, receive, send)


def _plain(path: str) -> str:
    single = re.sub(r"/{2,}", "/", path) if "//" in path else path
    return _TWICE.sub(r"\1", single)
