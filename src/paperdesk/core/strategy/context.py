"""What a strategy may see at a frame of its tape, and the commands it collects; it cannot tell who drives it.

A backtest and a program at the public API each bring a `Scene`. Everything is what the strategy's account and the
tape's closed bars say at that moment; orders go out after the frame, and meet only what comes after it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from paperdesk.core.broker.orders import TimeInForce
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.strategy.scene import Filled, Scene, Terms, Wish, Working, parts_of, whole_units
from paperdesk.core.strategy.signals import Signals

__all__ = ["Context", "Filled", "Scene", "Terms", "Wish", "Working", "parts_of", "whole_units"]

_CENT = Decimal("0.01")


class Context(Signals):
    """One strategy's window on its account and tape, and what it has asked for in this frame."""

    def __init__(self, scene: Scene, symbols: Sequence[str]) -> None:
        """Look through a scene at some symbols."""
        super().__init__(scene, symbols)
        self._brought: tuple[Mapping[str, Decimal], Mapping[str, Decimal]] | None = None

    def enter(self, symbol: str, share: Decimal, stop_rate: Decimal | None) -> OrderId | None:
        """Ask for a share of the equity in whole units, perhaps with a stop so far below the last close.

        None without a price, or where that buys nothing.
        """
        price, equity = self.price(symbol), self.equity
        units = ZERO if price is None or equity is None else whole_units(equity * share / price)
        if price is None or units <= ZERO:
            return None
        stop = None if stop_rate is None else (price * (1 - stop_rate)).quantize(_CENT)
        return self.buy(symbol, units, Terms(stop_loss=stop, time_in_force=TimeInForce.GTC))

    def hold(self, symbol: str, units: Decimal) -> OrderId | None:
        """Order what lacks to so many signed units, counting what is on order; None when nothing does."""
        outlook = self.outlook(symbol)
        if outlook == units:
            return None
        lacking = units - outlook
        return self.buy(symbol, lacking) if lacking > ZERO else self.sell(symbol, -lacking)

    def hold_share(self, symbol: str, share: Decimal) -> OrderId | None:
        """Order what lacks to a share of the account's equity, in whole units; None without a price or a need."""
        lacking = self._lacking(symbol, share, self.equity)
        return self.hold(symbol, self.outlook(symbol) + lacking)

    def bring(self, shares: Mapping[str, Decimal]) -> bool:
        """Order towards shares of the equity: sales first, and purchases at a later bar, with what those brought.

        What is too much is told by the first bar that asks for these shares; prices that move while it is sold do not
        make it more. Say whether nothing is left to be asked for.
        """
        equity = self.equity
        lacking = {each: self._lacking(each, share, equity) for each, share in shares.items()}
        if self._brought is None or self._brought[0] != shares:
            self._brought = shares, {each: self.outlook(each) + units for each, units in lacking.items()}
        most = self._brought[1]
        sales = {each: held - most[each] for each in shares if (held := self.outlook(each)) > most[each]}
        for each, units in sales.items():
            self.sell(each, units)
        if sales or any(each.to_come < ZERO and not each.is_exit for each in self.working):
            return False
        self._brought = None
        for each, units in lacking.items():
            if units > ZERO:
                self.buy(each, units)
        return True

    def _lacking(self, symbol: str, share: Decimal, equity: Decimal | None) -> Decimal:
        price = self.price(symbol)
        if price is None or equity is None:
            return ZERO
        return whole_units(equity * share / price) - self.outlook(symbol)
