"""Run some trials of a sweep as a job; what came of each is kept at once, so that a second time runs only the rest."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from uuid import UUID

from paperdesk.core.backtest.search import Search
from paperdesk.core.backtest.trials import Trial
from paperdesk.core.kernel.principal import Principal
from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.backtests.run_backtest import TOLD_EVERY_S, Way, who_asked
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.backtests.trial_store import load_trial_numbers, load_trials, record_trials
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.research.learner import Learner
from paperdesk.features.research.store import load_sweep
from paperdesk.features.research.sweeps import Sweep
from paperdesk.features.research.trial_runs import AT_ONCE, Bench, Numbered
from paperdesk.infra.jobs import Job, JobCancelled

Came = TypeVar("Came")


@dataclass(frozen=True, slots=True)
class Trials:
    """Numbered questions that are run for somebody, and what they are kept under in the ledger."""

    who: Principal
    kept_as: Backtest
    questions: Sequence[Numbered]


async def run_trials(job: Job) -> dict[str, str | int]:
    """Run the trials of a chunk that are missing in the ledger."""
    who = who_asked(job)
    sweep, bench, way = await bench_for(job, who)
    if sweep.search is Search.LEARNED:
        return {"sweep_id": str(sweep.id), "trials": await run_learned(job, who, sweep, bench, way)}
    chunk = Trials(who, sweep.asked, sweep.questions(job.arguments["first"], job.arguments["stop"]))
    return {"sweep_id": str(sweep.id), "trials": await run_missing(job, chunk, bench, way)}


async def bench_for(job: Job, who: Principal) -> tuple[Sweep, Bench, Way]:
    """Return the sweep of a job and its market; one that was deleted is nobody's wish."""
    async with job.runtime.read(who) as work:
        sweep = await load_sweep(work, UUID(job.arguments["sweep_id"]))
        if sweep is None:
            raise JobCancelled("The sweep was deleted.")
        tape, dataset = await on_tape(work, Shelf(job.runtime.settings.datasets), sweep.asked.tape_id)
    way = Way(sweep.asked.stretch.after)
    return sweep, Bench(TapeMarket(tape, dataset), who.tenant_id, way.keep_going, sweep.only_end), way


async def run_missing(job: Job, trials: Trials, bench: Bench, way: Way) -> int:
    """Run what is not in the ledger yet, keep what came of it part by part, and return how many that were."""
    async with job.runtime.read(trials.who) as work:
        known = await load_trial_numbers(work, trials.kept_as.id)
    missing = [each for each in trials.questions if each[0] not in known]
    total = len(trials.questions)
    told = total - len(missing)
    for some in _parts(missing, AT_ONCE[trials.kept_as.mode]):
        found = await _while_wanted(job, way, bench, some, told / total)
        async with job.runtime.work(trials.who) as work:
            pairs = zip(found, (asked for _, asked in some), strict=True)
            await record_trials(work, trials.kept_as, bench.market.periods_a_year, pairs)
        told += len(some)
    return len(missing)


async def run_learned(job: Job, who: Principal, sweep: Sweep, bench: Bench, way: Way) -> int:
    """Run one trial after the other, each chosen by what came before; the ledger answers for those it knows."""
    async with job.runtime.read(who) as work:
        known = {each["number"]: each[sweep.objective] for each in await load_trials(work, sweep.id)}
    learner = await asyncio.to_thread(Learner, sweep.axes, sweep.seed)
    for number in range(1, sweep.trials + 1):
        asked, chosen = await asyncio.to_thread(learner.ask)
        if number not in known:
            question = sweep.question(number, chosen)
            (found,) = await _while_wanted(job, way, bench, [(number, question)], (number - 1) / sweep.trials)
            async with job.runtime.work(who) as work:
                await record_trials(work, sweep.asked, bench.market.periods_a_year, [(found, question)])
            known[number] = found.measures.get(sweep.objective)
        learner.tell(asked, known[number])
    return sweep.trials


async def _while_wanted(job: Job, way: Way, bench: Bench, some: Sequence[Numbered], share: float) -> list[Trial]:
    return await while_wanted(job, way, (share, f"At trial {some[0][0]}"), partial(bench.run, some))


async def while_wanted(job: Job, way: Way, told: tuple[float, str], run: Callable[[], Came]) -> Came:
    """Run in a thread, and tell how far the job is; it is left where it is when nobody wants it any more."""
    await job.progress(*told)
    running = asyncio.create_task(asyncio.to_thread(run))
    try:
        while not running.done():
            await asyncio.wait([running], timeout=TOLD_EVERY_S)
            if not running.done():
                await job.progress(*told)
    except JobCancelled:
        way.is_wanted = False
        await running
        raise
    return running.result()


def _parts(missing: Sequence[Numbered], size: int) -> Iterator[Sequence[Numbered]]:
    for place in range(0, len(missing), size):
        yield missing[place : place + size]
