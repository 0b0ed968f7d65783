"""Capsules on a small desk: one that is reproduced where it was made, and comes out otherwise on another tape."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doors.cli.small_answers import numbered, problem

CAPSULE = {"format": "paperdesk-capsule-1", "question": {"strategy": "sma_cross"}, "hash": "ab" * 32}


class SmallCapsules:
    verified_on: str | None = None

    def capsule_routes(self) -> list[Route]:
        return [
            Route("/v1/backtests/{id}/capsule", self.capsule),
            Route("/v1/backtests/{id}/report", self.report),
            Route("/v1/backtests/{id}/comparison", self.comparison),
            Route("/v1/capsules/verifications", self.verify_capsule, methods=["POST"]),
            Route("/v1/capsules/verifications/{id}", self.verification),
        ]

    async def report(self, request: Request) -> Response:
        told = request.query_params
        if told["table"] not in ("round_trips", "curve"):
            return problem(422, "malformed_request", "There is no such table.")
        return Response(f"{told['format']} of {told['table']}", media_type="application/octet-stream")

    async def capsule(self, _request: Request) -> Response:
        return JSONResponse(CAPSULE)

    async def comparison(self, request: Request) -> Response:
        ids = [request.path_params["id"], *request.query_params.getlist("with")]
        measures = [
            {"name": "sharpe", "values": [1.5, 0.5], "best": [0]},
            {"name": "calmar", "values": [None, 2], "best": []},
        ]
        found = {"runs": [{"id": each, "strategy": "sma_cross"} for each in ids], "measures": measures}
        points = [{"on": "2020-03-13"}, {"on": "2020-03-16"}]
        return JSONResponse({**found, "common_measures": measures[:1], "points": points})

    async def verify_capsule(self, request: Request) -> Response:
        assert await request.json() == CAPSULE
        self.verified_on = request.query_params.get("tape_id")
        return JSONResponse({"id": numbered(9, 7), "state": "waiting", "progress": 0.0, "message": ""}, 202)

    async def verification(self, _request: Request) -> Response:
        is_same = self.verified_on is None
        found: dict[str, Any] = {"capsule_hash": CAPSULE["hash"], "is_reproduced": is_same, "causes": []}
        found["differences"] = []
        if not is_same:
            found["causes"] = [{"what": "data", "said": "The 19 rows of prices of AAPL are not the same."}]
            said = {"part": "fills", "said": "Of 4 fills 1 differ, the first is number 2.", "numbers": [2]}
            rows = {"before": {"number": 2, "price": "10"}, "now": None}
            found["differences"] = [{**said, **rows, "rows_before": 4, "rows_now": 3}]
        ended = {"id": numbered(9, 7), "state": "done", "progress": 1.0, "message": "", "problems": []}
        return JSONResponse({**ended, "verdict": found})
