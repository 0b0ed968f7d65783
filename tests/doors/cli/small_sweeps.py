"""Sweeps on a small desk: one of two trials, which ends when it is looked at twice."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doors.cli.small_answers import T0, numbered, page

SELECTION = {
    "trials": 12,
    "deflated_sharpe": 0.9,
    "sharpe_by_luck": 1.25,
    "overfitting_probability": None,
    "reasons": {"overfitting_probability": "its returns do not differ"},
}


class SmallSweeps:
    swept: dict[str, Any]
    looked: int = 0

    def sweep_routes(self) -> list[Route]:
        return [
            Route("/v1/sweeps", self.sweeps, methods=["GET", "POST"]),
            Route("/v1/sweeps/{id}", self.sweep, methods=["GET", "DELETE"]),
            Route("/v1/sweeps/{id}/trials", self.trials),
            Route("/v1/sweeps/{id}/cancel", self.stopped, methods=["POST"]),
            Route("/v1/sweeps/{id}/resume", self.taken_up, methods=["POST"]),
            Route("/v1/walk-forwards", self.walks, methods=["GET", "POST"]),
            Route("/v1/walk-forwards/{id}", self.walk),
            Route("/v1/walk-forwards/{id}/cancel", self.stopped_walk, methods=["POST"]),
            Route("/v1/walk-forwards/{id}/resume", self.walks, methods=["POST"]),
        ]

    def _sweep(self, state: str) -> dict[str, Any]:
        found = {"id": numbered(9, 1), "name": "Averages", "strategy": "sma_cross", "state": state, "asked_at": T0}
        ended = 2 if state == "done" else 1
        return {**found, "objective": "sharpe", "trials": 2, "ended_trials": ended, "progress": ended / 2}

    def _trial(self, number: int) -> dict[str, Any]:
        measures = dict.fromkeys(("total_return", "cagr", "volatility", "max_drawdown"), 0.25)
        told = {"number": number, "parameters": {"fast": number, "slow": 30}, "sharpe": 1.5, "calmar": None}
        return {**told, **measures, "reason": "calmar: the equity never fell"}

    async def sweeps(self, request: Request) -> Response:
        if request.method == "POST":
            self.swept = await request.json()
            return JSONResponse(self._sweep("waiting"), 202)
        return page(request, [self._sweep("done")])

    async def sweep(self, request: Request) -> Response:
        if request.method == "DELETE":
            return Response(status_code=204)
        self.looked += 1
        best = {"best": self._trial(1), "selection": SELECTION}
        return JSONResponse({**self._sweep("running" if self.looked == 1 else "done"), **best})

    async def trials(self, request: Request) -> Response:
        return page(request, [self._trial(1), self._trial(2)])

    async def stopped(self, _request: Request) -> Response:
        return JSONResponse(self._sweep("cancelled"))

    def _walk(self, state: str) -> dict[str, Any]:
        ended = 2 if state == "done" else 1
        return {**self._sweep(state), "fold_count": 2, "ended_folds": ended}

    async def walks(self, request: Request) -> Response:
        if request.method == "POST":
            self.swept = await request.json()
            return JSONResponse(self._walk("waiting"), 202)
        return page(request, [self._walk("done")])

    async def walk(self, _request: Request) -> Response:
        self.looked += 1
        fold = {"number": 1, "parameters": {"fast": 5}, "sharpe_before": 2.0, "sharpe": 1.5, "total_return": 0.03}
        rest = {**fold, "number": 2, "parameters": None, "sharpe": None, "reason": "no trial has a sharpe"}
        folds = [{**each, "max_drawdown": None, "reason": each.get("reason")} for each in (fold, rest)]
        kept = {"figures": {"total_return": 0.03, "sharpe": 1.5}, "sharpe_kept": 0.75, "return_kept": None}
        told = {**kept, "reasons": {"return_kept": "nothing to keep"}, "family_trials": 4, "folds": folds}
        return JSONResponse({**self._walk("running" if self.looked == 1 else "done"), **told})

    async def stopped_walk(self, _request: Request) -> Response:
        return JSONResponse(self._walk("cancelled"))

    async def taken_up(self, _request: Request) -> Response:
        return JSONResponse(self._sweep("running"))
