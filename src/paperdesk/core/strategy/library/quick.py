"""Strategies that act fast: momentum over few bars, returns to the middle of a band, scalps, and a load test."""

from decimal import Decimal

from paperdesk.core.broker.orders import TimeInForce
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.strategy.context import Context, Terms, whole_units
from paperdesk.core.strategy.exits import ExitReason
from paperdesk.core.strategy.indicators import ema, lower_band, returns, sma
from paperdesk.core.strategy.parameters import number, whole
from paperdesk.core.strategy.strategy import Strategy, is_above

_CENT = Decimal("0.01")


class Momentum(Strategy):
    """Hold what has gained more than a threshold over the last bars, until it has gained nothing any more."""

    name = "momentum"
    kind = "trend_following"
    length = whole(14, 1, 1000)
    threshold = number("0.02", "0", "1")
    share = number("0.5", "0.01", "1")

    def on_start(self, context: Context) -> None:
        """Declare the gain."""
        self._gain = context.history(self.symbol).indicator(returns, self.length)

    def on_bar(self, context: Context) -> None:
        """Enter above the threshold, leave at or below nothing."""
        gain, held = self._gain.now, context.outlook(self.symbol)
        if gain is None:
            return
        if not held and gain > float(self.threshold):
            context.hold_share(self.symbol, self.share)
        elif held and gain <= 0:
            context.hold(self.symbol, ZERO)


class BandReversion(Strategy):
    """Buy below the lower Bollinger band, and sell once the close is back above the middle."""

    name = "band_reversion"
    kind = "mean_reversion"
    length = whole(20, 2, 1000)
    deviations = number("2", "0.1", "10")
    share = number("0.5", "0.01", "1")

    def on_start(self, context: Context) -> None:
        """Declare the band."""
        history = context.history(self.symbol)
        self._middle = history.indicator(sma, self.length)
        self._lower = history.indicator(lower_band, self.length, float(self.deviations))

    def on_bar(self, context: Context) -> None:
        """Compare the close with the band."""
        price, middle, lower = context.price(self.symbol), self._middle.now, self._lower.now
        if price is None or middle is None or lower is None:
            return
        held = context.outlook(self.symbol)
        if not held and is_above(lower, float(price)):
            context.hold_share(self.symbol, self.share)
        elif held and is_above(float(price), middle):
            context.hold(self.symbol, ZERO)


class Scalping(Strategy):
    """Buy where a quick average crosses above a slower one, with a near target and a nearer stop.

    What neither has ended after so many bars is sold; 0 waits for ever.
    """

    name = "scalping"
    version = 2
    kind = "scalping"
    fast = whole(5, 1, 500)
    slow = whole(13, 2, 500)
    target = number("0.005", "0.0001", "0.5")
    stop = number("0.002", "0.0001", "0.5")
    bars_most = whole(0, 0, 10_000)
    share = number("0.5", "0.01", "1")

    def on_start(self, context: Context) -> None:
        """Declare both averages."""
        history = context.history(self.symbol)
        self._fast, self._slow = history.indicator(ema, self.fast), history.indicator(ema, self.slow)
        self._bars = 0

    def on_bar(self, context: Context) -> None:
        """Enter at a crossing, while nothing is held and nothing works; the exits do the rest, or time."""
        self._bars = self._bars + 1 if context.position(self.symbol) else 0
        if self.bars_most and self._bars == self.bars_most:
            context.close_position(self.symbol, Terms(reason=ExitReason.TIME_EXIT))
            return
        price, equity = context.price(self.symbol), context.equity
        if price is None or equity is None or context.outlook(self.symbol) or context.working:
            return
        if self._has_crossed():
            exits = Terms(
                take_profit=(price * (1 + self.target)).quantize(_CENT),
                stop_loss=(price * (1 - self.stop)).quantize(_CENT),
                time_in_force=TimeInForce.GTC,
            )
            units = whole_units(equity * self.share / price)
            if units > ZERO:
                context.buy(self.symbol, units, exits)

    def _has_crossed(self) -> bool:
        fast, slow, fast_before, slow_before = self._fast.now, self._slow.now, self._fast.back(1), self._slow.back(1)
        if fast is None or slow is None or fast_before is None or slow_before is None:
            return False
        return is_above(fast, slow) and not is_above(fast_before, slow_before)


class LoadTest(Strategy):
    """Trade a tiny quantity at every quote or bar, and change the side every so many, under a cap.

    Shipped to put a desk under load; it expects nothing of the market.
    """

    name = "load_test"
    kind = "load_test"
    every = whole(2, 1, 1000)
    quantity = number("0.01", "0.000001", "1000000")
    cap = number("1", "0.000001", "1000000000")

    def on_start(self, context: Context) -> None:
        """Begin to count."""
        self._told = 0

    def on_bar(self, context: Context) -> None:
        """Do at a bar what is done at a quote."""
        self.on_quote(context)

    def on_quote(self, context: Context) -> None:
        """Buy while below the cap, sell while anything is held."""
        is_buying, held = self._told // self.every % 2 == 0, context.outlook(self.symbol)
        self._told += 1
        if is_buying and held + self.quantity <= self.cap:
            context.buy(self.symbol, self.quantity)
        elif not is_buying and held >= self.quantity:
            context.sell(self.symbol, self.quantity)
