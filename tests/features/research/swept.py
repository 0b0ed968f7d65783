"""Sweeps that are run without a worker, for tests that need one that has ended."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from paperdesk.features.research.run_fold import run_fold
from paperdesk.features.research.run_trials import run_trials
from paperdesk.infra.jobs import begin, finish
from tests.desk import RunningDesk

RANGES = {"fast": [2, 3], "slow": {"at_least": "4", "at_most": "8", "step": "2"}}


def sweep_body(tape_id: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return what asks for six trials of crossing averages with ACME."""
    its = {"name": "A sweep", "tape_id": tape_id, "strategy": "sma_cross", "symbols": ["ACME"], "ranges": RANGES}
    return {**its, "fill_model": "ideal", **more}


async def ran_jobs(desk: RunningDesk, sweep: dict[str, Any]) -> None:
    """Run every job of a sweep to its end."""
    for job_id in sweep["job_ids"]:
        job = await begin(desk.runtime, UUID(job_id))
        assert job is not None
        await run_trials(job)


async def ran_sweep(desk: RunningDesk, tape_id: str, **more: Any) -> str:  # noqa: ANN401 - any JSON
    """Run a sweep on a tape, and return its id."""
    sweep = await desk.mine.post("/v1/sweeps", sweep_body(tape_id, **more))
    await ran_jobs(desk, sweep)
    return str(sweep["id"])


async def stopped_sweep(desk: RunningDesk, tape_id: str) -> str:
    """Ask for a sweep on a tape, stop it before anything of it is run, and return its id."""
    sweep = await desk.mine.post("/v1/sweeps", sweep_body(tape_id, starts_at="2024-06-01T00:00:00Z"))
    await desk.mine.post(f"/v1/sweeps/{sweep['id']}/cancel", {})
    return str(sweep["id"])


async def ran_walk(desk: RunningDesk, tape_id: str, **more: Any) -> str:  # noqa: ANN401 - any JSON
    """Run a walk forward on a tape, and return its id."""
    body = sweep_body(tape_id, **{"choose_on": 15, "trade_on": 10, **more})
    asked = await desk.mine.post("/v1/walk-forwards", body)
    await ran_folds(desk, asked["job_ids"])
    return str(asked["id"])


async def ran_folds(desk: RunningDesk, job_ids: Sequence[str]) -> None:
    """Run the jobs of some folds to their ends."""
    for job_id in job_ids:
        job = await begin(desk.runtime, UUID(job_id))
        assert job is not None
        await finish(desk.runtime, job.id, state="done", result=await run_fold(job))


async def walk_that_waits(desk: RunningDesk, tape_id: str) -> str:
    """Ask for a walk forward on a tape, and return its id."""
    body = sweep_body(tape_id, starts_at="2024-06-01T00:00:00Z", choose_on=1, trade_on=1)
    return str((await desk.mine.post("/v1/walk-forwards", body))["id"])


async def stopped_walk(desk: RunningDesk, tape_id: str) -> str:
    """Ask for a walk forward on a tape, stop it before anything of it is run, and return its id."""
    walk_id = await walk_that_waits(desk, tape_id)
    await desk.mine.post(f"/v1/walk-forwards/{walk_id}/cancel", {})
    return walk_id
