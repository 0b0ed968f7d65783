"""What the last day of an option brings, at the close of its session.

    the option is               held                          owed
    in the money by 0.01        exercised                     assigned
    less than that              expires                       expires
    told to be exercised        exercised                     -
    told to lapse               expires                       -
    out of means                expires                       -

In the money is measured by the official close of the underlying; options that settle to the opening value use
that of the day. What an account owes is assigned first, because nobody asks it, and then what it holds is exercised
as far as its cash and shares go: a spread ends as a unit. What a cash account cannot pay for is not exercised; that
is the one default, and who wants another says so before the close. An account that may owe exercises all of it.

An option whose underlying has no price on its last day waits until there is one, and so does one that a corporate
action made to deliver other things beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from paperdesk.core.broker.account import Account, AtExpiry
from paperdesk.core.broker.contingencies import Course, cancel
from paperdesk.core.broker.deliveries import Occasion, closed_for, delivered
from paperdesk.core.broker.events import OptionAssigned, OptionExercised, OptionExpired
from paperdesk.core.broker.ledger import EntryKind
from paperdesk.core.broker.marks import Mark, Marks, opening_of
from paperdesk.core.broker.orders import UNITS_DELIVERED, Side
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.market.facts import SessionClosed
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.options import OptionContract, Settlement
from paperdesk.core.market.sessions import calendar

# In the money by so much per unit, an option is exercised unless its holder says otherwise.
# Source: OCC Rule 805, exercise by exception; since June 2008.
EXERCISED_FROM = Decimal("0.01")
# Within this part of the strike, nobody can know who exercises: the holder may still say otherwise.
PIN_RATE = Decimal("0.005")


_DAY = timedelta(days=1)
# No market of ours has ever been shut for longer without a session.
_LONGEST_PAUSE = timedelta(days=7)


class Fate(StrEnum):
    """How contracts end."""

    EXPIRES = "expires"
    EXERCISED = "exercised"
    ASSIGNED = "assigned"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class Ending:
    """How contracts of one option end: how many, by which price of the underlying, and why."""

    option: Instrument
    count: Decimal
    fate: Fate
    reason: str
    price: Decimal | None = None
    source: str | None = None
    warning: str | None = None


@dataclass(frozen=True, slots=True)
class _Due:
    """A position in an option that ends, and what the underlying is worth at its end."""

    option: Instrument
    contract: OptionContract
    quantity: Decimal
    underlying: Mark | None
    told: AtExpiry

    @property
    def settles_at(self) -> Mark:
        assert self.underlying is not None, "an option without a price of its underlying waits"
        return self.underlying

    @property
    def intrinsic(self) -> Decimal:
        return self.contract.intrinsic(self.settles_at.price)

    @property
    def is_in_the_money(self) -> bool:
        return self.intrinsic >= EXERCISED_FROM * self.contract.units


def settle_options(course: Course, fact: SessionClosed, marks: Marks) -> None:
    """End the options whose last day it is; what ended before is not here any more, so nothing ends twice."""
    for due in _in_order(course.account, fact.session_on, marks):
        if due.underlying is not None:
            for ending in _endings(course.account, due):
                book(course, ending, due.settles_at, f"{fact.session_on}")


def endings(account: Account, fact: SessionClosed, marks: Marks) -> tuple[Ending, ...]:
    """Return what `settle_options` would do, one after the other, and what would wait; nothing is booked."""
    course = Course(account, max(fact.at, account.last_at))
    found: list[Ending] = []
    for due in _in_order(account, fact.session_on, marks):
        if due.underlying is None:
            found.append(Ending(due.option, abs(due.quantity), Fate.WAITS, _waits_for(due.contract)))
            continue
        for ending in _endings(course.account, due):
            found.append(ending)
            book(course, ending, due.settles_at, f"{fact.session_on}")
    return tuple(found)


def book(course: Course, ending: Ending, underlying: Mark, name: str) -> None:
    """Book how contracts end; open orders that their delivery leaves without units are cancelled."""
    contract = ending.option.contract
    assert contract is not None, "only an option ends"
    kinds = {Fate.EXERCISED: EntryKind.EXERCISE, Fate.ASSIGNED: EntryKind.ASSIGNMENT}
    kind = kinds.get(ending.fate, EntryKind.EXPIRY)
    _cancel_orders(course, ending.option.id)
    occasion = Occasion(ending.option, contract, ending.count, kind, name)
    if ending.fate is Fate.EXPIRES:
        booking = closed_for(course, occasion, ZERO)
        course.take(OptionExpired(course.seq, course.at, booking, ending.option.id, ending.reason))
        return
    event = OptionExercised if ending.fate is Fate.EXERCISED else OptionAssigned
    if contract.settlement is not Settlement.PHYSICAL:
        booking = closed_for(course, occasion, contract.intrinsic(underlying.price))
    else:
        booking = delivered(course, occasion, underlying.instrument)
    price, source = underlying.price, underlying.source
    course.take(event(course.seq, course.at, booking, ending.option.id, ending.reason, price, source))
    _free_units(course, underlying.instrument.id)


def _in_order(account: Account, on: date, marks: Marks) -> Iterator[_Due]:
    """Yield the options that end: those of one underlying together, owed before held, by expiry and symbol."""
    due = list(_due(account, on, marks))
    due.sort(key=lambda each: (each.contract.underlying, each.quantity > ZERO, each.option.symbol))
    yield from due


def _due(account: Account, on: date, marks: Marks) -> Iterator[_Due]:
    for position in account.positions.values():
        mark = marks.get(position.instrument_id)
        option = None if mark is None else mark.instrument
        if position.quantity and option is not None and option.contract is not None and _ends(option, on):
            yield _Due(option, option.contract, position.quantity, _settlement(option, marks), position.at_expiry)


def _ends(option: Instrument, on: date) -> bool:
    """Say whether a session is the last one by the day an option expires; a Saturday or a holiday has none."""
    assert option.contract is not None, "only an option ends"
    day, market = option.contract.expires_on, calendar(option.calendar)
    return day <= on or (day - on <= _LONGEST_PAUSE and not market.sessions(on + _DAY, day))


def _waits_for(contract: OptionContract) -> str:
    if contract.supplement is not None:
        return f"it delivers more than {contract.underlying}"
    return f"{contract.underlying} has no price to settle to"


def _settlement(option: Instrument, marks: Marks) -> Mark | None:
    assert option.contract is not None, "only an option ends"
    if option.underlying_id is None or option.contract.supplement is not None:
        return None
    is_opening = option.contract.settlement is Settlement.CASH_AM
    return marks.get(opening_of(option.underlying_id) if is_opening else option.underlying_id)


def _endings(account: Account, due: _Due) -> Iterator[Ending]:
    """Yield how one position ends, in one part or, where means do not reach, in two."""
    count, fate, reason = abs(due.quantity), Fate.EXPIRES, "out of the money"
    if due.quantity < ZERO:
        if due.is_in_the_money:
            fate, reason = Fate.ASSIGNED, "in the money"
    elif due.told is AtExpiry.LAPSE:
        reason = "as instructed"
    elif due.told is AtExpiry.EXERCISE or (due.is_in_the_money and account.rules.auto_exercise):
        fate, reason = Fate.EXERCISED, "as instructed" if due.told is AtExpiry.EXERCISE else "in the money"
    elif due.is_in_the_money:
        reason = "the account does not exercise by itself"
    if fate is Fate.EXERCISED:
        able = min(count, exercisable(account, due.contract, due.settles_at.instrument))
        if able < count:
            yield _ending(due, count - able, Fate.EXPIRES, "the account has not the means to exercise")
        count = able
    if count:
        yield _ending(due, count, fate, reason)


def exercisable(account: Account, contract: OptionContract, shares: Instrument) -> Decimal:
    """Return how many contracts an account has the means to exercise: cash for calls, shares for puts."""
    if contract.settlement is not Settlement.PHYSICAL or account.rules.margin.is_margined:
        return Decimal("Infinity")
    if contract.is_call:
        return max(account.buying_power, ZERO) // contract.aggregate_strike
    return max(account.position(shares.id).quantity, ZERO) // contract.units


def _ending(due: _Due, count: Decimal, fate: Fate, reason: str) -> Ending:
    price = due.settles_at.price
    level = due.contract.aggregate_strike / due.contract.units
    is_pinned = abs(price - level) <= PIN_RATE * level and due.contract.settlement is Settlement.PHYSICAL
    warning = f"{plain(price)} is close to the strike; who exercises is not certain" if is_pinned else None
    return Ending(due.option, count, fate, reason, price, due.settles_at.source, warning)


def _cancel_orders(course: Course, instrument_id: InstrumentId) -> None:
    """Take orders in an option that ends off the market; they have nothing left to trade."""
    for order in tuple(course.account.orders.values()):
        if order.instrument.id == instrument_id and course.order(order.id).is_open:
            cancel(course, course.order(order.id), UNITS_DELIVERED)


def _free_units(course: Course, shares_id: InstrumentId) -> None:
    """Cancel orders that would close units which are gone, the newest first."""
    newest = sorted(course.account.orders.values(), key=lambda order: -order.accepted_seq)
    for order in newest:
        position = course.account.position(shares_id)
        if position.reserved <= abs(position.quantity):
            return
        concerns = order.instrument.id == shares_id and order.side is Side.SELL
        if concerns and course.order(order.id).is_open:
            cancel(course, course.order(order.id), UNITS_DELIVERED)
