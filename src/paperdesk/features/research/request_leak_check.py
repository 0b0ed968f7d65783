"""Ask whether a strategy sees the future, on a stretch of a tape."""

from dataclasses import dataclass
from typing import Final

from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.values import replace
from paperdesk.features.backtests.backtests import RunMode
from paperdesk.features.backtests.request_backtest import RequestBacktest, checked_backtest
from paperdesk.features.identity.queries import enqueue_asked
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.research.studies import Study, StudyKind
from paperdesk.features.research.study_store import insert_study
from paperdesk.infra.work import UnitOfWork

KIND: Final = "check_leaks"


@dataclass(frozen=True, slots=True)
class RequestLeakCheck:
    """A question whose data are ended at so many earlier bars, begun later, and told late."""

    question: RequestBacktest
    cuts: int


async def request_leak_check(work: UnitOfWork, shelf: Shelf, command: RequestLeakCheck) -> Study:
    """Return the study that was asked for; its job is enqueued with the same commit."""
    work.require(Scope.TRADE)
    study_id = work.new_id()
    job_id = await enqueue_asked(work, KIND, {"study_id": study_id})
    # Whether the future is seen is told by the exact engine, which asks the strategy bar by bar.
    question = replace(command.question, mode=RunMode.EVENTS)
    asked = await checked_backtest(work, shelf, question, (study_id, job_id))
    study = Study(StudyKind.LEAKS, asked, {"cuts": command.cuts})
    await insert_study(work, study)
    await work.record("request_leak_check", study_id, {"strategy": asked.strategy, "tape_id": asked.tape_id})
    return study
