"""Top of book and bars as values; prices are exact decimals, instants are aware UTC."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TypeAlias

from msgspec import Struct

from paperdesk.core.kernel.ids import InstrumentId


class Quote(Struct, frozen=True, gc=False):
    """The best bid and ask; sizes are None where the source does not tell them.

    `derived_from` names what the quote was made of when nobody quoted it, such as a bar.
    """

    instrument_id: InstrumentId
    at: datetime
    bid: Decimal
    ask: Decimal
    bid_size: Decimal | None = None
    ask_size: Decimal | None = None
    derived_from: str | None = None

    @property
    def mid(self) -> Decimal:
        """Return the middle of the spread, exactly."""
        return (self.bid + self.ask) / 2


class Bar(Struct, frozen=True, gc=False):
    """One closed bar; `at` is the instant it closed. Close-only sources leave the rest None."""

    instrument_id: InstrumentId
    at: datetime
    close: Decimal
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    volume: Decimal | None = None


# The real quotes that stand, by instrument; what nobody quotes is absent.
Quotes: TypeAlias = Mapping[InstrumentId, Quote]
NO_QUOTES: Quotes = MappingProxyType({})
