"""How each address of research is used by a member of the first tenant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """How a member uses an address: names in braces are ids of things that belong to the first tenant."""

    params: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Mapping[str, Any] | None = None
    symbol: str = "ACME"
    instead: Mapping[str, str] = field(default_factory=dict[str, str])

    def names(self, path: str) -> bool:
        """Say whether the call names something that belongs to somebody."""
        texts = (value for value in (*self.params.values(), *(self.body or {}).values()) if isinstance(value, str))
        return "{" in path or any("{" in text for text in texts)


SWEEP = {
    "name": "Averages", "tape_id": "{tape_id}", "strategy": "sma_cross", "symbols": ["ACME"], "ranges": {"fast": [2]},
}  # fmt: skip
RESEARCH = {
    ("GET", "/v1/walk-forwards"): Call(),
    ("POST", "/v1/walk-forwards"): Call(
        body={**SWEEP, "starts_at": "2024-06-01T00:00:00Z", "choose_on": 1, "trade_on": 1}
    ),
    ("GET", "/v1/walk-forwards/{walk_id}"): Call(),
    ("GET", "/v1/walk-forwards/{walk_id}/equity"): Call(),
    ("POST", "/v1/walk-forwards/{walk_id}/cancel"): Call(),
    ("POST", "/v1/walk-forwards/{walk_id}/resume"): Call(instead={"walk_id": "stopped_walk_id"}),
    ("DELETE", "/v1/walk-forwards/{walk_id}"): Call(),
    ("GET", "/v1/backtests/{backtest_id}/against/{account_id}"): Call(),
    ("GET", "/v1/backtests/{backtest_id}/monte-carlo"): Call(),
    **{
        (method, f"/v1/saved-strategies{rest}"): Call()
        for method, rest in (
            ("GET", ""),
            ("GET", "/{saved_strategy_id}"),
            ("DELETE", "/{saved_strategy_id}"),
            ("GET", "/{saved_strategy_id}/versions"),
            ("GET", "/{saved_strategy_id}/performance"),
            ("GET", "/{saved_strategy_id}/performance/history"),
            ("POST", "/{saved_strategy_id}/activate"),
            ("POST", "/{saved_strategy_id}/deactivate"),
            ("POST", "/{saved_strategy_id}/publish"),
            ("POST", "/{saved_strategy_id}/withdraw"),
        )
    },
    ("POST", "/v1/saved-strategies"): Call(body={"name": "Hold", "strategy": "buy_and_hold", "symbols": ["ACME"]}),
    ("PATCH", "/v1/saved-strategies/{saved_strategy_id}"): Call(body={"parameters": {"fast": 2}}),
    ("POST", "/v1/saved-strategies/{saved_strategy_id}/backtests"): Call(
        body={"name": "Again", "tape_id": "{long_tape_id}"}
    ),
    ("GET", "/v1/studies"): Call(),
    ("POST", "/v1/studies/cross-validation"): Call(
        body={**SWEEP, "tape_id": "{long_tape_id}", "groups": 3, "embargo": 0}
    ),
    ("POST", "/v1/studies/leaks"): Call(body={**{name: SWEEP[name] for name in SWEEP if name != "ranges"}, "cuts": 2}),
    ("POST", "/v1/studies/jitter"): Call(body={**{name: SWEEP[name] for name in SWEEP if name != "ranges"}, "runs": 2}),
    ("GET", "/v1/studies/{study_id}"): Call(),
    ("POST", "/v1/studies/{study_id}/cancel"): Call(),
    ("DELETE", "/v1/studies/{study_id}"): Call(),
    ("GET", "/v1/sweeps"): Call(),
    ("POST", "/v1/sweeps"): Call(body=SWEEP),
    ("GET", "/v1/sweeps/{sweep_id}"): Call(),
    ("GET", "/v1/sweeps/{sweep_id}/trials"): Call(),
    ("GET", "/v1/sweeps/{sweep_id}/heat-map"): Call({"x": "fast", "y": "slow"}),
    ("POST", "/v1/sweeps/{sweep_id}/cancel"): Call(),
    ("POST", "/v1/sweeps/{sweep_id}/resume"): Call(instead={"sweep_id": "stopped_sweep_id"}),
    ("DELETE", "/v1/sweeps/{sweep_id}"): Call(),
}
