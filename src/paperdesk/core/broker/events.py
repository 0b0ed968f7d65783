"""What happened to an account: values in the past tense, numbered without gaps by the account.

An event carries everything `evolve` needs to remember it; folding the events of an account gives
its stored state.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from msgspec import Struct

from paperdesk.core.broker.account import AccountStatus, AtExpiry
from paperdesk.core.broker.claims import Claim
from paperdesk.core.broker.explanation import Explanation
from paperdesk.core.broker.fill_models import Parts
from paperdesk.core.broker.ledger import Entry
from paperdesk.core.broker.lots import LotChange
from paperdesk.core.broker.margin_events import MarginEvent
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.ids import AccountId, FillId, InstrumentId, OrderId, TapeId
from paperdesk.core.kernel.money import ZERO


class OrderAccepted(Struct, frozen=True, gc=False):
    """An order passed its checks, and its money or units are reserved."""

    seq: int
    at: datetime
    order: Order


class Fill(Struct, frozen=True, gc=False):
    """One execution. `reference` is the market price it was made from, `rule` says how; old ones explain nothing.

    It is ambiguous when the bar does not tell whether the other exit, or the entry, came first; then the
    worse was taken.
    """

    id: FillId
    order_id: OrderId
    instrument_id: InstrumentId
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fact_seq: int
    reference: Decimal
    rule: str
    ambiguous: bool = False
    explanation: Explanation | None = None


class OrderFilled(Struct, frozen=True, gc=False):
    """An order met the market, in part or in whole.

    Of a margined account `memorandum` is what its memorandum account gains by it, and `day_trade_on` the session
    if it closed what was opened in the same one. Its cash changes hands on `settles_on`, at once when that is None.
    """

    seq: int
    at: datetime
    fill: Fill
    entry: Entry
    lot_changes: tuple[LotChange, ...]
    memorandum: Decimal = ZERO
    day_trade_on: date | None = None
    settles_on: date | None = None


class ComboFilled(Struct, frozen=True):
    """A combo met the market, so many times over: the fills of its legs stand before it, one each at the same fact.

    `price` is net, and what the parts of its legs' prices sum to; `fee` is what all of them cost.
    """

    seq: int
    at: datetime
    order_id: OrderId
    quantity: Decimal
    price: Decimal
    fee: Decimal
    parts: Parts
    fact_seq: int


class OrderCancelled(Struct, frozen=True):
    """An order left the market before it was filled; the reason says who or what took it off."""

    seq: int
    at: datetime
    order_id: OrderId
    reason: str


class OrderRejected(Struct, frozen=True):
    """The venue refused an order that the broker had accepted; the reason says why."""

    seq: int
    at: datetime
    order_id: OrderId
    reason: str


class OrderExpired(Struct, frozen=True):
    """An order's time in force ran out."""

    seq: int
    at: datetime
    order_id: OrderId


class OrderReplaced(Struct, frozen=True):
    """A new order took the place of an open one, and its reservation with it."""

    seq: int
    at: datetime
    order_id: OrderId
    order: Order


class OrderTriggered(Struct, frozen=True):
    """A waiting order met its stop price; from now on it works as a market or a limit order."""

    seq: int
    at: datetime
    order_id: OrderId
    fact_seq: int


class TrailMoved(Struct, frozen=True):
    """A trailing stop saw a better price; its stop acts from the next fact on."""

    seq: int
    at: datetime
    order_id: OrderId
    watermark: Decimal
    stop_price: Decimal
    fact_seq: int


class OrderResized(Struct, frozen=True):
    """An order's quantity followed its group, or its money met a price.

    `armed_quantity` is how much of it may fill so far, None when all may. `fact_seq` is the market fact
    behind it, None when it was a request.
    """

    seq: int
    at: datetime
    order_id: OrderId
    quantity: Decimal
    armed_quantity: Decimal | None
    fact_seq: int | None


class Move(Struct, frozen=True):
    """What an entry does to one position: its signed change in units, and the lots that follow."""

    instrument_id: InstrumentId
    quantity: Decimal
    lot_changes: tuple[LotChange, ...] = ()


class Booking(Struct, frozen=True):
    """An entry of the journal, and what it does to positions; their costs move as the entry says."""

    entry: Entry
    moves: tuple[Move, ...] = ()

    def __post_init__(self) -> None:
        """Refuse moves that are not what the entry posts."""
        for move in self.moves:
            assert self.entry.moved(move.instrument_id)[0] == move.quantity, f"{move} is not what is posted"


class Booked(Struct, frozen=True):
    """Something that moved money or units and was no fill; every kind of it has a name of its own.

    What is derived from it is folded, stored and reconciled the same way, whatever its name.
    """

    seq: int
    at: datetime
    booking: Booking


class Reservation(Struct, frozen=True):
    """What an open order of a margined account reserves: units it closes, margin for what it opens."""

    order_id: OrderId
    units: Decimal
    money: Decimal


class ReservationsMoved(Struct, frozen=True):
    """Open orders reserve something else than before, because of what happened to the account."""

    seq: int
    at: datetime
    reservations: tuple[Reservation, ...]


class InterestCharged(Booked, frozen=True):
    """A night's interest on what the account owes."""


class InterestCredited(Booked, frozen=True):
    """A night's interest on cash that the account has."""


class BorrowFeeCharged(Booked, frozen=True):
    """A night's fee for units that were borrowed to be sold short."""


class FundingCharged(Booked, frozen=True):
    """A settlement's funding of a crypto pair that is held, or of one that is owed at a rate below zero."""


class FundingCredited(Booked, frozen=True):
    """A settlement's funding that a crypto pair earned: owed, or held at a rate below zero."""


class OptionExpired(Booked, frozen=True):
    """Options ended worthless, or nobody exercised them."""

    instrument_id: InstrumentId
    reason: str


class OptionExercised(Booked, frozen=True):
    """Options were exercised; `price` is what the underlying was worth, None where nothing depends on it."""

    instrument_id: InstrumentId
    reason: str
    price: Decimal
    source: str


class OptionAssigned(Booked, frozen=True):
    """Options that were owed were exercised by somebody else."""

    instrument_id: InstrumentId
    reason: str
    price: Decimal
    source: str


class ExpiryInstructed(Struct, frozen=True):
    """The holder of an option said what is to happen on its last day."""

    seq: int
    at: datetime
    instrument_id: InstrumentId
    at_expiry: AtExpiry


class CashTransferred(Struct, frozen=True):
    """The owner put cash in or took it out."""

    seq: int
    at: datetime
    entry: Entry


class AccountReset(Booked, frozen=True):
    """A new epoch began with the cash of its entry; what was held and owed stays with the old one."""

    epoch: int


class AccountForked(Struct, frozen=True):
    """The account began as a copy of another as it stood; what came before belongs to that one and is shared."""

    seq: int
    at: datetime
    account_id: AccountId
    tape_id: TapeId
    parent_id: AccountId


class AccountStatusChanged(Struct, frozen=True):
    """The account was put to rest, woken up or closed."""

    seq: int
    at: datetime
    status: AccountStatus


class CorporateActionApplied(Booked, frozen=True):
    """A corporate action changed what is held: its units, their cost, or both, with cash where it pays any."""

    action_id: UUID


class DividendEarned(Booked, frozen=True):
    """Shares that were held, or owed, trade without a dividend from now on; its cash moves on the pay date."""

    claim: Claim


class DividendPaid(Booked, frozen=True):
    """A dividend came in, or was paid in lieu on shares that were owed."""

    action_id: UUID


class OrderAdjusted(Struct, frozen=True):
    """A corporate action moved what an open order asks for: units, prices, or both."""

    seq: int
    at: datetime
    order_id: OrderId
    action_id: UUID
    quantity: Decimal
    armed_quantity: Decimal | None
    limit_price: Decimal | None
    stop_price: Decimal | None
    hold_price: Decimal | None
    trail_amount: Decimal | None
    watermark: Decimal | None
    fact_seq: int
    protection_price: Decimal | None = None


Event: TypeAlias = (
    OrderAccepted
    | OrderFilled
    | ComboFilled
    | OrderCancelled
    | OrderRejected
    | OrderExpired
    | OrderReplaced
    | OrderTriggered
    | TrailMoved
    | OrderResized
    | OrderAdjusted
    | ReservationsMoved
    | MarginEvent
    | CashTransferred
    | AccountStatusChanged
    | AccountForked
    | ExpiryInstructed
    | Booked
)


def booking_of(event: Event) -> Booking | None:
    """Return what an event books, None when it moves neither money nor units."""
    match event:
        case OrderFilled():
            instrument_id = event.fill.instrument_id
            quantity, _ = event.entry.moved(instrument_id)
            return Booking(event.entry, (Move(instrument_id, quantity, event.lot_changes),))
        case CashTransferred():
            return Booking(event.entry)
        case Booked():
            return event.booking
        case _:
            return None
