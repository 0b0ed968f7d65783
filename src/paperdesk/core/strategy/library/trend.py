"""Strategies that go along with a move: crossing averages, breakouts, and the strongest of many."""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np

from paperdesk.core.broker.orders import Side, TimeInForce
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.strategy.context import Context, Filled, Terms, parts_of
from paperdesk.core.strategy.history import History
from paperdesk.core.strategy.indicators import highest, lowest, returns, sma
from paperdesk.core.strategy.parameters import choice, number, whole
from paperdesk.core.strategy.sized import FIXED_SIZE, Sized
from paperdesk.core.strategy.strategy import (
    AS_IT_IS,
    HOLD,
    NOTHING,
    SHORT,
    TOLERANCE,
    Shares,
    Strategy,
    Targets,
    is_above,
)


class MovingAverageCross(Sized):
    """Long while a fast average of closes stands above a slow one, and short below it if asked; ties change nothing."""

    name = "sma_cross"
    kind = "trend_following"
    fast = whole(10, 1, 1000)
    slow = whole(30, 2, 1000)
    below = choice("nothing", "short")

    def on_start(self, context: Context) -> None:
        """Declare both averages."""
        history = context.history(self.symbol)
        self._fast, self._slow = history.indicator(sma, self.fast), history.indicator(sma, self.slow)

    def on_bar(self, context: Context) -> None:
        """Buy when the fast one stands above, sell, or sell short, when it stands below."""
        fast, slow = self._fast.now, self._slow.now
        if fast is None or slow is None:
            return
        if is_above(fast, slow):
            self.enter(context)
        elif is_above(slow, fast):
            if self.below == "short":
                self.enter(context, Side.SELL)
            else:
                context.hold(self.symbol, ZERO)

    def targets(self, history: History) -> Targets | None:
        """Say the same of all bars, where the units are fixed."""
        if self.sizing != FIXED_SIZE:
            return None
        close = history.columns["close"]
        apart = sma(close, self.fast) - sma(close, self.slow)
        below = SHORT if self.below == "short" else NOTHING
        wanted = np.select([apart > TOLERANCE, -apart > TOLERANCE], [HOLD, below], AS_IT_IS)
        return Targets(self.quantity, wanted)


class Breakout(Strategy):
    """Buy above the highest high of the bars before, with a stop; leave below their lowest low.

    The stop stays where it is, or follows the price at the same distance.
    """

    name = "breakout"
    version = 2
    kind = "trend_following"
    entry = whole(20, 2, 1000)
    leave = whole(10, 1, 1000)
    stop_rate = number("0.05", "0.001", "0.9")
    stop = choice("fixed", "trailing")
    share = number("0.5", "0.01", "1")

    def on_start(self, context: Context) -> None:
        """Declare the channel."""
        history = context.history(self.symbol)
        self._high = history.indicator(highest, self.entry, of=("close",))
        self._low = history.indicator(lowest, self.leave, of=("close",))

    def on_bar(self, context: Context) -> None:
        """Compare the close with the channel of the bars before it."""
        price, high, low = context.price(self.symbol), self._high.back(1), self._low.back(1)
        if price is None or high is None or low is None:
            return
        held = context.position(self.symbol)
        if not held and not context.working and is_above(float(price), high):
            context.enter(self.symbol, self.share, self.stop_rate if self.stop == "fixed" else None)
        elif held and is_above(low, float(price)):
            context.close_position(self.symbol)

    def on_fill(self, context: Context, filled: Filled) -> None:
        """Let a stop follow the price of what was bought."""
        if self.stop == "trailing" and filled.side is Side.BUY:
            trail = Terms(trail_rate=self.stop_rate, time_in_force=TimeInForce.GTC)
            context.sell(self.symbol, filled.quantity, trail)


class MomentumRotation(Strategy):
    """Hold those of many symbols that have gained most, in equal parts, chosen anew every so many bars."""

    name = "momentum_rotation"
    version = 2
    kind = "trend_following"
    symbols_least, symbols_most = 2, 200
    lookback = whole(126, 1, 1000)
    every = whole(21, 1, 1000)
    count = whole(3, 1, 50)

    def shares(self, histories: Mapping[str, History], first: int) -> Shares:
        """Say the same of all bars at once."""
        gains = {each: histories[each].indicator(returns, self.lookback).values() for each in self.symbols}
        bars = len(histories[self.symbol].at)
        due, places = np.full(bars, -1, np.int64), range(first, bars, self.every)
        due[first :: self.every] = np.arange(len(places))
        wanted = (self._shares_of({each: line.item(place) for each, line in gains.items()}) for place in places)
        return Shares(due, [list(each.values()) for each in wanted])

    def on_start(self, context: Context) -> None:
        """Declare the gains."""
        self._gains = {each: context.history(each).indicator(returns, self.lookback) for each in self.symbols}
        self._bars = 0
        self._wanted: dict[str, Decimal] = {}

    def on_bar(self, context: Context) -> None:
        """Rank every so many bars; sell what has fallen out, and then buy what has come in."""
        if self._bars % self.every == 0:
            self._wanted = self._shares_of({each: line.now for each, line in self._gains.items()})
        self._bars += 1
        if self._wanted and context.bring(self._wanted):
            self._wanted = {}

    def _shares_of(self, gains: Mapping[str, float | None]) -> dict[str, Decimal]:
        """Return a part of the equity for each of those that gained most, and nothing for the others."""
        gained = {each: gain for each, gain in gains.items() if gain is not None and gain > 0}
        best = sorted(gained, key=lambda each: (-gained[each], each))[: self.count]
        return {each: parts_of(Decimal("0.98"), self.count) if each in best else ZERO for each in self.symbols}
