"""Whom a fact of the market concerns: asked of an account as it stands, so that it never matters how far a tape moves.

A tape that is moved by a year at once and one that is moved day by day deliver the same facts to the same accounts.
"""

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.halts import concerns
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.facts import (
    CorporateActionFact,
    MarketFact,
    SessionClosed,
    SessionOpened,
    TradingHalted,
    TradingResumed,
    is_price,
)


def is_concerned(account: Account, fact: MarketFact) -> bool:
    """Say whether a fact can mean anything to an account: bells to whom has something, prices to who waits or owes."""
    if is_price(fact):
        return _waits_for(account, fact.instrument_id)
    match fact:
        case SessionOpened():
            return False
        case TradingHalted() | TradingResumed():
            return any(concerns(fact, order) for order in account.orders.values())
        case SessionClosed() | CorporateActionFact():
            return has_something(account)
        case _:  # funding is settled
            return account.rules.margin.is_funded and any(each.quantity for each in account.positions.values())


def has_something(account: Account) -> bool:
    """Say whether an account has open orders, positions, claims, or cash that earns interest."""
    return bool(
        account.claims
        or [order for order in account.orders.values() if order.is_open]
        or [position for position in account.positions.values() if position.quantity]
        or account.rules.margin.interest.credit_rate > ZERO
    )


def _waits_for(account: Account, instrument_id: InstrumentId) -> bool:
    """Say whether an instrument is one of those that concern an account."""
    if account.rules.margin.is_margined and account.position(instrument_id).quantity:
        return True
    return bool(
        [each for each in account.orders.values() if each.instrument.id == instrument_id and _is_waited_in(each)]
    )


def instruments_of_concern(account: Account) -> frozenset[InstrumentId]:
    """Return the instruments whose prices an account waits for; one that may owe is judged by all it holds."""
    waited_for = {each.instrument.id for each in account.orders.values() if _is_waited_in(each)}
    if account.rules.margin.is_margined:
        waited_for |= {each.instrument_id for each in account.positions.values() if each.quantity}
    return frozenset(waited_for)


def _is_waited_in(order: Order) -> bool:
    # A combo waits for the prices of its legs, which are orders too, and not for that of what they are on.
    return order.is_open and not order.is_combo
