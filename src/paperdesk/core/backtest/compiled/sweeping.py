"""Many runs of crossing averages over the same bars, scored one after the other in the same memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from paperdesk.core.backtest.compiled.arithmetic import Ints
from paperdesk.core.backtest.compiled.kernel import (
    DENIED,
    DRAWDOWN,
    ENDED,
    MEAN,
    PLACED,
    RETURN,
    SPREAD,
    Cross,
    Field,
    Pages,
    crossings,
    follow,
    sweep,
)
from paperdesk.core.backtest.compiled.scaling import check_in_cash, check_size
from paperdesk.core.backtest.compiled.signals import Means, scaled, tie_of
from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.kernel.time import instant_of
from paperdesk.core.strategy.indicators import Floats


@dataclass(frozen=True, slots=True)
class Scores:
    """What each run of a sweep came to; shape (runs,) each, and NaN where a run is for the exact engine alone.

    Drawdown and Sharpe are measured as in `measures.py`, over the closes of sessions.
    """

    total_return: Floats
    max_drawdown: Floats
    sharpe: Floats
    equity: Floats
    orders: Ints
    refused: Ints


@dataclass(frozen=True, slots=True)
class Sweep:
    """Runs of crossing averages on the same bars; parts of them may run at the same time, each in a thread."""

    field: Field
    crosses: Ints

    def part(self, first: int, stop: int) -> NDArray[np.float64]:
        """Run some of the pairs; a row each, whose columns the kernel names."""
        scores = np.empty((stop - first, DENIED + 1), np.float64)
        sweep(self.field, self.crosses[first:stop], scores)
        return scores

    def curves(self, first: int, stop: int) -> Ints:
        """Return what some of the pairs were worth when they began, at each close of a session and at the end."""
        field, bars = self.field, len(self.field.track.close)
        targets = np.empty(bars, np.int64)
        pages = Pages(np.empty((bars, 5), np.int64), np.empty((bars, 4), np.int64), np.empty(bars, np.int64))
        worth = np.empty((stop - first, len(field.ends) + 1), np.int64)
        worth[:, 0] = field.cash
        for place, row in enumerate(self.crosses[first:stop]):
            crossings(field.track.close, Cross(*(int(each) for each in row)), targets)
            follow(field.track, targets, field.scale, field.cash, pages)
            worth[place, 1:] = pages.equity[field.ends]
        return worth


def sweep_of(
    bars: Bars, pairs: Sequence[tuple[int, int]], lots: int, means: Means, began_at: datetime | None = None
) -> Sweep:
    """Lay out the runs of a fast and a slow length each, begun at the first bar or before; raises NotExpressible."""
    check_in_cash(means.rules)
    bars, scale = scaled(bars, means)
    check_size(scale, int(bars.high.max()), lots)
    lengths = [(fast, slow, tie_of(bars, fast, slow), lots) for fast, slow in pairs]
    ends = np.append(bars.sessions_ended(began_at or instant_of(bars.open_at.item(0))), len(bars) - 1)
    track = bars.track(means.rules.margin.rules_as_of)
    crosses = np.array(lengths, np.int64).reshape(-1, 4)
    return Sweep(Field(track, scale, means.cash_in_cents, ends), crosses)


def scores_of(rows: NDArray[np.float64], periods_a_year: float = 252) -> Scores:
    """Name the columns of runs; a Sharpe ratio without a spread is none."""
    is_told = ~np.isnan(rows[:, ENDED])
    spread = np.where(rows[:, SPREAD] > 0, rows[:, SPREAD], np.nan)
    measures = (rows[:, RETURN], rows[:, DRAWDOWN], rows[:, MEAN] / spread * np.sqrt(periods_a_year), rows[:, ENDED])
    total, drawdown, sharpe, equity = (np.where(is_told, each, np.nan) for each in measures)
    return Scores(total, drawdown, sharpe, equity, rows[:, PLACED].astype(np.int64), rows[:, DENIED].astype(np.int64))
