"""What can be asked of the broker: values in the imperative, with ids given by the caller."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from paperdesk.core.broker.orders import OrderType, Side, TimeInForce
from paperdesk.core.kernel.ids import AccountId, EntryId, OrderId


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Buy or sell an instrument, named by its symbol on the account's tape.

    `client_order_id` is the caller's idempotency key; without one the order id serves.
    """

    account_id: AccountId
    order_id: OrderId
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    client_order_id: str | None = None

    @property
    def idempotency_key(self) -> str:
        """Return what makes a repeated request the same request."""
        return self.client_order_id or str(self.order_id)


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Take an order off the market."""

    account_id: AccountId
    order_id: OrderId


@dataclass(frozen=True, slots=True)
class TransferCash:
    """Move cash in (positive) or out (negative) of the account, in its currency."""

    account_id: AccountId
    entry_id: EntryId
    amount: Decimal


Command: TypeAlias = PlaceOrder | CancelOrder | TransferCash
