"""Buying power reserved by open orders: money for buys, units for sells; reservations.py has margined accounts.

A reservation is made when an order is accepted, follows what is left of it, and is gone when it ends.
Exits of one group sell the same units, so together they reserve them once: as many as the exit that
may sell most.
"""

from bisect import bisect_right
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.fees import fee_due
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.kernel.money import ZERO, money
from paperdesk.core.market.instruments import Instrument

_SELL: Final = Side.SELL


def gross_of(instrument: Instrument, price: Decimal, quantity: Decimal, currency: str) -> Decimal:
    """Return what units change hands for: price, quantity and the multiplier of the instrument, to the cent."""
    return money(price * quantity * instrument.multiplier, currency)


def cash_needed(account: Account, order: Order, price: Decimal, quantity: Decimal) -> Decimal:
    """Return what a buy order takes out of cash for a fill, commission included."""
    gross = gross_of(order.instrument, price, quantity, account.currency)
    return gross + fee_due(account.rules.fees, order, quantity, price, account.currency)


def money_left(account: Account, order: Order) -> Decimal:
    """Return what an order by money may still spend, never below zero."""
    assert order.notional is not None, "only an order by money has money left"
    return max(order.notional - money(order.filled_value, account.currency) - order.fees, ZERO)


def held_cash(account: Account, order: Order) -> Decimal:
    """Return the cash an order reserves in its present state."""
    if not order.is_open:
        return ZERO
    if order.held_money is not None:
        return order.held_money
    if order.side is _SELL:
        return ZERO
    if order.notional is not None:
        return money_left(account, order)
    return ZERO if order.hold_price is None else cash_needed(account, order, order.hold_price, order.remaining)


def promised_units(order: Order) -> Decimal:
    """Return the units that an order promises in its present state, which for one that stands alone is all."""
    return _units(order) if order.is_open else ZERO


def reserved_units(orders: Iterable[Order]) -> Decimal:
    """Return the units that one order, or the members of one group together, promise in their present state.

    Exits promise the same units; an entry that closes what was held the other way promises its own.
    """
    of_exits, of_others = ZERO, ZERO
    for order in orders:
        if order.is_open and order.is_exit:
            of_exits = max(of_exits, _units(order))
        elif order.is_open:
            of_others += _units(order)
    return of_exits + of_others


def _units(order: Order) -> Decimal:
    if order.held_units is not None:
        return order.held_units
    return order.workable if order.side is _SELL else ZERO


def affordable(account: Account, order: Order, price: Decimal) -> Decimal:
    """Return the most units that the money of an order still buys at a price, in whole lots."""
    left, step = money_left(account, order), order.instrument.lot_step

    def needed(lots: int) -> Decimal:
        return cash_needed(account, order, price, lots * step) if lots else ZERO

    # Fees are not proportional, but more units never need less.
    most = int(left / price / step) + 1  # a price rounds down to a cent, so one lot more can still be paid
    return (bisect_right(range(most + 1), left, key=needed) - 1) * step
