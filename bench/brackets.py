"""Brackets for a day: compiled, woken by events, told every bar, and written by hand with nothing else around them.

At a close with nothing working a hundred shares are bid for half a percent below it, with a target 2 % above the bid
and a stop 1 % below it. All of it ends with the day, and what that leaves is sold at the next open.
"""

from decimal import Decimal
from typing import Final

import numpy as np
from numba import njit

from bench.random_bars import FEW, MEANS, Row, account_at, timed
from paperdesk.core.backtest.compiled.arithmetic import Ints, half_even
from paperdesk.core.backtest.compiled.book import FILLS, RATE_ONE, Book
from paperdesk.core.backtest.compiled.hooks import run_by_hooks
from paperdesk.core.backtest.compiled.track import Bars, Course
from paperdesk.core.backtest.compiled.waking import Brackets, Waking, ground_of, run_brackets, run_on_events
from paperdesk.core.backtest.result import Result
from paperdesk.core.kernel.time import instant_of
from paperdesk.core.strategy.context import Context, Terms
from paperdesk.core.strategy.history import Column, History
from paperdesk.core.strategy.indicators import Floats
from paperdesk.core.strategy.strategy import Strategy

UNITS = 100
BELOW, GAIN, LOSS = Decimal("0.995"), Decimal("1.02"), Decimal("0.99")
BRACKETS = Brackets(UNITS, RATE_ONE // 200, RATE_ONE // 50, RATE_ONE // 100)
# Bars a second of each driver.
LEAST: Final = (33e6, 10e6, 0.8e6)
_CENT = Decimal("0.01")


class DayBrackets(Strategy):
    """The strategy, told every bar."""

    name = "day_brackets"

    def on_bar(self, context: Context) -> None:
        """Bid, or sell what a day has left."""
        if context.working:
            return
        held, close = context.position(self.symbol), context.price(self.symbol)
        if held:
            context.sell(self.symbol, held)
        elif close is not None:
            limit = (close * BELOW).quantize(_CENT)
            target, stop = (limit * GAIN).quantize(_CENT), (limit * LOSS).quantize(_CENT)
            context.buy(self.symbol, Decimal(UNITS), Terms(limit, take_profit=target, stop_loss=stop))


def on_events(waking: Waking) -> None:
    """Do the same whenever an order has ended."""
    if not waking.is_idle:
        return
    if waking.held:
        waking.wish(-1, waking.held)
        return
    limit = half_even(waking.close * 995, 1000)
    waking.wish(1, UNITS, limit=limit, take=half_even(limit * 102, 100), loss=half_even(limit * 99, 100))


@njit(cache=True, error_model="numpy")
def by_hand(bars: tuple[Ints, ...], ends: Ints, units: int) -> tuple[int, int]:
    """Return fills and what they brought in cents: no orders, no account, no fees, nothing checked."""
    opened, high, low, close = bars
    fills = flow = held = entry = place = 0
    leaves, limit = False, close[0] * 995 // 1000
    for bar in range(1, len(close)):
        if leaves:
            fills, flow, held, leaves = fills + 1, flow + opened[bar] * units, 0, False
            limit = close[bar] * 995 // 1000
        elif held:
            stop, target = entry * 99 // 100, entry * 102 // 100
            if low[bar] <= stop or high[bar] >= target:
                price = min(opened[bar], stop) if low[bar] <= stop else max(opened[bar], target)
                fills, flow, held, limit = fills + 1, flow + price * units, 0, close[bar] * 995 // 1000
        elif low[bar] <= limit:
            fills, flow, held, entry = fills + 1, flow - min(opened[bar], limit) * units, units, limit
        if bar == ends[place]:
            place += 1
            leaves, limit = held > 0, close[bar] * 995 // 1000
    return fills, flow + held * close[-1]


def bracket_rows(bars: Bars) -> list[Row]:
    """Return by hand first, and then the three drivers."""
    prices = (bars.open, bars.high, bars.low, bars.close)
    ends = np.append(bars.sessions_ended(instant_of(bars.open_at.item(0))), len(bars))
    fills, brought = by_hand(prices, ends, UNITS)
    hand = Row("by hand", timed(lambda: by_hand(prices, ends, UNITS)), fills, float(MEANS.cash) + brought / 100)
    books: list[Book] = []
    compiled = timed(lambda: books.append(run_brackets(ground_of(bars, MEANS, UNITS), BRACKETS)), FEW)
    woken = timed(lambda: books.append(run_on_events(ground_of(bars, MEANS, UNITS), on_events)), FEW)
    results: list[Result] = []
    told = timed(lambda: results.append(_told_every_bar(bars)), FEW)
    ended = results[-1].points[-1].equity
    return [
        hand,
        Row("compiled", compiled, *_end(books[0])),
        Row("Python on events", woken, *_end(books[-1])),
        Row("Python every bar", told, len(results[-1].done), float(ended or 0)),
    ]


def _told_every_bar(bars: Bars) -> Result:
    began_at = instant_of(bars.open_at.item(0))
    columns: dict[Column, Floats] = {"close": bars.close / 10**bars.places}
    history = History(bars.at, columns)
    course = Course(bars, history, 0, began_at, instant_of(bars.at.item(-1)))
    return run_by_hooks(course, DayBrackets(["ACME"]), account_at(began_at))


def _end(book: Book) -> tuple[int, float]:
    return int(book.now[FILLS]), int(book.equity[-1]) / 100
