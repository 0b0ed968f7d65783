"""What happened to the standing of an account: events that move neither money nor units, but what it remembers."""

from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from paperdesk.core.broker.margin_book import CallKind, DayTrade, Leverage, MarginBook, MarginCall, Recall
from paperdesk.core.kernel.ids import InstrumentId, LotId
from paperdesk.core.kernel.values import replace


class MarginEvent(Struct, frozen=True):
    """Something that an account remembers of its standing; every kind of it has a name of its own."""

    seq: int
    at: datetime


class MemorandumStruck(MarginEvent, frozen=True):
    """A margined account was looked at after a session: what its memorandum account rose to, and its excess."""

    session_on: date
    memorandum: Decimal
    excess: Decimal
    day_trades: tuple[DayTrade, ...] = ()


class MarginWarned(MarginEvent, frozen=True):
    """The excess over maintenance has become small."""

    excess: Decimal


class MarginEased(MarginEvent, frozen=True):
    """The excess over maintenance is no longer small."""

    excess: Decimal


class MarginCalled(MarginEvent, frozen=True):
    """The account has to bring cash or make its positions smaller, until the close of a day."""

    call: MarginCall


class MarginCallMet(MarginEvent, frozen=True):
    """What a call asked for is there."""

    kind: CallKind


class LiquidationStarted(MarginEvent, frozen=True):
    """A call was not met in time, so positions are closed by ordinary orders."""

    kind: CallKind
    amount: Decimal


class AccountFrozen(MarginEvent, frozen=True):
    """Until a day the account can only close positions, because an intraday call was not met in time.

    A cash account buys with settled cash alone until then, because it violated good faith too often.
    """

    until: date


class GoodFaithViolated(MarginEvent, frozen=True):
    """A lot bought with proceeds that had not settled was sold before they did."""

    on: date
    lot_id: LotId
    settles_on: date


class UnitsRecalled(MarginEvent, frozen=True):
    """The lender of units that were sold short wants them back until the close of a day."""

    recall: Recall


class RecallMet(MarginEvent, frozen=True):
    """Nothing of a recalled instrument is owed any more."""

    instrument_id: InstrumentId


class BuyInStarted(MarginEvent, frozen=True):
    """A recall was not met in time, so the units are bought back by an ordinary order."""

    instrument_id: InstrumentId
    units: Decimal


class LeverageChosen(MarginEvent, frozen=True):
    """The leverage of a pair was chosen; `memorandum` is what that gives back of its initial margin, or takes."""

    leverage: Leverage
    memorandum: Decimal


class PairLiquidated(MarginEvent, frozen=True):
    """A price came to where a pair's isolated margin is used up, so the position is closed, and only that one.

    `liquidation_price` is where that is, and `reached` the price that came there; `margin` is what is lost with it.
    """

    instrument_id: InstrumentId
    symbol: str
    quantity: Decimal
    liquidation_price: Decimal
    reached: Decimal
    margin: Decimal


def book_after(book: MarginBook, event: MarginEvent) -> MarginBook:
    """Return what an account remembers after an event."""
    match event:
        case MemorandumStruck():
            return replace(book, memorandum=event.memorandum, excess_at_close=event.excess, day_trades=event.day_trades)
        case MarginWarned() | MarginEased():
            return replace(book, is_warned=isinstance(event, MarginWarned))
        case MarginCalled() | MarginCallMet() | AccountFrozen():
            return _with_calls(book, event)
        case GoodFaithViolated():
            unpaid = tuple(each for each in book.unpaid if each.lot_id != event.lot_id)
            return replace(book, unpaid=unpaid, violations=(*book.violations, event.on))
        case LeverageChosen():
            others = tuple(each for each in book.leverage if each.instrument_id != event.leverage.instrument_id)
            chosen = () if event.leverage.is_usual else (event.leverage,)
            return replace(book, leverage=(*others, *chosen), memorandum=book.memorandum + event.memorandum)
        case _:
            return replace(book, recalls=_recalls_after(book, event))


def _recalls_after(book: MarginBook, event: MarginEvent) -> tuple[Recall, ...]:
    match event:
        case UnitsRecalled():
            return (*book.recalls, event.recall)
        case RecallMet():
            return tuple(each for each in book.recalls if each.instrument_id != event.instrument_id)
        case _:
            return book.recalls


def _with_calls(book: MarginBook, event: MarginCalled | MarginCallMet | AccountFrozen) -> MarginBook:
    if isinstance(event, MarginCalled):
        return replace(book, calls=(*book.calls, event.call))
    kind = CallKind.INTRADAY if isinstance(event, AccountFrozen) else event.kind
    until = event.until if isinstance(event, AccountFrozen) else book.frozen_until
    return replace(book, calls=tuple(each for each in book.calls if each.kind is not kind), frozen_until=until)
