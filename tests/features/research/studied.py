"""Studies that are run without a worker, for tests that need one that has ended."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from paperdesk.features.research.jobs import JOBS
from paperdesk.infra.jobs import Job, begin
from tests.desk import RunningDesk
from tests.features.research.swept import sweep_body

FOLDING = {"groups": 4, "tested": 2, "purge": 1, "embargo": 1}


async def ran_study(desk: RunningDesk, kind: str, body: dict[str, Any], run: Callable[[Job], Awaitable[Any]]) -> str:
    """Run a study to its end, and return its id."""
    asked = await desk.mine.post(f"/v1/studies/{kind}", body)
    job = await begin(desk.runtime, UUID(asked["job_id"]))
    assert job is not None
    await run(job)
    return str(asked["id"])


async def ran_cross_validation(desk: RunningDesk, tape_id: str, **more: Any) -> str:  # noqa: ANN401 - any JSON
    """Cross-validate six trials of crossing averages with ACME, and return the id of the study."""
    body = sweep_body(tape_id, **{**FOLDING, **more})
    return await ran_study(desk, "cross-validation", body, JOBS["cross_validate"])


async def study_that_waits(desk: RunningDesk, tape_id: str) -> str:
    """Ask for a study on a tape, and return its id."""
    return str((await desk.mine.post("/v1/studies/cross-validation", sweep_body(tape_id, **FOLDING)))["id"])
