"""The market of a small desk: one share that rose, one that has no price, and one option."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

AT = "2020-03-13T20:00:00Z"
ACME: dict[str, Any] = {
    "symbol": "ACME",
    "last": "103",
    "change": "3",
    "change_percent": "3",
    "low": "100.5",
    "high": "104",
    "volume": "1000",
    "reason": None,
}
IDLE: dict[str, Any] = {**dict.fromkeys(ACME), "symbol": "IDLE", "reason": "no bar closed in the last 24 hours"}
QUOTE = {"at": AT, "bid": "99.98", "ask": "100.02", "bid_size": "300", "ask_size": "200"}
CALL: dict[str, Any] = {
    "symbol": "ACME200320C00100000",
    "expires_on": "2020-03-20",
    "right": "call",
    "strike": "100",
    "bid": "3.9",
    "ask": "4.1",
    "volume": None,
    "implied_vol": "0.31",
    "delta": "0.81",
}


@dataclass
class SmallMarket:
    asked: list[dict[str, str]] = field(default_factory=list)

    def routes(self) -> list[Route]:
        return [
            Route("/v1/movers", self.movers),
            Route("/v1/statistics", self.statistics),
            Route("/v1/quotes/history", self.quotes),
            Route("/v1/prints", self.prints),
            Route("/v1/options/chain", self.chain),
        ]

    async def movers(self, _request: Request) -> Response:
        return JSONResponse({"gainers": [ACME], "losers": [], "most_active": [ACME]})

    async def statistics(self, _request: Request) -> Response:
        return JSONResponse({"items": [ACME, IDLE]})

    async def quotes(self, _request: Request) -> Response:
        return JSONResponse({"on": "2020-03-13", "items": [QUOTE], "reason": None})

    async def prints(self, _request: Request) -> Response:
        return JSONResponse({"on": "2020-03-13", "items": None, "reason": "this tape has no single prints"})

    async def chain(self, request: Request) -> Response:
        self.asked.append(dict(request.query_params))
        return JSONResponse({"items": [CALL], "next_cursor": None})
