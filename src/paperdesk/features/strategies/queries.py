"""Reads of saved strategies."""

from collections.abc import Mapping
from uuid import UUID

from paperdesk.core.kernel.errors import Forbidden, NotFound
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.backtests.queries import runs_of_saved
from paperdesk.features.strategies import store
from paperdesk.features.strategies.saved_strategies import SavedStrategy, StrategyVersion
from paperdesk.infra.work import ReadOnly, UnitOfWork


class UnknownSavedStrategy(NotFound):
    """There is no such saved strategy, or it is somebody's who has not published it."""


class NotStrategyOwner(Forbidden):
    """A saved strategy is changed by its owner alone."""


async def list_saved_strategies(work: ReadOnly) -> list[SavedStrategy]:
    """Return the caller's saved strategies and those that are published, newest first."""
    work.require(Scope.READ)
    return await store.load_strategies(work)


async def read_saved_strategy(work: ReadOnly, saved_id: UUID) -> SavedStrategy:
    """Return one saved strategy with its newest version."""
    work.require(Scope.READ)
    return _found(await store.load_strategy(work, saved_id), saved_id)


async def read_versions(work: ReadOnly, saved_id: UUID) -> list[StrategyVersion]:
    """Return every version of a saved strategy, oldest first."""
    await read_saved_strategy(work, saved_id)
    return await store.load_versions(work, saved_id)


async def read_runs(work: ReadOnly, saved_id: UUID) -> Mapping[UUID, int]:
    """Return the backtests of a saved strategy, oldest first, with the version that each is of."""
    await read_saved_strategy(work, saved_id)
    return await runs_of_saved(work, saved_id)


async def own_strategy(work: UnitOfWork, saved_id: UUID) -> SavedStrategy:
    """Return one of the caller's own strategies, held while it is changed; raises NotStrategyOwner."""
    work.require(Scope.TRADE)
    found = _found(await store.load_strategy(work, saved_id, lock=True), saved_id)
    if found.owner_id != work.who.user_id:
        raise NotStrategyOwner("Only who saved a strategy changes it; save your own.", saved_strategy_id=str(saved_id))
    return found


def _found(strategy: SavedStrategy | None, saved_id: UUID) -> SavedStrategy:
    if strategy is None:
        raise UnknownSavedStrategy("There is no such saved strategy.", saved_strategy_id=str(saved_id))
    return strategy
