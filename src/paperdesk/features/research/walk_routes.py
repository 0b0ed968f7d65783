"""REST routes of walks forward, and of draws from a backtest."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from paperdesk.core.backtest.measures import Measured, measures_of
from paperdesk.core.backtest.walking import Step, stitched
from paperdesk.core.broker.chance import SEED_MAX
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.backtests.trial_store import read_selection
from paperdesk.features.identity.access import Reading, Work
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.features.research import queries
from paperdesk.features.research.cancel_walk_forward import cancel_walk_forward, delete_walk_forward
from paperdesk.features.research.read_monte_carlo import Draws, read_monte_carlo
from paperdesk.features.research.request_walk_forward import request_walk_forward
from paperdesk.features.research.resume_walk_forward import resume_walk_forward
from paperdesk.features.research.sweeps import Sweep, TradedFold
from paperdesk.features.research.walk_schemas import (
    MonteCarloOut,
    WalkForwardBody,
    WalkForwardOut,
    WalkForwardResultsOut,
    WalkPointOut,
)
from paperdesk.infra.http import Page, PageOf
from paperdesk.infra.listing import ListRoute
from paperdesk.infra.work import ReadOnly

router = APIRouter(prefix="/v1", tags=["research"], route_class=ListRoute)
Runs = Annotated[int, Query(ge=2, le=2000, description="How often is drawn.")]
Seed = Annotated[int, Query(ge=0, le=SEED_MAX, description="The same number draws the same.")]
Block = Annotated[int, Query(ge=1, le=5000, description="How many returns stay together.")]
NOTHING_TRADED = "nothing was traded yet"


async def _shown(work: ReadOnly, sweep: Sweep) -> WalkForwardOut:
    progress, _ = (await queries.walked(work, [sweep]))[sweep.id]
    return WalkForwardOut.at(sweep, progress)


@router.post("/walk-forwards", status_code=202)
async def post_walk_forward(body: WalkForwardBody, work: Work, shelf: Datasets) -> WalkForwardOut:
    """Choose parameters on one stretch, trade the next with them, and so on to the end; each fold is a job."""
    return await _shown(work, await request_walk_forward(work, shelf, body.walk_forward()))


@router.get("/walk-forwards")
async def get_walk_forwards(work: Reading, page: Page) -> PageOf[WalkForwardOut]:
    """List walks forward, newest first."""
    known = await queries.list_walk_forwards(work)
    found, next_cursor = page.part(known, lambda each: (each.id,), tuple[UUID], newest_first=True)
    progress = await queries.walked(work, found)
    return PageOf(items=[WalkForwardOut.at(each, progress[each.id][0]) for each in found], next_cursor=next_cursor)


@router.get("/walk-forwards/{walk_id}")
async def get_walk_forward(walk_id: UUID, work: Reading, shelf: Datasets) -> WalkForwardResultsOut:
    """Read every fold, the measures of all that was traded, and what was kept of what was promised."""
    sweep = await queries.read_walk_forward(work, walk_id)
    progress, folds = (await queries.walked(work, [sweep]))[sweep.id]
    market = TapeMarket(*await on_tape(work, shelf, sweep.asked.tape_id))
    measured = _measured(sweep, folds, market.periods_a_year)
    family = await read_selection(work, sweep.asked)
    return WalkForwardResultsOut.beside(WalkForwardOut.at(sweep, progress), folds, measured, family.trials)


@router.get("/walk-forwards/{walk_id}/equity")
async def get_walk_forward_equity(walk_id: UUID, work: Reading, page: Page) -> PageOf[WalkPointOut]:
    """List what the account was worth at every close that was traded, oldest first."""
    sweep = await queries.read_walk_forward(work, walk_id)
    _, folds = (await queries.walked(work, [sweep]))[sweep.id]
    numbered = list(enumerate(_traded(folds), 1))
    found, next_cursor = page.part(numbered, lambda each: (each[0],), tuple[int])
    return PageOf(items=[WalkPointOut.of(step.at, step.equity) for _, step in found], next_cursor=next_cursor)


@router.post("/walk-forwards/{walk_id}/cancel")
async def post_walk_forward_cancel(walk_id: UUID, work: Work) -> WalkForwardOut:
    """Stop a walk forward where it is; the folds it has come to are kept. One that has ended stays as it is."""
    await cancel_walk_forward(work, walk_id)
    return await _shown(work, await queries.read_walk_forward(work, walk_id))


@router.post("/walk-forwards/{walk_id}/resume")
async def post_walk_forward_resume(walk_id: UUID, work: Work) -> WalkForwardOut:
    """Run the folds of a walk forward that are missing, after it was cancelled or has failed."""
    return await _shown(work, await resume_walk_forward(work, walk_id))


@router.delete("/walk-forwards/{walk_id}", status_code=204)
async def remove_walk_forward(walk_id: UUID, work: Work) -> None:
    """Delete a walk forward; the trials of its folds stay counted."""
    await delete_walk_forward(work, walk_id)


@router.get("/backtests/{backtest_id}/monte-carlo")
async def get_monte_carlo(
    backtest_id: UUID, work: Reading, runs: Runs = 1000, seed: Seed = 0, block: Block = 20
) -> MonteCarloOut:
    """Read how else a run might have come: its round trips in another order, and its returns drawn again in blocks."""
    draws = Draws(runs, seed, block)
    return MonteCarloOut.of(backtest_id, draws, await read_monte_carlo(work, backtest_id, draws))


def _traded(folds: Sequence[TradedFold]) -> list[Step]:
    """Return what was traded as one curve, as far as the folds are known without a gap."""
    curves = [[Step(*each) for each in zip(fold.at, fold.equity, strict=True)] for fold in folds]
    whole = [curve for number, (fold, curve) in enumerate(zip(folds, curves, strict=True), 1) if fold.number == number]
    gap = next((place for place, curve in enumerate(whole) if not curve), len(whole))
    return stitched(whole[:gap])


def _measured(sweep: Sweep, folds: Sequence[TradedFold], periods_a_year: float) -> Measured:
    steps = _traded(folds)
    if not steps:
        return Measured({"total_return": None}, {"total_return": NOTHING_TRADED})
    at = [datetime.fromtimestamp(each.at, UTC) for each in steps]
    return measures_of(at, [each.equity for each in steps], periods_a_year, float(sweep.asked.risk_free))
