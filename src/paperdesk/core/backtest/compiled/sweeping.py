"""Many runs of crossing averages over the same bars, scored one after the other in the same memory."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from paperdesk.core.backtest.compiled.arithmetic import EXACT, Ints, half_even
from paperdesk.core.backtest.compiled.ending import endings
from paperdesk.core.backtest.compiled.kernel import (
    DENIED,
    DRAWDOWN,
    ENDED,
    KEEP,
    MEAN,
    PLACED,
    RETURN,
    SPREAD,
    Cross,
    Field,
    Sums,
    blank_pages,
    crossings,
    follow,
    score,
    sums_of,
    sweep,
)
from paperdesk.core.backtest.compiled.means import Means, scaled
from paperdesk.core.backtest.compiled.scaling import NotExpressible, check_size
from paperdesk.core.backtest.compiled.signals import Leftover, Outcome, Pursuit, tie_of
from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.kernel.time import instant_of
from paperdesk.core.strategy.indicators import Floats


class Averages(NamedTuple):
    """A fast and a slow length, and the lots to hold while the fast average is above, and while it is below."""

    fast: int
    slow: int
    above: int
    below: int = 0


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
    sums: Sums
    crosses: Ints

    def part(self, first: int, stop: int) -> NDArray[np.float64]:
        """Run some of the pairs; a row each, whose columns the kernel names."""
        scores = np.empty((stop - first, DENIED + 1), np.float64)
        sweep(self.field, self.sums, self.crosses[first:stop], scores)
        return scores

    def ended(self, first: int, stop: int) -> NDArray[np.float64]:
        """Run some of the pairs for the end alone; what is measured on the way there is NaN."""
        scores = np.full((stop - first, DENIED + 1), np.nan)
        endings(self.field, self.sums, self.crosses[first:stop], scores)
        return scores

    def curves(self, first: int, stop: int) -> Ints:
        """Return what some of the pairs were worth when they began, at each close of a session and at the end."""
        field, bars = self.field, len(self.field.track.close)
        sums, targets = self.sums, np.empty(bars, np.int64)
        pages = blank_pages(bars)
        worth = np.empty((stop - first, len(field.ends) + 1), np.int64)
        worth[:, 0] = field.cash
        for place, row in enumerate(self.crosses[first:stop]):
            crossings(sums, Cross(*(int(each) for each in row)), targets, KEEP)
            follow(field.track, targets, field.scale, field.cash, pages)
            worth[place, 1:] = pages.equity[field.ends]
        return worth


@dataclass(frozen=True, slots=True)
class OwingSweep:
    """The same for accounts that may owe; what bells cost behind the last bar counts at the end."""

    pursuit: Pursuit
    sums: Sums
    crosses: Ints
    ends: Ints

    def part(self, first: int, stop: int) -> NDArray[np.float64]:
        """Run some of the pairs; a row each, whose columns the kernel names."""
        scores = np.full((stop - first, DENIED + 1), np.nan)
        scores[:, [PLACED, DENIED]] = 0
        for row, cross in zip(scores, self.crosses[first:stop], strict=True):
            with suppress(NotExpressible):
                outcome = self._run(cross)
                worth = self._worth(outcome)
                score(worth, np.arange(1, len(worth)), worth.item(0), row)
                row[ENDED], row[PLACED], row[DENIED] = worth[-1], len(outcome.orders), len(outcome.refused)
        return scores

    def ended(self, first: int, stop: int) -> NDArray[np.float64]:
        """Run some of the pairs for the end alone, which takes as long: what bells cost is owed at every one."""
        return self.part(first, stop)

    def curves(self, first: int, stop: int) -> Ints:
        """Return what some of the pairs were worth, zero for those that are for the exact engine."""
        worth = np.zeros((stop - first, len(self.ends) + 1), np.int64)
        for row, cross in zip(worth, self.crosses[first:stop], strict=True):
            with suppress(NotExpressible):
                row[:] = self._worth(self._run(cross))
        return worth

    def _run(self, cross: Ints) -> Outcome:
        bars = self.pursuit.bars
        targets = np.empty(len(bars), np.int64)
        crossings(self.sums, Cross(*(int(each) for each in cross)), targets, KEEP)
        return self.pursuit.run(targets)

    def _worth(self, outcome: Outcome) -> Ints:
        value = half_even(outcome.end.units * int(outcome.bars.close[-1]), outcome.scale.value_by)
        ended = outcome.end.cash + value
        return np.concatenate([[outcome.means.cash_in_cents], outcome.equity[self.ends[:-1]], [ended]])


class Around(NamedTuple):
    """What lies around the bars of a sweep: when its runs begin, the last bell behind them, and closes before them."""

    began_at: datetime | None = None
    bell_at: int = -1
    closes_before: Ints = np.empty(0, np.int64)


_NOTHING: Final = Around()


def sweep_of(bars: Bars, pairs: Sequence[Averages], means: Means, around: Around = _NOTHING) -> Sweep | OwingSweep:
    """Lay out the runs of a fast and a slow length each, which begin at the first bar or before; raises NotExpressible.

    Closes before them count in their averages.
    """
    places = bars.places
    bars, scale = scaled(bars, means)
    before = around.closes_before * 10 ** (bars.places - places)
    highest = max(int(bars.high.max()), int(before.max(initial=0)))
    check_size(scale, highest, max((abs(each.above) + abs(each.below) for each in pairs), default=1))
    rows = [(each.fast, each.slow, tie_of(bars, each.fast, each.slow), each.above, each.below) for each in pairs]
    began_at = around.began_at or instant_of(bars.open_at.item(0))
    ends = np.append(bars.sessions_ended(began_at), len(bars) - 1)
    crosses = np.array(rows, np.int64).reshape(-1, 5)
    sums = _sums_for(np.append(before, bars.close), crosses)
    if means.rules.margin.is_margined:
        return OwingSweep(Pursuit(bars, scale, means, Leftover(0, around.bell_at)), sums, crosses, ends)
    track = bars.track(means.rules.margin.rules_as_of)
    return Sweep(Field(track, scale, means.cash_in_cents, ends), sums, crosses)


def _sums_for(close: Ints, crosses: Ints) -> Sums:
    """Return what closes add up to, as floats where all that is made of them is exact: those are compared faster."""
    sums, longest = sums_of(close), int(crosses[:, :2].max(initial=1))
    return sums.astype(np.float64) if max(int(sums[-1]), int(close.max()) * longest**2) < EXACT else sums


def scores_of(rows: NDArray[np.float64], periods_a_year: float = 252) -> Scores:
    """Name the columns of runs; a Sharpe ratio without a spread is none."""
    is_told = ~np.isnan(rows[:, ENDED])
    spread = np.where(rows[:, SPREAD] > 0, rows[:, SPREAD], np.nan)
    measures = (rows[:, RETURN], rows[:, DRAWDOWN], rows[:, MEAN] / spread * np.sqrt(periods_a_year), rows[:, ENDED])
    total, drawdown, sharpe, equity = (np.where(is_told, each, np.nan) for each in measures)
    return Scores(total, drawdown, sharpe, equity, rows[:, PLACED].astype(np.int64), rows[:, DENIED].astype(np.int64))
