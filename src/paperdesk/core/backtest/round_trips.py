"""Round trips: what happened between holding nothing of a symbol and holding nothing again, made of fills.

A fill that turns a position over ends one round trip and begins the next; its fee is shared by units. What is still
held at the end is an open one, which has brought nothing yet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from heapq import merge
from typing import Final

from paperdesk.core.backtest.delivered import Delivery
from paperdesk.core.backtest.leaving import Reasons
from paperdesk.core.backtest.result import Done, Placed
from paperdesk.core.broker.events import Fill
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.strategy.exits import ExitReason

_SAID_NOTHING: Final = Reasons()


@dataclass(slots=True)
class RoundTrip:
    """One position from its beginning to its end; money in the account's currency, fees counted in `gain`.

    `tag` is that of the order that began it, `exit_tag` and `exit_reason` are those of the order that ended it.
    """

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
    exit_reason: ExitReason | None = None
    tag: str | None = None
    exit_tag: str | None = None
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

    def take(self, part: "Part") -> None:
        """Take so many units that were bought or sold."""
        if part.side is self.side:
            self.quantity += part.units
            self.entry_value += part.value
            self.entry_rule = self.entry_rule or part.rule
        else:
            self.exit_value += part.value
            self.exit_rule = part.rule
        if part.side is Side.BUY:
            self.bought, self.held = self.bought + part.value, self.held + part.units
        else:
            self.sold, self.held = self.sold + part.value, self.held - part.units
        self.fees += part.fee
        self.is_ambiguous |= part.is_ambiguous
        if part.order_id is not None and part.order_id not in self.order_ids:
            self.order_ids.append(part.order_id)


@dataclass(frozen=True, slots=True)
class Part:
    """Units of a symbol that were bought or sold at once, or came and went with an option that ended."""

    symbol: str
    multiplier: Decimal
    side: Side
    decided_at: datetime
    at: datetime
    units: Decimal
    value: Decimal
    fee: Decimal
    rule: str | None
    is_ambiguous: bool
    order_id: OrderId | None
    reason: ExitReason
    tag: str | None

    def of(self, units: Decimal) -> "Part":
        """Return some of its units."""
        share = units / self.units
        return replace(self, units=units, value=self.value * share, fee=self.fee * share)


def round_trips_of(
    fills: Iterable[tuple[datetime, Fill | Done]],
    orders: Mapping[OrderId, Order | Placed],
    reasons: Reasons = _SAID_NOTHING,
    deliveries: Iterable[Delivery] = (),
) -> list[RoundTrip]:
    """Return the round trips of fills that come in order, by their beginning; nothing was held before.

    An option that ends is left because its time was over, and shares that come for it begin a round trip.
    """
    found: list[RoundTrip] = []
    current: dict[str, RoundTrip] = {}
    filled = (_filled(at, fill, orders[fill.order_id], reasons) for at, fill in fills)
    for part in merge(filled, map(_delivered, deliveries), key=lambda each: each.at):
        left = part.units
        while left > ZERO:
            trip = current.get(part.symbol)
            if trip is None:
                trip = RoundTrip(part.symbol, part.side, part.decided_at, part.at, part.multiplier, tag=part.tag)
                current[part.symbol] = trip
                found.append(trip)
            units = left if part.side is trip.side else min(left, abs(trip.held))
            trip.take(part.of(units))
            left -= units
            if trip.held == ZERO:
                trip.left_at, trip.exit_reason, trip.exit_tag = part.at, part.reason, part.tag
                del current[part.symbol]
    return found


def _filled(at: datetime, fill: Fill | Done, order: Order | Placed, reasons: Reasons) -> Part:
    instrument = order.instrument
    return Part(
        instrument.symbol,
        instrument.multiplier,
        order.side,
        order.accepted_at,
        at,
        fill.quantity,
        fill.quantity * fill.price * instrument.multiplier,
        fill.fee,
        fill.rule,
        fill.ambiguous,
        order.id,
        reasons.why(order),
        reasons.tag(order.id),
    )


def _delivered(each: Delivery) -> Part:
    return Part(
        each.symbol,
        each.multiplier,
        each.side,
        each.at,
        each.at,
        each.quantity,
        each.value,
        ZERO,
        each.rule,
        is_ambiguous=False,
        order_id=None,
        reason=ExitReason.TIME_EXIT,
        tag=None,
    )
