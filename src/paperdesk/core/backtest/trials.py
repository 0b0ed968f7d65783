"""Trials: runs as they are counted and compared, and what of one may be owed to having tried often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import numpy as np

from paperdesk.core.backtest.measures import measures_of, steps_of
from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.selection import (
    LEAST_RETURNS,
    deflated_sharpe,
    overfitting_of,
    shape_of,
    sharpe_by_luck,
    sums_of,
)
from paperdesk.core.kernel.values import replace
from paperdesk.core.strategy.indicators import Floats

MEASURES: Final = ("total_return", "cagr", "volatility", "sharpe", "max_drawdown", "calmar")
NOT_COUNTED: Final = "it was run before trials were counted"
TOO_FEW_RETURNS: Final = f"it has fewer than {LEAST_RETURNS} returns"
STOOD_STILL: Final = "its returns do not differ"
ONE_TRIAL: Final = "no other trial of its family has the same stretch"
AT_ITS_END: Final = ("total_return", "cagr")
"""What can be said of a trial by its end alone."""
ONLY_ITS_END: Final = "only its end was asked for"
NOT_PRICED: Final = "something held had no price"


@dataclass(frozen=True, slots=True)
class Rates:
    """What returns are measured by: how many of them are a year, and a rate without risk, a year.

    Of a trial of which only the end counts nothing on the way there is measured.
    """

    periods_a_year: float
    risk_free: Decimal
    only_end: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one set of parameters; `reason` says why a measure is missing."""

    number: int
    parameters: Mapping[str, Any]
    measures: Mapping[str, float | None]
    equity_after: Decimal | None
    orders: int | None
    refusals: int | None
    reason: str | None = None
    returns: int | None = None
    sums: Floats | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """A trial beside its family: what of it may be owed to having tried often; what is missing has a reason."""

    trials: int
    deflated_sharpe: float | None
    sharpe_by_luck: float | None
    overfitting_probability: float | None
    reasons: Mapping[str, str]


def untried(number: int, parameters: Mapping[str, Any], reason: str) -> Trial:
    """Return a trial that came to nothing, and why."""
    return Trial(number, parameters, {}, None, None, None, reason=reason)


def trial_of(result: Result, parameters: Mapping[str, Any], by: Rates, number: int = 1) -> Trial:
    """Return a run as a trial."""
    points = result.points
    failed = None if result.failure is None else result.failure.error
    reason = "cancelled" if result.is_cancelled else failed
    equity = points[-1].equity
    bare = Trial(number, parameters, {}, equity, len(result.orders), len(result.refused), reason)
    if any(each.equity is None for each in points):
        return replace(bare, reason=reason or NOT_PRICED)
    return measured(bare, [each.at for each in points], np.array([float(each.equity or 0) for each in points]), by)


def measured(bare: Trial, at: Sequence[datetime], curve: Floats, by: Rates) -> Trial:
    """Return a trial with the measures of its curve; `at` are the instants of the curve, or its first and last."""
    found = measures_of(at, curve, by.periods_a_year, float(by.risk_free))
    names = AT_ITS_END if by.only_end else MEASURES
    missing = "; ".join(f"{name}: {found.reasons[name]}" for name in names if name in found.reasons)
    bare = replace(bare, measures={name: found.figures.get(name) for name in names})
    if by.only_end:
        return replace(bare, reason=bare.reason or "; ".join(filter(None, [missing, ONLY_ITS_END])))
    returns, sums = sums_of_curve(curve, float(by.risk_free) / by.periods_a_year)
    return replace(bare, reason=bare.reason or missing or None, returns=returns, sums=sums)


def sums_of_curve(curve: Floats, free: float) -> tuple[int, Floats | None]:
    """Return how many returns a curve has, and their sums less what is free of risk; none where they are too few."""
    steps = steps_of(curve)
    if steps is None:
        return len(curve) - 1, None
    steps = steps - free
    is_whole = len(steps) >= LEAST_RETURNS and bool(np.isfinite(steps).all())
    return len(steps), sums_of(steps[None, :])[0] if is_whole else None


@dataclass(frozen=True, slots=True)
class Tried:
    """What is compared of a trial: what was asked, over which stretch, and its returns; no sums of too few."""

    question: str
    stretch: tuple[int, int]
    periods_a_year: float
    returns: int | None
    sums: Floats | None


def uncounted(trials: int) -> Selection:
    """Return how a run stands that is in no ledger."""
    named = ("deflated_sharpe", "sharpe_by_luck", "overfitting_probability")
    return Selection(trials, None, None, None, dict.fromkeys(named, NOT_COUNTED))


def beside(own: Tried, others: Sequence[Tried], trials: int) -> Selection:
    """Return how a trial stands beside others of its family, in which there are so many; each question counts once."""
    # Of a question that was asked again, the trial of which more than the end is known.
    known_last = sorted(others, key=lambda each: each.sums is not None)
    family = [own, *{each.question: each for each in known_last if each.question != own.question}.values()]
    reasons: dict[str, str] = {}
    shapes = [shape_of(each.sums, each.returns) for each in family if each.sums is not None and each.returns]
    ratios = [each.sharpe for each in shapes if each is not None]
    variance = float(np.var(ratios, ddof=1)) if len(ratios) > 1 else 0.0
    deflated, unknown = None, ONLY_ITS_END if own.returns is None else TOO_FEW_RETURNS
    if own.sums is None:
        reasons["deflated_sharpe"] = unknown
    elif shapes[0] is None:
        reasons["deflated_sharpe"] = STOOD_STILL
    else:
        deflated = deflated_sharpe(shapes[0], trials, variance)
    overfitting = _overfitting(own, family)
    if overfitting is None:
        reasons["overfitting_probability"] = unknown if own.sums is None else ONE_TRIAL
    luck = sharpe_by_luck(trials, variance) * float(own.periods_a_year**0.5)
    return Selection(trials, deflated, luck, overfitting, reasons)


def _overfitting(own: Tried, family: Sequence[Tried]) -> float | None:
    span = (own.stretch, own.returns)
    same = [each.sums for each in family if each.sums is not None and (each.stretch, each.returns) == span]
    if own.sums is None or not own.returns or len(same) < 2:  # noqa: PLR2004 - one alone was not chosen
        return None
    return overfitting_of(np.stack(same), own.returns)
