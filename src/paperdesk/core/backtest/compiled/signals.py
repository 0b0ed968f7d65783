"""Drive the kernel by arrays: what to hold after every close, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from paperdesk.core.backtest.compiled import book as books
from paperdesk.core.backtest.compiled.arithmetic import Ints, Scale
from paperdesk.core.backtest.compiled.kernel import (
    FEE,
    FILLED,
    KEEP,
    PRICE,
    STATE,
    UNITS,
    WHY,
    Cross,
    End,
    blank_pages,
    crossings,
    follow,
    span,
    sums_of,
)
from paperdesk.core.backtest.compiled.lending import check_within, ground_for
from paperdesk.core.backtest.compiled.means import Means, scaled
from paperdesk.core.backtest.compiled.playing import finish
from paperdesk.core.backtest.compiled.pursuing import pursue
from paperdesk.core.backtest.compiled.scaling import check_size, refusal
from paperdesk.core.backtest.compiled.track import Bars, Worths
from paperdesk.core.backtest.measures import Measured, measures_of
from paperdesk.core.kernel.time import instant_of
from paperdesk.core.strategy.strategy import TOLERANCE

# How many orders there is room for before there must be more.
_ROOM: Final = 256


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
        """Return what each closed round trip brought, fees counted, in units of price times quantity.

        A fill that turns a position over ends one and begins the next, and they share its fee by units.
        """
        fills = self.fills
        units, prices, by = fills[:, UNITS], fills[:, PRICE], self.scale.value_by
        held = np.cumsum(units)
        is_turned = np.sign(held) * np.sign(held - units) < 0
        opens = np.where(is_turned, held, 0)
        begun = -opens * prices - fills[:, FEE] * by * np.abs(opens) // np.abs(units)
        flows = np.cumsum(-units * prices - fills[:, FEE] * by) - begun
        brought: Ints = np.diff(flows[is_turned | (held == 0)], prepend=0)
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


class Leftover(NamedTuple):
    """What is lived through behind the last target: facts of one more bar, and bells; of instants -1 is none."""

    facts: int = 0
    bell_at: int = -1


NOTHING_MORE: Final = Leftover()


def hold_targets(bars: Bars, targets: Sequence[int] | Ints, means: Means, leftover: Leftover = NOTHING_MORE) -> Outcome:
    """Hold after each close as many signed lots as its target says, by market orders that meet the next open.

    A target of KEEP changes nothing. What an account may not sell short, or cannot pay for, is refused order by order.
    Raises NotExpressible.
    """
    wanted = np.ascontiguousarray(targets, np.int64)
    assert len(wanted) == len(bars) - bool(leftover.facts), "every bar on which somebody acts has a target"
    bars, scale = scaled(bars, means)
    least, most = span(wanted)
    check_size(scale, int(bars.high.max()), max(most - least, 1))
    if means.rules.margin.is_margined:
        return Pursuit(bars, scale, means, leftover).run(wanted)
    pages = blank_pages(len(bars))
    whole = np.append(wanted, KEEP) if leftover.facts else wanted
    end = follow(bars.track(means.rules.margin.rules_as_of), whole, scale, means.cash_in_cents, pages)
    if end.beyond_at >= 0:
        raise refusal(["unsettled_proceeds"])
    return Outcome(bars, scale, means, pages.orders[: end.orders], pages.refused[: end.refused], pages.equity, end)


@dataclass(frozen=True, slots=True)
class Pursuit:
    """Bars laid out for runs of an account that may owe; `scaled` says how fine, and how large an order may be."""

    bars: Bars
    scale: Scale
    means: Means
    leftover: Leftover = NOTHING_MORE

    def run(self, targets: Ints) -> Outcome:
        """Hold what targets say after each close, and live through what is left; raises NotExpressible."""
        bars, refused = self.bars, np.empty((len(targets), WHY + 1), np.int64)
        book = books.blank_book(self.means.cash_in_cents, len(bars), _ROOM, self.means.memorandum_in_cents)
        ground = ground_for(bars, self.scale, self.means, book)
        assert isinstance(ground, books.MarginGround), "an account without margin needs none of this"
        count = 0
        while len(targets):
            count = pursue(ground, targets, np.zeros((1, books.WISH_COLUMNS), np.int64), refused, count)
            if ground.book.now[books.ORDERS] < len(ground.book.orders):
                break
            ground = ground._replace(book=books.with_room(ground.book, 1))
        finish(ground, *self.leftover)
        check_within(ground.book)
        return self._outcome(ground.book, refused[:count])

    def _outcome(self, book: books.Book, refused: Ints) -> Outcome:
        now, placed = book.now, book.orders[: book.now[books.ORDERS]]
        # Both kernels count how an order stands alike.
        orders = placed[:, [books.BAR, books.UNITS, books.STATE, books.PRICE, books.FEE]]
        orders[:, UNITS] *= placed[:, books.SIDE]
        end = End(len(orders), len(refused), now.item(books.CASH), now.item(books.HELD), -1)
        return Outcome(self.bars, self.scale, self.means, orders, refused, book.equity, end)


def tie_of(bars: Bars, fast: int, slow: int) -> int:
    """Return by how much sums of closes over both lengths may differ while their averages tie."""
    return int(Decimal(str(TOLERANCE)).scaleb(bars.places) * fast * slow)


def cross_targets(bars: Bars, fast: int, slow: int, lots: int, below: int = 0) -> Ints:
    """Return what crossing averages of closes want to hold: `lots` above, `below` below, and ties change nothing.

    Averages are compared exactly; they tie when they differ by no more than the tolerance of strategies.
    """
    targets = np.empty(len(bars), np.int64)
    crossings(sums_of(bars.close), Cross(fast, slow, tie_of(bars, fast, slow), lots, below), targets, KEEP)
    return targets
