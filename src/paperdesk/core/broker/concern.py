"""Whom a fact of the market concerns: asked of an account as it stands, so that it never matters how far a tape moves.

A tape that is moved by a year at once and one that is moved day by day deliver the same facts to the same accounts.
"""

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.halts import concerns
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.facts import (
    CorporateActionFact,
    FundingSettled,
    MarketFact,
    SessionClosed,
    SessionOpened,
    TradingHalted,
    TradingResumed,
)


def is_concerned(account: Account, fact: MarketFact) -> bool:
    """Say whether a fact can mean anything to an account: bells to whom has something, prices to who waits or owes."""
    match fact:
        case SessionOpened():
            return False
        case TradingHalted() | TradingResumed():
            return any(concerns(fact, order) for order in account.orders.values())
        case SessionClosed() | CorporateActionFact():
            return has_something(account)
        case FundingSettled():
            return account.rules.margin.is_funded and any(each.quantity for each in account.positions.values())
        case _:
            return fact.instrument_id in instruments_of_concern(account)


def has_something(account: Account) -> bool:
    """Say whether an account has open orders, positions, claims, or cash that earns interest."""
    return (
        account.rules.margin.interest.credit_rate > ZERO
        or bool(account.claims)
        or any(order.is_open for order in account.orders.values())
        or any(position.quantity for position in account.positions.values())
    )


def instruments_of_concern(account: Account) -> frozenset[InstrumentId]:
    """Return the instruments whose prices an account waits for; one that may owe is judged by all it holds."""
    # A combo waits for the prices of its legs, which are orders too, and not for that of what they are on.
    waited_for = {each.instrument.id for each in account.orders.values() if each.is_open and not each.is_combo}
    if account.rules.margin.is_margined:
        waited_for |= {each.instrument_id for each in account.positions.values() if each.quantity}
    return frozenset(waited_for)
