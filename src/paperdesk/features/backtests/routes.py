"""REST routes of backtests: strategies, runs, and what came of them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from paperdesk.core.backtest.periods import PeriodKind
from paperdesk.core.strategy.templates import TEMPLATES
from paperdesk.features.backtests import queries
from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.backtests.delete_backtest import cancel_backtest, delete_backtest
from paperdesk.features.backtests.read_round_trip import read_round_trip
from paperdesk.features.backtests.request_backtest import request_backtest
from paperdesk.features.backtests.result_schemas import BacktestResultsOut
from paperdesk.features.backtests.schemas import (
    BacktestBody,
    BacktestOut,
    RoundTripBarOut,
    RoundTripOut,
    RunEventOut,
    RunFillOut,
    RunOrderOut,
    RunPeriodOut,
    RunPointOut,
    RunPositionOut,
)
from paperdesk.features.backtests.strategy_schemas import ShippedStrategyOut, StrategyTemplateOut
from paperdesk.features.backtests.trial_store import read_selection
from paperdesk.features.identity.access import Reading, Work
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.http import Line, Page, PageOf, PageParams, SymbolLine, sorted_by
from paperdesk.infra.jobs import standings
from paperdesk.infra.listing import ListRoute
from paperdesk.infra.strategy_packages import KNOWN
from paperdesk.infra.work import ReadOnly

router = APIRouter(prefix="/v1", tags=["backtests"], route_class=ListRoute)


async def _shown(work: ReadOnly, found: Backtest) -> BacktestOut:
    return BacktestOut.of(found, (await standings(work, [found.job_id])).get(found.job_id))


@router.get("/strategies")
async def get_shipped_strategies(page: Page, work: Reading) -> PageOf[ShippedStrategyOut]:  # noqa: ARG001 - whoever reads may know
    """List the strategies that can be run, with their parameters."""
    kinds = sorted(KNOWN.values(), key=lambda kind: kind.name)
    found, next_cursor = page.part(kinds, lambda kind: (kind.name,), tuple[str])
    return PageOf(items=[ShippedStrategyOut.of(kind) for kind in found], next_cursor=next_cursor)


@router.get("/strategies/templates")
async def get_strategy_templates(page: Page, work: Reading) -> PageOf[StrategyTemplateOut]:  # noqa: ARG001 - whoever reads may know
    """List templates: strategies with the parameters that people usually start from."""
    found, next_cursor = page.part(
        sorted(TEMPLATES.values(), key=lambda each: each.name), lambda each: (each.name,), tuple[str]
    )
    items = [
        StrategyTemplateOut(
            name=each.name,
            description=each.description,
            strategy=each.strategy,
            parameters=dict(each.parameters),
        )
        for each in found
    ]
    return PageOf(items=items, next_cursor=next_cursor)


@router.post("/backtests", status_code=202)
async def post_backtest(body: BacktestBody, work: Work, shelf: Datasets) -> BacktestOut:
    """Run a strategy over what a tape has shown; the run is a job."""
    return await _shown(work, await request_backtest(work, shelf, body.request()))


BacktestsPage = Annotated[PageParams, sorted_by(name=str, strategy=str, state=str, asked_at=datetime)]


@router.get("/backtests")
async def get_backtests(
    work: Reading,
    page: BacktestsPage,
    strategy: Line | None = None,
    symbol: SymbolLine | None = None,
    state: Line | None = None,
) -> PageOf[BacktestOut]:
    """List runs, newest first; of a strategy, with a symbol, or in a state."""
    known = await queries.list_backtests(work, {"strategy": strategy, "symbol": symbol})
    jobs = await standings(work, [each.job_id for each in known])
    shown = [BacktestOut.of(each, jobs.get(each.job_id)) for each in known]
    wanted = [each for each in shown if state in (None, each.state)]
    found, next_cursor = page.part(wanted, lambda each: (each.id,), tuple[UUID], newest_first=True)
    return PageOf(items=found, next_cursor=next_cursor)


@router.get("/backtests/{backtest_id}")
async def get_backtest(backtest_id: UUID, work: Reading) -> BacktestOut:
    """Read what was asked of a run, and how far it is."""
    return await _shown(work, await queries.read_backtest(work, backtest_id, ()))


@router.post("/backtests/{backtest_id}/cancel")
async def post_backtest_cancel(backtest_id: UUID, work: Work) -> BacktestOut:
    """Stop a run where it is; what it has come to is kept. One that has ended stays as it is."""
    await cancel_backtest(work, backtest_id)
    return await _shown(work, await queries.read_backtest(work, backtest_id, ()))


@router.delete("/backtests/{backtest_id}", status_code=204)
async def remove_backtest(backtest_id: UUID, work: Work) -> None:
    """Delete a run and what came of it."""
    await delete_backtest(work, backtest_id)


@router.get("/backtests/{backtest_id}/results")
async def get_backtest_results(backtest_id: UUID, work: Reading) -> BacktestResultsOut:
    """Read what came of a run in figures."""
    found = await queries.read_backtest(work, backtest_id, {"figures"})
    return BacktestResultsOut.of(queries.report_in(found), await read_selection(work, found))


@router.get("/backtests/{backtest_id}/equity")
async def get_backtest_equity(backtest_id: UUID, work: Reading, page: Page) -> PageOf[RunPointOut]:
    """List what the account was worth at every close, oldest first; at most 5,000 points."""
    rows = (await queries.read_report(work, backtest_id, "equity"))["equity"]
    items, next_cursor = page.numbered_part(map(RunPointOut.model_validate, rows))
    return PageOf(items=items, next_cursor=next_cursor)


BacktestOrdersPage = Annotated[
    PageParams, sorted_by(accepted_at=datetime, symbol=str, side=str, status=str, quantity=Decimal, fees=Decimal)
]


@router.get("/backtests/{backtest_id}/orders")
async def get_backtest_orders(backtest_id: UUID, work: Reading, page: BacktestOrdersPage) -> PageOf[RunOrderOut]:
    """List the orders of a run as they were placed."""
    rows = (await queries.read_report(work, backtest_id, "orders"))["orders"]
    items, next_cursor = page.numbered_part(map(RunOrderOut.model_validate, rows))
    return PageOf(items=items, next_cursor=next_cursor)


BacktestFillsPage = Annotated[
    PageParams, sorted_by(number=int, at=datetime, symbol=str, side=str, quantity=Decimal, price=Decimal, fee=Decimal)
]


@router.get("/backtests/{backtest_id}/fills")
async def get_backtest_fills(backtest_id: UUID, work: Reading, page: BacktestFillsPage) -> PageOf[RunFillOut]:
    """List the fills of a run as they were made; none is kept of runs from before fills were."""
    rows = (await queries.read_report(work, backtest_id, "fill_rows"))["fill_rows"]
    items, next_cursor = page.numbered_part(map(RunFillOut.model_validate, rows))
    return PageOf(items=items, next_cursor=next_cursor)


BacktestRoundTripsPage = Annotated[
    PageParams,
    sorted_by(
        number=int,
        symbol=str,
        entered_at=datetime,
        left_at=datetime,
        gain=Decimal,
        gain_rate=float,
        bars=int,
        fees=Decimal,
    ),
]


@router.get("/backtests/{backtest_id}/round-trips")
async def get_backtest_round_trips(
    backtest_id: UUID, work: Reading, page: BacktestRoundTripsPage
) -> PageOf[RoundTripOut]:
    """List the round trips of a run by their beginning."""
    rows = (await queries.read_report(work, backtest_id, "round_trips"))["round_trips"]
    items, next_cursor = page.numbered_part(map(RoundTripOut.model_validate, rows))
    return PageOf(items=items, next_cursor=next_cursor)


@router.get("/backtests/{backtest_id}/replay")
async def get_round_trip_bars(
    backtest_id: UUID, round_trip: int, work: Reading, shelf: Datasets, page: Page
) -> PageOf[RoundTripBarOut]:
    """Replay one round trip bar by bar, from the one it was decided on to the one in which it ended."""
    rows = await read_round_trip(work, shelf, backtest_id, round_trip)
    found, next_cursor = page.part(rows, lambda each: (each.at,), tuple[datetime])
    return PageOf(items=found, next_cursor=next_cursor)


BacktestPeriodsPage = Annotated[PageParams, sorted_by(began_at=datetime, gain=Decimal, rate=float, round_trips=int)]


@router.get("/backtests/{backtest_id}/periods")
async def get_backtest_periods(
    backtest_id: UUID, work: Reading, page: BacktestPeriodsPage, by: PeriodKind = "month"
) -> PageOf[RunPeriodOut]:
    """List a run by its days, weeks, months or years, oldest first."""
    rows = (await queries.read_report(work, backtest_id, "periods"))["periods"][by]
    items, next_cursor = page.numbered_part(map(RunPeriodOut.model_validate, rows))
    return PageOf(items=items, next_cursor=next_cursor)


BacktestPositionsPage = Annotated[PageParams, sorted_by(at=datetime, symbol=str, quantity=Decimal)]


@router.get("/backtests/{backtest_id}/positions")
async def get_backtest_positions(
    backtest_id: UUID, work: Reading, page: BacktestPositionsPage, symbol: str | None = None
) -> PageOf[RunPositionOut]:
    """List what was held after every fill, oldest first; of one symbol, or of all."""
    found = (await queries.read_report(work, backtest_id, "positions"))["positions"]
    rows = [each for each in found if symbol in (None, each["symbol"])]
    items, next_cursor = page.numbered_part(map(RunPositionOut.model_validate, rows))
    return PageOf(items=items, next_cursor=next_cursor)


BacktestEventsPage = Annotated[PageParams, sorted_by(seq=int, at=datetime, kind=str)]


@router.get("/backtests/{backtest_id}/events")
async def get_backtest_events(
    backtest_id: UUID, work: Reading, page: BacktestEventsPage, kind: str | None = None
) -> PageOf[RunEventOut]:
    """List what happened, in order; of one kind, or all."""
    found = (await queries.read_report(work, backtest_id, "events"))["events"]
    rows = [each for each in found if kind in (None, each["kind"])]
    items, next_cursor = page.numbered_part(map(RunEventOut.model_validate, rows))
    return PageOf(items=items, next_cursor=next_cursor)
