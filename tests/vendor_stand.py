"""A stand-in for three vendors on one address: it answers what they document, checks keys, and can be troubled.

Troubles are taken in order, one a call: a status with headers, words that are no JSON, a body that breaks off,
silence, more than anybody asked for, or an answer that has drifted from its documentation.
"""

import asyncio
import copy
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.types import Receive, Scope, Send

from paperdesk.infra.outbound_stream import Wire, open_wire
from tests import vendor_answers as told

ALPACA_KEY = ("AKINVENTED", "alpaca-invented-secret")
POLYGON_KEY = ("", "polygon-invented-secret")
FRED_KEY = ("", "fred-invented-secret-0123456789ab")
NO_PORT = 9
KEYS = {"alpaca": ALPACA_KEY, "polygon": POLYGON_KEY, "fred": FRED_KEY}


@dataclass(frozen=True)
class Trouble:
    """What goes wrong with one call; `drift` changes a good answer before it is sent."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None
    breaks_off: bool = False
    hangs_s: float = 0
    drift: Callable[[Any], None] | None = None


@dataclass(frozen=True)
class Asked:
    """One call that came in."""

    path: str
    params: dict[str, str]
    client: object


@dataclass
class VendorStand:
    """The three vendors as an ASGI app; Alpaca says `now` of shares, `acts` of companies, and lacks `lost` bars."""

    base: str = "https://api.massive.com"
    troubles: list[Trouble] = field(default_factory=list[Trouble])
    asked: list[Asked] = field(default_factory=list[Asked])
    is_down: bool = False
    now: dict[str, tuple[told.Figures, str]] = field(default_factory=dict[str, tuple[told.Figures, str]])
    acts: dict[str, list[told.Json]] = field(default_factory=lambda: dict(told.ALPACA_ACTIONS))

    lost: set[str] = field(default_factory=set[str])
    stream_port: int = NO_PORT

    def opens_wire(self, url: str) -> AbstractAsyncContextManager[Wire]:
        """Open a stream where the test has one, whatever the address says of its host; else nobody answers."""
        return open_wire(f"ws://127.0.0.1:{self.stream_port}{urlsplit(url).path}")

    def snapshot(self, symbol: str) -> Any:  # noqa: ANN401 - any JSON
        """Return Alpaca's latest of a share: as it was changed, else as it stands in the answers."""
        return told.alpaca_snapshot(*self.now.get(symbol, (told.PRICES[symbol],)))

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        params = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        self.asked.append(Asked(scope["path"], params, scope.get("client")))
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        status, answer = self.answer(scope["path"], params, headers)
        answer = copy.deepcopy(answer)
        trouble = self.troubles.pop(0) if self.troubles else Trouble(503) if self.is_down else Trouble(status)
        if trouble.hangs_s:
            await asyncio.sleep(trouble.hangs_s)
        if trouble.drift is not None:
            trouble.drift(answer)
        body = json.dumps(answer).encode() if trouble.body is None else trouble.body
        length = len(body) + (100 if trouble.breaks_off else 0)
        sent = {"content-type": "application/json", "content-length": str(length), **trouble.headers}
        raw = [(name.encode(), value.encode()) for name, value in sent.items()]
        await send({"type": "http.response.start", "status": trouble.status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    def answer(self, path: str, params: dict[str, str], headers: dict[str, str]) -> tuple[int, Any]:
        """Return status and JSON of a call that nothing troubles."""
        if path.startswith("/fred/"):
            return self._fred(params)
        if path.startswith(("/v3/", "/v2/aggs", "/stocks/v1")):
            if headers.get("authorization") != f"Bearer {POLYGON_KEY[1]}":
                return 401, {"status": "ERROR", "request_id": "invented", "error": "Unknown API Key"}
            return self._polygon(path, params)
        if (headers.get("apca-api-key-id"), headers.get("apca-api-secret-key")) != ALPACA_KEY:
            return 403, {"message": "forbidden."}
        return self._alpaca(path, params)

    def _alpaca(self, path: str, params: dict[str, str]) -> tuple[int, Any]:
        symbols = params.get("symbols", "").split(",")
        match path:
            case "/v2/stocks/snapshots":
                return 200, {each: self.snapshot(each) for each in symbols if each in told.PRICES}
            case "/v2/stocks/bars":
                answer = told.alpaca_bars(symbols[0], params)
                answer["bars"] = {symbols[0]: [row for row in answer["bars"][symbols[0]] if row["t"] not in self.lost]}
                return 200, answer
            case "/v1beta1/options/snapshots":
                known = (told.CONTRACT, told.FAR_CONTRACT)
                snapshots = {each: told.alpaca_option() for each in symbols if each in known}
                return 200, {"snapshots": snapshots, "next_page_token": None}
            case "/v1beta1/options/snapshots/ACME":
                second = "page_token" in params
                symbol = told.FAR_CONTRACT if second else told.CONTRACT
                return 200, {
                    "snapshots": {symbol: told.alpaca_option()},
                    "next_page_token": None if second else "MXxQ",
                }
            case "/v1/corporate-actions":
                asked = (symbols, params["start"], params["end"])
                found = {kind: [row for row in rows if _is_asked(row, *asked)] for kind, rows in self.acts.items()}
                return 200, {"corporate_actions": found, "next_page_token": None}
        lists: dict[str, Any] = {"/v2/assets": told.ALPACA_INSTRUMENTS}
        return (200, lists[path]) if path in lists else (404, {"message": "endpoint not found."})

    def _polygon(self, path: str, params: dict[str, str]) -> tuple[int, Any]:
        rows: list[Any]
        following: dict[str, str] = {}
        if path.startswith("/v2/aggs/"):
            return 200, told.polygon_aggregates(path.split("/")[4], self.base, is_first="cursor" not in params)
        match path:
            case "/v3/snapshot":
                rows = [_polygon_row(each) for each in params["ticker.any_of"].split(",")]
            case "/v3/snapshot/options/ACME" if "cursor" not in params:
                rows = [told.polygon_contract(told.CONTRACT, "call", 100, "2026-01-16")]
                following = {"next_url": f"{self.base}{path}?cursor=YXA9"}
            case "/v3/snapshot/options/ACME":
                rows = [told.polygon_contract(told.FAR_CONTRACT, "put", 95, "2026-02-20")]
            case "/v3/reference/tickers":
                sought = params.get("search", "").casefold()
                rows = [each for each in told.POLYGON_INSTRUMENTS if sought in each["name"].casefold()]
            case "/stocks/v1/splits":
                rows = told.POLYGON_SPLITS
            case "/stocks/v1/dividends":
                rows = told.POLYGON_DIVIDENDS
            case _:
                return 404, {"status": "NOT_FOUND", "request_id": "invented", "message": "Ticker not found."}
        return 200, {"status": "OK", "request_id": "invented", "results": rows, **following}

    def _fred(self, params: dict[str, str]) -> tuple[int, Any]:
        if params.get("api_key") != FRED_KEY[1]:
            message = "Bad Request.  The value for variable api_key is not registered."
            return 400, {"error_code": 400, "error_message": message}
        if params["series_id"] != "DGS10":
            return 400, {"error_code": 400, "error_message": "Bad Request.  The series does not exist."}
        start, end = params.get("observation_start", ""), params.get("observation_end", "9999")
        rows = [row for row in told.YIELDS if start <= row[0] <= end][: int(params["limit"])]
        return 200, told.fred_observations(rows, params)


def _is_asked(row: told.Json, symbols: list[str], start: str, end: str) -> bool:
    return row["symbol"] in symbols and start <= row["ex_date"] <= end


def _polygon_row(ticker: str) -> Any:  # noqa: ANN401 - any JSON
    if ticker in told.PRICES:
        return told.polygon_snapshot(ticker)
    if ticker == f"O:{told.CONTRACT}":
        return {**told.polygon_contract(told.CONTRACT, "call", 100, "2026-01-16"), "ticker": ticker, "type": "options"}
    return {"error": "NOT_FOUND", "message": "Ticker not found.", "ticker": ticker}
