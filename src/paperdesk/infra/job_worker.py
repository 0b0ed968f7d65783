"""The worker: takes jobs from the queue, runs each to an end that can be seen, and does duties by the clock."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from paperdesk.core.kernel.errors import PaperdeskError, Problem, RateLimited, Unavailable
from paperdesk.infra.jobs import (
    RETRIES,
    Job,
    JobFailed,
    Rhythm,
    Schedule,
    TryAgainError,
    Work,
    attempts_of,
    begin,
    finish,
    let_go,
    save,
)
from paperdesk.infra.rooms import keep_serving
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.telemetry import log
from paperdesk.infra.work import jsonable

if TYPE_CHECKING:
    from paperdesk.infra.job_queue import JobQueue


class Worker:
    """Runs jobs in this process; any number of workers share the queue."""

    def __init__(
        self,
        runtime: Runtime,
        kinds: Mapping[str, Work],
        schedules: Mapping[str, Schedule] | None = None,
        rhythm: Rhythm | None = None,
    ) -> None:
        """Register the kinds of job this worker can do, and what it does by the clock."""
        self._runtime = runtime
        self._kinds = kinds
        self._schedules = schedules or {}
        self._rhythm = rhythm or Rhythm()

    async def run(self) -> None:
        """Work until cancelled; a database that goes away is waited for."""
        await keep_serving("jobs", self._serve)

    async def _serve(self) -> None:
        queue = await asyncio.to_thread(_queue, self._runtime, self._rhythm)
        for kind in self._kinds:
            queue.offer(kind, partial(self._run, kind))
        queue.appoint(self._schedules, self._do)
        async with queue.app.open_async(), asyncio.TaskGroup() as group:
            group.create_task(self._look_after(queue))
            group.create_task(queue.serve())

    async def _look_after(self, queue: "JobQueue") -> None:
        while True:
            await queue.retry_stalled(self._outlives_its_worker)
            await asyncio.sleep(self._rhythm.look_for_stalled_s)

    async def _outlives_its_worker(self, job_id: str) -> bool:
        """Say whether a job whose worker died is worth another; one that keeps killing them is a dead letter."""
        attempts = await attempts_of(self._runtime, UUID(job_id))
        if attempts <= RETRIES:
            await save(self._runtime, UUID(job_id), state="waiting", message="Its worker died; another takes it up.")
            return True
        await finish(self._runtime, UUID(job_id), state="failed", message=f"Its worker died {attempts} times.")
        return False

    async def _do(self, name: str) -> None:
        await self._schedules[name].duty(self._runtime)

    async def _run(self, kind: str, job_id: str) -> None:
        """Run one job to its end; what goes wrong is its result, not an exception of the worker."""
        job = await begin(self._runtime, UUID(job_id))
        if job is None:
            await let_go(self._runtime, UUID(job_id))
            return  # cancelled while it waited
        try:
            result = await self._kinds[kind](job)
        except asyncio.CancelledError:
            await _put_back(job)
            raise
        except (RateLimited, Unavailable) as error:
            await self._again(job, error.message, [Problem(error.code, error.message, error.facts)])
        except PaperdeskError as error:
            known = error.problems if isinstance(error, JobFailed) else None
            problems = known or [Problem(error.code, error.message, error.facts)]
            await finish(job.runtime, job.id, state="failed", message=error.message, problems=jsonable(problems))
        except Exception as error:  # noqa: BLE001 - one of the eight places: a bug in a job is that job's failure
            log.error("job_failed", job_id=job_id, attempts=job.attempts, exc_info=error)
            await self._again(job, "The job failed unexpectedly.", [])
        else:
            await finish(job.runtime, job.id, state="done", message="Done", progress=1.0, result=jsonable(result))

    async def _again(self, job: Job, message: str, problems: list[Problem]) -> None:
        """Ask for another try after a pause; after the last one the row is the dead letter."""
        if job.attempts > RETRIES:
            await finish(job.runtime, job.id, state="failed", message=message, problems=jsonable(problems))
            return
        pause_s = self._rhythm.pause_s(job.attempts)
        waiting = f"{message} Attempt {job.attempts} of {1 + RETRIES}; the next in {pause_s:g} s."
        if await save(job.runtime, job.id, state="waiting", message=waiting, problems=jsonable(problems)):
            raise TryAgainError(pause_s)


def _queue(runtime: Runtime, rhythm: Rhythm) -> "JobQueue":
    """Connect the queue; imported here, in a thread, so that the first request does not wait for it."""
    from paperdesk.infra.job_queue import JobQueue  # noqa: PLC0415

    return JobQueue(runtime.server, rhythm)


async def _put_back(job: Job) -> None:
    """Let a job wait again that its worker could not end before it stopped; it was not its fault."""
    values = {"state": "waiting", "message": "Its worker stopped; it begins again.", "attempts": job.attempts - 1}
    await save(job.runtime, job.id, **values)
