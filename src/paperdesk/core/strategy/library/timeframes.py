"""A strategy of two timeframes: the higher one sets a trade up, and the bars of the tape pull the trigger."""

from datetime import datetime, timedelta

from paperdesk.core.strategy.context import Context
from paperdesk.core.strategy.indicators import highest, sma
from paperdesk.core.strategy.parameters import choice, number, whole
from paperdesk.core.strategy.strategy import Strategy, is_above


class SetupAndTrigger(Strategy):
    """When a higher bar closes above its average a window opens; inside it, a new high of the tape's bars is bought.

    A window that nothing triggers expires. What was bought is sold when a higher bar closes below its average.
    """

    name = "setup_trigger"
    kind = "trend_following"
    timeframe = choice("1h", "5m", "15m", "30m", "4h", "1d", "1w")
    length = whole(10, 1, 500)
    trigger = whole(5, 1, 500)
    window = whole(60, 1, 10_000)
    share = number("0.2", "0.01", "1")
    stop_rate = number("0.02", "0.001", "0.5")

    @property
    def timeframes(self) -> tuple[str]:
        """Return the timeframe of its setups."""
        return (self.timeframe,)

    def on_start(self, context: Context) -> None:
        """Declare the average above and the channel below."""
        self._higher = context.history(self.symbol, self.timeframe)
        self._average = self._higher.indicator(sma, self.length)
        self._high = context.history(self.symbol).indicator(highest, self.trigger, of=("close",))
        self._seen = 0
        self._open_until: datetime | None = None

    def on_bar(self, context: Context) -> None:
        """Look at a higher bar once, and at the trigger while the window is open."""
        if self._higher.known > self._seen:
            self._seen = self._higher.known
            self._look(context)
        price, high = context.price(self.symbol), self._high.back(1)
        is_waiting = self._open_until is not None and context.now <= self._open_until
        if is_waiting and price is not None and high is not None and is_above(float(price), high):
            self._open_until = None
            context.enter(self.symbol, self.share, self.stop_rate)

    def _look(self, context: Context) -> None:
        """Open a window above the average where nothing is held, and leave below it."""
        price, average = self._higher.price, self._average.now
        if price is None or average is None:
            return
        held = context.outlook(self.symbol)
        if is_above(float(price), average) and not held:
            self._open_until = context.now + timedelta(minutes=self.window)
        elif is_above(average, float(price)):
            self._open_until = None
            context.close_position(self.symbol)
