"""What holding crypto pairs costs or earns where an account states a rate of funding: a third of it a settlement.

It is of the value at the last price by then. At a rate above zero who holds pays and who owes receives, below zero the
other way round; each pair is an entry of its own, rounded once. A pair without a price is worth nothing known: it is
passed over, as a night passes over what has none, and no later settlement makes up for it.
"""

from decimal import Decimal

from paperdesk.core.broker.account import Position
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import Booking, FundingCharged, FundingCredited
from paperdesk.core.broker.ledger import Book, Posting
from paperdesk.core.broker.marks import Mark, Marks
from paperdesk.core.broker.night_charges import charge_entry, percent
from paperdesk.core.kernel.money import ZERO, money, plain
from paperdesk.core.market.facts import FundingSettled
from paperdesk.core.market.funding import SETTLEMENTS_A_DAY
from paperdesk.core.market.instruments import Kind


def settle_funding(course: Course, fact: FundingSettled, marks: Marks) -> None:
    """Post what a settlement costs or earns, pair by pair."""
    for position in sorted(course.account.positions.values(), key=lambda each: each.instrument_id):
        mark = marks.get(position.instrument_id) if position.quantity else None
        if mark is not None and mark.instrument.kind is Kind.CRYPTO:
            _settle(course, fact, mark, position)


def _settle(course: Course, fact: FundingSettled, mark: Mark, position: Position) -> None:
    account, symbol = course.account, mark.instrument.symbol
    amount = funding_of(mark.worth(position.quantity), account.rules.margin.funding.daily_rate, account.currency)
    if not amount:
        return
    value, rate = plain(mark.worth(position.quantity)), percent(account.rules.margin.funding.daily_rate)
    entry = charge_entry(
        course,
        ("funding", fact.at.isoformat(), symbol),
        f"Funding of {symbol} worth {value} at {fact.at:%Y-%m-%d %H:%M} UTC, a third of {rate} a day",
        Posting(Book.FUNDING, account.currency, amount, mark.instrument.id),
    )
    kind = FundingCharged if amount > ZERO else FundingCredited
    course.take(kind(course.seq, course.at, Booking(entry)))


def funding_of(value: Decimal, daily_rate: Decimal, currency: str) -> Decimal:
    """Return what a settlement takes for a signed value: what it gives is below zero."""
    return money(value * daily_rate / SETTLEMENTS_A_DAY, currency)
