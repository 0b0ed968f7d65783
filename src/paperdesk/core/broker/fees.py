"""Commissions; every schedule is data of the account, looked up in one place."""

from dataclasses import dataclass
from decimal import Decimal

from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.money import ZERO, money


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """What an account pays, in its currency; the minimum is per order. The default is commission-free."""

    name: str = "commission_free"
    per_share: Decimal = ZERO
    order_minimum: Decimal = ZERO


def commission(schedule: FeeSchedule, quantity: Decimal, currency: str) -> Decimal:
    """Return the commission of one order for what it filled, rounded where it will be posted."""
    return money(max(schedule.per_share * quantity, schedule.order_minimum), currency)


def fee_due(schedule: FeeSchedule, order: Order, quantity: Decimal, currency: str) -> Decimal:
    """Return what the next fill of an order owes: its commission so far, less what it has paid.

    The first fill pays the minimum and later ones only what goes beyond it, so that an order pays the
    same in parts and in one piece, and exactly what was reserved for it.
    """
    return max(commission(schedule, order.filled_quantity + quantity, currency) - order.fees, ZERO)
