"""Backtests that are run without a worker, for tests that need one that has ended."""

from typing import Any
from uuid import UUID

from paperdesk.features.backtests.run_backtest import run_backtest
from paperdesk.infra.jobs import begin
from tests.desk import RunningDesk


async def ran_backtest(desk: RunningDesk, tape_id: str, strategy: str, **more: Any) -> str:  # noqa: ANN401 - any JSON
    """Run a strategy with ACME on a tape, and return the id of the run."""
    asked = {"name": "A run", "tape_id": tape_id, "strategy": strategy, "symbols": ["ACME"], "cash": "100000", **more}
    backtest = await desk.mine.post("/v1/backtests", asked)
    job = await begin(desk.runtime, UUID(backtest["job_id"]))
    assert job is not None
    await run_backtest(job)
    return str(backtest["id"])
