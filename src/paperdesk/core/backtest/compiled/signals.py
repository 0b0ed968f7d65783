"""Drive the kernel by arrays: what to hold after every close, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from paperdesk.core.backtest.compiled.arithmetic import Ints, Scale
from paperdesk.core.backtest.compiled.kernel import (
    FEE,
    FILLED,
    KEEP,
    PRICE,
    STATE,
    UNITS,
    Cross,
    End,
    Pages,
    crossings,
    follow,
)
from paperdesk.core.backtest.compiled.scaling import (
    check_in_cash,
    check_size,
    money_places_of,
    places_of,
    refusal,
    scale_of,
)
from paperdesk.core.backtest.compiled.track import Bars, Worths
from paperdesk.core.backtest.measures import Measured, measures_of
from paperdesk.core.broker.account import Rules
from paperdesk.core.kernel.time import instant_of
from paperdesk.core.strategy.strategy import TOLERANCE


@dataclass(frozen=True, slots=True)
class Means:
    """What an account begins with, and the rules it trades by."""

    cash: Decimal
    rules: Rules
    currency: str = "USD"

    @property
    def cash_in_cents(self) -> int:
        """Return the cash in the smallest unit that the account's money has."""
        return self.in_cents(self.cash)

    def in_cents(self, amount: Decimal) -> int:
        """Return an amount in the smallest unit that the account's money has."""
        return int(amount.scaleb(self.places))

    @property
    def places(self) -> int:
        """Return how many digits after the point the account's money has."""
        return money_places_of(self.rules, self.currency)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: orders and refusals as rows, and the equity at every close, all in whole numbers.

    A row of `orders` is the bar whose close it was asked at, signed units, how it ended, price and fee; one of
    `refused` the bar, signed units, what was needed and what was free.
    """

    bars: Bars
    scale: Scale
    means: Means
    orders: Ints
    refused: Ints
    equity: Ints
    end: End

    @property
    def worths(self) -> Worths:
        """Return what its numbers are worth."""
        return Worths(self.bars, self.means.places)

    @property
    def fills(self) -> Ints:
        """Return the rows of the orders that filled."""
        filled: Ints = self.orders[self.orders[:, STATE] == FILLED]
        return filled

    @property
    def gains(self) -> Ints:
        """Return what each closed round trip brought, fees counted, in units of price times quantity."""
        fills = self.fills
        held = np.cumsum(fills[:, UNITS])
        ends = np.flatnonzero(held == 0)
        if not len(ends):
            return np.zeros(0, np.int64)
        flows = -fills[:, UNITS] * fills[:, PRICE] - fills[:, FEE] * self.scale.value_by
        brought: Ints = np.diff(np.cumsum(flows)[ends], prepend=0)
        return brought

    def measured(self, periods_a_year: float = 252) -> Measured:
        """Return measures over the closes of sessions, and those of the round trips."""
        at = [instant_of(self.bars.open_at.item(0)), instant_of(self.bars.at.item(-1))]
        worth = self.equity[self.bars.sessions_ended(at[0])]
        curve = np.concatenate([[float(self.means.cash)], np.append(worth, self.equity[-1]) / self._cents])
        found = measures_of(at, curve, periods_a_year)
        gains = self.gains
        won, lost = gains[gains > 0], -gains[gains <= 0]
        figures = dict(found.figures)
        figures["win_rate"] = len(won) / len(gains) if len(gains) else None
        figures["profit_factor"] = float(won.sum() / lost.sum()) if lost.sum() else None
        return Measured(figures, found.reasons)

    @property
    def _cents(self) -> int:
        return int(10**self.means.places)


def hold_targets(bars: Bars, targets: Sequence[int] | Ints, means: Means) -> Outcome:
    """Hold after each close as many lots as its target says, by market orders that meet the next open.

    A target of KEEP changes nothing. Raises NotExpressible.
    """
    wanted = np.ascontiguousarray(targets, np.int64)
    assert len(wanted) == len(bars), "every bar has a target"
    check_in_cash(means.rules)
    bars, scale = scaled(bars, means)
    if int(wanted.min()) < KEEP:
        raise refusal(["short_positions"])
    check_size(scale, int(max(bars.high.max(), 1)), int(max(wanted.max(), 1)))
    count = len(bars)
    pages = Pages(np.empty((count, 5), np.int64), np.empty((count, 4), np.int64), np.empty(count, np.int64))
    track = bars.track(means.rules.margin.rules_as_of)
    cash = means.cash_in_cents
    end = follow(track, wanted, scale, cash, pages)
    if end.beyond_at >= 0:
        raise refusal(["unsettled_proceeds"])
    return Outcome(bars, scale, means, pages.orders[: end.orders], pages.refused[: end.refused], pages.equity, end)


def scaled(bars: Bars, means: Means) -> tuple[Bars, Scale]:
    """Return bars with as many places as their account needs, and its rules in them; raises NotExpressible."""
    if not len(bars):
        raise refusal(["no_bars"])
    bars = bars.to_places(places_of(means.rules, bars.instrument, bars.places, means.currency))
    return bars, scale_of(means.rules, bars.instrument, means.currency, bars.places)


def tie_of(bars: Bars, fast: int, slow: int) -> int:
    """Return by how much sums of closes over both lengths may differ while their averages tie."""
    return int(Decimal(str(TOLERANCE)).scaleb(bars.places) * fast * slow)


def cross_targets(bars: Bars, fast: int, slow: int, lots: int) -> Ints:
    """Return what crossing averages of closes want to hold: `lots` above, nothing below, and ties change nothing.

    Averages are compared exactly; they tie when they differ by no more than the tolerance of strategies.
    """
    targets = np.empty(len(bars), np.int64)
    crossings(bars.close, Cross(fast, slow, tie_of(bars, fast, slow), lots), targets)
    return targets
