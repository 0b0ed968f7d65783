"""Let a walk forward go on where it stopped."""

from uuid import UUID

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.research.queries import read_walk_forward
from paperdesk.features.research.request_walk_forward import enqueue_fold
from paperdesk.features.research.store import load_folds, save_jobs
from paperdesk.features.research.sweeps import Sweep
from paperdesk.infra.jobs import OPEN, standings
from paperdesk.infra.work import UnitOfWork


class WalkForwardStillRuns(Conflict):
    """The walk forward has jobs that have not ended; there is nothing to take up again."""


async def resume_walk_forward(work: UnitOfWork, walk_id: UUID) -> Sweep:
    """Enqueue again the folds of which nothing is known; raises WalkForwardStillRuns."""
    work.require(Scope.TRADE)
    walk = await read_walk_forward(work, walk_id)
    assert walk.plan is not None, "a walk forward has a plan"
    found = await standings(work, walk.job_ids)
    if any(each.state in OPEN for each in found.values()):
        raise WalkForwardStillRuns("The walk forward still runs.", walk_id=str(walk_id))
    known = {each.number for each in (await load_folds(work, [walk_id]))[walk_id]}
    missing = [number for number in range(1, len(walk.plan.folds) + 1) if number not in known]
    if missing:
        await save_jobs(work, walk_id, [await enqueue_fold(work, walk_id, each) for each in missing])
        await work.record("resume_walk_forward", walk_id, {"folds": len(missing)})
    return await read_walk_forward(work, walk_id)
