"""Reads of jobs and of the audit trail."""

from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, select

from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.operations import seal_store
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.http import PageParams
from paperdesk.infra.jobs import OPEN, jobs
from paperdesk.infra.keyset import part_of
from paperdesk.infra.work import ReadOnly, owned

JobState: TypeAlias = Literal["waiting", "running", "done", "failed", "cancelled"]
WATCHED_MAX = 50


class UnknownJob(NotFound):
    """There is no such job, or it belongs to another tenant."""


def _seen(work: ReadOnly) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a job is the caller's to see: a key that is kept to accounts sees those of them."""
    limits = work.who.limits
    if limits is None or limits.accounts is None:
        return (owned(jobs, work),)
    return owned(jobs, work), jobs.c.arguments["account_id"].astext.in_(map(str, limits.accounts))


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs are meant: of a kind, in a state; what is None does not matter."""

    kind: str | None = None
    state: JobState | None = None


async def list_jobs(work: ReadOnly, wanted: JobFilter, page: PageParams) -> tuple[list[Row], str | None]:
    """Return jobs, newest first."""
    query = select(jobs).where(*_seen(work))
    for name, value in asdict(wanted).items():
        query = query if value is None else query.where(jobs.c[name] == value)
    rows = await fetch_all(work.db, part_of(query, page, jobs.c, jobs.c.id))
    return page.cut(rows, lambda row: (row["id"],))


async def jobs_at_work(work: ReadOnly) -> list[Row]:
    """Return the fifty jobs to be watched: those that have not ended, and after them the newest others."""
    newest = select(jobs).where(*_seen(work)).order_by(jobs.c.id.desc()).limit(WATCHED_MAX)
    found = [*await fetch_all(work.db, newest.where(jobs.c.state.in_(OPEN))), *await fetch_all(work.db, newest)]
    return list({row["id"]: row for row in found}.values())[:WATCHED_MAX]


async def read_job(work: ReadOnly, job_id: UUID) -> Row:
    """Return one job."""
    row = await fetch_one(work.db, select(jobs).where(jobs.c.id == job_id, *_seen(work)))
    if row is None:
        raise UnknownJob("There is no such job.", job_id=str(job_id))
    return row


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines of the audit trail are meant; what is None does not matter."""

    subject: str | None = None
    action: str | None = None
    object_id: UUID | None = None


async def read_trail(work: ReadOnly, wanted: LineFilter, page: PageParams) -> tuple[list[Row], str | None]:
    """Return lines of the audit trail, newest first. Raises MissingScope."""
    work.require(Scope.ADMIN)
    rows = await seal_store.list_lines(work, asdict(wanted), page)
    return page.cut(rows, lambda row: (row["id"],))
