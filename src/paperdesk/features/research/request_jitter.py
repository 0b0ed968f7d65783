"""Ask how much small changes of parameters and of frictions do to a run."""

from dataclasses import asdict, dataclass
from typing import Final

from paperdesk.core.backtest.jitter import Shaking
from paperdesk.core.kernel.principal import Scope
from paperdesk.features.backtests.request_backtest import RequestBacktest, checked_backtest
from paperdesk.features.identity.queries import enqueue_asked
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.research.studies import Study, StudyKind
from paperdesk.features.research.study_store import insert_study
from paperdesk.infra.work import UnitOfWork

KIND: Final = "shake"


@dataclass(frozen=True, slots=True)
class RequestJitter:
    """A question that is run as it is, and so many times shaken."""

    question: RequestBacktest
    shaking: Shaking
    runs: int
    seed: int


async def request_jitter(work: UnitOfWork, shelf: Shelf, command: RequestJitter) -> Study:
    """Return the study that was asked for; its job is enqueued with the same commit."""
    work.require(Scope.TRADE)
    study_id = work.new_id()
    job_id = await enqueue_asked(work, KIND, {"study_id": study_id})
    asked = await checked_backtest(work, shelf, command.question, (study_id, job_id))
    plan = {**asdict(command.shaking), "runs": command.runs, "seed": command.seed}
    study = Study(StudyKind.JITTER, asked, plan)
    await insert_study(work, study)
    await work.record("request_jitter", study_id, {"strategy": asked.strategy, "tape_id": asked.tape_id})
    return study


def shaking_in(study: Study) -> Shaking:
    """Return how far the runs of a study are shaken."""
    return Shaking(**{name: study.plan[name] for name in asdict(Shaking())})
