"""Run a backtest as a job: off the event loop, telling how far it is, and stopping when nobody wants it any more."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from uuid import UUID

from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.runner import Stretch, run_heard
from paperdesk.core.backtest.runner import run_backtest as run_strategy
from paperdesk.core.backtest.trials import Rates, trial_of
from paperdesk.core.kernel.errors import Fact, Problem
from paperdesk.core.kernel.ids import TenantId, UserId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.time import instant_of, instant_text
from paperdesk.features.backtests.backtests import Backtest, RunMode
from paperdesk.features.backtests.evidence import with_evidence
from paperdesk.features.backtests.limit_rows import limit_rows
from paperdesk.features.backtests.report import Yardstick, report_of
from paperdesk.features.backtests.store import load_backtest, save_report
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.backtests.trial_store import record_trials
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.jobs import Job, JobCancelled, JobFailed

TOLD_EVERY_S = 0.5


@dataclass(slots=True)
class Way:
    """How far a run has come, seen from both sides of its thread."""

    cursor: int
    is_wanted: bool = True

    def keep_going(self, cursor: int) -> bool:
        """Note how far it is, and say whether anybody still wants it."""
        self.cursor = cursor
        return self.is_wanted


async def run_backtest(job: Job) -> dict[str, str]:
    """Run, keep what came of it, and fail where the strategy did; a second time it comes to the same."""
    who = who_asked(job)
    async with job.runtime.read(who) as work:
        backtest = await load_backtest(work, UUID(job.arguments["backtest_id"]))
        if backtest is None:
            raise JobCancelled("The backtest was deleted.")
        tape, dataset = await on_tape(work, Shelf(job.runtime.settings.datasets), backtest.tape_id)
    market = TapeMarket(tape, dataset)
    result = await result_of(job, backtest, market, who.tenant_id)
    report = await asyncio.to_thread(reported, backtest, market, result)
    if backtest.limits:
        account = backtest.account_at(who.tenant_id, market.at_of(backtest.stretch.after))
        report["limits"] = await asyncio.to_thread(limit_rows, backtest, market, account, result)
    async with job.runtime.work(who) as work:
        await save_report(work, backtest.id, report)
        trial = trial_of(result, backtest.parameters, Rates(market.periods_a_year, backtest.risk_free))
        await record_trials(work, backtest, market.periods_a_year, [(trial, backtest)])
    if result.is_cancelled:
        raise JobCancelled("The backtest was cancelled.", job_id=str(job.id))
    check_went_through(result)
    return {"backtest_id": str(backtest.id)}


def who_asked(job: Job) -> Principal:
    """Return for whom a job works."""
    scopes = frozenset({Scope.READ, Scope.TRADE})
    return Principal(TenantId(job.tenant_id), UserId(UUID(job.arguments["user_id"])), scopes)


def check_went_through(result: Result) -> None:
    """Fail a job whose strategy raised, with the instant and the line."""
    failure = result.failure
    if failure is not None:
        facts: dict[str, Fact] = {"at": instant_text(failure.at), "line": failure.line}
        raise JobFailed(failure.error, [Problem("strategy_raised", failure.error, facts)])


async def result_of(job: Job, backtest: Backtest, market: TapeMarket, tenant_id: TenantId) -> Result:
    """Run by the driver that was asked for, telling the job how far it is."""
    run = _compiled if backtest.mode is RunMode.COMPILED else _ran
    return await run(job, backtest, market, tenant_id)


def reported(backtest: Backtest, market: TapeMarket, result: Result) -> dict[str, Any]:
    """Write down what came of a run, with what it was made from."""
    by = Yardstick(
        # Every round trip of a symbol asks for its bars.
        cache(lambda symbol: market.history_of(symbol, backtest.stretch.upto)),
        market.periods_a_year,
        backtest.risk_free,
        backtest.benchmark,
    )
    return with_evidence(report_of(result, by), backtest, market)


async def _ran(job: Job, backtest: Backtest, market: TapeMarket, tenant_id: TenantId) -> Result:
    stretch = backtest.stretch
    way = Way(stretch.after)
    account = backtest.account_at(tenant_id, market.at_of(stretch.after))
    strategy = backtest.made_strategy()
    run = partial(run_heard if backtest.limits else run_strategy, market, account, strategy, stretch, way.keep_going)
    return await _seen_through(job, stretch, market, way, run)


async def _compiled(job: Job, backtest: Backtest, market: TapeMarket, tenant_id: TenantId) -> Result:
    """Run by compiled code; what shows only then that it cannot be expressed fails the job by its name."""
    await job.progress(0.0, "Compiled")
    way = Way(backtest.stretch.after)
    run = partial(_by_arrays, backtest, market, way, tenant_id)
    return await _seen_through(job, backtest.stretch, market, way, run)


async def _seen_through(job: Job, stretch: Stretch, market: TapeMarket, way: Way, run: Callable[[], Result]) -> Result:
    """Run in a thread, tell how far it is, and stop it when nobody wants it any more."""
    running = asyncio.create_task(asyncio.to_thread(run))
    try:
        while not running.done():
            await asyncio.wait([running], timeout=TOLD_EVERY_S)
            share = (way.cursor - stretch.after) / (stretch.upto - stretch.after)
            if not running.done():
                await job.progress(share, f"At {market.at_of(way.cursor):%Y-%m-%d}")
    except JobCancelled:
        way.is_wanted = False
    return await running


def _by_arrays(backtest: Backtest, market: TapeMarket, way: Way, tenant_id: TenantId) -> Result:
    from paperdesk.core.backtest.compiled.run import run_compiled  # noqa: PLC0415 - loads a compiler
    from paperdesk.core.backtest.compiled.scaling import NotExpressible  # noqa: PLC0415 - as above
    from paperdesk.features.backtests.compiled_course import courses_of  # noqa: PLC0415 - as above

    strategy = backtest.made_strategy()
    account = backtest.account_at(tenant_id, market.at_of(backtest.stretch.after))
    try:
        courses = courses_of(market, strategy, backtest.stretch)

        def keep_going(bar: int) -> bool:
            return way.keep_going(market.dataset.cursor_at(instant_of(courses[0].bars.at.item(bar))))

        return run_compiled(courses, strategy, account, keep_going)
    except NotExpressible as refused:
        raise JobFailed(refused.message, [Problem(refused.code, refused.message, refused.facts)]) from None
