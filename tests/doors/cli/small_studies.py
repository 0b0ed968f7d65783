"""Studies on a small desk, which end when they are looked at twice."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.doors.cli.small_answers import T0, T1, numbered, page

CROSS_VALIDATION = {
    "trials": 6,
    "sharpe_quantiles": {"0.05": -0.25, "0.5": 0.75},
    "share_losing": 0.2,
    "overfitting_probability": None,
    "reasons": {"overfitting_probability": "too few returns"},
    "splits": [
        {"number": 1, "groups": [1, 2], "parameters": {"fast": 5}, "inside": 1.5, "outside": -0.5},
        {"number": 2, "groups": [1, 3], "parameters": None, "inside": None, "outside": None},
    ],
    "paths": [{"number": 1, "sharpe": 0.75, "total_return": 0.03, "max_drawdown": -0.02}],
}
LEAKS = {
    "is_clean": False,
    "leaks_in_all": 3,
    "warm_up": {"declared": 21, "settled": None, "reason": "too few bars"},
    "shift": {"as_it_is": {"total_return": 0.5}, "a_bar_late": {"total_return": -0.01}},
    "leaks": [
        {"test": "truncation", "bar_at": T0, "cut_at": T1, "what": "sma(20) of AAPL", "was": "1.5", "came": "nothing"}
    ],
}
SHAKEN = {
    "number": 7, "parameters": {"fast": 4}, "fees": 1.25, "slippage_bps": 1.5, "half_spread_bps": 0.25,
    "delay_bars": 2, "total_return": -0.125, "sharpe": -0.75,
}  # fmt: skip
JITTER = {
    "figures": {"total_return": {"was": 0.03, "quantiles": {"0.05": -0.11, "0.5": 0.02}, "share_worse": 0.6}},
    "share_losing": 0.35,
    "worst": [SHAKEN],
    "reasons": {"sharpe": "no shaken run has it"},
}
FINDINGS = {"cross_validation": CROSS_VALIDATION, "leaks": LEAKS, "jitter": JITTER}


class SmallStudies:
    studied: dict[str, Any]
    kind: str = "cross_validation"
    seen: int = 0

    def study_routes(self) -> list[Route]:
        return [
            Route("/v1/studies", self.studies),
            Route("/v1/studies/{kind}", self.ask_study, methods=["POST"]),
            Route("/v1/studies/{id}", self.study),
        ]

    def _study(self, state: str) -> dict[str, Any]:
        found = {"id": numbered(11, 1), "name": "Crossed", "strategy": "sma_cross", "state": state, "asked_at": T0}
        return {**found, "kind": self.kind, "progress": 0.5}

    async def studies(self, request: Request) -> Response:
        return page(request, [self._study("done")])

    async def ask_study(self, request: Request) -> Response:
        self.studied = await request.json()
        self.kind = request.path_params["kind"].replace("-", "_")
        return JSONResponse(self._study("waiting"), 202)

    async def study(self, _request: Request) -> Response:
        self.seen += 1
        told = {kind: found if kind == self.kind else None for kind, found in FINDINGS.items()}
        return JSONResponse({**self._study("running" if self.seen == 1 else "done"), **told})
