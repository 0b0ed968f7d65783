"""Strategies that are saved, and run without a worker, for tests that need some."""

from typing import Any
from uuid import UUID

from paperdesk.features.backtests.run_backtest import run_backtest
from paperdesk.infra.jobs import begin
from tests.desk import RunningDesk

CROSS = {"name": "Quick averages", "strategy": "sma_cross", "symbols": ["ACME"], "parameters": {"fast": 3, "slow": 8}}


async def saved_strategy(desk: RunningDesk, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Save crossing averages of ACME, and return what was saved."""
    found: dict[str, Any] = await desk.mine.post("/v1/saved-strategies", {**CROSS, **more})
    return found


async def ran_saved(desk: RunningDesk, saved_id: str, tape_id: str, **more: Any) -> str:  # noqa: ANN401 - any JSON
    """Run a saved strategy on a tape, and return the id of the backtest."""
    body = {"name": "A run", "tape_id": tape_id, "cash": "100000", "fill_model": "ideal", **more}
    asked = await desk.mine.post(f"/v1/saved-strategies/{saved_id}/backtests", body)
    job = await begin(desk.runtime, UUID(asked["job_id"]))
    assert job is not None
    await run_backtest(job)
    return str(asked["id"])
