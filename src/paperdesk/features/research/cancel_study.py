"""Stop a study, or delete it; what was tried for it stays counted."""

from uuid import UUID

from paperdesk.core.kernel.principal import Scope
from paperdesk.features.research.study_queries import read_study
from paperdesk.features.research.study_store import delete_study_row
from paperdesk.infra.jobs import withdraw
from paperdesk.infra.work import UnitOfWork


async def cancel_study(work: UnitOfWork, study_id: UUID) -> bool:
    """Stop a study where it is, and say whether it still ran; nothing comes of it."""
    work.require(Scope.TRADE)
    study = await read_study(work, study_id)
    is_stopped = await withdraw(work, study.asked.job_id)
    if is_stopped:
        await work.record("cancel_study", study_id)
    return is_stopped


async def delete_study(work: UnitOfWork, study_id: UUID) -> None:
    """Delete a study; one that still runs is stopped."""
    work.require(Scope.TRADE)
    study = await read_study(work, study_id)
    await withdraw(work, study.asked.job_id)
    await delete_study_row(work, study_id)
    await work.record("delete_study", study_id)
