"""Stop a walk forward, or delete it; the trials of its folds stay counted."""

from uuid import UUID

from paperdesk.core.kernel.principal import Scope
from paperdesk.features.research.cancel_sweep import stopped
from paperdesk.features.research.queries import read_walk_forward
from paperdesk.features.research.store import delete_sweep_row
from paperdesk.infra.work import UnitOfWork


async def cancel_walk_forward(work: UnitOfWork, walk_id: UUID) -> bool:
    """Stop a walk forward where it is, and say whether it still ran; the folds it has come to are kept."""
    work.require(Scope.TRADE)
    is_stopped = await stopped(work, await read_walk_forward(work, walk_id))
    if is_stopped:
        await work.record("cancel_walk_forward", walk_id)
    return is_stopped


async def delete_walk_forward(work: UnitOfWork, walk_id: UUID) -> None:
    """Delete a walk forward; one that still runs is stopped."""
    work.require(Scope.TRADE)
    await stopped(work, await read_walk_forward(work, walk_id))
    await delete_sweep_row(work, walk_id)
    await work.record("delete_walk_forward", walk_id)
