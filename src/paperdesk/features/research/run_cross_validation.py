"""Run a cross-validation as a job: every trial once, and then every split chooses from what they brought."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

import numpy as np

from paperdesk.core.backtest.cross_validation import (
    Folding,
    Judged,
    Path,
    groups_of,
    judged,
    sharpes,
    splits_of,
    total_returns,
    walked_paths,
)
from paperdesk.core.backtest.monte_carlo import QUANTILES
from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.selection import overfitting_of
from paperdesk.core.backtest.trials import ONE_TRIAL, TOO_FEW_RETURNS, Trial
from paperdesk.core.kernel.time import instant_text
from paperdesk.core.strategy.indicators import Floats
from paperdesk.features.research.request_cross_validation import sweep_in
from paperdesk.features.research.run_trials import while_wanted
from paperdesk.features.research.studied import Studied, counted, kept, studied_by
from paperdesk.features.research.sweeps import Objective, Sweep
from paperdesk.infra.jobs import Job, JobFailed

NONE_WHOLE: Final = "no trial ran to its end with a price for everything it held"
NO_PATH: Final = "on no path was something chosen in every group whose returns differ"


@dataclass(frozen=True, slots=True)
class Whole:
    """A trial that ran to its end: the instants of its curve, and the returns between them."""

    trial: Trial
    at: Sequence[datetime]
    steps: Floats


async def run_cross_validation(job: Job) -> dict[str, str | int]:
    """Run and count every trial, and keep what the splits and the paths came to."""
    at = await studied_by(job)
    sweep, folding = sweep_in(at.study)
    whole: list[Whole] = []
    for number, question in sweep.questions():
        told = (number - 1) / sweep.trials, f"At trial {number}"
        trial, result = await while_wanted(job, at.way, told, partial(at.bench.trial, number, question))
        await counted(job, at, trial, question)
        whole += [] if result is None else _whole(trial, result)
    if not whole:
        raise JobFailed(NONE_WHOLE, [])
    await kept(job, at, await asyncio.to_thread(_findings, at, sweep, folding, whole))
    return {"study_id": str(sweep.id), "paths": folding.paths}


def _whole(trial: Trial, result: Result) -> list[Whole]:
    """Return a trial with its returns from close to close, unless it ended early or something had no price."""
    points = result.points
    # A run that ends with a session says twice what it was worth then.
    if len(points) > 1 and points[-1].at == points[-2].at:
        points = points[:-1]
    if result.failure is not None or result.is_cancelled or any(each.equity is None for each in points):
        return []
    curve = np.array([float(each.equity or 0) for each in points])
    return [Whole(trial, [each.at for each in points], curve[1:] / curve[:-1] - 1)]


def _findings(at: Studied, sweep: Sweep, folding: Folding, whole: Sequence[Whole]) -> dict[str, Any]:
    steps, periods = np.stack([each.steps for each in whole]), at.bench.market.periods_a_year
    free = float(sweep.asked.risk_free) / periods
    by_sharpe = partial(sharpes, free=free, periods_a_year=periods)
    bounds = groups_of(steps.shape[1], folding.groups)
    splits = splits_of(steps.shape[1], folding)
    found = judged(steps, splits, bounds, by_sharpe if sweep.objective is Objective.SHARPE else total_returns)
    paths = walked_paths(steps, found, folding, free, periods)
    reached = [each.sharpe for each in paths if each.sharpe is not None]
    overfitting, why = _overfitting([each.trial for each in whole])
    reasons = {"overfitting_probability": why} if overfitting is None else {}
    lost = [each.total_return < 0 for each in paths if each.total_return is not None]
    return {
        "observations": steps.shape[1],
        "trials": len(whole),
        "left_out": sweep.trials - len(whole),
        "groups": [_group(number, whole[0].at, *bound) for number, bound in enumerate(bounds, 1)],
        "splits": [_split(each, whole, sweep) for each in found],
        "paths": [_path(each) for each in paths],
        "sharpe_quantiles": {str(each): float(np.quantile(reached, each)) for each in QUANTILES} if reached else {},
        "share_losing": sum(lost) / len(lost) if lost else None,
        "overfitting_probability": overfitting,
        "reasons": reasons | ({} if reached else {"sharpe_quantiles": NO_PATH, "share_losing": NO_PATH}),
    }


def _overfitting(trials: Sequence[Trial]) -> tuple[float | None, str]:
    """Return how often the best of one half does not last, of these trials alone, or why it cannot be said."""
    sums = [each.sums for each in trials if each.sums is not None]
    if len(sums) < len(trials) or trials[0].returns is None:
        return None, TOO_FEW_RETURNS
    return (None, ONE_TRIAL) if len(sums) < 2 else (overfitting_of(np.stack(sums), trials[0].returns), "")  # noqa: PLR2004 - one alone was not chosen


def _group(number: int, at: Sequence[datetime], start: int, stop: int) -> dict[str, Any]:
    ends = {"began_at": instant_text(at[start]), "ended_at": instant_text(at[stop])}
    return {"number": number, **ends, "observations": stop - start}


def _split(found: Judged, whole: Sequence[Whole], sweep: Sweep) -> dict[str, Any]:
    chosen = None if found.choice is None else whole[found.choice].trial
    return {
        "number": found.split.number,
        "groups": list(found.split.groups),
        "chosen_on": len(found.split.chosen_on),
        "trial": None if chosen is None else chosen.number,
        "parameters": None if chosen is None else {name: chosen.parameters[name] for name in sweep.axes},
        "inside": found.inside,
        "outside": found.outside,
    }


def _path(path: Path) -> dict[str, Any]:
    figures: Mapping[str, float | None] = {
        name: getattr(path, name) for name in ("sharpe", "total_return", "max_drawdown")
    }
    return {"number": path.number, "splits": list(path.splits), **figures}
