"""The port that vendors of live market prices come through, and the values they give.

A value says only what its vendor said: what is missing is None, and an answer that is not as documented is a
failure and never a number. Every answer carries where it came from.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Generic, Literal, Protocol, TypeAlias, TypeVar

from paperdesk.core.market.facts import HaltReason
from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.options import OptionContract
from paperdesk.infra.outbound import Line

T = TypeVar("T")

BarLength: TypeAlias = Literal["1m", "5m", "15m", "1h", "1d"]
LASTS: Mapping[BarLength, timedelta] = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
}
PAGE_BARS = 1500
"""The bars of one page, and so of one step of a long history."""


class Subject(StrEnum):
    """What can be asked of vendors; each has a row of vendors of its own that are asked in turn."""

    QUOTES = "quotes"
    BARS = "bars"
    CHAINS = "chains"
    INSTRUMENTS = "instruments"
    ACTIONS = "actions"
    YIELDS = "yields"
    HALTS = "halts"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an answer came from: vendor, its feed, when it answered, and whether its prices are delayed."""

    vendor: str
    feed: str
    as_of: datetime
    is_delayed: bool


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """What a vendor told, and where that came from."""

    value: T
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What a symbol did in a session, as far as its vendor tells."""

    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    close: Decimal | None
    volume: Decimal | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The latest a vendor knows of a symbol: its quote, its last print and its session, each with its own instant."""

    symbol: str
    bid: Decimal | None = None
    ask: Decimal | None = None
    bid_size: Decimal | None = None
    ask_size: Decimal | None = None
    quoted_at: datetime | None = None
    last: Decimal | None = None
    last_size: Decimal | None = None
    printed_at: datetime | None = None
    day: DayFigures | None = None
    previous_close: Decimal | None = None


@dataclass(frozen=True, slots=True)
class VendorBar:
    """One bar of history; `opens_at` is the instant it opened, or the midnight of its market day."""

    opens_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal | None


@dataclass(frozen=True, slots=True)
class BarsAsked:
    """Which bars are wanted: start is included, end is not; `page` is what the page before gave."""

    symbol: str
    length: BarLength
    start: datetime
    end: datetime
    page: str | None = None


@dataclass(frozen=True, slots=True)
class BarPage:
    """Bars, oldest first, and what to ask the next page with; None on the last one."""

    bars: Sequence[VendorBar]
    next_page: str | None


@dataclass(frozen=True, slots=True)
class Sensitivities:
    """What a vendor's own model says of an option; None where it says nothing."""

    delta: Decimal | None
    gamma: Decimal | None
    theta: Decimal | None
    vega: Decimal | None


@dataclass(frozen=True, slots=True)
class ContractSnapshot:
    """One contract of a chain with its latest quote and the vendor's own figures."""

    contract: OptionContract
    snapshot: Snapshot
    implied_volatility: Decimal | None = None
    sensitivities: Sensitivities | None = None
    open_interest: int | None = None


@dataclass(frozen=True, slots=True)
class FoundInstrument:
    """An instrument that a vendor knows."""

    symbol: str
    name: str
    kind: Kind
    exchange: str | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class VendorAction:
    """A cash dividend (amount) or a split (new units for old ones) as a vendor tells it."""

    symbol: str
    ex_on: date
    pay_on: date | None = None
    announced_on: date | None = None
    amount: Decimal | None = None
    is_special: bool = False
    new_units: Decimal | None = None
    old_units: Decimal | None = None


@dataclass(frozen=True, slots=True)
class VendorStatus:
    """Whether a symbol trades from an instant on: halted for a reason, or, with None, resumed."""

    symbol: str
    at: datetime
    halted_for: HaltReason | None


@dataclass(frozen=True, slots=True)
class YieldOn:
    """A yield of one day in percent; None on a day for which none was published."""

    series: str
    on: date
    percent: Decimal | None


class Vendor(Protocol):
    """A vendor with one key: what it is called, what it tells, and the way to it."""

    name: ClassVar[str]
    tells: ClassVar[frozenset[Subject]]
    line: Line

    async def probe(self) -> Provenance:
        """Ask the least there is to ask, to see whether the key is good. Raises a VendorFailure."""


class TellsQuotes(Vendor, Protocol):
    """A vendor of latest quotes and prints."""

    async def snapshots(self, symbols: Sequence[str]) -> Told[Mapping[str, Snapshot]]:
        """Return the latest of each symbol that the vendor knows. Raises a VendorFailure."""


class TellsBars(Vendor, Protocol):
    """A vendor of history."""

    async def bars(self, asked: BarsAsked) -> Told[BarPage]:
        """Return one page of raw bars. Raises a VendorFailure."""


class TellsChains(Vendor, Protocol):
    """A vendor of option chains."""

    async def chain(self, underlying: str, expires_on: date | None = None) -> Told[Sequence[ContractSnapshot]]:
        """Return the listed contracts by expiry, strike and right. Raises a VendorFailure."""


class TellsInstruments(Vendor, Protocol):
    """A vendor of reference facts."""

    async def instruments(self, words: str) -> Told[Sequence[FoundInstrument]]:
        """Return what has the words in its symbol or name, by symbol. Raises a VendorFailure."""


class TellsActions(Vendor, Protocol):
    """A vendor of corporate actions."""

    async def actions(self, symbol: str, start: date, end: date) -> Told[Sequence[VendorAction]]:
        """Return dividends and splits by ex-date, both ends included. Raises a VendorFailure."""


class TellsHalts(Vendor, Protocol):
    """A vendor that says when trading is halted and resumed, as it happens."""

    def halts(self, symbols: Sequence[str]) -> AsyncIterator[Sequence[VendorStatus]]:
        """Yield nothing once it listens, then what happens to symbols. Raises a VendorFailure."""


class TellsYields(Vendor, Protocol):
    """A vendor of Treasury yields."""

    async def yields(self, series: str, start: date, end: date) -> Told[Sequence[YieldOn]]:
        """Return the published yields by day, both ends included. Raises a VendorFailure."""
