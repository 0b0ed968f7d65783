"""Market facts: the only thing that orders are ever matched against.

A tape delivers facts in one total order, numbered without gaps by `seq`. A bar is three facts: its
open, its range without inner order, and its close. Facts sort by (instant, phase, instrument, source).
"""

from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Final, TypeAlias, TypeGuard

from msgspec import Struct

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.corporate_actions import CorporateAction, Moment


class Phase(IntEnum):
    """What comes first among facts of the same instant: a bar ends before the next begins."""

    RANGE = 10
    CLOSING_AUCTION = 15
    CLOSE = 20
    STATUS = 25
    QUOTE = 30
    SESSION_CLOSED = 40
    CORPORATE_ACTION = 45
    SESSION_OPENED = 50
    OPENING_AUCTION = 55
    OPEN = 60


class Auction(StrEnum):
    """The two auctions of a session."""

    OPENING = "opening"
    CLOSING = "closing"


class HaltReason(StrEnum):
    """Why trading stopped: news is coming, a price moved too far, an authority, or the whole market stands."""

    NEWS = "news"
    VOLATILITY = "volatility"
    REGULATORY = "regulatory"
    MARKET_WIDE = "market_wide"
    OTHER = "other"


class OpenFact(Struct, frozen=True, gc=False):
    """The first price of a bar, and the volume of the bar before: its own is not known at its open."""

    seq: int
    at: datetime
    instrument_id: InstrumentId
    price: Decimal
    trailing_volume: Decimal | None = None


class RangeFact(Struct, frozen=True, gc=False):
    """The lowest and highest price of a bar, and its volume; which price came first is not known."""

    seq: int
    at: datetime
    instrument_id: InstrumentId
    low: Decimal
    high: Decimal
    volume: Decimal | None = None


class CloseFact(Struct, frozen=True, gc=False):
    """The last price of a bar, and its volume where the source has any."""

    seq: int
    at: datetime
    instrument_id: InstrumentId
    price: Decimal
    volume: Decimal | None = None


class QuoteFact(Struct, frozen=True, gc=False):
    """A real quote with its sizes."""

    seq: int
    at: datetime
    instrument_id: InstrumentId
    bid: Decimal
    ask: Decimal
    bid_size: Decimal | None = None
    ask_size: Decimal | None = None


class AuctionFact(Struct, frozen=True):
    """The one price of an auction, and its volume where the source has any; only auction orders meet it."""

    seq: int
    at: datetime
    instrument_id: InstrumentId
    auction: Auction
    price: Decimal
    volume: Decimal | None = None


class TradingHalted(Struct, frozen=True):
    """Nothing of an instrument, and of the options on it, is traded from now on."""

    seq: int
    at: datetime
    instrument_id: InstrumentId
    reason: HaltReason


class TradingResumed(Struct, frozen=True):
    """An instrument that was halted is traded again from now on."""

    seq: int
    at: datetime
    instrument_id: InstrumentId


class SessionOpened(Struct, frozen=True, gc=False):
    """A regular trading session began."""

    seq: int
    at: datetime
    session_on: date


class SessionClosed(Struct, frozen=True, gc=False):
    """A regular trading session ended."""

    seq: int
    at: datetime
    session_on: date


class CorporateActionFact(Struct, frozen=True):
    """The ex-date or the payment of a corporate action came, at the beginning of its market day."""

    seq: int
    at: datetime
    action: CorporateAction
    moment: Moment

    @property
    def instrument_id(self) -> InstrumentId:
        """Return whose action it is."""
        return self.action.instrument.id


class FundingSettled(Struct, frozen=True):
    """Funding was settled at this instant; it stands before the fact whose number it has."""

    seq: int
    at: datetime


PriceFact: TypeAlias = OpenFact | RangeFact | CloseFact | QuoteFact | AuctionFact
StatusFact: TypeAlias = TradingHalted | TradingResumed
MarketFact: TypeAlias = PriceFact | StatusFact | SessionOpened | SessionClosed | CorporateActionFact | FundingSettled


_PRICES: Final = frozenset({OpenFact, RangeFact, CloseFact, QuoteFact, AuctionFact})


def is_price(fact: MarketFact) -> TypeGuard[PriceFact]:
    """Say whether a fact is a price; it is asked of all facts, and their types tell sooner than patterns do."""
    return type(fact) in _PRICES


_BEFORE_ITS_PRICES: Final = (CorporateActionFact, FundingSettled)


def priced_through(fact: MarketFact) -> int:
    """Return the number of the last fact whose prices count at a fact.

    A company acts on the close before it, without what it brings itself; funding is settled before the fact whose
    number it has.
    """
    return fact.seq - 1 if isinstance(fact, _BEFORE_ITS_PRICES) else fact.seq
