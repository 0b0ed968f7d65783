"""When cash of a fill changes hands, and what may not be done with it before.

A fill settles a number of settlement days after it, by SEC Rule 15c6-1; coins settle at once. Settlement days are
the sessions of the market on which banks are open too. Proceeds of a short sale are locked from the beginning, so
they count as settled, as the position they belong to counts as sold. A cash account may buy with proceeds that have not
settled, but not sell what it bought with them before they have: that is a violation of good faith. What it never
can do is buy without cash, so nobody rides free here.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Final

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.events import OrderFilled
from paperdesk.core.broker.fees import RulesAsOf
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.margin_book import MarginBook, UnpaidLot, Unsettled
from paperdesk.core.broker.settlement_cycles import CYCLES, is_bank_holiday
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace_struct
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.sessions import XNYS, Calendar, calendar

_DAY = timedelta(days=1)
# Named once, because every fill is asked for them.
_CASH: Final = Book.CASH
_CRYPTO: Final = Kind.CRYPTO


@cache
def settles_on(rules_as_of: RulesAsOf, on: date) -> date:
    """Return the day on which a fill of a market day settles."""
    as_of = on if rules_as_of is RulesAsOf.TAPE_DATE else date.max
    days = next(each.days for each in CYCLES if each.since <= as_of)
    market, day = calendar(XNYS), on
    while days and day < market.last:
        day += _DAY
        days -= market.session_on(day) is not None and not is_bank_holiday(day)
    return day


def settlement_of(account: Account, instrument: Instrument, at: datetime) -> date | None:
    """Return the day on which a fill at an instant settles; None where that is at once."""
    if instrument.kind is _CRYPTO:
        return None
    return settles_on(account.rules.margin.rules_as_of, calendar(instrument.calendar).day_of(at))


def book_after_fill(account: Account, filled: OrderFilled) -> MarginBook:
    """Return what an account remembers of its cash after a fill: what is on its way, and what was bought with it."""
    book, moved = account.book, filled.entry.change(_CASH)
    on = market_day(account.orders[filled.fill.order_id].instrument, filled)
    coming = [each for each in book.unsettled if each.on > on] if book.unsettled else []
    unpaid = [each for each in book.unpaid if each.until > on] if book.unpaid else []
    is_owed = moved < ZERO and not account.rules.margin.is_margined
    if is_owed and -moved > max(account.cash - book.unsettled_cash(on), ZERO):
        until = max((each.on for each in coming if each.received), default=on)
        unpaid += [UnpaidLot(each.lot.id, until) for each in filled.lot_changes if each.is_new]
    if filled.settles_on is not None and not _is_short_sale(filled):
        coming = _with_cash(coming, filled.settles_on, moved)
    return replace_struct(book, unsettled=tuple(coming), unpaid=tuple(unpaid))


def _with_cash(coming: list[Unsettled], on: date, moved: Decimal) -> list[Unsettled]:
    """Return what is on its way with more of it on a day; what comes in and what goes out stay apart."""
    received, paid = max(moved, ZERO), max(-moved, ZERO)
    others: list[Unsettled] = []
    for each in coming:
        if each.on == on:
            received, paid = each.received + received, each.paid + paid
        else:
            others.append(each)
    others.append(Unsettled(on, received, paid))
    return others if len(others) == 1 else sorted(others, key=_day)


def _is_short_sale(filled: OrderFilled) -> bool:
    return bool([each for each in filled.lot_changes if each.is_new and each.lot.quantity < ZERO])


def market_day(instrument: Instrument, filled: OrderFilled) -> date:
    """Return the market day of a fill."""
    return calendar(instrument.calendar).day_of(filled.at)


def nights(market: Calendar, session_on: date) -> int:
    """Return for how many days a balance stands after a session: to the next one, at the calendar's end one day."""
    day = session_on + _DAY
    while day < market.last and market.session_on(day) is None:
        day += _DAY
    return (day - session_on).days


def _day(each: Unsettled) -> date:
    return each.on


def settled_cash(account: Account, on: date) -> Decimal:
    """Return what of an account's cash has settled by a day."""
    return account.book.settled(account.cash, on)
