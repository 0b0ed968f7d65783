"""What closing lots brought: realised gains by lot, short and long term, with wash sales marked.

    trading   proceeds less cost, as the ledger realised it; wash sales change nothing of it
    taxable   the same less what the basis had been raised by, and without the loss that a wash sale disallows

A loss is disallowed for as many units as the account acquired of the same instrument, the same way round, from 30 days
before the sale to 30 days after it (26 USC 1091); other lots than the one that was sold, in the order acquired, each
unit for one loss. Of lots acquired before, only what is still held counts. The disallowed loss raises the basis of
those units, and they count as held as long as those that were sold.

A lot is long term when it was held for more than a year. What was sold short, options written too, never is.
Units on both sides of a split are compared by its ratio, whether the account held any on its day or not.
Corporate actions acquire nothing. What one realises beside lots that live on stands in a line without a lot.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from math import prod
from types import MappingProxyType
from typing import Final
from uuid import UUID

from paperdesk.core.broker.events import Booking, CorporateActionApplied, Event, Move, booking_of
from paperdesk.core.broker.ledger import Book, EntryKind
from paperdesk.core.broker.lots import Lot
from paperdesk.core.broker.tax_lots import Loss, Slice, TaxLot, opened, rescaled, take, take_over
from paperdesk.core.kernel.ids import InstrumentId, LotId, derived
from paperdesk.core.kernel.money import QUANTITY_PLACES, ZERO, cent, money, spread
from paperdesk.core.kernel.values import replace

WINDOW: Final = timedelta(days=30)
_TRADED: Final = frozenset({EntryKind.FILL, EntryKind.EXPIRY, EntryKind.EXERCISE, EntryKind.ASSIGNMENT})
_ACQUIRED: Final = _TRADED - {EntryKind.EXPIRY}

DayOf = Callable[[datetime], date]
_PLACE: Final = Decimal(1).scaleb(-QUANTITY_PLACES)


@dataclass(frozen=True, slots=True)
class Resizing:
    """From a day on there are `ratio` units of an instrument for each one before."""

    ex_on: date
    ratio: Fraction


Resizings = Mapping[InstrumentId, Sequence[Resizing]]


@dataclass(frozen=True, slots=True)
class Gain:
    """Units of one lot that were closed. Quantities have no sign; `lot_id` is None where no lot was closed.

    `added` is what the basis had been raised by, `disallowed` the part of the loss that a wash sale takes away.
    """

    seq: int
    instrument_id: InstrumentId
    kind: EntryKind
    lot_id: LotId | None
    is_short: bool
    quantity: Decimal
    opened_on: date | None
    held_from: date | None
    closed_at: datetime
    closed_on: date
    proceeds: Decimal
    cost: Decimal
    added: Decimal = ZERO
    disallowed: Decimal = ZERO

    @property
    def gain(self) -> Decimal:
        """Return what trading realised."""
        return self.proceeds - self.cost

    @property
    def before_wash(self) -> Decimal:
        """Return the gain on the raised basis, before anything of a loss is disallowed."""
        return self.gain - self.added

    @property
    def taxable(self) -> Decimal:
        """Return the gain that counts for tax."""
        return self.before_wash + self.disallowed

    @property
    def is_long_term(self) -> bool | None:
        """Say whether the units were held for more than a year; None where none were."""
        if self.held_from is None:
            return None
        return not self.is_short and self.closed_on > _a_year_after(self.held_from)


@dataclass(frozen=True, slots=True)
class TaxBook:
    """The gains of an account, oldest first, and the lots that it still has by instrument."""

    gains: tuple[Gain, ...]
    lots: dict[InstrumentId, tuple[TaxLot, ...]]


@dataclass(frozen=True, slots=True)
class _Acquired:
    lot_id: LotId
    on: date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class _Gone:
    """Units that left a lot: the lot as it was before, the slice of it, and what that had cost."""

    lot: Lot
    part: Slice
    cost: Decimal


@dataclass(slots=True)
class _Reading:
    """The lots as they stand while events are read, and the losses that lots yet to come will take over."""

    currency: str
    day_of: DayOf
    resizings: Resizings
    acquired: dict[tuple[InstrumentId, bool], dict[LotId, _Acquired]]
    lots: defaultdict[InstrumentId, dict[LotId, TaxLot]] = field(default_factory=lambda: defaultdict(dict))
    coming: defaultdict[LotId, list[Loss]] = field(default_factory=lambda: defaultdict(list))
    known: set[LotId] = field(default_factory=set[LotId])
    gains: list[Gain] = field(default_factory=list[Gain])

    def ratio(self, instrument_id: InstrumentId, sold_on: date, bought_on: date) -> Fraction:
        """Return how many units of a later purchase stand for one unit of an earlier sale."""
        found = (each for each in self.resizings.get(instrument_id, ()) if sold_on < each.ex_on <= bought_on)
        return prod((each.ratio for each in found), start=Fraction(1))


def tax_book(
    events: Iterable[Event], currency: str, day_of: DayOf, resizings: Resizings = MappingProxyType({})
) -> TaxBook:
    """Read an account's events from its opening; `day_of` says on which market day an instant is.

    `resizings` are the splits of the market, of what the account did not hold as well.
    """
    told = [(event, booking) for event in events if (booking := booking_of(event)) is not None and booking.moves]
    reading = _Reading(currency, day_of, resizings, _acquisitions((booking for _, booking in told), day_of))
    for event, booking in told:
        if booking.entry.kind in _TRADED:
            _exchange(reading, event.seq, booking)
        else:
            _act(reading, event, booking)
    return TaxBook(tuple(reading.gains), {each: tuple(lots.values()) for each, lots in reading.lots.items() if lots})


def _acquisitions(
    bookings: Iterable[Booking], day_of: DayOf
) -> dict[tuple[InstrumentId, bool], dict[LotId, _Acquired]]:
    """Return what was bought, and what was sold short, of each instrument in the order of time."""
    found: defaultdict[tuple[InstrumentId, bool], dict[LotId, _Acquired]] = defaultdict(dict)
    for booking in bookings:
        for move in booking.moves if booking.entry.kind in _ACQUIRED else ():
            for lot in (change.lot for change in move.lot_changes if change.is_new):
                bought = _Acquired(lot.id, day_of(lot.opened_at), abs(lot.quantity))
                found[move.instrument_id, lot.quantity < ZERO][lot.id] = bought
    return found


def _exchange(reading: _Reading, seq: int, booking: Booking) -> None:
    """Close and open lots by a fill, or by the end of an option; what is delivered carries the option's cost on."""
    # Delivery moves two positions, and the option among them realises nothing, because its cost went elsewhere.
    is_delivery = len(booking.moves) > 1
    for nth, move in enumerate(booking.moves):
        if is_delivery and nth == 0:
            _gone(reading, move)
        else:
            _close(reading, seq, booking, move)
        for lot in (change.lot for change in move.lot_changes if change.is_new):
            bought = opened(lot, reading.day_of(lot.opened_at))
            losses = reading.coming.pop(lot.id, ())
            reading.lots[move.instrument_id][lot.id] = take_over(bought, losses, reading.currency)
            reading.known.add(lot.id)


def _gone(reading: _Reading, move: Move) -> list[_Gone]:
    """Take the units that leave out of their lots."""
    lots, gone = reading.lots[move.instrument_id], list[_Gone]()
    for lot in (change.lot for change in move.lot_changes if not change.is_new):
        was = lots[lot.id]
        lots[lot.id], slices = take(was, lot, reading.currency)
        if not lot.quantity:
            del lots[lot.id]
        if slices:  # a lot of which no unit leaves was only told another cost
            costs = spread(was.lot.cost - lot.cost, [each.quantity for each in slices], cent(reading.currency))
            gone += [_Gone(was.lot, each, cost) for each, cost in zip(slices, costs, strict=True)]
    return gone


def _close(reading: _Reading, seq: int, booking: Booking, move: Move) -> None:
    """Write down what each slice that leaves brought; then, with all of them gone, which losses are disallowed."""
    gone, instrument_id = _gone(reading, move), move.instrument_id
    brought = _realised(booking, instrument_id) + sum((each.cost for each in gone), ZERO)
    received = spread(brought, [each.part.quantity for each in gone], cent(reading.currency))
    for each, proceeds in zip(gone, received, strict=True):
        lot, part, is_short = each.lot, each.part, each.lot.quantity < ZERO
        closed = Gain(
            seq=seq,
            instrument_id=instrument_id,
            kind=booking.entry.kind,
            lot_id=lot.id,
            is_short=is_short,
            quantity=part.quantity,
            opened_on=reading.day_of(lot.opened_at),
            held_from=part.held_from,
            closed_at=booking.entry.at,
            closed_on=reading.day_of(booking.entry.at),
            proceeds=-each.cost if is_short else proceeds,
            cost=-proceeds if is_short else each.cost,
            added=part.added,
        )
        reading.gains.append(_washed(reading, closed))


def _realised(booking: Booking, instrument_id: InstrumentId | None = None) -> Decimal:
    """Return what an entry realised, in all or on one instrument; the book has its gains with a minus sign."""
    lines = (line for line in booking.entry.postings if line.book is Book.REALISED)
    return -sum((line.amount for line in lines if instrument_id in {None, line.instrument_id}), ZERO)


def _washed(reading: _Reading, gain: Gain) -> Gain:
    """Let other units take over as much of a loss as they replace what was sold."""
    loss, left, disallowed = -gain.before_wash, gain.quantity, ZERO
    if loss <= ZERO or gain.held_from is None:
        return gain
    held_for = gain.closed_on - gain.held_from
    for lot_id, free, theirs in _replacements(reading, gain):
        units = min(free, left)
        # Rounded up to here rather than by part, so that a loss that is wholly replaced is wholly disallowed.
        upto = money(loss * (gain.quantity - left + units) / gain.quantity, reading.currency)
        # In the units of the lot that takes it over, of which it never takes over more than there are.
        replaced = theirs if units == free else (theirs * units / free).quantize(_PLACE, ROUND_FLOOR)
        taken = Loss(replaced, upto - disallowed, held_for)
        disallowed, left = upto, left - units
        held = reading.lots[gain.instrument_id].get(lot_id)
        if held is None:
            reading.coming[lot_id].append(taken)
        else:
            reading.lots[gain.instrument_id][lot_id] = take_over(held, (taken,), reading.currency)
        if not left:
            break
    return replace(gain, disallowed=disallowed)


def _replacements(reading: _Reading, gain: Gain) -> Iterator[tuple[LotId, Decimal, Decimal]]:
    """Yield what was acquired near a sale, in that order, with the units that can still take a loss over.

    They are counted twice: in the units that were sold, and in those of the lot itself.

    What is too long ago, or has no such units any more, is never asked again.
    """
    acquired = reading.acquired.get((gain.instrument_id, gain.is_short), {})
    for bought in tuple(acquired.values()):
        if bought.on > gain.closed_on + WINDOW:
            return
        free = ZERO if bought.on < gain.closed_on - WINDOW else _free(reading, gain.instrument_id, bought)
        if not free:
            del acquired[bought.lot_id]
        elif bought.lot_id != gain.lot_id:
            is_coming = bought.lot_id not in reading.known
            ratio = reading.ratio(gain.instrument_id, gain.closed_on, bought.on) if is_coming else Fraction(1)
            sold_units = (free * ratio.denominator / ratio.numerator).quantize(_PLACE, ROUND_FLOOR)
            if sold_units:
                yield bought.lot_id, sold_units, free


def _free(reading: _Reading, instrument_id: InstrumentId, bought: _Acquired) -> Decimal:
    """Return the units of what was acquired that could take a loss over: those still held, or all yet to come."""
    held = reading.lots[instrument_id].get(bought.lot_id)
    if held is not None:
        return held.replaceable
    if bought.lot_id in reading.known:
        return ZERO
    return bought.quantity - sum((each.quantity for each in reading.coming.get(bought.lot_id, ())), ZERO)


def _act(reading: _Reading, event: Event, booking: Booking) -> None:
    """Follow a corporate action: lots go on in other units or as others, or end for what was paid."""
    changes = [change for move in booking.moves for change in move.lot_changes]
    if not any(change.lot.quantity for change in changes):
        for move in booking.moves:
            _close(reading, event.seq, booking, move)
        return
    action_id = event.action_id if isinstance(event, CorporateActionApplied) else None
    parents = {
        derived(lot_id, str(action_id)): each
        for move in booking.moves
        for lot_id, each in reading.lots[move.instrument_id].items()
    }
    for move in booking.moves:
        _follow(reading, move, parents)
    realised = _realised(booking)
    if realised:
        reading.gains.append(_beside_lots(reading, event.seq, booking, realised))


def _follow(reading: _Reading, move: Move, parents: Mapping[UUID, TaxLot]) -> None:
    """Let lots go on as what an action makes of them; one that leaves its parent behind takes no basis along."""
    lots = reading.lots[move.instrument_id]
    for change in move.lot_changes:
        lot, parent = change.lot, parents.get(change.lot.id)
        if change.is_new and parent is not None:
            stays = any(parent.lot.id in each for each in reading.lots.values())
            slices = tuple(replace(each, added=ZERO) for each in parent.slices) if stays else parent.slices
            lots[lot.id] = rescaled(TaxLot(parent.lot, slices), lot)
            reading.known.add(lot.id)
        elif lot.quantity:
            lots[lot.id] = rescaled(lots[lot.id], lot)
        else:
            lots.pop(lot.id, None)


def _beside_lots(reading: _Reading, seq: int, booking: Booking, realised: Decimal) -> Gain:
    (first, *_), at = booking.moves, booking.entry.at
    return Gain(
        seq=seq,
        instrument_id=first.instrument_id,
        kind=booking.entry.kind,
        lot_id=None,
        is_short=False,
        quantity=ZERO,
        opened_on=None,
        held_from=None,
        closed_at=at,
        closed_on=reading.day_of(at),
        proceeds=realised,
        cost=ZERO,
    )


def _a_year_after(day: date) -> date:
    """Return the same day a year on; of the 29th of February the 28th."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if is_leap_day else day.day)
