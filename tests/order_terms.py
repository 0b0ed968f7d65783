"""What an order is asked for with in a story, its numbers as people write them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict

from paperdesk.core.broker.commands import StopLoss, TakeProfit
from paperdesk.core.broker.lots import LotChoice
from paperdesk.core.broker.orders import Intent, OrderClass, OrderType, TimeInForce, TriggerSource


class Terms(TypedDict, total=False):
    """What an order may have besides side, quantity and limit; numbers as people write them."""

    stop_price: str
    trail_amount: str
    trail_rate: str
    notional: str
    expires_on: date
    post_only: bool
    reduce_only: bool
    do_not_reduce: bool
    intent: Intent
    client_order_id: str
    order_class: OrderClass
    take_profit: TakeProfit
    stop_loss: StopLoss
    lot_choice: LotChoice
    protection_rate: str
    trigger_source: TriggerSource


class PlacedTerms(Terms, total=False):
    """The same, with what `place` names itself."""

    time_in_force: TimeInForce
    symbol: str
    order_type: OrderType


class Changes(TypedDict, total=False):
    """What a replacement may change."""

    quantity: str
    limit_price: str
    stop_price: str
    trail: str
    time_in_force: TimeInForce
    expires_on: date
    client_order_id: str


class Closing(TypedDict, total=False):
    """How much of a position to close."""

    quantity: str
    percent: str
    cancel_orders: bool


def exact(terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return terms with their numbers read; the only other text is the client order id."""
    return {
        name: Decimal(term) if type(term) is str and name != "client_order_id" else term for name, term in terms.items()
    }
