"""What instruments are worth at one market fact, and where that price came from.

Rules never look a price up: whoever delivers the fact gives the marks with it. What has no mark has no price
yet; it is missing and never zero.
"""

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TypeAlias

from paperdesk.core.kernel.ids import InstrumentId, derived
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.sessions import Session

# Where a mark comes from: rule 2.10 of the trading rules.
OFFICIAL_CLOSE = "official_close"
LAST_PRINT = "last_print"
QUOTE_MID = "quote_mid"
# What an option that settles to the opening value is settled to.
OFFICIAL_OPEN = "official_open"


# By how much one unit of an option changes, in money, at every point of a portfolio scan.
Scan: TypeAlias = tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Greeks:
    """By how much one contract changes with its underlying (in units of it), a day, and a hundredth of volatility.

    `gamma` is by how much its delta changes with the underlying, `rho` what a hundredth of interest brings.
    """

    delta: Decimal
    theta: Decimal
    vega: Decimal
    gamma: Decimal
    rho: Decimal

    def plus(self, other: "Greeks", quantity: Decimal) -> "Greeks":
        """Return these and those of so many contracts together."""
        return Greeks(*(mine + its * quantity for mine, its in zip(astuple(self), astuple(other), strict=True)))


_ZERO = Decimal(0)
INSENSITIVE = Greeks(_ZERO, _ZERO, _ZERO, _ZERO, _ZERO)
A_UNIT = Greeks(Decimal(1), _ZERO, _ZERO, _ZERO, _ZERO)
"""What a unit of an underlying is sensitive to: to itself alone."""


def _unmeasured() -> Greeks | None:
    return None


def _unscanned() -> Scan | None:
    return None


def _untested() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What stands around a price: how much its market has moved a year, and of its market day the session.

    `began_at` is when its bar began, where its price is of a bar that is not over.
    """

    volatility: Decimal | None = None
    session: Session | None = None
    began_at: datetime | None = None


def _unknown() -> Circumstances:
    return Circumstances()


@dataclass(frozen=True, slots=True)
class Mark:
    """The price of one unit of an instrument, its source, and since when it has stood.

    `scanned` gives how it changes at the points of a portfolio scan, and `greeks` what it is sensitive to, if it is an
    option that a model can value; they are asked only for accounts under portfolio margin, or with limits on Greeks,
    because they take longer than looking a price up. `is_under_price_test` says whether the market has fallen so far
    that it may be sold short only above the bid; it is asked only for what would open short. `circumstances` are asked
    only by fill models that go with them.
    """

    instrument: Instrument
    price: Decimal
    source: str
    at: datetime
    scanned: Callable[[], Scan | None] = field(default=_unscanned, compare=False, repr=False)
    greeks: Callable[[], Greeks | None] = field(default=_unmeasured, compare=False, repr=False)
    is_under_price_test: Callable[[], bool] = field(default=_untested, compare=False, repr=False)
    circumstances: Callable[[], Circumstances] = field(default=_unknown, compare=False, repr=False)

    def worth(self, quantity: Decimal) -> Decimal:
        """Return what signed units are worth, before rounding; a short position is worth less than nothing."""
        return quantity * self.price * self.instrument.multiplier


Marks: TypeAlias = Mapping[InstrumentId, Mark]


def opening_of(instrument_id: InstrumentId) -> InstrumentId:
    """Return under which id the opening value of a session stands among marks, beside the closing one."""
    return InstrumentId(derived(instrument_id, OFFICIAL_OPEN))


NO_MARKS: Marks = MappingProxyType({})
