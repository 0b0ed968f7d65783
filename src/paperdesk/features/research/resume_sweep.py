"""Let a sweep go on where it stopped."""

from uuid import UUID

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.backtests.trial_store import load_trial_numbers
from paperdesk.features.research.queries import read_sweep
from paperdesk.features.research.request_sweep import enqueue_chunk
from paperdesk.features.research.store import save_jobs
from paperdesk.features.research.sweeps import Sweep
from paperdesk.infra.jobs import OPEN, standings
from paperdesk.infra.work import UnitOfWork


class SweepStillRuns(Conflict):
    """The sweep has jobs that have not ended; there is nothing to take up again."""


async def resume_sweep(work: UnitOfWork, sweep_id: UUID) -> Sweep:
    """Enqueue again what of a sweep is missing; raises SweepStillRuns."""
    work.require(Scope.TRADE)
    sweep = await read_sweep(work, sweep_id)
    found = await standings(work, sweep.job_ids)
    if any(each.state in OPEN for each in found.values()):
        raise SweepStillRuns("The sweep still runs.", sweep_id=str(sweep_id))
    known = await load_trial_numbers(work, sweep_id)
    missing = [chunk for chunk in sweep.chunks() if not known.issuperset(range(*chunk))]
    if missing:
        await save_jobs(work, sweep_id, [await enqueue_chunk(work, sweep, *each) for each in missing])
        await work.record("resume_sweep", sweep_id)
    return await read_sweep(work, sweep_id)
