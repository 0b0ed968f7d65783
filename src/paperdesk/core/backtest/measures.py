"""Measures of a run with stated definitions; floats, or None with the reason where one cannot be said.

    returns      equity from close to close, less one; the first from the beginning of the run
    Sharpe       mean excess return / its standard deviation (of the sample), times the root of the periods a year
    Sortino      mean excess return / downside deviation about the target (all n periods), annualised alike
    drawdown     of the compounded curve including its beginning, a fraction below or at zero
    its days     of the deepest fall, from the highest before it to the day that was reached again
    growth       compounded a year (CAGR) over calendar time of 365.25 days
    simple       the total return / the years; told for comparison, and part of no ratio
    Calmar       growth a year / the deepest drawdown
    VaR, ES      historical: the quantile of the returns, and the mean of those at or below it
    beta, alpha  of the returns beside those of a benchmark; alpha is Jensen's, arithmetic, a year

Source: section 3 of the risk specification, where libraries that differ are compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from paperdesk.core.backtest.curves import returns_of
from paperdesk.core.strategy.indicators import Floats

_DAYS_A_YEAR: Final = 365.25
_SECONDS_A_DAY: Final = 86_400
_FALL_DAYS: Final = "max_drawdown_days"
_FLAT: Final = 1e-12
# A spread of a sample takes two.
_LEAST: Final = 2
TOO_SHORT: Final = "there are fewer than two returns"
NO_SPREAD: Final = "the returns do not differ"
NO_TIME: Final = "the run lasts less than a day"
NO_FALL: Final = "the equity never fell"
RUINED: Final = "the equity came to nothing or less"
NOT_RECOVERED: Final = "the equity has not come back from its deepest fall"


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures by name, and for each that is None the reason."""

    figures: Mapping[str, float | None]
    reasons: Mapping[str, str]


def drawdowns(equity: Floats) -> Floats:
    """Return by how much the equity stands below its highest so far, as fractions at or below zero."""
    return equity / np.maximum.accumulate(equity) - 1


def steps_of(curve: Floats) -> Floats | None:
    """Return the returns from close to close; None where the equity came to nothing or less, which has none."""
    return None if bool((curve[:-1] <= 0).any()) else returns_of(curve)


def measures_of(
    at: Sequence[datetime], equity: Sequence[float] | Floats, periods_a_year: float = 252, risk_free: float = 0.0
) -> Measured:
    """Return the measures of an equity curve with at least its beginning; `risk_free` is a rate a year."""
    curve = np.asarray(equity, np.float64)
    total = float(curve[-1] / curve[0] - 1)
    figures: dict[str, float | None] = {"total_return": total}
    reasons: dict[str, str] = {}

    def note(name: str, value: float | None, reason: str) -> None:
        figures[name] = value
        if value is None:
            reasons[name] = reason

    fall = float(drawdowns(curve).min())
    days = (at[-1] - at[0]).total_seconds() / _SECONDS_A_DAY
    growth, why = _growth(curve, days)
    figures["max_drawdown"] = fall
    note("simple_annual", total / days * _DAYS_A_YEAR if days >= 1 else None, NO_TIME)
    note("cagr", growth, why)
    note("calmar", None if growth is None or fall == 0 else growth / -fall, why if growth is None else NO_FALL)
    steps = steps_of(curve)
    if steps is None:
        return Measured(figures | dict.fromkeys(_OF_STEPS), reasons | dict.fromkeys(_OF_STEPS, RUINED))
    spoken = _of_steps(steps, periods_a_year, risk_free)
    return Measured(figures | dict(spoken.figures), reasons | dict(spoken.reasons))


_OF_STEPS: Final = ("volatility", "sharpe", "sortino", "var_95", "es_95")


def _of_steps(steps: Floats, periods_a_year: float, risk_free: float) -> Measured:
    """Return the measures that returns have."""
    excess = steps - risk_free / periods_a_year
    year = float(np.sqrt(periods_a_year))
    why = TOO_SHORT if len(steps) < _LEAST else NO_SPREAD
    spread = float(steps.std(ddof=1)) if len(steps) >= _LEAST else None
    downside = float(np.sqrt(np.mean(np.minimum(excess, 0) ** 2))) if len(steps) >= _LEAST else None
    tail = float(np.quantile(steps, 0.05)) if len(steps) >= _LEAST else None
    told = (
        None if spread is None else spread * year,
        _ratio(excess, spread, year),
        _ratio(excess, downside, year),
        tail,
        None if tail is None else float(steps[steps <= tail].mean()),
    )
    figures = dict(zip(_OF_STEPS, told, strict=True))
    whys = dict.fromkeys(_OF_STEPS, TOO_SHORT) | {"sharpe": why, "sortino": why}
    return Measured(figures, {name: whys[name] for name, value in figures.items() if value is None})


def duration_of_fall(at: Sequence[datetime], equity: Sequence[float]) -> Measured:
    """Return the days from the highest before the deepest fall to when that was reached again; null before that."""
    curve = np.asarray(equity, np.float64)
    deepest = int(drawdowns(curve).argmin())
    highest = int(curve[: deepest + 1].argmax())
    again = np.flatnonzero(curve[deepest:] >= curve[highest])
    if deepest == highest or not len(again):
        return Measured({_FALL_DAYS: None}, {_FALL_DAYS: NO_FALL if deepest == highest else NOT_RECOVERED})
    return Measured({_FALL_DAYS: (at[deepest + int(again[0])] - at[highest]).total_seconds() / _SECONDS_A_DAY}, {})


def _growth(curve: Floats, days: float) -> tuple[float | None, str]:
    if days < 1:
        return None, NO_TIME
    if curve[-1] <= 0:
        return None, RUINED
    return float((curve[-1] / curve[0]) ** (_DAYS_A_YEAR / days) - 1), ""


def _ratio(excess: Floats, spread: float | None, year: float) -> float | None:
    mean = float(excess.mean()) if len(excess) else 0.0
    if spread is None or spread <= _FLAT * max(abs(mean), _FLAT):
        return None
    return mean / spread * year


def beside_benchmark(
    equity: Sequence[float], benchmark: Sequence[float], periods_a_year: float = 252, risk_free: float = 0.0
) -> Measured:
    """Return beta and alpha of an equity curve beside a benchmark's prices at the same instants."""
    mine, its = (steps_of(np.asarray(line, np.float64)) for line in (equity, benchmark))
    if mine is None or its is None:
        return Measured({"beta": None, "alpha": None}, dict.fromkeys(("beta", "alpha"), RUINED))
    if len(mine) < _LEAST:
        return Measured({"beta": None, "alpha": None}, dict.fromkeys(("beta", "alpha"), TOO_SHORT))
    spread = float(its.var(ddof=1))
    if spread <= _FLAT:
        return Measured({"beta": None, "alpha": None}, dict.fromkeys(("beta", "alpha"), NO_SPREAD))
    beta = float(np.cov(mine, its, ddof=1)[0, 1]) / spread
    free = risk_free / periods_a_year
    alpha = float((mine - free).mean() - beta * (its - free).mean()) * periods_a_year
    return Measured({"beta": beta, "alpha": alpha}, {})
