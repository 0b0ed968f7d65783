"""Round trips: what happened between holding nothing of a symbol and holding nothing again, made of fills.

A fill that turns a position over ends one round trip and begins the next; its fee is shared by units. What is still
held at the end is an open one, which has brought nothing yet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from paperdesk.core.backtest.result import Done, Placed
from paperdesk.core.broker.events import Fill
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import ZERO


@dataclass(slots=True)
class RoundTrip:
    """One position from its beginning to its end; money in the account's currency, fees counted in `gain`."""

    symbol: str
    side: Side
    decided_at: datetime
    entered_at: datetime
    multiplier: Decimal
    quantity: Decimal = ZERO
    bought: Decimal = ZERO
    sold: Decimal = ZERO
    fees: Decimal = ZERO
    held: Decimal = ZERO
    left_at: datetime | None = None
    entry_value: Decimal = ZERO
    exit_value: Decimal = ZERO
    entry_rule: str | None = None
    exit_rule: str | None = None
    exit_reason: str | None = None
    is_ambiguous: bool = False
    order_ids: list[OrderId] = field(default_factory=list[OrderId])

    @property
    def is_open(self) -> bool:
        """Say whether something is still held."""
        return self.left_at is None

    @property
    def entry_price(self) -> Decimal:
        """Return the average price of what opened it."""
        return self.entry_value / self.quantity / self.multiplier

    @property
    def exit_price(self) -> Decimal | None:
        """Return the average price of what closed it; None while it is open."""
        return None if self.is_open else self.exit_value / self.quantity / self.multiplier

    @property
    def gain(self) -> Decimal:
        """Return what it brought, fees counted; of an open one what has come in less what went out."""
        return self.sold - self.bought - self.fees

    def take(self, order: Order | Placed, fill: Fill | Done, units: Decimal, fee: Decimal) -> None:
        """Take so many units of a fill."""
        value = units * fill.price * self.multiplier
        if order.side is self.side:
            self.quantity += units
            self.entry_value += value
            self.entry_rule = self.entry_rule or fill.rule
        else:
            self.exit_value += value
            self.exit_rule = fill.rule
        if order.side is Side.BUY:
            self.bought, self.held = self.bought + value, self.held + units
        else:
            self.sold, self.held = self.sold + value, self.held - units
        self.fees += fee
        self.is_ambiguous |= fill.ambiguous
        if order.id not in self.order_ids:
            self.order_ids.append(order.id)


def round_trips_of(
    fills: Iterable[tuple[datetime, Fill | Done]], orders: Mapping[OrderId, Order | Placed]
) -> list[RoundTrip]:
    """Return the round trips of fills that come in order, by their beginning; nothing was held before."""
    found: list[RoundTrip] = []
    current: dict[str, RoundTrip] = {}
    for at, fill in fills:
        order = orders[fill.order_id]
        symbol, left = order.instrument.symbol, fill.quantity
        while left > ZERO:
            trip = current.get(symbol)
            if trip is None:
                trip = current[symbol] = RoundTrip(
                    symbol, order.side, order.accepted_at, at, order.instrument.multiplier
                )
                found.append(trip)
            units = left if order.side is trip.side else min(left, abs(trip.held))
            trip.take(order, fill, units, fill.fee * units / fill.quantity)
            left -= units
            if trip.held == ZERO:
                trip.left_at, trip.exit_reason = at, _reason(order)
                del current[symbol]
    return found


def _reason(order: Order | Placed) -> str:
    """Say what ended a round trip."""
    return order.role.value if order.is_exit and order.role is not None else "signal"
