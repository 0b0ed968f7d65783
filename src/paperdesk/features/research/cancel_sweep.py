"""Stop a sweep, or delete it; what was tried stays counted."""

from uuid import UUID

from paperdesk.core.kernel.principal import Scope
from paperdesk.features.research.queries import read_sweep
from paperdesk.features.research.store import delete_sweep_row
from paperdesk.features.research.sweeps import Sweep
from paperdesk.infra.jobs import withdraw
from paperdesk.infra.work import UnitOfWork


async def cancel_sweep(work: UnitOfWork, sweep_id: UUID) -> bool:
    """Stop a sweep where it is, and say whether it still ran; the trials it has come to are kept."""
    work.require(Scope.TRADE)
    sweep = await read_sweep(work, sweep_id)
    is_stopped = await stopped(work, sweep)
    if is_stopped:
        await work.record("cancel_sweep", sweep_id)
    return is_stopped


async def delete_sweep(work: UnitOfWork, sweep_id: UUID) -> None:
    """Delete a sweep; one that still runs is stopped."""
    work.require(Scope.TRADE)
    await stopped(work, await read_sweep(work, sweep_id))
    await delete_sweep_row(work, sweep_id)
    await work.record("delete_sweep", sweep_id)


async def stopped(work: UnitOfWork, sweep: Sweep) -> bool:
    """Withdraw the jobs of a sweep, and say whether one had not ended."""
    return any([await withdraw(work, each) for each in sweep.job_ids])
