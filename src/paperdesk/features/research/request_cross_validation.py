"""Ask for a combinatorial purged cross-validation of a sweep."""

from dataclasses import asdict, dataclass
from typing import Final

from paperdesk.core.backtest.cross_validation import Folding, splits_of
from paperdesk.core.backtest.search import Search, check_count
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.values import replace
from paperdesk.features.identity.queries import enqueue_asked
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.research.request_sweep import RequestSweep, checked_sweep
from paperdesk.features.research.studies import Study, StudyKind
from paperdesk.features.research.study_store import insert_study
from paperdesk.features.research.sweeps import Objective, Sweep
from paperdesk.infra.work import UnitOfWork

KIND: Final = "cross_validate"
TRIALS_MAX: Final = 500
"""Every trial is kept whole while it is compared, and the splits choose from each."""


class LearnedCrossValidation(Invalid):
    """A cross-validation tries the same parameters in every split, so it cannot learn from what came before."""


class NotCrossValidated(Invalid):
    """A cross-validation chooses by a measure that days which do not follow each other have."""


@dataclass(frozen=True, slots=True)
class RequestCrossValidation:
    """A sweep whose choice is tested in every combination of groups of sessions."""

    sweep: RequestSweep
    folding: Folding


async def request_cross_validation(work: UnitOfWork, shelf: Shelf, command: RequestCrossValidation) -> Study:
    """Return the study that was asked for; its job is enqueued with the same commit."""
    work.require(Scope.TRADE)
    if command.sweep.search is Search.LEARNED:
        raise LearnedCrossValidation("A cross-validation searches by grid or at random.")
    if command.sweep.objective not in (Objective.SHARPE, Objective.TOTAL_RETURN):
        raise NotCrossValidated("A cross-validation chooses by sharpe or by total_return.")
    sweep = await checked_sweep(work, shelf, command.sweep)
    check_count(sweep.trials, TRIALS_MAX)
    tape, dataset = await on_tape(work, shelf, sweep.asked.tape_id)
    stretch = sweep.asked.stretch
    sessions = dataset.sessions_closed(stretch.upto) - dataset.sessions_closed(stretch.after)
    splits_of(sessions, command.folding)
    job_id = await enqueue_asked(work, KIND, {"study_id": sweep.id})
    study = Study(StudyKind.CROSS_VALIDATION, replace(sweep.asked, job_id=job_id), _plan(sweep, command.folding))
    await insert_study(work, study)
    await work.record("request_cross_validation", study.id, {"strategy": sweep.asked.strategy, "tape_id": tape.id})
    return study


def _plan(sweep: Sweep, folding: Folding) -> dict[str, object]:
    axes = {name: list(values) for name, values in sweep.axes.items()}
    its = {"axes": axes, "search": sweep.search, "seed": sweep.seed, "trials": sweep.trials}
    return {**its, "objective": sweep.objective, **asdict(folding)}


def sweep_in(study: Study) -> tuple[Sweep, Folding]:
    """Return what a cross-validation searches, and how it is cut."""
    plan = study.plan
    searched = Sweep(
        study.asked,
        (),
        plan["axes"],
        Search(plan["search"]),
        plan["seed"],
        plan["trials"],
        Objective(plan["objective"]),
    )
    return searched, Folding(plan["groups"], plan["tested"], plan["purge"], plan["embargo"])
