"""Runs side by side: their growth on the days that all of them know, what each is beside the first, and the best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import numpy as np

from paperdesk.core.backtest.curves import returns_of
from paperdesk.core.backtest.measures import Measured, measures_of
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.strategy.indicators import Floats

LEAST_DAYS: Final = 2

_MORE: Final = (
    "total_return", "simple_annual", "cagr", "calmar", "sharpe", "sortino", "max_drawdown", "var_95", "es_95",
    "win_rate", "profit_factor", "payoff", "alpha", "deflated_sharpe",
)  # fmt: skip
_LESS: Final = ("volatility", "loss_rate", "risk_of_ruin", "max_drawdown_days", "longest_losses")
BETTER: Final[Mapping[str, bool]] = {**dict.fromkeys(_MORE, True), **dict.fromkeys(_LESS, False)}
"""Of which measures more is better, and of which less; falls and losses are below zero, so that more is better."""


class NothingInCommon(Conflict):
    """Runs that are compared know at least two days together."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Runs on the days that all know: `growth` is the worth of each over that of the first such day, a row a run.

    `correlations` are of returns from day to day, NaN where one does not move; `measures` are of those days alone.
    """

    days: Sequence[date]
    at: Sequence[datetime]
    growth: Floats
    correlations: Floats
    measures: Sequence[Measured]


def side_by_side(curves: Sequence[tuple[Sequence[datetime], Floats]], periods_a_year: float) -> SideBySide:
    """Put curves, each with its instants, beside each other; raises NothingInCommon."""
    last = [{each.astimezone(UTC).date(): place for place, each in enumerate(at)} for at, _ in curves]
    days = sorted(set.intersection(*(set(each) for each in last)))
    if len(days) < LEAST_DAYS:
        raise NothingInCommon("The runs do not have two days in common.", days=len(days))
    worth = np.array([[curve[places[day]] for day in days] for places, (_, curve) in zip(last, curves, strict=True)])
    at = [curves[0][0][last[0][day]] for day in days]
    growth: Floats = worth / worth[:, :1]
    measures = [measures_of(at, each, periods_a_year) for each in growth]
    return SideBySide(days, at, growth, _correlations(growth), measures)


def _correlations(growth: Floats) -> Floats:
    if growth.shape[1] <= LEAST_DAYS:
        # One return alone goes together with nothing.
        return np.full((len(growth), len(growth)), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.corrcoef([returns_of(each) for each in growth])
    return found


def best_of(name: str, values: Sequence[float | None]) -> list[int]:
    """Return the places of the best of a measure; none where neither more nor less of it is better, or all are one."""
    known = [each for each in values if each is not None]
    if name not in BETTER or len(set(known)) < 2:  # noqa: PLR2004 - the best of one is no best
        return []
    best = max(known) if BETTER[name] else min(known)
    return [place for place, each in enumerate(values) if each == best]
