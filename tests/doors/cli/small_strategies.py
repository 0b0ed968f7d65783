"""Saved strategies on a small desk: one, with two versions and a backtest of each."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doors.cli.small_answers import T0, T1, numbered, page


def version(number: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    its = {"number": number, "symbols": ["AAPL"], "parameters": {"fast": 5 * number}, "note": f"Note {number}"}
    return {**its, "made_at": T0, **more}


def performed(number: int) -> dict[str, Any]:
    figures = {"total_return": 0.25 * number, "sharpe": None, "max_drawdown": -0.125}
    its = {"backtest_id": numbered(12, number), "version": number, "name": f"Run {number}", "ended_at": T1}
    return {**its, "figures": figures, "reasons": {"sharpe": "the returns do not differ"}}


class SmallStrategies:
    kept: dict[str, Any]
    jobs: dict[str, dict[str, Any]]

    def strategy_routes(self) -> list[Route]:
        path = "/v1/saved-strategies"
        return [
            Route(path, self.saved_strategies, methods=["GET", "POST"]),
            Route(f"{path}/{{id}}", self.saved_strategy, methods=["GET", "PATCH", "DELETE"]),
            Route(f"{path}/{{id}}/versions", self.versions),
            Route(f"{path}/{{id}}/backtests", self.run_strategy, methods=["POST"]),
            Route(f"{path}/{{id}}/performance", self.performance),
            Route(f"{path}/{{id}}/performance/history", self.history),
            Route(f"{path}/{{id}}/{{action}}", self.switch, methods=["POST"]),
        ]

    def _kept(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        found = {"id": numbered(13, 1), "name": "Averages", "strategy": "sma_cross", "version": 2, "newest": version(2)}
        return {**found, "is_active": True, "is_published": False, "changed_at": T1, **more}

    async def saved_strategies(self, request: Request) -> Response:
        if request.method == "GET":
            return page(request, [self._kept()])
        self.kept = await request.json()
        newest = version(1, symbols=self.kept["symbols"], parameters=self.kept["parameters"])
        return JSONResponse(self._kept(name=self.kept["name"], version=1, newest=newest), 201)

    async def saved_strategy(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.kept = {"deleted": request.path_params["id"]}
            return Response(status_code=204)
        if request.method == "PATCH":
            self.kept = await request.json()
        return JSONResponse(self._kept())

    async def switch(self, request: Request) -> Response:
        self.kept = {"action": request.path_params["action"]}
        return JSONResponse(self._kept(is_active=False))

    async def versions(self, request: Request) -> Response:
        return page(request, [version(1), version(2)])

    async def run_strategy(self, request: Request) -> Response:
        self.kept = await request.json()
        job_id = numbered(5, 1)
        self.jobs[job_id] = {"id": job_id, "state": "running", "message": "", "progress": 1.0, "problems": []}
        return JSONResponse({"id": numbered(12, 2), "job_id": job_id}, 202)

    async def performance(self, request: Request) -> Response:
        self.kept = {**getattr(self, "kept", {}), "by": request.query_params["by"]}
        versions = [{"version": each, "runs": 1, "latest": performed(each)} for each in (1, 2)]
        return JSONResponse(
            {"runs": 2, "latest": performed(2), "best": None, "versions": versions, "reasons": {"best": "no measure"}}
        )

    async def history(self, request: Request) -> Response:
        return page(request, [performed(1), performed(2)])
