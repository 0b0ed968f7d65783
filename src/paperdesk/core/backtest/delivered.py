"""What ended options moved without a fill: contracts that are gone, and the shares that came or went for them.

what happens          contracts leave         shares come or go
expired               for nothing             none
settled in money      for that money          none
exercised, assigned   for what they cost      for the strike, with the premium in it
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from paperdesk.core.broker.events import Event, OptionAssigned, OptionExercised, OptionExpired
from paperdesk.core.broker.ledger import Book, Entry
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.instruments import Instrument


class Delivery(Struct, frozen=True):
    """Units of an instrument that came or went when an option ended, what they were booked for, and why."""

    at: datetime
    symbol: str
    multiplier: Decimal
    side: Side
    quantity: Decimal
    value: Decimal
    rule: str

    @property
    def price(self) -> Decimal:
        """Return what a unit was booked at."""
        return self.value / self.quantity / self.multiplier


def deliveries_of(events: Iterable[Event], instruments: Mapping[InstrumentId, Instrument]) -> Iterator[Delivery]:
    """Yield what the options among some instruments moved when they ended, in order."""
    for event in events:
        if not isinstance(event, OptionExpired | OptionExercised | OptionAssigned):
            continue
        entry, moves = event.booking.entry, event.booking.moves
        cash, cost = _posted(entry, Book.CASH, None), -_posted(entry, Book.SECURITIES, event.instrument_id)
        for move in moves:
            found = instruments.get(move.instrument_id)
            if found is None:
                continue
            is_option = move.instrument_id == event.instrument_id
            value = cash if len(moves) == 1 else cost if is_option else cost - cash
            side = Side.BUY if move.quantity > ZERO else Side.SELL
            units, rule = abs(move.quantity), entry.kind.value
            yield Delivery(event.at, found.symbol, found.multiplier, side, units, abs(value), rule)


def _posted(entry: Entry, book: Book, instrument_id: InstrumentId | None) -> Decimal:
    return sum(
        (each.amount for each in entry.postings if each.book is book and instrument_id in {None, each.instrument_id}),
        ZERO,
    )
