"""Background jobs on procrastinate: enqueued in the transaction of the change that caused them.

The queue is procrastinate's; progress, results and problems are rows of ours, shown at /v1/jobs. A
job of a worker that died is found by its missing heartbeat and tried again: jobs are idempotent. What
failed for want of something that may come back is tried again after a pause, longer each time; after the last try
its row is the dead letter, with its arguments and its problems.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Column, Double, Integer, Table, Text, Uuid, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB

from paperdesk.core.kernel.errors import Conflict, PaperdeskError, Problem
from paperdesk.infra.db import Instant, Row, fetch_one, metadata
from paperdesk.infra.personal import personal
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.uploads import clear_away, clear_orphans
from paperdesk.infra.work import ReadOnly, UnitOfWork, jsonable, owned

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
    Column("attempts", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("finished_at", Instant),
    info=personal(None),
)

QUEUE: Final = "paperdesk"
# Where the database tells, with every commit that changes jobs, whose they are.
CHANNEL: Final = "paperdesk_jobs"
RETRIES: Final = 3
LONGEST_PAUSE_S: Final = 3600.0
# A job that has not ended, and so may be cancelled; one that runs may tell how far it is.
OPEN = ("waiting", "running")

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


class JobCancelled(Conflict):
    """The job was cancelled while it ran; what it had not finished is left undone."""


class TryAgainError(Exception):
    """A job failed for now; it asks to be run again after a pause."""

    def __init__(self, pause_s: float) -> None:
        """Carry the pause."""
        super().__init__(f"again in {pause_s:g} s")
        self.pause_s = pause_s


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a worker keeps time."""

    look_s: float = 5.0
    """How often it looks for jobs whose pause is over; new ones it hears of."""

    heartbeat_s: float = 10.0
    """How often it says that it lives."""

    stalled_after_s: float = 30.0
    """After what silence others take its jobs."""

    look_for_stalled_s: float = 15.0
    """How often it looks for the jobs of silent workers."""

    first_pause_s: float = 120.0
    """How long a job waits before it is tried a second time; each further time twice as long."""

    drain_s: float = 5.0
    """How long a worker that stops waits for what is under way."""

    def pause_s(self, attempts: int) -> float:
        """Return the pause after so many attempts, an hour at most."""
        return min(self.first_pause_s * 2.0 ** (attempts - 1), LONGEST_PAUSE_S)


@dataclass(frozen=True, slots=True)
class Job:
    """One job at work: what it was asked, and where it tells how far it is."""

    id: UUID
    tenant_id: UUID
    created_at: datetime
    arguments: dict[str, Any]
    runtime: Runtime
    attempts: int = 1

    async def progress(self, share: float, message: str) -> None:
        """Tell how far the job is, from 0 to 1; raises JobCancelled when nobody wants it any more."""
        is_open = await save(self.runtime, self.id, progress=share, message=message)
        if not is_open and await _is_cancelled(self.runtime, self.id):
            raise JobCancelled("The job was cancelled.", job_id=str(self.id))


Work = Callable[[Job], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A duty of the desk itself, done by the clock."""

    cron: str
    duty: Callable[[Runtime], Awaitable[None]]


async def enqueue(work: UnitOfWork, kind: str, arguments: dict[str, Any]) -> UUID:
    """Write a job in this transaction; rolled back, it never was."""
    job_id = work.new_id()
    row = {"id": job_id, "tenant_id": work.who.tenant_id, "kind": kind, "state": "waiting", "progress": 0.0}
    more = {"message": "", "arguments": jsonable(arguments), "problems": [], "attempts": 0, "created_at": work.now}
    await work.db.execute(insert(jobs).values(row | more))
    args = msgspec.json.encode({"job_id": job_id}).decode()
    await work.db.execute(_DEFER, {"queue": QUEUE, "task": kind, "args": args})
    return job_id


async def count_open(work: ReadOnly) -> int:
    """Return how many jobs of the caller's tenant have not ended."""
    query = select(func.count()).select_from(jobs).where(owned(jobs, work), jobs.c.state.in_(OPEN))
    found: int = (await work.db.execute(query)).scalar_one()
    return found


async def was_asked(work: ReadOnly, kind: str, arguments: dict[str, Any]) -> bool:
    """Say whether the caller's tenant ever had a job of a kind with these among its arguments."""
    its = (owned(jobs, work), jobs.c.kind == kind, jobs.c.arguments.contains(jsonable(arguments)))
    return await work.db.scalar(select(jobs.c.id).where(*its).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a job stands: its state, how far it is from 0 to 1, and what it says of itself."""

    state: str
    progress: float
    message: str


async def standings(work: ReadOnly, job_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Return how jobs of the caller's tenant stand; one that is gone is absent."""
    query = select(jobs.c.id, jobs.c.state, jobs.c.progress, jobs.c.message)
    rows = await work.db.execute(query.where(jobs.c.id.in_(job_ids), owned(jobs, work)))
    return {row.id: Standing(row.state, row.progress, row.message) for row in rows}


async def find_job(work: ReadOnly, job_id: UUID, kind: str) -> Row | None:
    """Return the row of a job of a kind, or None where the caller's tenant has no such job."""
    its = (jobs.c.id == job_id, jobs.c.kind == kind, owned(jobs, work))
    return await fetch_one(work.db, select(jobs).where(*its))


async def withdraw(work: UnitOfWork, job_id: UUID) -> bool:
    """Cancel a job in this transaction, unless it has ended: whoever runs it stops at its next step."""
    mine = (jobs.c.id == job_id, owned(jobs, work), jobs.c.state.in_(OPEN))
    ending = {"state": "cancelled", "message": "Cancelled", "finished_at": work.now}
    return (await work.db.execute(update(jobs).where(*mine).values(ending))).rowcount == 1


async def begin(runtime: Runtime, job_id: UUID) -> Job | None:
    """Mark a job as running, unless it has ended."""
    now_running = {"state": "running", "message": "Started", "attempts": jobs.c.attempts + 1}
    async with runtime.as_system() as db:
        claim = update(jobs).where(jobs.c.id == job_id, jobs.c.state.in_(OPEN)).values(now_running).returning(jobs)
        row = (await db.execute(claim)).one_or_none()
    return row and Job(row.id, row.tenant_id, row.created_at, row.arguments, runtime, row.attempts)


async def finish(runtime: Runtime, job_id: UUID, **values: Any) -> bool:  # noqa: ANN401 - columns of one row
    """Write how a job has ended, and let go of its files before; say no when it was cancelled already."""
    await let_go(runtime, job_id)
    return await save(runtime, job_id, finished_at=runtime.clock.now(), **values)


async def let_go(runtime: Runtime, job_id: UUID) -> None:
    """Remove the files of a job that has ended."""
    async with runtime.as_system() as db:
        arguments = await db.scalar(select(jobs.c.arguments).where(jobs.c.id == job_id))
    await clear_away(runtime.settings, job_id, arguments or {})


async def let_go_of_orphans(runtime: Runtime) -> None:
    """Remove files that no job wants any more, whatever kept its end from doing it."""
    async with runtime.as_system() as db:
        rows = await db.execute(select(jobs.c.id, jobs.c.arguments).where(jobs.c.state.in_(OPEN)))
        wanted = {name for row in rows for name in (str(row.id), PurePath(row.arguments.get("upload", "")).name)}
    await clear_orphans(runtime.settings, wanted, runtime.clock.now())


async def save(runtime: Runtime, job_id: UUID, **values: Any) -> bool:  # noqa: ANN401 - columns of one row
    """Write how a running job stands; say no when it was cancelled meanwhile."""
    async with runtime.as_system() as db:
        mine = (jobs.c.id == job_id, jobs.c.state.in_(OPEN))
        return (await db.execute(update(jobs).where(*mine).values(**values))).rowcount == 1


async def attempts_of(runtime: Runtime, job_id: UUID) -> int:
    """Return how often a job was begun; none when there is no such job any more."""
    async with runtime.as_system() as db:
        return await db.scalar(select(jobs.c.attempts).where(jobs.c.id == job_id)) or 0


async def ended_well(runtime: Runtime, kinds: Collection[str]) -> list[Job]:
    """Return the jobs of some kinds that are done, oldest first, with their results among their arguments."""
    async with runtime.as_system() as db:
        query = select(jobs).where(jobs.c.kind.in_(kinds), jobs.c.state == "done").order_by(jobs.c.created_at)
        rows = (await db.execute(query)).all()
    return [Job(row.id, row.tenant_id, row.created_at, {**row.arguments, **row.result}, runtime) for row in rows]


async def _is_cancelled(runtime: Runtime, job_id: UUID) -> bool:
    async with runtime.as_system() as db:
        return (await db.scalar(select(jobs.c.state).where(jobs.c.id == job_id))) == "cancelled"
