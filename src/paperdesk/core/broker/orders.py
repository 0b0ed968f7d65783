"""Orders and their state machine.

    accepted ──► partially_filled ──► filled
       │               │
       └───────┬───────┴──► cancelled | expired | replaced
               └──► rejected (only before the first fill)

Terminal states stay terminal; the table below is the whole truth about what may follow what.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.ids import AccountId, OrderId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.instruments import Instrument


class Side(StrEnum):
    """Which way an order goes."""

    BUY = "buy"
    SELL = "sell"


class OrderType(StrEnum):
    """What decides the price of an order."""

    MARKET = "market"
    LIMIT = "limit"


class TimeInForce(StrEnum):
    """How long an order works: to the close, 90 days, at once in part, at once or not at all."""

    DAY = "day"
    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"


IMMEDIATE = frozenset({TimeInForce.IOC, TimeInForce.FOK})


class OrderStatus(StrEnum):
    """Where an order stands."""

    ACCEPTED = "accepted"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REPLACED = "replaced"
    REJECTED = "rejected"


_ENDINGS = frozenset({OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.EXPIRED, OrderStatus.REPLACED})

TRANSITIONS: dict[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.ACCEPTED: _ENDINGS | {OrderStatus.PARTIALLY_FILLED, OrderStatus.REJECTED},
    OrderStatus.PARTIALLY_FILLED: _ENDINGS | {OrderStatus.PARTIALLY_FILLED},
    OrderStatus.FILLED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
    OrderStatus.EXPIRED: frozenset(),
    OrderStatus.REPLACED: frozenset(),
    OrderStatus.REJECTED: frozenset(),
}

OPEN_STATUSES = frozenset(status for status, following in TRANSITIONS.items() if following)


class OrderAlreadyClosed(Conflict):
    """The order is filled, cancelled, expired, replaced or rejected; nothing about it can change."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order. Quantities are in units of the instrument, prices per unit, money in its currency.

    `accepted_fact` is the tape cursor its sender had seen: the order matches only later facts.
    `matched_through` is the last fact that changed it; the tape's own cursor says how far all of its
    orders were matched. `hold_price` is the price per unit that buying power is reserved at, buys only.
    """

    id: OrderId
    account_id: AccountId
    client_order_id: str
    instrument: Instrument
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None
    time_in_force: TimeInForce
    accepted_at: datetime
    accepted_fact: int
    accepted_seq: int
    expires_at: datetime
    updated_at: datetime
    matched_through: int
    status: OrderStatus = OrderStatus.ACCEPTED
    filled_quantity: Decimal = ZERO
    filled_value: Decimal = ZERO
    fees: Decimal = ZERO
    hold_price: Decimal | None = None
    closed_reason: str | None = None

    @property
    def is_open(self) -> bool:
        """Say whether the order can still fill."""
        return self.status in OPEN_STATUSES

    @property
    def remaining(self) -> Decimal:
        """Return the quantity that is not filled yet."""
        return self.quantity - self.filled_quantity

    @property
    def is_immediate(self) -> bool:
        """Say whether the order ends with the first print it meets."""
        return self.time_in_force in IMMEDIATE

    @property
    def average_fill_price(self) -> Decimal | None:
        """Return the exact mean price of its fills, derived and never stored."""
        return self.filled_value / self.filled_quantity if self.filled_quantity else None


def require_open(order: Order) -> None:
    """Refuse to touch an order that has ended."""
    if not order.is_open:
        raise OrderAlreadyClosed(
            f"The order is already {order.status.value}.", order_id=str(order.id), status=order.status.value
        )


def next_status(current: OrderStatus, wanted: OrderStatus) -> OrderStatus:
    """Return the wanted state if the table allows it from the current one."""
    assert wanted in TRANSITIONS[current], f"an order cannot go from {current.value} to {wanted.value}"
    return wanted
