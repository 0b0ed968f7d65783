"""REST routes of saved strategies."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter

from paperdesk.features.backtests.schemas import BacktestOut
from paperdesk.features.identity.access import Reading, Work
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.features.strategies import queries
from paperdesk.features.strategies.backtest_strategy import backtest_strategy
from paperdesk.features.strategies.change_strategy import change_strategy
from paperdesk.features.strategies.read_performance import RunMeasure, performed, read_performance
from paperdesk.features.strategies.save_strategy import save_strategy
from paperdesk.features.strategies.saved_strategies import SavedStrategy
from paperdesk.features.strategies.schemas import (
    PerformedOut,
    SavedStrategyBody,
    SavedStrategyChangeBody,
    SavedStrategyOut,
    StrategyPerformanceOut,
    StrategyRunBody,
    StrategyVersionOut,
)
from paperdesk.features.strategies.switch_strategy import delete_strategy, publish_strategy, switch_strategy
from paperdesk.infra.http import Line, Page, PageOf, PageParams, sorted_by
from paperdesk.infra.jobs import standings
from paperdesk.infra.listing import ListRoute
from paperdesk.infra.work import ReadOnly

router = APIRouter(prefix="/v1/saved-strategies", tags=["strategies"], route_class=ListRoute)
SavedStrategiesPage = Annotated[
    PageParams, sorted_by(name=str, strategy=str, version=int, created_at=datetime, changed_at=datetime)
]
State = Literal["on", "off"]
PerformedPage = Annotated[PageParams, sorted_by(ended_at=datetime, version=int, name=str)]


def _shown(work: ReadOnly, found: SavedStrategy) -> SavedStrategyOut:
    return SavedStrategyOut.of(found, work.who.user_id)


@router.get("")
async def get_saved_strategies(
    work: Reading, page: SavedStrategiesPage, strategy: Line | None = None, state: State | None = None
) -> PageOf[SavedStrategyOut]:
    """List your saved strategies and those that are published, newest first; of a shipped one, or on or off."""
    known = [_shown(work, each) for each in await queries.list_saved_strategies(work)]
    of_it = [each for each in known if strategy in (None, each.strategy)]
    wanted = of_it if state is None else [each for each in of_it if each.is_active == (state == "on")]
    found, next_cursor = page.part(wanted, lambda each: (each.id,), tuple[UUID], newest_first=True)
    return PageOf(items=found, next_cursor=next_cursor)


@router.post("", status_code=201)
async def post_saved_strategy(body: SavedStrategyBody, work: Work) -> SavedStrategyOut:
    """Save a shipped strategy under a name, with its symbols and parameters, as its first version."""
    return _shown(work, await save_strategy(work, body.command()))


@router.get("/{saved_strategy_id}")
async def get_saved_strategy(saved_strategy_id: UUID, work: Reading) -> SavedStrategyOut:
    """Read a saved strategy and its newest version."""
    return _shown(work, await queries.read_saved_strategy(work, saved_strategy_id))


@router.patch("/{saved_strategy_id}")
async def patch_saved_strategy(saved_strategy_id: UUID, body: SavedStrategyChangeBody, work: Work) -> SavedStrategyOut:
    """Change a saved strategy; other symbols or parameters make a new version, and the old ones stay as they are."""
    return _shown(work, await change_strategy(work, body.command(saved_strategy_id)))


@router.delete("/{saved_strategy_id}", status_code=204)
async def remove_saved_strategy(saved_strategy_id: UUID, work: Work) -> None:
    """Delete a saved strategy with its versions; its backtests stay."""
    await delete_strategy(work, saved_strategy_id)


@router.post("/{saved_strategy_id}/activate")
async def post_strategy_activation(saved_strategy_id: UUID, work: Work) -> SavedStrategyOut:
    """Switch a saved strategy on, so that it may be run."""
    return _shown(work, await switch_strategy(work, saved_strategy_id, is_active=True))


@router.post("/{saved_strategy_id}/deactivate")
async def post_strategy_deactivation(saved_strategy_id: UUID, work: Work) -> SavedStrategyOut:
    """Switch a saved strategy off, so that it is not run; what runs already goes on."""
    return _shown(work, await switch_strategy(work, saved_strategy_id, is_active=False))


@router.post("/{saved_strategy_id}/publish")
async def post_strategy_publication(saved_strategy_id: UUID, work: Work) -> SavedStrategyOut:
    """Let everybody of your tenant read and run a saved strategy."""
    return _shown(work, await publish_strategy(work, saved_strategy_id, is_published=True))


@router.post("/{saved_strategy_id}/withdraw")
async def post_strategy_withdrawal(saved_strategy_id: UUID, work: Work) -> SavedStrategyOut:
    """Keep a saved strategy to yourself again."""
    return _shown(work, await publish_strategy(work, saved_strategy_id, is_published=False))


@router.get("/{saved_strategy_id}/versions")
async def get_strategy_versions(saved_strategy_id: UUID, work: Reading, page: Page) -> PageOf[StrategyVersionOut]:
    """List every version of a saved strategy, oldest first."""
    known = await queries.read_versions(work, saved_strategy_id)
    found, next_cursor = page.part(known, lambda each: (each.number,), tuple[int])
    return PageOf(items=[StrategyVersionOut.of(each) for each in found], next_cursor=next_cursor)


@router.post("/{saved_strategy_id}/backtests", status_code=202)
async def post_strategy_backtest(
    saved_strategy_id: UUID, body: StrategyRunBody, work: Work, shelf: Datasets
) -> BacktestOut:
    """Run the newest version of a saved strategy over what a tape has shown; the run is a job, and counts as its."""
    found = await backtest_strategy(work, shelf, saved_strategy_id, body.request_of("", (), {}))
    return BacktestOut.of(found, (await standings(work, [found.job_id])).get(found.job_id))


@router.get("/{saved_strategy_id}/performance")
async def get_strategy_performance(
    saved_strategy_id: UUID, work: Reading, by: RunMeasure = "sharpe"
) -> StrategyPerformanceOut:
    """Read what a saved strategy has brought: its latest and its best backtest, and those of each version."""
    found = await read_performance(work, saved_strategy_id, by)
    return StrategyPerformanceOut.of(saved_strategy_id, by, found)


@router.get("/{saved_strategy_id}/performance/history")
async def get_strategy_performance_history(
    saved_strategy_id: UUID, work: Reading, page: PerformedPage, version: int | None = None
) -> PageOf[PerformedOut]:
    """List the ended backtests of a saved strategy as they ended, oldest first; of one version, or of all."""
    known = await performed(work, saved_strategy_id)
    rows = [PerformedOut.of(each) for each in known if version in (None, each.version)]
    items, next_cursor = page.numbered_part(rows)
    return PageOf(items=items, next_cursor=next_cursor)
