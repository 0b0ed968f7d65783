"""What can be quoted and traded, and the terms of its contract.

An instrument's id is not its symbol: symbols change hands, ids never do.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.options import OptionContract


class Kind(StrEnum):
    """The kinds of instrument; only some of them can be traded."""

    EQUITY = "equity"
    ETF = "etf"
    INDEX = "index"
    FUND = "fund"
    OPTION = "option"
    CRYPTO = "crypto"
    SERIES = "series"
    CURRENCY = "currency"


NOT_TRADABLE = frozenset({Kind.INDEX, Kind.SERIES, Kind.CURRENCY})


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument: tick and lot step are the smallest moves of its price and of a quantity."""

    id: InstrumentId
    symbol: str
    name: str
    kind: Kind
    currency: str
    tick: Decimal
    lot_step: Decimal
    calendar: str = "XNYS"
    contract: OptionContract | None = None

    @property
    def is_tradable(self) -> bool:
        """Say whether orders in this instrument make sense at all; an index can only be watched."""
        return self.kind not in NOT_TRADABLE
