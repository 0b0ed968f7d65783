"""The twelve words of a strategy that says what it wants of a position, and leaves the orders to them.

    open_long, open_short       enter, where nothing is held or on order
    add_long, add_short         more of what is held on that side
    reduce_long, reduce_short   less of it; at most to nothing
    flip_long, flip_short       to the other side, or to it from nothing
    partial_close               a part of what is held
    close_position              all of it
    update_levels               another stop or target for what is held
    update_margin               how much of a crypto pair the account brings itself

A word that does not fit what is held asks for nothing and answers None. Levels that are set guard what is left of a
position after it was made smaller, and go with it when it is closed or flipped.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from paperdesk.core.broker.commands import ChooseLeverage
from paperdesk.core.broker.margin_book import MarginMode
from paperdesk.core.broker.orders import OrderClass, OrderType, Side, TimeInForce
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.strategy.asking import Asking
from paperdesk.core.strategy.exits import ExitReason
from paperdesk.core.strategy.scene import AT_MARKET, Terms, Working, whole_units

_UNSIDED = (OrderType.MARKET, OrderType.TRAILING_STOP)


class Signals(Asking):
    """What can be said of a position; units are never negative, the word says the side."""

    def open_long(self, symbol: str, units: Decimal, terms: Terms = AT_MARKET) -> OrderId | None:
        """Buy where nothing is held or on order."""
        return None if self.outlook(symbol) else self.buy(symbol, units, terms)

    def open_short(self, symbol: str, units: Decimal, terms: Terms = AT_MARKET) -> OrderId | None:
        """Sell short where nothing is held or on order."""
        return None if self.outlook(symbol) else self.sell(symbol, units, terms)

    def add_long(self, symbol: str, units: Decimal, terms: Terms = AT_MARKET) -> OrderId | None:
        """Buy more of what is held."""
        return self.buy(symbol, units, terms) if self.position(symbol) > ZERO else None

    def add_short(self, symbol: str, units: Decimal, terms: Terms = AT_MARKET) -> OrderId | None:
        """Sell more of what is owed."""
        return self.sell(symbol, units, terms) if self.position(symbol) < ZERO else None

    def reduce_long(self, symbol: str, units: Decimal, terms: Terms = AT_MARKET) -> OrderId | None:
        """Sell some of what is held, all of it at most; what guards it goes on guarding the rest."""
        return self._reduce(symbol, min(units, max(self.position(symbol), ZERO)), terms)

    def reduce_short(self, symbol: str, units: Decimal, terms: Terms = AT_MARKET) -> OrderId | None:
        """Buy some of what is owed back, all of it at most; what guards it goes on guarding the rest."""
        return self._reduce(symbol, -min(units, max(-self.position(symbol), ZERO)), terms)

    def flip_long(self, symbol: str, units: Decimal, terms: Terms = AT_MARKET) -> OrderId | None:
        """Hold so many units where nothing is held, or where they are owed; in one order where it has no exits."""
        return None if self.position(symbol) > ZERO else self._flip(symbol, units, terms)

    def flip_short(self, symbol: str, units: Decimal, terms: Terms = AT_MARKET) -> OrderId | None:
        """Owe so many units where nothing is owed, or where they are held; in one order where it has no exits."""
        return None if self.position(symbol) < ZERO else self._flip(symbol, -units, terms)

    def close_position(self, symbol: str, terms: Terms = AT_MARKET) -> OrderId | None:
        """Take every order in a symbol off, and leave all that is held or owed of it."""
        self._cancel_all(symbol)
        held = self.position(symbol)
        return self._sided(symbol, -held, terms) if held else None

    def partial_close(self, symbol: str, part: Decimal, terms: Terms = AT_MARKET) -> OrderId | None:
        """Leave a part of what is held or owed, 0.5 for half; whole units where whole units are held."""
        held = self.position(symbol)
        units = abs(held) * min(part, Decimal(1))
        units = whole_units(units) if held == held.to_integral_value() else units
        return self._reduce(symbol, units if held > ZERO else -units, terms)

    def update_levels(
        self, symbol: str, *, stop_loss: Decimal | None = None, take_profit: Decimal | None = None
    ) -> OrderId | None:
        """Guard what is held or owed by another stop, another target, or both; what is None stays as it is."""
        held = self.position(symbol)
        stop, target = self._levels(symbol)
        if not held:
            return None
        self._cancel_levels(symbol)
        return self._guard(symbol, held, stop_loss or stop, take_profit or target)

    def update_margin(self, symbol: str, leverage: int, mode: MarginMode | None = None) -> None:
        """Ask to buy a crypto pair for so many times what the account brings itself, from now on; 1 is in full.

        What is held already needs less margin with more leverage and more with less, which the broker refuses where
        there is not so much: so margin is added to a pair whose own margin alone answers for it, and taken from it. The
        mode says whether it does, or all that the account has; None leaves that as it is.
        """
        self.commands.append(ChooseLeverage(self.account_id, symbol, leverage, mode))

    def _sided(self, symbol: str, signed: Decimal, terms: Terms) -> OrderId:
        return self.buy(symbol, signed, terms) if signed > ZERO else self.sell(symbol, -signed, terms)

    def _reduce(self, symbol: str, signed: Decimal, terms: Terms) -> OrderId | None:
        """Leave so many signed units, on the side that is held; the levels are set anew for the rest."""
        held = self.position(symbol)
        if signed * held <= ZERO:
            return None
        stop, target = self._levels(symbol)
        self._cancel_levels(symbol)
        order_id = self._sided(symbol, -signed, terms)
        if held != signed:
            self._guard(symbol, held - signed, stop, target)
        return order_id

    def _flip(self, symbol: str, signed: Decimal, terms: Terms) -> OrderId:
        self._cancel_all(symbol)
        held = self.position(symbol)
        if held and terms.order_class is not OrderClass.SIMPLE:
            self._sided(symbol, -held, AT_MARKET)
            held = ZERO
        return self._sided(symbol, signed - held, terms)

    def _guard(self, symbol: str, held: Decimal, stop: Decimal | None, target: Decimal | None) -> OrderId | None:
        """Ask for orders that wait for these prices, of which one ends the other, for so many signed units."""
        side, units, lasts = Side.SELL if held > ZERO else Side.BUY, abs(held), TimeInForce.GTC
        if target is not None:
            terms = Terms(target, time_in_force=lasts, stop_loss=stop, reason=ExitReason.TAKE_PROFIT)
            return self._order(symbol, side, units, terms, None if stop is None else OrderClass.OCO)
        if stop is not None:
            return self._order(symbol, side, units, Terms(stop_price=stop, time_in_force=lasts))
        return None

    def _levels(self, symbol: str) -> tuple[Decimal | None, Decimal | None]:
        """Return the stop and the target that guard a position now."""
        stop = target = None
        for each in self._guards(symbol):
            stop, target = (each.stop_price, target) if each.waits_for_stop else (stop, each.limit_price)
        return stop, target

    def _guards(self, symbol: str) -> Iterator[Working]:
        """Yield the orders that wait for a price at which they leave what is held."""
        held = self.position(symbol)
        for each in self.working:
            if each.symbol == symbol and each.to_come * held < ZERO and each.type not in _UNSIDED:
                yield each

    def _cancel_levels(self, symbol: str) -> None:
        self._cancel_each(self._guards(symbol))

    def _cancel_all(self, symbol: str) -> None:
        self._cancel_each(each for each in self.working if each.symbol == symbol)

    def _cancel_each(self, orders: Iterable[Working]) -> None:
        """Take orders off; of a group one is enough, the others follow it."""
        groups = set[OrderId]()
        for each in orders:
            if each.group_id is None or each.group_id not in groups:
                self.cancel(each.order_id)
            groups |= set() if each.group_id is None else {each.group_id}
