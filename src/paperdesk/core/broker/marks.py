"""What instruments are worth at one market fact, and where that price came from.

Rules never look a price up: whoever delivers the fact gives the marks with it. What has no mark has no price
yet; it is missing and never zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TypeAlias

from paperdesk.core.kernel.ids import InstrumentId, derived
from paperdesk.core.market.instruments import Instrument

# Where a mark comes from: rule 2.10 of the trading rules.
OFFICIAL_CLOSE = "official_close"
LAST_PRINT = "last_print"
QUOTE_MID = "quote_mid"
# What an option that settles to the opening value is settled to.
OFFICIAL_OPEN = "official_open"


@dataclass(frozen=True, slots=True)
class Mark:
    """The price of one unit of an instrument, its source, and since when it has stood."""

    instrument: Instrument
    price: Decimal
    source: str
    at: datetime

    def worth(self, quantity: Decimal) -> Decimal:
        """Return what signed units are worth, before rounding; a short position is worth less than nothing."""
        return quantity * self.price * self.instrument.multiplier


Marks: TypeAlias = Mapping[InstrumentId, Mark]


def opening_of(instrument_id: InstrumentId) -> InstrumentId:
    """Return under which id the opening value of a session stands among marks, beside the closing one."""
    return InstrumentId(derived(instrument_id, OFFICIAL_OPEN))


NO_MARKS: Marks = MappingProxyType({})
