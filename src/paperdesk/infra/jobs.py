"""Background jobs on procrastinate: enqueued in the transaction of the change that caused them.

The queue is procrastinate's; progress, results and problems are rows of ours, shown at /v1/jobs. A
job of a worker that died is found by its missing heartbeat and tried again: jobs are idempotent.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from sqlalchemy import Column, Double, Table, Text, Uuid, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from paperdesk.core.kernel.errors import PaperdeskError, Problem
from paperdesk.infra.db import SYSTEM_ROLE, Instant, metadata
from paperdesk.infra.rooms import keep_serving
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.telemetry import log
from paperdesk.infra.work import UnitOfWork, jsonable

jobs = Table(
    "jobs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("progress", Double, nullable=False),
    Column("message", Text, nullable=False),
    Column("arguments", JSONB, nullable=False),
    Column("result", JSONB),
    Column("problems", JSONB, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("finished_at", Instant),
)

if TYPE_CHECKING:
    from procrastinate import App

QUEUE = "paperdesk"
CONCURRENCY = 2
STALLED_AFTER_S = 30.0
LOOK_FOR_STALLED_S = 15.0

_DEFER = text(
    "select procrastinate_defer_jobs_v1(array[row(:queue, :task, 0, null, null, cast(:args as jsonb), null)"
    "::procrastinate_job_to_defer_v1])"
)


class JobFailed(PaperdeskError):
    """A job ended without its result; its problems say why."""

    def __init__(self, message: str, problems: list[Problem]) -> None:
        """Carry every problem that was found, not just the first."""
        super().__init__(message)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Job:
    """One job at work: what it was asked, and where it tells how far it is."""

    id: UUID
    tenant_id: UUID
    created_at: datetime
    arguments: dict[str, Any]
    runtime: Runtime

    async def progress(self, share: float, message: str) -> None:
        """Tell how far the job is, from 0 to 1."""
        await _save(self.runtime, self.id, progress=share, message=message)


Work = Callable[[Job], Awaitable[dict[str, Any]]]


async def enqueue(work: UnitOfWork, kind: str, arguments: dict[str, Any]) -> UUID:
    """Write a job in this transaction; rolled back, it never was."""
    job_id = work.new_id()
    row = {"id": job_id, "tenant_id": work.who.tenant_id, "kind": kind, "state": "waiting", "progress": 0.0}
    values = row | {"message": "", "arguments": jsonable(arguments), "problems": [], "created_at": work.now}
    await work.db.execute(insert(jobs).values(values))
    args = msgspec.json.encode({"job_id": job_id}).decode()
    await work.db.execute(_DEFER, {"queue": QUEUE, "task": kind, "args": args})
    return job_id


class Worker:
    """Runs jobs in this process; any number of workers share the queue."""

    def __init__(self, runtime: Runtime, kinds: Mapping[str, Work]) -> None:
        """Register the kinds of job this worker can do."""
        self._runtime = runtime
        self._kinds = kinds

    async def run(self) -> None:
        """Work until cancelled; a database that goes away is waited for."""
        await keep_serving("jobs", self._serve)

    async def _serve(self) -> None:
        app = await asyncio.to_thread(self._app)
        for kind, work in self._kinds.items():
            app.task(name=kind, queue=QUEUE)(self._task(work))
        async with app.open_async(), asyncio.TaskGroup() as group:
            group.create_task(self._retry_stalled(app))
            group.create_task(
                app.run_worker_async(
                    queues=[QUEUE], concurrency=CONCURRENCY, install_signal_handlers=False, delete_jobs="successful"
                )
            )

    def _app(self) -> "App":
        """Connect the queue; imported here, in a thread, so that the first request does not wait for it."""
        from procrastinate import App, PsycopgConnector  # noqa: PLC0415

        settings = {"options": f"-c role={SYSTEM_ROLE}"}
        return App(connector=PsycopgConnector(conninfo=self._runtime.server.psycopg_url, kwargs=settings, max_size=4))

    def _task(self, work: Work) -> Callable[..., Awaitable[None]]:
        async def run(job_id: str) -> None:
            await _run(self._runtime, work, UUID(job_id))

        return run

    async def _retry_stalled(self, app: "App") -> None:
        while True:
            for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
                await app.job_manager.retry_job(stalled)
            await asyncio.sleep(LOOK_FOR_STALLED_S)


async def _run(runtime: Runtime, work: Work, job_id: UUID) -> None:
    """Run one job to its end; what goes wrong is its result, not an exception of the worker."""
    job = await _load(runtime, job_id)
    await _save(runtime, job_id, state="running", message="Started")
    try:
        result = await work(job)
    except PaperdeskError as error:
        problems = error.problems if isinstance(error, JobFailed) else [Problem(error.code, error.message, error.facts)]
        await _finish(runtime, job_id, state="failed", message=error.message, problems=jsonable(problems))
    except Exception as error:  # one of the four places: a bug in a job is that job's failure
        log.error("job_failed", job_id=str(job_id), exc_info=error)
        await _finish(runtime, job_id, state="failed", message="The job failed unexpectedly.")
    else:
        await _finish(runtime, job_id, state="done", message="Done", progress=1.0, result=jsonable(result))


async def _load(runtime: Runtime, job_id: UUID) -> Job:
    async with runtime.as_system() as db:
        row = (await db.execute(select(jobs).where(jobs.c.id == job_id))).one()
    return Job(row.id, row.tenant_id, row.created_at, row.arguments, runtime)


async def _finish(runtime: Runtime, job_id: UUID, **values: Any) -> None:  # noqa: ANN401 - columns of one row
    await _save(runtime, job_id, finished_at=runtime.clock.now(), **values)


async def _save(runtime: Runtime, job_id: UUID, **values: Any) -> None:  # noqa: ANN401 - columns of one row
    async with runtime.as_system() as db:
        await db.execute(update(jobs).where(jobs.c.id == job_id).values(**values))
    runtime.bus.publish("jobs", {"id": str(job_id)})
