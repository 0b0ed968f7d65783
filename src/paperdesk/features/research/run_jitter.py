"""Shake a run as a job: as it is first, and then again and again with its numbers moved a little."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from paperdesk.core.backtest.jitter import Shaken, shaken
from paperdesk.core.backtest.monte_carlo import spread_of
from paperdesk.core.backtest.trials import Trial, trial_of, untried
from paperdesk.core.backtest.watched import Sight, Window, watched
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import derived
from paperdesk.core.kernel.values import replace
from paperdesk.features.backtests.backtests import Backtest
from paperdesk.features.research.request_jitter import shaking_in
from paperdesk.features.research.run_trials import while_wanted
from paperdesk.features.research.studied import Studied, counted, kept, studied_by
from paperdesk.infra.jobs import Job, JobFailed
from paperdesk.infra.work import jsonable

FIGURES: Final = ("total_return", "sharpe", "max_drawdown")
WORST: Final = 5
NOT_RUN: Final = "the run as it is came to nothing that could be compared"
TOO_FEW: Final = "no shaken run, or not the run as it is, has it"


@dataclass(frozen=True, slots=True)
class ShakenRun:
    """A run and how it was shaken; not at all for the run as it is."""

    trial: Trial
    how: Shaken | None = None


async def run_jitter(job: Job) -> dict[str, str | int]:
    """Run and count every shaking, and keep how the figures spread."""
    at = await studied_by(job)
    asked, runs = at.study.asked, int(at.study.plan["runs"])
    strategy, by = asked.made_strategy(), shaking_in(at.study)
    found = [ShakenRun(await _tried(job, at, (0.0, "As it is"), asked, partial(_as_it_is, at)))]
    if found[0].trial.equity_after is None:
        raise JobFailed(found[0].trial.reason or NOT_RUN, [])
    for number in range(1, runs + 1):
        how = shaken(strategy.parameters, strategy.values, by, number, int(at.study.plan["seed"]))
        question = replace(asked, id=derived(asked.id, "shaken", number), rules=how.rules(asked.rules))
        question = replace(question, parameters=how.parameters)
        told = number / (runs + 1), f"At run {number}"
        run = _late if how.delay_bars else _on_time
        found.append(ShakenRun(await _tried(job, at, told, question, partial(run, at, question, how)), how))
    await kept(job, at, _findings(found))
    return {"study_id": str(at.study.id), "runs": runs}


async def _tried(job: Job, at: Studied, told: tuple[float, str], question: Backtest, run: Callable[[], Trial]) -> Trial:
    trial = await while_wanted(job, at.way, told, run)
    await counted(job, at, trial, question)
    return trial


def _as_it_is(at: Studied) -> Trial:
    return at.bench.trial(1, at.study.asked)[0]


def _on_time(at: Studied, question: Backtest, how: Shaken) -> Trial:
    return at.bench.trial(how.number + 1, question)[0]


def _late(at: Studied, question: Backtest, how: Shaken) -> Trial:
    """Run with bars told late, which the exact engine alone can do."""
    window = Window(at.bench.market, question.stretch, Sight(late=how.delay_bars))
    account = question.account_at(at.who.tenant_id, at.bench.market.at_of(question.stretch.after))
    try:
        result = watched(window, account, question.made_strategy(), at.bench.keep_going).result
    except PaperdeskError as refused:
        return untried(how.number + 1, question.parameters, refused.message)
    return trial_of(result, question.parameters, at.bench.rates(question), how.number + 1)


def _findings(found: Sequence[ShakenRun]) -> dict[str, Any]:
    as_it_is, others = found[0].trial, found[1:]
    spreads, reasons = {}, {}
    for name in FIGURES:
        was, values = as_it_is.measures.get(name), _values(others, name)
        if was is None or not values:
            reasons[name] = TOO_FEW
        else:
            spread = asdict(spread_of(was, np.array(values)))
            spreads[name] = {**spread, "quantiles": {str(key): each for key, each in spread["quantiles"].items()}}
    gained = _values(others, "total_return")
    worst = sorted((each for each in others if each.trial.measures.get("total_return") is not None), key=_gain)[:WORST]
    return {
        "as_it_is": _shown(found[0]),
        "figures": spreads,
        "share_losing": sum(each < 0 for each in gained) / len(gained) if gained else None,
        "worst": [_shown(each) for each in worst],
        "runs": [_shown(each) for each in others],
        "reasons": reasons | ({} if gained else {"share_losing": TOO_FEW}),
    }


def _values(runs: Sequence[ShakenRun], name: str) -> list[float]:
    return [value for each in runs if (value := each.trial.measures.get(name)) is not None]


def _gain(run: ShakenRun) -> tuple[float, int]:
    return run.trial.measures.get("total_return") or 0.0, run.trial.number


def _shown(run: ShakenRun) -> dict[str, Any]:
    trial, how = run.trial, run.how
    names = ("fees", "slippage_bps", "half_spread_bps", "delay_bars")
    shown: dict[str, Any] = jsonable(
        {
            "number": trial.number - 1,
            "parameters": dict(trial.parameters),
            **{name: None if how is None else getattr(how, name) for name in names},
            **{name: trial.measures.get(name) for name in FIGURES},
            "orders": trial.orders,
            "reason": trial.reason,
        }
    )
    return shown
