"""Cancel a job that has not ended."""

from uuid import UUID

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.operations.queries import read_job
from paperdesk.infra.db import Row
from paperdesk.infra.jobs import withdraw
from paperdesk.infra.work import UnitOfWork


class JobEnded(Conflict):
    """A job that has ended cannot be cancelled."""


async def cancel_job(work: UnitOfWork, job_id: UUID) -> Row:
    """Return the job, cancelled: one that waits never runs, one that runs stops at its next step."""
    work.require(Scope.TRADE)
    if not await withdraw(work, job_id):
        job = await read_job(work, job_id)
        raise JobEnded(f"The job is {job['state']} already.", job_id=str(job_id), state=job["state"])
    await work.record("cancel_job", job_id)
    return await read_job(work, job_id)
