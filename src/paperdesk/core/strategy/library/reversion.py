"""Strategies that expect a move to come back: an oversold share, and two that usually go together."""

from decimal import Decimal

import numpy as np

from paperdesk.core.kernel.money import ZERO
from paperdesk.core.strategy.context import Context
from paperdesk.core.strategy.indicators import rsi
from paperdesk.core.strategy.parameters import number, whole
from paperdesk.core.strategy.strategy import Strategy


class RsiReversion(Strategy):
    """Buy what has fallen too fast by its relative strength index, and sell once that has come back."""

    name = "rsi_reversion"
    version = 2
    kind = "mean_reversion"
    length = whole(14, 2, 500)
    buy_below = number("30", "0", "100")
    sell_above = number("70", "0", "100")
    share = number("0.5", "0.01", "1")

    def on_start(self, context: Context) -> None:
        """Declare the index."""
        self._strength = context.history(self.symbol).indicator(rsi, self.length)

    def on_bar(self, context: Context) -> None:
        """Enter below one level, leave above the other."""
        strength, held = self._strength.now, context.outlook(self.symbol)
        if strength is None:
            return
        if not held and strength < float(self.buy_below):
            context.hold_share(self.symbol, self.share)
        elif held and strength > float(self.sell_above):
            context.hold(self.symbol, ZERO)


class Pairs(Strategy):
    """Hold the cheaper of two symbols when their price ratio is far from its mean, and neither when it is back.

    Long only, so that it also runs in a cash account: of the usual pair it trades the leg that is bought.
    """

    name = "pairs"
    kind = "mean_reversion"
    symbols_least = symbols_most = 2
    length = whole(60, 5, 1000)
    far = number("2", "0.1", "10")
    near = number("0.5", "0", "10")
    share = number("0.5", "0.01", "1")

    @property
    def warm_up(self) -> int:
        """Return the length of its mean."""
        return self.length

    def on_bar(self, context: Context) -> None:
        """Measure how far the ratio is from its mean, in standard deviations."""
        one, other = self.symbols
        score = self._score(context)
        if score is None:
            return
        if abs(score) < float(self.near):
            context.hold(one, ZERO)
            context.hold(other, ZERO)
        elif abs(score) > float(self.far):
            cheap, dear = (other, one) if score > 0 else (one, other)
            context.hold(dear, ZERO)
            if not context.outlook(cheap):
                context.hold_share(cheap, self.share)

    def _score(self, context: Context) -> float | None:
        columns = [context.history(each).values("close")[-self.length :] for each in self.symbols]
        if min(map(len, columns)) < self.length:
            return None
        ratio = np.log(columns[0]) - np.log(columns[1])
        spread = float(ratio.std(ddof=1))
        return (float(ratio[-1]) - float(ratio.mean())) / spread if spread > 0 else None


class Grid(Strategy):
    """Buy a piece at every level below the first price, down to the last one, and sell one at every level up again."""

    name = "grid"
    version = 2
    kind = "grid"
    step = number("0.01", "0.001", "0.5")
    levels = whole(10, 1, 100)
    share = number("0.8", "0.01", "1")

    def on_start(self, context: Context) -> None:
        """Wait for the first price, which the grid hangs on."""
        self._anchor: Decimal | None = None
        self._piece = ZERO

    def on_bar(self, context: Context) -> None:
        """Hold as many pieces as there are levels between the first price and the last."""
        price, equity = context.price(self.symbol), context.equity
        if price is None or equity is None:
            return
        if self._anchor is None:
            self._anchor = price
            self._piece = (equity * self.share / price / self.levels).quantize(Decimal(1), "ROUND_FLOOR")
        steps = int((1 - price / self._anchor) / self.step)
        context.hold(self.symbol, self._piece * min(max(steps, 0), self.levels))
