"""REST routes of sweeps."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends

from paperdesk.features.backtests.result_schemas import SelectionOut
from paperdesk.features.backtests.trial_store import read_selection
from paperdesk.features.identity.access import Reading, Work
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.features.research import queries
from paperdesk.features.research.cancel_sweep import cancel_sweep, delete_sweep
from paperdesk.features.research.request_sweep import request_sweep
from paperdesk.features.research.resume_sweep import resume_sweep
from paperdesk.features.research.schemas import (
    HeatMapOut,
    SweepBody,
    SweepOut,
    SweepResultsOut,
    TrialMeasure,
    TrialOut,
)
from paperdesk.features.research.sweeps import Sweep
from paperdesk.infra.http import Page, PageOf
from paperdesk.infra.listing import ListRoute
from paperdesk.infra.work import ReadOnly

router = APIRouter(prefix="/v1", tags=["research"], route_class=ListRoute)


@dataclass(frozen=True, slots=True)
class MapQuery:
    """Two parameters that were swept, a measure, and which of the trials with the same two values."""

    x: str
    y: str
    measure: TrialMeasure = "sharpe"
    of: Literal["mean", "best"] = "mean"


async def _shown(work: ReadOnly, sweep: Sweep) -> SweepOut:
    return SweepOut.of(sweep, (await queries.progress_of(work, [sweep]))[sweep.id])


@router.post("/sweeps", status_code=202)
async def post_sweep(body: SweepBody, work: Work, shelf: Datasets) -> SweepOut:
    """Run a strategy with many parameters; the trials are shared by jobs."""
    return await _shown(work, await request_sweep(work, shelf, body.sweep()))


@router.get("/sweeps")
async def get_sweeps(work: Reading, page: Page) -> PageOf[SweepOut]:
    """List sweeps, newest first."""
    known = await queries.list_sweeps(work)
    found, next_cursor = page.part(known, lambda each: (each.id,), tuple[UUID], newest_first=True)
    progress = await queries.progress_of(work, found)
    return PageOf(items=[SweepOut.of(each, progress[each.id]) for each in found], next_cursor=next_cursor)


@router.get("/sweeps/{sweep_id}")
async def get_sweep(sweep_id: UUID, work: Reading) -> SweepResultsOut:
    """Read how far a sweep is, its best trial so far, and at its end what of that may be owed to having tried often."""
    sweep = await queries.read_sweep(work, sweep_id)
    shown, best, selection = await _shown(work, sweep), await queries.read_best(work, sweep), None
    # It is of all trials, which takes as long as many of them: nobody waits for it while they run.
    if best is not None and shown.state not in ("waiting", "running"):
        selection = SelectionOut.of(await read_selection(work, sweep.asked, best["number"]))
    return SweepResultsOut.beside(shown, best, selection)


@router.get("/sweeps/{sweep_id}/trials")
async def get_trials(
    sweep_id: UUID, work: Reading, page: Page, by: TrialMeasure = "sharpe", order: Literal["asc", "desc"] = "desc"
) -> PageOf[TrialOut]:
    """List the trials of a sweep by a measure, the highest first; those without it stand last."""
    rows = await queries.read_trials(work, sweep_id)
    highest_first = order == "desc"
    found, next_cursor = page.part(
        queries.sorted_by(rows, by, highest_first=highest_first),
        lambda row: queries.position_of(row, by, highest_first=highest_first),
        tuple[bool, float, int],
    )
    return PageOf(items=[TrialOut.of(each) for each in found], next_cursor=next_cursor)


@router.get("/sweeps/{sweep_id}/heat-map")
async def get_heat_map(sweep_id: UUID, asked: Annotated[MapQuery, Depends()], work: Reading) -> HeatMapOut:
    """Read a measure over two parameters: of all trials with the same two values, their mean or the highest."""
    found = await queries.read_heat_map(work, sweep_id, (asked.x, asked.y), asked.measure, asked.of)
    return HeatMapOut.of(sweep_id, {"x": asked.x, "y": asked.y, "measure": asked.measure}, found)


@router.post("/sweeps/{sweep_id}/cancel")
async def post_sweep_cancel(sweep_id: UUID, work: Work) -> SweepOut:
    """Stop a sweep where it is; the trials it has come to are kept. One that has ended stays as it is."""
    await cancel_sweep(work, sweep_id)
    return await _shown(work, await queries.read_sweep(work, sweep_id))


@router.post("/sweeps/{sweep_id}/resume")
async def post_sweep_resume(sweep_id: UUID, work: Work) -> SweepOut:
    """Run what of a sweep is missing, after it was cancelled or has failed."""
    return await _shown(work, await resume_sweep(work, sweep_id))


@router.delete("/sweeps/{sweep_id}", status_code=204)
async def remove_sweep(sweep_id: UUID, work: Work) -> None:
    """Delete a sweep; that its trials were tried stays counted."""
    await delete_sweep(work, sweep_id)
