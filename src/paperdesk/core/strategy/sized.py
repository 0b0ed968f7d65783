"""Strategies that enter one symbol at a time, by one of five rules for how much.

    fixed_size        so many units
    fixed_value       so much money
    percent_equity    a part of the account's equity
    kelly             a quarter of what Kelly's rule says of its own closed trades; the part above until ten of them
    volatility_based  sixteen percent a year over the volatility of the last twenty bars, taken as days

A position is never worth more than the equity when it is ordered. Units are whole, but for a fixed size.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.strategy.context import Context, Filled, whole_units
from paperdesk.core.strategy.indicators import volatility
from paperdesk.core.strategy.parameters import choice, number
from paperdesk.core.strategy.sizing import KELLY_PART, VOLATILITY_TARGET, edge_of, kelly_share
from paperdesk.core.strategy.strategy import Strategy

FIXED_SIZE: Final = "fixed_size"
CLOSED_LEAST: Final = 10
_BARS: Final = 20
_DAYS_A_YEAR: Final = Decimal(252)
_BUY: Final = Side.BUY


class Sized(Strategy):
    """What is bought at once, and held until it is sold."""

    sizing = choice(FIXED_SIZE, "fixed_value", "percent_equity", "kelly", "volatility_based")
    quantity = number("100", "0.000001", "1000000000")
    amount = number("10000", "0.01", "1000000000")
    percent = number("0.1", "0.001", "1")

    def __init__(self, symbols: Sequence[str], given: Mapping[str, object] | None = None) -> None:
        """Begin without a trade."""
        super().__init__(symbols, given)
        self._paid, self._held = ZERO, ZERO
        self._closed: list[Decimal] = []

    def on_fill(self, context: Context, filled: Filled) -> None:  # noqa: ARG002 - the hook's shape
        """Remember what its trades brought, for Kelly's rule; a fill through zero ends one and begins the next."""
        units = filled.quantity if filled.side is Side.BUY else -filled.quantity
        paid = units * filled.price + filled.fee
        ends = min(abs(units), abs(self._held)) if units * self._held < ZERO else ZERO
        if ends:
            cost, ending = self._paid * ends / abs(self._held), paid * (ends / abs(units))
            self._closed.append(-ending - cost)
            self._paid, paid = self._paid - cost, paid - ending
        self._paid, self._held = self._paid + paid, self._held + units

    def enter(self, context: Context, side: Side = Side.BUY) -> None:
        """Buy, or sell short, by the rule where nothing is held or on order on that side; what is on the other goes.

        A fixed size is brought to its units.
        """
        sign = 1 if side is _BUY else -1
        if self.sizing == FIXED_SIZE:
            context.hold(self.symbol, self.quantity if side is _BUY else -self.quantity)
        elif sign * context.outlook(self.symbol) <= ZERO and (units := self._units(context)) > ZERO:
            context.hold(self.symbol, sign * units)

    def _units(self, context: Context) -> Decimal:
        """Return the units that the rule gives; none without a price or what it needs."""
        price, equity = context.price(self.symbol), context.equity
        if price is None or equity is None or equity <= ZERO:
            return ZERO
        worth = self.amount if self.sizing == "fixed_value" else equity * self._share(context)
        return whole_units(min(worth, equity) / price)

    def _share(self, context: Context) -> Decimal:
        match self.sizing:
            case "kelly":
                return self._kelly()
            case "volatility_based":
                moved = context.history(self.symbol).indicator(volatility, _BARS).now
                return VOLATILITY_TARGET / (Decimal(str(moved)) * _DAYS_A_YEAR.sqrt()) if moved else ZERO
            case _:
                return self.percent

    def _kelly(self) -> Decimal:
        edge = edge_of(self._closed, CLOSED_LEAST)
        return self.percent if edge is None else max(kelly_share(*edge), ZERO) * KELLY_PART
