"""Tools that keep strategies: save and change them, switch and publish them, run them, and see what they brought."""

from typing import Literal
from uuid import UUID

from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.asking import Ask, Paged
from paperdesk.doors.mcp.market import tape_meant
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.backtests.schemas import BacktestOut
from paperdesk.features.strategies import routes
from paperdesk.features.strategies.read_performance import RunMeasure
from paperdesk.features.strategies.schemas import (
    SavedStrategyBody,
    SavedStrategyChangeBody,
    SavedStrategyOut,
    StrategyPerformanceOut,
    StrategyRunBody,
    StrategyVersionOut,
)
from paperdesk.infra.http import Body, Line, PageOf


class OfSavedStrategy(Body):
    """A saved strategy."""

    saved_strategy_id: UUID


class SavedStrategiesWish(Paged):
    """Of which shipped strategy, if one is named."""

    strategy: Line | None = None


class VersionsWish(OfSavedStrategy, Paged):
    """Versions, oldest first."""


class ChangeStrategyWish(SavedStrategyChangeBody):
    """What of a saved strategy is to be otherwise."""

    saved_strategy_id: UUID


class SwitchStrategyWish(OfSavedStrategy):
    """What is done with it: on or off, published or withdrawn."""

    action: Literal["activate", "deactivate", "publish", "withdraw"]


class BacktestStrategyWish(StrategyRunBody):
    """A run of a saved strategy; without a tape, on that of the account that the key speaks for."""

    saved_strategy_id: UUID
    tape_id: UUID | None = None  # type: ignore[assignment]  # what the body must have is filled in


class PerformanceWish(OfSavedStrategy):
    """By which measure a backtest is the best."""

    by: RunMeasure = "sharpe"


async def get_saved_strategies(ask: Ask, wish: SavedStrategiesWish) -> PageOf[SavedStrategyOut]:
    """List the strategies that you saved and those that are published."""
    async with ask.reading() as work:
        return await routes.get_saved_strategies(work, wish.page, wish.strategy)


async def get_saved_strategy(ask: Ask, wish: OfSavedStrategy) -> SavedStrategyOut:
    """Read a saved strategy and its newest version."""
    async with ask.reading() as work:
        return await routes.get_saved_strategy(wish.saved_strategy_id, work)


async def save_strategy(ask: Ask, wish: SavedStrategyBody) -> SavedStrategyOut:
    """Save a shipped strategy under a name, with symbols and parameters."""
    async with ask.desk.runtime.work(ask.who) as work:
        return await routes.post_saved_strategy(wish, work)


async def change_strategy(ask: Ask, wish: ChangeStrategyWish) -> SavedStrategyOut:
    """Change a saved strategy; other symbols or parameters make a new version."""
    async with ask.desk.runtime.work(ask.who) as work:
        return await routes.patch_saved_strategy(wish.saved_strategy_id, wish, work)


_SWITCHES = {
    "activate": routes.post_strategy_activation,
    "deactivate": routes.post_strategy_deactivation,
    "publish": routes.post_strategy_publication,
    "withdraw": routes.post_strategy_withdrawal,
}


async def switch_strategy(ask: Ask, wish: SwitchStrategyWish) -> SavedStrategyOut:
    """Switch a saved strategy on or off, publish it in your tenant or withdraw it."""
    async with ask.desk.runtime.work(ask.who) as work:
        return await _SWITCHES[wish.action](wish.saved_strategy_id, work)


async def get_strategy_versions(ask: Ask, wish: VersionsWish) -> PageOf[StrategyVersionOut]:
    """List every version of a saved strategy."""
    async with ask.reading() as work:
        return await routes.get_strategy_versions(wish.saved_strategy_id, work, wish.page)


async def backtest_strategy(ask: Ask, wish: BacktestStrategyWish) -> BacktestOut:
    """Run the newest version of a saved strategy over what a tape has shown."""
    async with ask.desk.runtime.work(ask.who) as work:
        body = wish.model_copy(update={"tape_id": await tape_meant(work, wish.tape_id)})
        return await routes.post_strategy_backtest(wish.saved_strategy_id, body, work, ask.desk.shelf)


async def get_strategy_performance(ask: Ask, wish: PerformanceWish) -> StrategyPerformanceOut:
    """Read what a saved strategy has brought by its backtests, in all and by version."""
    async with ask.reading() as work:
        return await routes.get_strategy_performance(wish.saved_strategy_id, work, wish.by)


TOOLS = (
    Tool("get_saved_strategies", Scope.READ, Effect.READS, get_saved_strategies),
    Tool("get_saved_strategy", Scope.READ, Effect.READS, get_saved_strategy),
    Tool("save_strategy", Scope.TRADE, Effect.ADDS, save_strategy),
    Tool("change_strategy", Scope.TRADE, Effect.ADDS, change_strategy),
    Tool("switch_strategy", Scope.TRADE, Effect.ADDS, switch_strategy),
    Tool("get_strategy_versions", Scope.READ, Effect.READS, get_strategy_versions),
    Tool("backtest_strategy", Scope.TRADE, Effect.ADDS, backtest_strategy),
    Tool("get_strategy_performance", Scope.READ, Effect.READS, get_strategy_performance),
)
