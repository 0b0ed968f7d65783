"""A run beside an account on a small desk: an order that differs, and one that is missing on a side each."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doors.cli.small_answers import T0, numbered


class SmallAgainst:
    compared: dict[str, Any]

    def against_routes(self) -> list[Route]:
        return [Route("/v1/backtests/{id}/against/{account_id}", self.against)]

    async def against(self, request: Request) -> Response:
        self.compared = {**request.path_params, **request.query_params}
        order = {"id": numbered(14, 1), "at": T0, "symbol": "AAPL", "side": "buy", "quantity": "40"}
        pair = {
            "run": order,
            "paper": order,
            "is_same": False,
            "delay_s": 60.0,
            "slippage_bps": 12.5,
            "fees_beyond": "1.25",
        }
        return JSONResponse(
            {
                "same_orders": 3,
                "orders": [pair, {**pair, "is_same": True}],
                "missing_on_paper": [{"order": order, "reason": "the account was opened later"}],
                "missing_in_run": [{"order": {**order, "side": "sell"}, "reason": "not traded"}],
                "run_fees": "2.50",
                "paper_fees": "3.75",
                "days": [],
                "drift": None,
                "notes": ["cash was paid in"],
            }
        )
