"""Tools that run a strategy over what a tape has shown, and put runs side by side."""

from uuid import UUID

from pydantic import Field

from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.asking import Ask, Paged
from paperdesk.doors.mcp.capsules import OfBacktest
from paperdesk.doors.mcp.market import tape_meant
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.backtests import comparison_routes, routes
from paperdesk.features.backtests.comparison_schemas import BacktestComparisonOut
from paperdesk.features.backtests.result_schemas import BacktestResultsOut
from paperdesk.features.backtests.schemas import BacktestBody, BacktestOut
from paperdesk.infra.http import Body, PageOf


class StartBacktestWish(BacktestBody):
    """A run; without a tape, on that of the account that the key speaks for."""

    tape_id: UUID | None = None  # type: ignore[assignment]  # what the body must have is filled in


class CompareWish(Body):
    """Two to eight runs; what differs is told beside the first."""

    backtest_ids: list[UUID] = Field(min_length=2, max_length=8)


async def start_backtest(ask: Ask, wish: StartBacktestWish) -> BacktestOut:
    """Run a strategy over what a tape has shown; ask for the backtest until it is done."""
    async with ask.desk.runtime.work(ask.who) as work:
        tape_id = await tape_meant(work, wish.tape_id)
        return await routes.post_backtest(wish.model_copy(update={"tape_id": tape_id}), work, ask.desk.shelf)


async def get_backtests(ask: Ask, wish: Paged) -> PageOf[BacktestOut]:
    """List runs, newest first, with how far each is."""
    async with ask.reading() as work:
        return await routes.get_backtests(work, wish.page)


async def get_backtest(ask: Ask, wish: OfBacktest) -> BacktestOut:
    """Read what was asked of a run, and how far it is."""
    async with ask.reading() as work:
        return await routes.get_backtest(wish.backtest_id, work)


async def get_backtest_results(ask: Ask, wish: OfBacktest) -> BacktestResultsOut:
    """Read what came of a run in figures, and how much of it may be owed to having tried often."""
    async with ask.reading() as work:
        return await routes.get_backtest_results(wish.backtest_id, work)


async def compare_backtests(ask: Ask, wish: CompareWish) -> BacktestComparisonOut:
    """Put runs side by side: every measure with the best marked, and their growth on the days that all know."""
    first, *others = wish.backtest_ids
    async with ask.reading() as work:
        return await comparison_routes.get_backtest_comparison(first, work, ask.desk.shelf, others)


TOOLS = (
    Tool("start_backtest", Scope.TRADE, Effect.ADDS, start_backtest),
    Tool("get_backtests", Scope.READ, Effect.READS, get_backtests),
    Tool("get_backtest", Scope.READ, Effect.READS, get_backtest),
    Tool("get_backtest_results", Scope.READ, Effect.READS, get_backtest_results),
    Tool("compare_backtests", Scope.READ, Effect.READS, compare_backtests),
)
