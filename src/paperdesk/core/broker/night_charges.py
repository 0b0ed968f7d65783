"""What a night costs and earns: interest on what is owed and on what is held, and the fee for what was borrowed.

Interest is on settled cash less what positions sold short are worth: below zero it is owed for, above zero it
earns. A position sold short pays the yearly rate of the borrow table on its marked value. Both count the days
to the next session, of 360 in a year, and each is an entry of its own.
"""

from decimal import Decimal

from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import Booking, BorrowFeeCharged, InterestCharged, InterestCredited
from paperdesk.core.broker.ledger import Book, Entry, EntryKind, Posting
from paperdesk.core.broker.margin_rates import YEAR_DAYS
from paperdesk.core.broker.marks import Mark, Marks
from paperdesk.core.broker.settlement import nights, settled_cash
from paperdesk.core.kernel.ids import EntryId, derived
from paperdesk.core.kernel.money import ZERO, money, plain
from paperdesk.core.market.facts import SessionClosed
from paperdesk.core.market.sessions import XNYS, calendar


def charge(course: Course, fact: SessionClosed, marks: Marks) -> None:
    """Post a night's interest and borrow fees."""
    account = course.account
    positions = [each for each in account.positions.values() if each.quantity]
    if any(each.instrument_id not in marks for each in positions):
        return
    held = [marks[each.instrument_id] for each in positions]
    days = nights(calendar(held[0].instrument.calendar if held else XNYS), fact.session_on)
    short = (
        min(mark.worth(account.position(mark.instrument.id).quantity), ZERO) for mark in held if _is_borrowed(mark)
    )
    balance = settled_cash(account, fact.session_on) + sum(short, ZERO)
    _interest(course, fact, balance, days)
    for mark in held:
        _borrow(course, fact, mark, days)


def _interest(course: Course, fact: SessionClosed, balance: Decimal, days: int) -> None:
    rates = course.account.rules.margin.interest
    rate = rates.debit_rate if balance < ZERO else rates.credit_rate
    amount = _part(course, abs(balance), rate, days)
    if not amount:
        return
    verb, sign = ("on a debit of", 1) if balance < ZERO else ("on a balance of", -1)
    entry = charge_entry(
        course,
        ("interest", fact.session_on.isoformat()),
        f"Interest {verb} {plain(abs(balance))} for {_nights(days)} at {percent(rate)}",
        Posting(Book.INTEREST, course.account.currency, sign * amount),
    )
    kind = InterestCharged if balance < ZERO else InterestCredited
    course.take(kind(course.seq, course.at, Booking(entry)))


def _borrow(course: Course, fact: SessionClosed, mark: Mark, days: int) -> None:
    instrument = mark.instrument
    value = -mark.worth(course.account.position(instrument.id).quantity)
    rate = course.account.rules.margin.borrow.rate_of(instrument.symbol)
    if value <= ZERO or rate is None or not _is_borrowed(mark):
        return
    amount = _part(course, value, rate, days)
    if not amount:
        return
    entry = charge_entry(
        course,
        ("borrow_fee", fact.session_on.isoformat(), instrument.symbol),
        f"Borrowing {instrument.symbol} worth {plain(value)} for {_nights(days)} at {percent(rate)}",
        Posting(Book.FEES, course.account.currency, amount, instrument.id),
    )
    course.take(BorrowFeeCharged(course.seq, course.at, Booking(entry)))


def _is_borrowed(mark: Mark) -> bool:
    """Say whether what is owed of an instrument was borrowed; an option is written."""
    return mark.instrument.contract is None


def _part(course: Course, balance: Decimal, rate: Decimal, days: int) -> Decimal:
    return money(balance * rate * days / YEAR_DAYS, course.account.currency)


def charge_entry(course: Course, path: tuple[str, ...], description: str, cost: Posting) -> Entry:
    """Return the entry of a charge, paid in cash; the path is its kind and what tells it from others of that kind."""
    account = course.account
    kind = EntryKind(path[0])
    cash = Posting(Book.CASH, account.currency, -cost.amount)
    entry_id = EntryId(derived(account.id, *path, account.epoch))
    return Entry(entry_id, account.last_entry + 1, course.at, kind, description, (cost, cash))


def _nights(days: int) -> str:
    return "one night" if days == 1 else f"{days} nights"


def percent(rate: Decimal) -> str:
    """Write a fraction as percent."""
    return f"{plain(rate * 100)} %"
