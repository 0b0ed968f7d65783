"""The study of a job with its market, and where what came of it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from paperdesk.core.backtest.trials import Trial
from paperdesk.core.kernel.principal import Principal
from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.backtests.run_backtest import Way, who_asked
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.backtests.trial_store import record_trials
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.research.studies import Study
from paperdesk.features.research.study_store import load_study, save_findings
from paperdesk.features.research.trial_runs import Bench
from paperdesk.infra.jobs import Job, JobCancelled


@dataclass(frozen=True, slots=True)
class Studied:
    """A study at work: for whom, on which market, and how far it is."""

    who: Principal
    study: Study
    bench: Bench
    way: Way


async def studied_by(job: Job) -> Studied:
    """Return the study of a job; one that was deleted is nobody's wish."""
    who = who_asked(job)
    async with job.runtime.read(who) as work:
        study = await load_study(work, UUID(job.arguments["study_id"]))
        if study is None:
            raise JobCancelled("The study was deleted.")
        tape, dataset = await on_tape(work, Shelf(job.runtime.settings.datasets), study.asked.tape_id)
    way = Way(study.asked.stretch.after)
    return Studied(who, study, Bench(TapeMarket(tape, dataset), who.tenant_id, way.keep_going), way)


async def counted(job: Job, at: Studied, trial: Trial, question: Backtest) -> None:
    """Write a trial of a study down in the ledger, with what was asked in it."""
    async with job.runtime.work(at.who) as work:
        await record_trials(work, at.study.asked, at.bench.market.periods_a_year, [(trial, question)])


async def kept(job: Job, at: Studied, findings: Mapping[str, Any]) -> None:
    """Keep what came of a study."""
    async with job.runtime.work(at.who) as work:
        await save_findings(work, at.study.id, findings)
