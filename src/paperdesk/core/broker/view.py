"""What the sender of a command could see: the tape at its cursor, as plain values."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct, field

from paperdesk.core.broker.marks import Marks
from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.facts import TradingHalted
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.quotes import Quote


class UnknownSymbol(NotFound):
    """The tape has no instrument of that symbol, or not yet."""


class MarketView(Struct, frozen=True):
    """The market at one cursor of one tape.

    `day_ends_at` is the close that a day order placed now works until; `long_ends_at` the same for
    good-till-cancelled. `quotes` are standing quotes, absent where nothing was ever quoted.
    `has_one_price` says that a bar has no range, so that a limit can only fill at a close.
    `has_prints` says that the tape delivers prints; where it does, quotes trigger no stop.

    `next_open_at` is the next open strictly after `at`, and `opening_ends_at` the close of that session;
    None when the calendar knows none. `date_ends_at` gives, for a date a command asked for, the last close
    on or before it. `marks` are what instruments are worth at the cursor, for accounts that may owe,
    and `volatilities` those of their closes as fractions a year, absent where there are too few. `sectors`
    are those that the tape knows. `halts` says
    what is not traded at the cursor, and since when and why; what is traded has none.
    """

    cursor: int
    at: datetime
    is_open: bool
    day_ends_at: datetime
    long_ends_at: datetime
    instruments: Mapping[str, Instrument]
    quotes: Mapping[InstrumentId, Quote]
    has_one_price: bool = False
    has_prints: bool = True
    next_open_at: datetime | None = None
    opening_ends_at: datetime | None = None
    date_ends_at: Mapping[date, datetime] = field(default_factory=dict)
    volatilities: Mapping[InstrumentId, Decimal] = field(default_factory=dict)
    marks: Marks = field(default_factory=dict)
    sectors: Mapping[InstrumentId, str] = field(default_factory=dict)
    halts: Mapping[InstrumentId, TradingHalted] = field(default_factory=dict)

    def instrument(self, symbol: str) -> Instrument:
        """Look an instrument up by its symbol."""
        if symbol not in self.instruments:
            raise UnknownSymbol(f"{symbol[:32]!r} is not on this tape.", symbol=symbol[:32])
        return self.instruments[symbol]
