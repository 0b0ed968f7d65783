"""Drive the kernel of resting orders by a hook that is called when something has happened, and by one that is compiled.

Such a hook acts at the close of the first bar, and then at the close of every bar in which an order ended: filled,
cancelled or expired; what it cancels itself is no news. It sees whole numbers, and wishes in whole numbers.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from paperdesk.core.backtest.compiled.arithmetic import Ints, half_even
from paperdesk.core.backtest.compiled.book import (
    AT,
    HELD,
    LIVE,
    NEXT_WISH,
    OF_AN_ORDER,
    ORDERS,
    RATE_ONE,
    WISH_BAR,
    WISH_CANCELS,
    WISH_COLUMNS,
    WISH_IS_OCO,
    WISH_LASTS,
    WISH_LIMIT,
    WISH_LOSS,
    WISH_LOSS_LIMIT,
    WISH_ROW,
    WISH_SIDE,
    WISH_STOP,
    WISH_TAKE,
    WISH_TRAIL_AMOUNT,
    WISH_TRAIL_RATE,
    WISH_UNITS,
    Book,
    Ground,
    blank_book,
    with_room,
)
from paperdesk.core.backtest.compiled.compiling import compiled, inner
from paperdesk.core.backtest.compiled.lending import check_within, ground_for
from paperdesk.core.backtest.compiled.means import Means, scaled
from paperdesk.core.backtest.compiled.playing import play
from paperdesk.core.backtest.compiled.scaling import check_size, refusal
from paperdesk.core.backtest.compiled.track import Bars

# What a hook may say of an order beyond its side and its units.
WISHED_BY_NAME: Final = {
    "limit": WISH_LIMIT,
    "stop": WISH_STOP,
    "trail_rate": WISH_TRAIL_RATE,
    "trail_amount": WISH_TRAIL_AMOUNT,
    "lasts": WISH_LASTS,
    "take": WISH_TAKE,
    "loss": WISH_LOSS,
    "loss_limit": WISH_LOSS_LIMIT,
    "is_oco": WISH_IS_OCO,
}
# Orders that one wish brings at most, and wishes that a hook has at most when it is called.
A_GROUP, AT_ONCE = 3, 16


class Brackets(NamedTuple):
    """Buy so many units below the close with a target and a stop, again and again; rates in hundred-millionths.

    All of it is for the day: what its end leaves is sold at the next open.
    """

    units: int
    below: int
    gain: int
    loss: int


@inner
def part_of(price: int, rate: int, tick: int) -> int:
    """Return a part of a price, on the tick."""
    return half_even(price * rate, RATE_ONE * tick) * tick


@inner
def bracket(ground: Ground, brackets: Brackets, wishes: Ints) -> int:
    """Write down what is wished for where nothing works any more; return how many wishes that makes."""
    now, tick = ground.book.now, ground.scale.tick
    if now[LIVE]:
        return 0
    wish = wishes[0]
    wish[:] = 0
    wish[WISH_BAR], wish[WISH_SIDE], wish[WISH_UNITS] = now[AT], 1, brackets.units
    if now[HELD]:
        wish[WISH_SIDE], wish[WISH_UNITS] = -1, now[HELD]
        return 1
    limit = part_of(ground.track.close[now[AT]], RATE_ONE - brackets.below, tick)
    wish[WISH_LIMIT] = limit
    wish[WISH_TAKE] = part_of(limit, RATE_ONE + brackets.gain, tick)
    wish[WISH_LOSS] = part_of(limit, RATE_ONE - brackets.loss, tick)
    return 1


@compiled
def follow_brackets(ground: Ground, brackets: Brackets, wishes: Ints) -> None:
    """Wish for brackets until the bars end, or there is no room for more orders."""
    now, bars = ground.book.now, len(ground.track.at)
    if now[AT] < 0:
        play(ground, wishes, 0, 1, 1)
    while now[AT] < bars - 1 and now[ORDERS] + A_GROUP <= len(ground.book.orders):
        now[NEXT_WISH] = 0
        play(ground, wishes, bracket(ground, brackets, wishes), bars, 1)


class Waking:
    """What a hook that is called on events sees, and where it writes its wishes down; all in whole numbers."""

    def __init__(self, ground: Ground) -> None:
        """Begin before the first bar."""
        self.ground, self.wishes, self.count = ground, np.zeros((AT_ONCE, WISH_COLUMNS), np.int64), 0
        self._now, self._close = ground.book.now, ground.track.close

    @property
    def bar(self) -> int:
        """Return the bar that has closed."""
        return self._now.item(AT)

    @property
    def close(self) -> int:
        """Return the price it closed at."""
        return self._close.item(self._now.item(AT))

    @property
    def held(self) -> int:
        """Return the lots that are held."""
        return self._now.item(HELD)

    @property
    def working(self) -> Ints:
        """Return the rows of the orders that are open, oldest first."""
        return self.ground.book.live[: self._now.item(LIVE)]

    @property
    def is_idle(self) -> bool:
        """Say whether no order is open."""
        return not self._now.item(LIVE)

    def wish(self, side: int, units: int, **columns: int) -> None:
        """Wish for an order; `columns` are those of `WISHED_BY_NAME`."""
        row = [0] * WISH_COLUMNS
        row[WISH_BAR], row[WISH_SIDE], row[WISH_UNITS] = self._now.item(AT), side, units
        for name, number in columns.items():
            row[WISHED_BY_NAME[name]] = number
        self._write(row)

    def cancel(self, order: int) -> None:
        """Wish for the end of an order, named by its row."""
        row = [0] * WISH_COLUMNS
        row[WISH_BAR], row[WISH_CANCELS], row[WISH_ROW] = self._now.item(AT), OF_AN_ORDER, order
        self._write(row)

    def go_on(self, stop: int) -> None:
        """Grant what was wished for, and live on until there is news."""
        book = self.ground.book
        if len(book.orders) < book.now.item(ORDERS) + A_GROUP * self.count:
            self.ground = self.ground._replace(book=with_room(book, A_GROUP * AT_ONCE))
        self._now[NEXT_WISH] = 0
        play(self.ground, self.wishes, self.count, stop, 1)
        self.count = 0

    def _write(self, row: list[int]) -> None:
        if self.count == AT_ONCE:
            raise refusal(["more_wishes_at_once"])
        self.wishes[self.count] = row
        self.count += 1


Hook = Callable[[Waking], None]


def ground_of(bars: Bars, means: Means, units: int) -> Ground:
    """Return the ground of a run with at most so many lots in an order; raises NotExpressible."""
    bars, scale = scaled(bars, means)
    check_size(scale, int(bars.high.max()), units)
    return ground_for(bars, scale, means, blank_book(means.cash_in_cents, len(bars), A_GROUP * AT_ONCE))


def run_on_events(ground: Ground, hook: Hook) -> Book:
    """Call a hook at the first close, and then whenever an order has ended; raises NotExpressible."""
    waking, bars = Waking(ground), len(ground.track.at)
    waking.go_on(1)
    while waking.bar < bars - 1:
        hook(waking)
        waking.go_on(bars)
    return _settled(waking.ground.book)


def run_brackets(ground: Ground, brackets: Brackets) -> Book:
    """Wish for brackets, all of it compiled; raises NotExpressible."""
    wishes, bars = np.zeros((1, WISH_COLUMNS), np.int64), len(ground.track.at)
    while ground.book.now[AT] < bars - 1:
        ground = ground._replace(book=with_room(ground.book, A_GROUP))
        follow_brackets(ground, brackets, wishes)
    return _settled(ground.book)


def _settled(book: Book) -> Book:
    check_within(book)
    return book
