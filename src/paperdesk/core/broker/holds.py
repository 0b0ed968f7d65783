"""Buying power reserved by open orders: money for buys, units for sells.

A reservation is made when an order is accepted, follows what is left of it, and is gone when it ends.
"""

from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.fees import commission
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.kernel.money import ZERO, money


def cash_needed(account: Account, price: Decimal, quantity: Decimal) -> Decimal:
    """Return what buying a quantity at a price takes out of cash, commission included."""
    return money(price * quantity, account.currency) + commission(account.rules.fees, quantity, account.currency)


def held_cash(account: Account, order: Order) -> Decimal:
    """Return the cash an order reserves in its present state."""
    if order.side is Side.SELL or not order.is_open or order.hold_price is None:
        return ZERO
    return cash_needed(account, order.hold_price, order.remaining)


def reserved_units(order: Order) -> Decimal:
    """Return the units an order promises in its present state."""
    return order.remaining if order.side is Side.SELL and order.is_open else ZERO
