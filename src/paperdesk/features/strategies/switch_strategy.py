"""Switch a saved strategy on or off, publish it or withdraw it."""

from uuid import UUID

from paperdesk.core.kernel.values import replace
from paperdesk.features.strategies import store
from paperdesk.features.strategies.queries import own_strategy
from paperdesk.features.strategies.saved_strategies import SavedStrategy
from paperdesk.infra.work import UnitOfWork


async def switch_strategy(work: UnitOfWork, saved_id: UUID, *, is_active: bool) -> SavedStrategy:
    """Let a strategy be run, or not any more; what runs already goes on."""
    found = await own_strategy(work, saved_id)
    changed = replace(found, is_active=is_active, changed_at=work.now)
    await _keep(work, changed, "activate_strategy" if is_active else "deactivate_strategy")
    return changed


async def publish_strategy(work: UnitOfWork, saved_id: UUID, *, is_published: bool) -> SavedStrategy:
    """Let everybody of the tenant read and run a strategy, or its owner alone."""
    found = await own_strategy(work, saved_id)
    changed = replace(found, is_published=is_published, changed_at=work.now)
    await _keep(work, changed, "publish_strategy" if is_published else "withdraw_strategy")
    return changed


async def delete_strategy(work: UnitOfWork, saved_id: UUID) -> None:
    """Delete a strategy with its versions; its backtests stay, and are nobody's version any more."""
    found = await own_strategy(work, saved_id)
    await store.delete_strategy_row(work, found.id)
    await work.record("delete_strategy", found.id)


async def _keep(work: UnitOfWork, changed: SavedStrategy, action: str) -> None:
    await store.update_strategy(work, changed)
    await work.record(action, changed.id)
