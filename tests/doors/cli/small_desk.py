"""A desk small enough to read in one sitting: the routes the command line speaks to, in memory.

It is a server like any other: it keeps cash and orders, refuses with problem+json, and reads the
files it is sent. A limit order rests until a step of the tape; a market order fills at once.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.doors.cli.small_answers import T0, T1, by_id, numbered, page, problem
from tests.doors.cli.small_lives import SmallLives
from tests.doors.cli.small_market import SmallMarket
from tests.doors.cli.small_sources import SmallSources
from tests.doors.cli.small_users import SmallUsers

KEY = "PKSMALL.s3cret"
MARK = Decimal("101.25")


@dataclass
class SmallDesk(SmallLives):
    accounts: list[dict[str, Any]] = field(default_factory=list)
    orders: list[dict[str, Any]] = field(default_factory=list)
    positions: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    gains: list[dict[str, Any]] = field(default_factory=list)
    tapes: list[dict[str, Any]] = field(default_factory=list)
    datasets: list[dict[str, Any]] = field(default_factory=list)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    imports: list[dict[str, Any]] = field(default_factory=list)
    controls: list[dict[str, Any]] = field(default_factory=list)
    wishes: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    market: SmallMarket = field(default_factory=SmallMarket)
    sources: SmallSources = field(default_factory=SmallSources)
    users: SmallUsers = field(default_factory=SmallUsers)
    polls: int = 0
    is_broken: bool = False

    def __post_init__(self) -> None:
        self.datasets.append(dataset(1, "US closes"))
        self.tapes.append(tape(1, "US closes 1990-2022"))
        self.accounts.append(account(1, "Demo", "100000.00"))
        self.accounts.append(account(2, "Second", "500.00"))

    def app(self) -> Starlette:
        routes = [
            Route("/v1/accounts", self.list_accounts),
            Route("/v1/accounts", self.open_account, methods=["POST"]),
            Route("/v1/accounts/{id}", self.show_account),
            *self.life_routes(),
            Route("/v1/accounts/{id}/positions", self.list_positions),
            Route("/v1/accounts/{id}/ledger", self.list_ledger),
            Route("/v1/accounts/{id}/gains", self.list_gains),
            Route("/v1/accounts/{id}/transfers", self.transfer, methods=["POST"]),
            Route("/v1/orders", self.list_orders),
            Route("/v1/orders", self.place_order, methods=["POST"]),
            Route("/v1/orders", self.cancel_orders, methods=["DELETE"]),
            Route("/v1/orders/preview", self.preview_order, methods=["POST"]),
            Route("/v1/orders/{id}", self.one_order, methods=["GET", "DELETE"]),
            Route("/v1/tapes", self.list_tapes),
            Route("/v1/tapes", self.open_tape, methods=["POST"]),
            Route("/v1/live/tapes", self.open_tape, methods=["POST"]),
            Route("/v1/tapes/{id}/rewind", self.rewind, methods=["POST"]),
            Route("/v1/tapes/{id}/control", self.control, methods=["POST"]),
            Route("/v1/datasets", self.list_datasets),
            Route("/v1/datasets", self.import_dataset, methods=["POST"]),
            Route("/v1/datasets/{id}/quality", self.quality),
            Route("/v1/datasets/histories", self.import_history, methods=["POST"]),
            Route("/v1/datasets/{id}/repairs", self.repair, methods=["POST"]),
            *self.market.routes(),
            *self.sources.routes(),
            *self.users.routes(),
            Route("/v1/jobs", self.list_jobs),
            Route("/v1/jobs/{id}", self.show_job),
            Route("/v1/audit/verifications", self.verify, methods=["POST"]),
            Route("/health/ready", self.ready),
        ]
        guarded = Starlette(routes=[Route(r.path, self.guard(r), methods=list(r.methods or ())) for r in routes])
        guarded.add_exception_handler(404, lambda _request, _error: problem(404, "not_found", "No such route."))
        return guarded

    def guard(self, route: Route) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if self.is_broken:
                return problem(503, "database_away", "The database does not answer; nothing was done.")
            if route.path.startswith("/v1") and request.headers.get("authorization") != f"Bearer {KEY}":
                return problem(401, "unknown_key", "Nobody we know has this key.")
            given: Response = await route.endpoint(request)
            return given

        return answer

    async def ready(self, _request: Request) -> Response:
        return PlainTextResponse("ready")

    async def list_accounts(self, request: Request) -> Response:
        return page(request, self.accounts)

    async def open_account(self, request: Request) -> Response:
        wish = await request.json()
        opened = account(len(self.accounts) + 1, wish["name"], wish["cash"])
        self.accounts.append(opened)
        return JSONResponse(opened, 201)

    async def show_account(self, request: Request) -> Response:
        return JSONResponse(by_id(self.accounts, request))

    async def list_positions(self, request: Request) -> Response:
        self.polls += 1
        return page(request, self.positions)

    async def list_gains(self, request: Request) -> Response:
        return page(request, self.gains)

    async def list_ledger(self, request: Request) -> Response:
        return page(request, self.entries)

    async def transfer(self, request: Request) -> Response:
        amount_text = (await request.json())["amount"]
        try:
            amount = Decimal(amount_text)
        except InvalidOperation:
            return problem(422, "malformed_number", f"{amount_text!r} is not a number.", value=amount_text)
        target = by_id(self.accounts, request)
        after = Decimal(target["cash"]) + amount
        if after < 0:
            return problem(409, "insufficient_cash", "The account does not hold that much.", cash=target["cash"])
        target["cash"] = target["buying_power"] = str(after)
        entry: dict[str, Any] = {
            "id": numbered(4, 1),
            "seq": len(self.entries) + 1,
            "at": T0,
            "recorded_at": T0,
            "kind": "transfer",
        }
        entry |= {
            "description": "Cash transferred",
            "postings": [],
            "cash_change": str(amount),
            "cash_after": str(after),
        }
        self.entries.append(entry)
        return JSONResponse({"entry": entry}, 201)

    async def list_orders(self, request: Request) -> Response:
        if request.headers["accept"] == "text/csv":
            return self.order_lines(request)
        wanted = [row for row in self.orders if row["account_id"] == request.query_params["account_id"]]
        return page(request, wanted[::-1])

    def order_lines(self, request: Request) -> Response:
        """Write one order a page, the newest first."""
        self.asked.append(dict(request.query_params))
        if request.query_params["symbol"] != "AAPL":
            return problem(404, "unknown_symbol", "The tape has no such symbol.")
        left = len(self.orders) - int(request.query_params.get("cursor", "0"))
        row = self.orders[left - 1]
        following = request.url.include_query_params(cursor=len(self.orders) - left + 1)
        links = {"Link": f'<{following.path}?{following.query}>; rel="next"'} if left > 1 else {}
        text = f"symbol,limit_price\n{row['symbol']},{row['limit_price']}\n"
        return Response(text, media_type="text/csv", headers=links)

    async def place_order(self, request: Request) -> Response:
        wish = await request.json()
        self.wishes.append(wish)
        if "legs" in wish:
            self.orders.append(combo(len(self.orders) + 1, wish))
            return JSONResponse(self.orders[-1], 201)
        if wish["symbol"] != "AAPL":
            return problem(404, "unknown_symbol", "The tape has no such symbol.", symbol=wish["symbol"])
        needed = Decimal(wish["quantity"]) * Decimal(wish.get("limit_price", MARK))
        owner = next(row for row in self.accounts if row["id"] == wish["account_id"])
        if needed > Decimal(owner["buying_power"]):
            detail = "The order needs more than the buying power."
            return problem(
                409, "insufficient_buying_power", detail, needed=str(needed), available=owner["buying_power"]
            )
        placed = order(len(self.orders) + 1, wish)
        self.orders.append(placed)
        if wish["type"] == "market":
            self.fill(placed)
        return JSONResponse(placed, 201)

    async def preview_order(self, request: Request) -> Response:
        wish = await request.json()
        owner = next(row for row in self.accounts if row["id"] == wish["account_id"])
        before = {"cash": owner["cash"], "held_cash": "0", "buying_power": owner["cash"], "position": "0"}
        found: dict[str, Any] = {"refusal": None, "before": before, "accepted": before, "filled": None, "warnings": []}
        found |= {"expected_fill": None, "unfilled_reason": "out_of_reach"}
        if Decimal(wish["quantity"]) > Decimal(1000):
            found |= {"refusal": {"code": "x", "detail": "The order needs more."}, "accepted": None}
            found["unfilled_reason"] = None
        elif wish["type"] == "market":
            fill = {"quantity": wish["quantity"], "price": "101.25", "cost": "1013.50", "fees": {"commission": "1.00"}}
            found |= {"expected_fill": fill, "filled": before | {"position": wish["quantity"]}}
            found |= {"unfilled_reason": None, "warnings": ["Nobody quotes this price."]}
        return JSONResponse(found)

    def fill(self, placed: dict[str, Any]) -> None:
        placed |= {"status": "filled", "filled_quantity": placed["quantity"], "average_fill_price": str(MARK)}
        held = {"instrument_id": numbered(5, 1), "symbol": placed["symbol"], "quantity": placed["quantity"]}
        held |= {"reserved": "0", "cost_basis": "1012.50", "average_price": str(MARK), "mark": None}
        held |= {"mark_source": None, "market_value": None, "unrealised_pl": None, "reason": "no quote yet"}
        self.positions.append(held)

    async def one_order(self, request: Request) -> Response:
        found = by_id(self.orders, request)
        if not found:
            return problem(404, "order_not_found", "There is no such order.")
        if request.method == "DELETE":
            if found["status"] != "accepted":
                return problem(
                    409, "order_closed", f"The order is already {found['status']}.", status_now=found["status"]
                )
            found |= {"status": "cancelled", "closed_reason": "cancelled by its owner"}
        return JSONResponse(found)

    async def cancel_orders(self, request: Request) -> Response:
        is_meant = request.query_params.get("kind", "equity") == "equity"
        gone = [row for row in self.orders if is_meant and row["status"] == "accepted"]
        for row in gone:
            row |= {"status": "cancelled", "closed_reason": "cancelled by its owner"}
        return page(request, gone)

    async def list_tapes(self, request: Request) -> Response:
        return page(request, self.tapes)

    async def open_tape(self, request: Request) -> Response:
        wish = await request.json()
        opened = tape(len(self.tapes) + 1, wish["name"]) | {"shared": False, "starts_at": wish.get("start_on")}
        opened |= {name: wish[name] for name in ("shared", "warm_up") if name in wish}
        self.tapes.append(opened)
        return JSONResponse(opened, 201)

    async def rewind(self, request: Request) -> Response:
        wish = await request.json()
        self.wishes.append(wish)
        branch = tape(len(self.tapes) + 1, wish.get("name", "A branch")) | {"at": wish["to"]}
        self.tapes.append(branch | {"parent_id": request.path_params["id"]})
        return JSONResponse(self.tapes[-1], 201)

    async def control(self, request: Request) -> Response:
        found, wish = by_id(self.tapes, request), await request.json()
        self.controls.append(wish)
        found |= {name: wish[name] for name in ("speed", "skip_closed") if name in wish}
        match wish["action"]:
            case "play":
                found["state"] = "playing"
            case "pause":
                found["state"] = "paused"
            case "step":
                found["at"] = T1
                for resting in [row for row in self.orders if row["status"] == "accepted"]:
                    self.fill(resting)
            case "jump" if wish["to"] == "next_open":
                return JSONResponse({**found, "reached": False}, 202)
            case "jump" if wish["to"] == "next_fill":
                return JSONResponse({**found, "stopped_by": "fill"})
            case "jump":
                found["at"] = wish["to"]
        return JSONResponse(found)

    async def list_datasets(self, request: Request) -> Response:
        return page(request, self.datasets)

    async def quality(self, request: Request) -> Response:
        counts = {"missing": 2, "gaps_total": 1, "behind": 0, "unchanged_max": 3, "outliers_total": 0, "crossed": 0}
        report = {"symbol": "AAPL", "rows": 8_310, "coverage_rate": "0.999759", **counts}
        return JSONResponse({"dataset_id": request.path_params["id"], "at": T0, "items": [report]})

    async def repair(self, request: Request) -> Response:
        self.wishes.append(await request.json())
        return JSONResponse({"job_id": numbered(6, 1)}, 202)

    async def import_dataset(self, request: Request) -> Response:
        body = await request.body()
        self.imports.append({**request.query_params, "bytes": len(body), "media": request.headers["content-type"]})
        return self.accepted(bad_rows(body.decode()))

    async def import_history(self, request: Request) -> Response:
        self.wishes.append(await request.json())
        return self.accepted([])

    def accepted(self, problems: list[dict[str, Any]]) -> Response:
        job: dict[str, Any] = {
            "id": numbered(6, len(self.jobs) + 1),
            "kind": "import_dataset",
            "state": "waiting",
            "progress": None,
        }
        job |= {"message": "Reading", "result": None, "problems": problems, "created_at": T0, "finished_at": None}
        self.jobs[str(job["id"])] = job
        return JSONResponse({"job_id": job["id"]}, 202)

    async def verify(self, request: Request) -> Response:
        holds = (await request.json()).get("head") != "9:ff"
        broken = None if holds else {"seal": 9, "where": "seal", "why": "missing"}
        found = {"holds": holds, "head": "1:ab", "lines": 3, "events": 4, "unsealed_lines": 0, "broken": broken}
        job = {"id": numbered(6, len(self.jobs) + 1), "kind": "verify_audit", "state": "done", "problems": []}
        self.jobs[str(job["id"])] = job | {"progress": 1.0, "message": "Done", "result": found}
        return JSONResponse(job, 202)

    async def list_jobs(self, request: Request) -> Response:
        return page(request, list(self.jobs.values()))

    async def show_job(self, request: Request) -> Response:
        """Answer a job and move it on, so that a follower sees it wait, run and end."""
        job = self.jobs[request.path_params["id"]]
        seen = dict(job)
        if job["state"] == "waiting":
            job |= {"state": "running", "progress": 0.5}
        elif job["problems"]:
            job |= {"state": "failed", "message": "The file has bad rows.", "finished_at": T1}
        else:
            job |= {"state": "done", "progress": 1.0, "message": "Imported", "finished_at": T1}
        return JSONResponse(seen)


def bad_rows(text: str) -> list[dict[str, Any]]:
    problems: list[dict[str, Any]] = []
    for line, row in enumerate(text.splitlines()[1:], start=2):
        close = row.split(",")[-1]
        try:
            Decimal(close)
        except InvalidOperation:
            problems.append({"line": line, "reason": f"close {close!r} is not a number", "code": "malformed_number"})
    return problems


def account(nth: int, name: str, cash: str) -> dict[str, Any]:
    row: dict[str, Any] = {"id": numbered(1, nth), "number": f"PD{nth:06}", "name": name, "currency": "USD"}
    row["tape_id"] = numbered(2, 1)
    row |= {"at": T0, "cash": cash, "held_cash": "0.00", "buying_power": cash, "market_value": None, "equity": None}
    return {**row, "equity_reason": "no quote yet", "last_seq": 1, "created_at": T0, "status": "open"}


def tape(nth: int, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"id": numbered(2, nth), "name": name, "kind": "recorded", "source": "skfolio"}
    row |= {"licence": "BSD-3-Clause", "provenance": "skfolio datasets", "price_basis": "total_return"}
    row |= {
        "fields": ["close"],
        "has_volume": False,
        "survivorship": "survivors only",
        "label": "closes",
        "shared": True,
    }
    row |= {"warnings": ["Dividends are inside the prices."], "at": T0, "cursor": 1, "reached": True, "state": "paused"}
    row |= {"speed": "86400", "starts_at": T0, "session_open": False, "next_open_at": T1, "next_close_at": None}
    return {**row, "can_control": True}


def dataset(nth: int, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {"id": numbered(3, nth), "name": name, "kind": "recorded", "licence": "BSD-3-Clause"}
    row |= {"price_basis": "total_return", "fields": ["close"], "has_volume": False, "instruments": 21, "rows": 174384}
    return {**row, "warnings": [], "content_hash": "abc", "created_at": T0}


def combo(nth: int, wish: Mapping[str, Any]) -> dict[str, Any]:
    """Return a combo with its legs, as a desk would show it that takes every pair of calls for a vertical."""
    whole = order(nth, {**wish, "symbol": "AAPL", "side": "buy"}) | {"structure": "vertical"}
    legs = [
        order(10 * nth + at, {**wish, **leg, "side": leg.get("side") or leg["intent"].partition("_")[0]}) | {"leg": at}
        for at, leg in enumerate(wish["legs"], 1)
    ]
    return whole | {"legs": legs}


def order(nth: int, wish: Mapping[str, Any]) -> dict[str, Any]:
    row = {"id": numbered(9, nth), "client_order_id": None, "instrument_id": numbered(5, 1), "limit_price": None}
    row |= {"time_in_force": "day", "status": "accepted", "filled_quantity": "0", "average_fill_price": None}
    row |= {"fees": "0.00", "accepted_at": T0, "updated_at": T0, "expires_at": None, "closed_reason": None}
    waits: dict[str, Any] = {"waits_for": "next_open" if wish["type"] == "limit" else None, "warnings": [], "seq": nth}
    return {**row, **waits, **wish}
