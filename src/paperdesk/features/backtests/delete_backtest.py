"""Delete a backtest and what came of it; one that still runs is stopped."""

from uuid import UUID

from paperdesk.core.kernel.principal import Scope
from paperdesk.features.backtests.queries import read_backtest
from paperdesk.features.backtests.store import delete_backtest_row
from paperdesk.infra.jobs import withdraw
from paperdesk.infra.work import UnitOfWork


async def delete_backtest(work: UnitOfWork, backtest_id: UUID) -> None:
    """Delete it."""
    work.require(Scope.TRADE)
    found = await read_backtest(work, backtest_id, ())
    await withdraw(work, found.job_id)
    await delete_backtest_row(work, found.id)
    await work.record("delete_backtest", found.id)


async def cancel_backtest(work: UnitOfWork, backtest_id: UUID) -> bool:
    """Stop a run where it is, and say whether it still ran; what it has come to is kept."""
    work.require(Scope.TRADE)
    found = await read_backtest(work, backtest_id, ())
    is_stopped = await withdraw(work, found.job_id)
    if is_stopped:
        await work.record("cancel_backtest", found.id)
    return is_stopped
