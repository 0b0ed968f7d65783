"""Run some trials of a sweep as a job; what came of each is kept at once, so that a second time runs only the rest."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from uuid import UUID

from paperdesk.core.backtest.trials import Trial
from paperdesk.core.kernel.ids import TenantId, UserId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.features.backtests.run_backtest import TOLD_EVERY_S, Way
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.backtests.trial_store import load_trial_numbers, record_trials
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.research.store import load_sweep
from paperdesk.features.research.trial_runs import AT_ONCE, Bench, Numbered
from paperdesk.infra.jobs import Job, JobCancelled


async def run_trials(job: Job) -> dict[str, str | int]:
    """Run the trials of a chunk that are missing in the ledger."""
    who = Principal(
        TenantId(job.tenant_id), UserId(UUID(job.arguments["user_id"])), frozenset({Scope.READ, Scope.TRADE})
    )
    async with job.runtime.read(who) as work:
        sweep = await load_sweep(work, UUID(job.arguments["sweep_id"]))
        if sweep is None:
            raise JobCancelled("The sweep was deleted.")
        known = await load_trial_numbers(work, sweep.id)
        tape, dataset = await on_tape(work, Shelf(job.runtime.settings.datasets), sweep.asked.tape_id)
    way = Way(sweep.asked.stretch.after)
    bench = Bench(TapeMarket(tape, dataset), who.tenant_id, way.keep_going)
    numbers = range(job.arguments["first"], job.arguments["stop"])
    every = sweep.questions()
    missing = [(number, every[number - 1]) for number in numbers if number not in known]
    told = len(numbers) - len(missing)
    for some in _parts(missing, AT_ONCE[sweep.asked.mode]):
        found = await _while_wanted(job, way, bench, some, told / len(numbers))
        async with job.runtime.work(who) as work:
            pairs = zip(found, (asked for _, asked in some), strict=True)
            await record_trials(work, sweep.asked, bench.market.periods_a_year, pairs)
        told += len(some)
    return {"sweep_id": str(sweep.id), "trials": len(missing)}


async def _while_wanted(job: Job, way: Way, bench: Bench, some: Sequence[Numbered], share: float) -> list[Trial]:
    """Run some trials in a thread; they are left where they are when nobody wants them any more."""
    said = f"At trial {some[0][0]}"
    await job.progress(share, said)
    running = asyncio.create_task(asyncio.to_thread(partial(bench.run, some)))
    try:
        while not running.done():
            await asyncio.wait([running], timeout=TOLD_EVERY_S)
            if not running.done():
                await job.progress(share, said)
    except JobCancelled:
        way.is_wanted = False
        await running
        raise
    return running.result()


def _parts(missing: Sequence[Numbered], size: int) -> Iterator[Sequence[Numbered]]:
    for place in range(0, len(missing), size):
        yield missing[place : place + size]
