"""What a day has brought: from the close before it to now, for an account and for everything it held.

A result begins at the price of the previous close; what is bought today begins at what was paid, and what is sold
today ends at what it brought. Dividends and splits are no loss: what leaves a price comes as a claim, or as units.
Money of the owner is no gain. Fees and interest count for the account, and for no position, as everywhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.ledger import Book, Entry
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.valuation import Valuation
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO, money

NO_PRICE_THEN = "no price at the previous close"

# What is paid for an instrument, and what it brings: cost, realised result and dividends.
_PAID = frozenset({Book.SECURITIES, Book.REALISED, Book.INCOME})


@dataclass(frozen=True, slots=True)
class Turnover:
    """By how much a book has moved in a span, and of which instrument where its lines name one."""

    book: Book
    instrument_id: InstrumentId | None
    amount: Decimal
    units: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Span:
    """The day so far: where it began, and where it stands."""

    began_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class DayResult:
    """What a day has brought so far; None with a reason where a price is missing, then or now."""

    span: Span
    equity_before: Decimal | None
    result: Decimal | None
    reason: str | None
    by_instrument: Mapping[InstrumentId, Decimal | None]


@dataclass(frozen=True, slots=True)
class Opened:
    """The units of a position that were opened since the day began, and what they cost."""

    units: Decimal = ZERO
    cost: Decimal = ZERO


def held_from(position: Position, opened: Opened, before: Decimal | None, multiplier: Decimal) -> Decimal | None:
    """Return what the day's result of what is still held counts from; None where the price before is missing.

    What was held already counts from the close before, with splits and dividends taken out of it, and what was opened
    since from its cost.
    """
    held = position.quantity - opened.units
    if held and before is None:
        return None
    return opened.cost + held * (before or ZERO) * multiplier


def turnovers(entries: Iterable[Entry]) -> list[Turnover]:
    """Return what entries moved, by book and instrument."""
    moved: defaultdict[tuple[Book, InstrumentId | None], tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for line in (line for entry in entries for line in entry.postings):
        amount, units = moved[line.book, line.instrument_id]
        moved[line.book, line.instrument_id] = amount + line.amount, units + (line.quantity or ZERO)
    return [Turnover(*key, *sums) for key, sums in moved.items()]


def day_result(account: Account, worth: Valuation, moved: Sequence[Turnover], before: Marks, span: Span) -> DayResult:
    """Work a day's result out from what an account is worth now, what has moved since, and the prices before."""
    held = {each.position.instrument_id: each.market_value for each in worth.positions}
    units = {each.position.instrument_id: each.position.quantity for each in worth.positions}
    paid: defaultdict[InstrumentId, Decimal] = defaultdict(lambda: ZERO)
    for each in moved:
        if each.instrument_id is not None and each.book in _PAID:
            units[each.instrument_id] = units.get(each.instrument_id, ZERO) - each.units
            paid[each.instrument_id] += each.amount
    was = {each: _worth(each, quantity, before, account.currency) for each, quantity in units.items()}
    results = {each: _less(held.get(each, ZERO), was[each], paid[each]) for each in units}
    values = [value for value in was.values() if value is not None]
    claims = worth.claims - _sum_of(moved, Book.CLAIMS)
    cash = account.cash - _sum_of(moved, Book.CASH)
    equity = None if len(values) < len(was) else cash + claims + sum(values, ZERO)
    given = -_sum_of(moved, Book.CAPITAL)
    result = _less(worth.equity, equity, given)
    reason = worth.reason if equity is not None else NO_PRICE_THEN
    return DayResult(span, equity, result, None if result is not None else reason, results)


def _worth(instrument_id: InstrumentId, units: Decimal, marks: Marks, currency: str) -> Decimal | None:
    """Return what units were worth; nothing is worth nothing, whether it had a price or not."""
    if not units:
        return ZERO
    mark = marks.get(instrument_id)
    return None if mark is None else money(mark.worth(units), currency)


def _less(now: Decimal | None, before: Decimal | None, paid: Decimal) -> Decimal | None:
    return None if now is None or before is None else now - before - paid


def _sum_of(moved: Sequence[Turnover], book: Book) -> Decimal:
    return sum((each.amount for each in moved if each.book is book), ZERO)
