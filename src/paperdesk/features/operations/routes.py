"""REST routes of operations, and those that monitors ask without a key."""

import time
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

from paperdesk.features.identity.access import Reading, Serving, Work, runtime_of
from paperdesk.features.operations.cancel_job import cancel_job
from paperdesk.features.operations.queries import JobFilter, JobState, LineFilter, list_jobs, read_job, read_trail
from paperdesk.features.operations.request_verification import request_verification
from paperdesk.features.operations.schemas import (
    AuditLineView,
    CacheOut,
    DatabaseOut,
    JobOut,
    PoolOut,
    PumpOut,
    ReadyOut,
    TradingOut,
    VerificationBody,
    VerificationView,
)
from paperdesk.features.operations.verify_audit import head_from, verify_audit
from paperdesk.infra.db import is_led, state_of_pool
from paperdesk.infra.http import Line, PageOf, PageParams, sorted_by
from paperdesk.infra.listing import ListRoute
from paperdesk.infra.telemetry import Metrics

router = APIRouter(prefix="/v1", tags=["operations"], route_class=ListRoute)
monitors = APIRouter(tags=["monitors"])


JobsPage = Annotated[PageParams, sorted_by(created_at=datetime, kind=str, state=str, attempts=int)]


@router.get("/jobs")
async def get_jobs(
    work: Reading, page: JobsPage, kind: Line | None = None, state: JobState | None = None
) -> PageOf[JobOut]:
    """List your jobs, newest first; of a kind, in a state."""
    rows, next_cursor = await list_jobs(work, JobFilter(kind, state), page)
    return PageOf(items=[JobOut.of(row) for row in rows], next_cursor=next_cursor)


@router.get("/jobs/{job_id}")
async def get_job(job_id: UUID, work: Reading) -> JobOut:
    """Show how far a job is, and what came of it."""
    return JobOut.of(await read_job(work, job_id))


@router.delete("/jobs/{job_id}")
async def delete_job(job_id: UUID, work: Work) -> JobOut:
    """Cancel a job: one that waits never runs, one that runs stops at its next step."""
    return JobOut.of(await cancel_job(work, job_id))


AuditPage = Annotated[PageParams, sorted_by(recorded_at=datetime, action=str, subject=str)]


@router.get("/audit")
async def get_audit(
    work: Reading,
    page: AuditPage,
    subject: Annotated[str | None, Query(description="Who: `user:` or `key:` and an id.")] = None,
    action: Annotated[str | None, Query(description="What was done, such as `change_user`.")] = None,
    object_id: Annotated[UUID | None, Query(description="To what it was done.")] = None,
) -> PageOf[AuditLineView]:
    """List what was done in your tenant, newest first; orders tell their own history."""
    rows, next_cursor = await read_trail(work, LineFilter(subject, action, object_id), page)
    return PageOf(items=[AuditLineView.of(row) for row in rows], next_cursor=next_cursor)


@router.get("/audit/verification")
async def get_verification(
    work: Reading,
    head: Annotated[
        str | None, Query(description="A head that you wrote down: the chain must still hold it.", max_length=100)
    ] = None,
) -> VerificationView:
    """Compare everything that was done, orders too, with its seals, and name the first place that does not hold."""
    return VerificationView.of(await verify_audit(work, None if head is None else head_from(head)))


@router.post("/audit/verifications", status_code=202)
async def post_verification(body: VerificationBody, work: Work) -> JobOut:
    """Compare everything that was done with its seals, by a job that tells how far it is and what holds."""
    return JobOut.of(await read_job(work, await request_verification(work, body.head)))


@monitors.get("/health/live")
async def get_live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "live"}


@monitors.get("/health/ready")
async def get_ready(runtime: Serving) -> ReadyOut:
    """Say that the database answers too; 503 when it does not. Without its cache a desk is slower, and ready."""
    database = await get_database_health(runtime)
    quotes, cache = await get_quote_health(runtime), CacheOut.of(await runtime.cache.look())
    return ReadyOut(status="ready", database=database, quotes=quotes, cache=cache)


@monitors.get("/health/database")
async def get_database_health(runtime: Serving) -> DatabaseOut:
    """Say how quickly the database answers; 503 when it does not."""
    began = time.perf_counter()
    async with runtime.as_system() as db:
        await is_led(db, "pump")  # any question does
    answered_ms = round((time.perf_counter() - began) * 1000, 1)
    pools = [state_of_pool("app", runtime.app), state_of_pool("system", runtime.system)]
    return DatabaseOut(answered_ms=answered_ms, pools=[PoolOut.of(each) for each in pools])


@monitors.get("/health/quotes")
async def get_quote_health(runtime: Serving) -> PumpOut:
    """Say whether anybody moves the tapes, at whichever process."""
    async with runtime.as_system() as db:
        return PumpOut(are_moving=await is_led(db, "pump"))


@monitors.get("/health/trading")
async def get_trading_health(connection: HTTPConnection, runtime: Serving) -> TradingOut:
    """Say whether orders are taken, how many wait to be decided, and whether they meet quotes that move."""
    writer = connection.app.state.writer
    return TradingOut(
        orders_are_taken=writer.takes_orders,
        waiting=writer.depth,
        waiting_max=runtime.settings.writer_queue_max,
        quotes=await get_quote_health(runtime),
    )


@monitors.get("/metrics", response_class=PlainTextResponse)
async def get_metrics(connection: HTTPConnection) -> Response:
    """Show the counters in the format of Prometheus."""
    return Response(runtime_of(connection).metrics.text(), media_type=Metrics.MEDIA_TYPE)
