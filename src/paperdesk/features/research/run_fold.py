"""Run one fold of a walk forward as a job: try every combination, take the best, and trade the next stretch with it."""

import asyncio
from typing import Any

from paperdesk.core.backtest.runner import Stretch
from paperdesk.core.backtest.search import Search
from paperdesk.core.backtest.trials import Rates, trial_of
from paperdesk.core.kernel.ids import derived
from paperdesk.core.kernel.values import replace
from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.backtests.run_backtest import who_asked
from paperdesk.features.backtests.trial_store import load_best_trial
from paperdesk.features.research.request_walk_forward import stretches_of
from paperdesk.features.research.run_trials import Trials, bench_for, run_learned, run_missing
from paperdesk.features.research.store import save_fold
from paperdesk.features.research.sweeps import TradedFold
from paperdesk.features.research.trial_runs import Bench
from paperdesk.infra.jobs import Job


async def run_fold(job: Job) -> dict[str, str | int]:
    """Choose and trade; the trials of the choice are counted as any others."""
    who, number = who_asked(job), int(job.arguments["number"])
    sweep, bench, way = await bench_for(job, who)
    assert sweep.plan is not None, "the job of a fold is one of a walk forward"
    choose, trade_on = stretches_of(sweep.plan, number, close_at_end=sweep.asked.stretch.close_at_end)
    asked = replace(sweep.asked, id=derived(sweep.id, "fold", number), stretch=choose)
    searched = replace(sweep, asked=asked)
    if sweep.search is Search.LEARNED:
        await run_learned(job, who, searched, bench, way)
    else:
        await run_missing(job, Trials(who, asked, searched.questions()), bench, way)
    async with job.runtime.read(who) as work:
        best = await load_best_trial(work, asked.id, sweep.objective)
    fold = TradedFold(number, sweep.trials, reason=f"no trial has a {sweep.objective}")
    if best is not None:
        chosen = {name: best["parameters"][name] for name in sweep.axes}
        question = searched.question(best["number"], chosen)
        fold = await asyncio.to_thread(_traded, bench, question, trade_on, fold)
        before = {"sharpe_before": best["sharpe"], "return_before": best["total_return"]}
        fold = replace(fold, parameters=chosen, **before)
    async with job.runtime.work(who) as work:
        await save_fold(work, sweep.id, fold)
    return {"sweep_id": str(sweep.id), "fold": number}


def _traded(bench: Bench, chosen: Backtest, stretch: Stretch, fold: TradedFold) -> TradedFold:
    result = bench.result(replace(chosen, stretch=stretch))
    rates = Rates(bench.market.periods_a_year, chosen.risk_free)
    trial = trial_of(result, chosen.parameters, rates)
    measures: dict[str, Any] = {name: trial.measures.get(name) for name in ("sharpe", "total_return", "max_drawdown")}
    points = [each for each in result.points if each.equity is not None]
    is_priced = len(points) == len(result.points)
    at = [each.at.timestamp() for each in points] if is_priced else []
    equity = [float(each.equity or 0) for each in points] if is_priced else []
    return replace(fold, **measures, orders=trial.orders, reason=trial.reason, at=at, equity=equity)
