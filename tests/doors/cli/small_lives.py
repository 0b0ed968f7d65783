"""The life of accounts and orders on a small desk: resets, forks, re-scores, and what became of orders."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doors.cli.small_against import SmallAgainst
from tests.doors.cli.small_answers import T0, T1, by_id, numbered, page
from tests.doors.cli.small_capsules import SmallCapsules
from tests.doors.cli.small_strategies import SmallStrategies
from tests.doors.cli.small_studies import SmallStudies
from tests.doors.cli.small_sweeps import SELECTION, SmallSweeps


class SmallLives(SmallSweeps, SmallStudies, SmallCapsules, SmallStrategies, SmallAgainst):
    accounts: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    jobs: dict[str, dict[str, Any]]
    ran: dict[str, Any]

    def life_routes(self) -> list[Route]:
        return [
            Route("/v1/accounts/{id}", self.change_account, methods=["PATCH", "DELETE"]),
            Route("/v1/accounts/{id}/reset", self.reset_account, methods=["POST"]),
            Route("/v1/accounts/{id}/order-statistics", self.order_statistics),
            Route("/v1/orders/{id}/history", self.order_history),
            Route("/v1/accounts/{id}/rescore", self.rescore, methods=["POST"]),
            Route("/v1/accounts/{id}/epochs", self.list_epochs),
            Route("/v1/accounts/{id}/forks", self.fork, methods=["POST"]),
            Route("/v1/accounts/{id}/comparison", self.compare),
            Route("/v1/strategies", self.list_strategies),
            Route("/v1/backtests", self.backtests, methods=["GET", "POST"]),
            Route("/v1/backtests/{id}", self.delete_backtest, methods=["DELETE"]),
            Route("/v1/backtests/{id}/results", self.backtest_results),
            *self.sweep_routes(),
            *self.study_routes(),
            *self.strategy_routes(),
            *self.against_routes(),
            *self.capsule_routes(),
        ]

    async def change_account(self, request: Request) -> Response:
        target = by_id(self.accounts, request)
        target |= {"status": "closed"} if request.method == "DELETE" else await request.json()
        return JSONResponse(target)

    async def reset_account(self, request: Request) -> Response:
        target = by_id(self.accounts, request)
        cash = (await request.json())["cash"]
        target |= {"epoch": target.get("epoch", 1) + 1, "cash": cash, "buying_power": cash}
        return JSONResponse(target)

    async def rescore(self, request: Request) -> Response:
        target, model = by_id(self.accounts, request), (await request.json())["fill_model"]
        if target["name"] == "Second":
            return JSONResponse({"rescore": None, "job_id": numbered(5, 1)}, 202)
        filled = {"status": "filled", "filled_quantity": "10", "fees": "0", "closed_reason": "filled"}
        before, after = ({**filled, "average_fill_price": price} for price in ("101.01", "101.00"))
        order = {"order_id": numbered(3, 1), "symbol": "AAPL", "side": "buy", "before": before, "after": after}
        gone = {"seq": 9, "at": T0, "command": "place_order", "code": "insufficient_shares", "message": "Too few."}
        found = {"fill_model": "realistic", "other_model": model, "equity_before": "99.90", "equity_after": "100.00"}
        found |= {"difference": "0.10", "equity": [], "fills_before": 1, "fills_after": 1}
        lost = {**order, "after": None, "gain": "-5.00"}
        found |= {"orders": [{**order, "gain": "0.10"}, lost], "impossible": [gone]}
        return JSONResponse({"rescore": found, "job_id": None})

    async def list_strategies(self, request: Request) -> Response:
        fast = {"name": "fast", "default": "10", "said": "a whole number from 1 to 1000"}
        return page(request, [{"name": "sma_cross", "description": "Long while above.", "parameters": [fast]}])

    async def backtests(self, request: Request) -> Response:
        job_id = numbered(5, 1)
        self.jobs[job_id] = {"id": job_id, "state": "running", "message": "", "progress": 1.0, "problems": []}
        run: dict[str, Any] = {
            "id": numbered(8, 1),
            "name": "sma_cross",
            "strategy": "sma_cross",
            "symbols": ["AAPL"],
            "asked_at": T0,
        }
        run |= {"state": "done", "job_id": job_id}
        if request.method == "POST":
            self.ran = await request.json()
            return JSONResponse(run, 202)
        return page(request, [run])

    async def delete_backtest(self, _request: Request) -> Response:
        return Response(status_code=204)

    async def backtest_results(self, _request: Request) -> Response:
        refusal = {"at": T0, "symbol": "AAPL", "message": "Too little cash."}
        failure = {"at": T1, "error": "ValueError: no", "file": "mine.py", "line": 7}
        found: dict[str, Any] = {
            "began_at": T0,
            "ended_at": T1,
            "equity_before": "100000",
            "equity_after": "101234.5",
            "fees": "12.3",
            "funding": "0",
        }
        found |= {"fills": 4, "figures": {"total_return": 0.012345, "sharpe": 1.5, "calmar": None}}
        found |= {"reasons": {"calmar": "the equity never fell"}, "refusals": [refusal], "failure": failure}
        exits = {"reason": "stop_loss", "round_trips": 3, "gain": "-12.50", "fees": "0.75"}
        found |= {"by_exit_reason": [exits, exits | {"reason": None, "round_trips": 0, "gain": "0"}]}
        found |= {"selection": SELECTION}
        return JSONResponse(found)

    async def order_statistics(self, _request: Request) -> Response:
        filled = [each for each in self.orders if each["status"] == "filled"]
        found = {"orders": len(self.orders), "by_status": {"filled": len(filled), "expired": 0}, "fills": len(filled)}
        rate, took = (len(filled) / len(self.orders), 63000.0) if self.orders else (None, None)
        found |= {"fill_rate": rate, "volume": "1012.50", "median_seconds_to_fill": took}
        return JSONResponse(found)

    async def order_history(self, request: Request) -> Response:
        order = next(each for each in self.orders if each["id"] == request.path_params["id"])
        state = {"seq": 2, "at": T0, "event": "order_accepted", "status": "accepted", "subject": "key:1"}
        state |= {"quantity": order["quantity"], "filled_quantity": "0", "limit_price": None, "stop_price": None}
        return page(request, [state])

    async def list_epochs(self, request: Request) -> Response:
        target = by_id(self.accounts, request)
        ended = {"began_at": T0, "ended_at": T1, "starting_cash": "1.00", "ending_cash": "2.00"}
        lasting = {"began_at": T1, "ended_at": None, "starting_cash": target["cash"], "ending_cash": None}
        return page(request, [{"epoch": 1, **ended}, {"epoch": 2, **lasting}])

    async def fork(self, request: Request) -> Response:
        parent, wish = by_id(self.accounts, request), await request.json()
        born = {"id": numbered(1, 9), "number": "PD000009", "at": wish.get("as_of", parent["at"])}
        fork = {**parent, **born, "name": wish.get("name", parent["name"]), "parent_id": parent["id"]}
        self.accounts.append(fork)
        return JSONResponse(fork, 201)

    async def compare(self, request: Request) -> Response:
        ids = [request.path_params["id"], *request.query_params.getlist("with")]
        chosen = [next(row for row in self.accounts if row["id"] == each) for each in ids]
        fill = {"at": T1, "side": "buy", "quantity": "10", "symbol": "AAPL", "price": "101.00"}
        sides = [{"number": row["number"], "fills": [fill]} for row in chosen]
        equity = [{"at": T0, "equity": [row["cash"] for row in chosen]}]
        return JSONResponse({"shared_seq": 3, "accounts": sides, "equity": equity})
