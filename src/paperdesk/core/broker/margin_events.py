"""What happened to the standing of an account: events that move neither money nor units, but what it remembers."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from paperdesk.core.broker.margin_book import CallKind, DayTrade, MarginBook, MarginCall
from paperdesk.core.kernel.ids import LotId
from paperdesk.core.kernel.values import replace


@dataclass(frozen=True, slots=True)
class MarginEvent:
    """Something that an account remembers of its standing; every kind of it has a name of its own."""

    seq: int
    at: datetime


@dataclass(frozen=True, slots=True)
class MemorandumStruck(MarginEvent):
    """A margined account was looked at after a session: what its memorandum account rose to, and its excess."""

    session_on: date
    memorandum: Decimal
    excess: Decimal
    day_trades: tuple[DayTrade, ...] = ()


@dataclass(frozen=True, slots=True)
class MarginWarned(MarginEvent):
    """The excess over maintenance has become small."""

    excess: Decimal


@dataclass(frozen=True, slots=True)
class MarginEased(MarginEvent):
    """The excess over maintenance is no longer small."""

    excess: Decimal


@dataclass(frozen=True, slots=True)
class MarginCalled(MarginEvent):
    """The account has to bring cash or make its positions smaller, until the close of a day."""

    call: MarginCall


@dataclass(frozen=True, slots=True)
class MarginCallMet(MarginEvent):
    """What a call asked for is there."""

    kind: CallKind


@dataclass(frozen=True, slots=True)
class LiquidationStarted(MarginEvent):
    """A call was not met in time, so positions are closed by ordinary orders."""

    kind: CallKind
    amount: Decimal


@dataclass(frozen=True, slots=True)
class AccountFrozen(MarginEvent):
    """An intraday call was not met in time, so the account can only close positions until a day."""

    until: date


@dataclass(frozen=True, slots=True)
class GoodFaithViolated(MarginEvent):
    """A lot bought with proceeds that had not settled was sold before they did."""

    on: date
    lot_id: LotId
    settles_on: date


def book_after(book: MarginBook, event: MarginEvent) -> MarginBook:
    """Return what an account remembers after an event."""
    match event:
        case MemorandumStruck():
            return replace(book, memorandum=event.memorandum, excess_at_close=event.excess, day_trades=event.day_trades)
        case MarginWarned() | MarginEased():
            return replace(book, is_warned=isinstance(event, MarginWarned))
        case MarginCalled():
            return replace(book, calls=(*book.calls, event.call))
        case MarginCallMet() | AccountFrozen():
            return _without_call(book, event)
        case GoodFaithViolated():
            unpaid = tuple(each for each in book.unpaid if each.lot_id != event.lot_id)
            return replace(book, unpaid=unpaid, violations=(*book.violations, event.on))
    return book


def _without_call(book: MarginBook, event: MarginCallMet | AccountFrozen) -> MarginBook:
    kind = CallKind.INTRADAY if isinstance(event, AccountFrozen) else event.kind
    until = event.until if isinstance(event, AccountFrozen) else book.frozen_until
    return replace(book, calls=tuple(each for each in book.calls if each.kind is not kind), frozen_until=until)
