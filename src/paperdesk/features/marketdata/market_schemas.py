"""What reads of a market day look like from outside."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, get_args

from pydantic import BaseModel, Field

from paperdesk.core.market.facts import AuctionFact, QuoteFact
from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.quotes import Quote
from paperdesk.features.marketdata.action_schemas import CorporateActionOut
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.manifest import Listing, SourceKind
from paperdesk.features.marketdata.feeds.resample import Interval, minutes_of
from paperdesk.features.marketdata.market_reads import LACKS_DEPTH, DayQuery, DayRows, Figures, PrintFact
from paperdesk.features.marketdata.queries import known_actions
from paperdesk.features.marketdata.schemas import InstrumentOut
from paperdesk.features.marketdata.tapes import Tape
from paperdesk.infra.http import NumberText


class PastQuoteOut(BaseModel):
    """A quote that stood from an instant on."""

    at: datetime
    bid: NumberText
    ask: NumberText
    bid_size: NumberText | None
    ask_size: NumberText | None


class PastQuotesOut(BaseModel):
    """The newest quotes of a symbol on a market day, oldest first; null with a reason where there are none."""

    source: SourceKind
    symbol: str
    on: date
    items: list[PastQuoteOut] | None
    reason: str | None

    @classmethod
    def of(cls, asked: DayQuery, source: SourceKind, found: DayRows[QuoteFact]) -> "PastQuotesOut":
        """Show quotes."""
        names = PastQuoteOut.model_fields
        items = (
            None if found.rows is None else [PastQuoteOut(**{n: getattr(row, n) for n in names}) for row in found.rows]
        )
        return cls(source=source, symbol=asked.symbol, on=found.on, items=items, reason=found.reason)


class PrintKind(StrEnum):
    """One trade, an auction, or the last of all trades since a live source was asked before, with their volume."""

    TRADE = "trade"
    OPENING_AUCTION = "opening_auction"
    CLOSING_AUCTION = "closing_auction"
    MERGED = "merged"


class PrintOut(BaseModel):
    """What was paid, and for how much where the source tells."""

    at: datetime
    kind: PrintKind
    price: NumberText
    size: NumberText | None

    @classmethod
    def of(cls, row: PrintFact, source: SourceKind) -> "PrintOut":
        """Show a print."""
        if isinstance(row, AuctionFact):
            kind = PrintKind(f"{row.auction.value}_auction")
        else:
            kind = PrintKind.MERGED if source is SourceKind.LIVE else PrintKind.TRADE
        return cls(at=row.at, kind=kind, price=row.price, size=row.volume)


class PrintsOut(BaseModel):
    """The newest prints of a symbol on a market day, oldest first; null with a reason where there are none."""

    source: SourceKind
    symbol: str
    on: date
    items: list[PrintOut] | None
    reason: str | None

    @classmethod
    def of(cls, asked: DayQuery, source: SourceKind, found: DayRows[PrintFact]) -> "PrintsOut":
        """Show prints."""
        if found.rows is None:
            return cls(source=source, symbol=asked.symbol, on=found.on, items=None, reason=found.reason)
        items = [PrintOut.of(row, source) for row in found.rows]
        return cls(source=source, symbol=asked.symbol, on=found.on, items=items, reason=None)


class HoursOut(BaseModel):
    """When an instrument's market trades: the session that is open, or the next one."""

    calendar: str
    is_open: bool
    session_on: date
    opens_at: datetime
    closes_at: datetime


class FactsOut(BaseModel):
    """What there is to know of a symbol by the tape's time; null with a reason where no source tells it."""

    source: SourceKind
    instrument: InstrumentOut
    hours: HoursOut
    events: list[CorporateActionOut] = Field(description="The corporate actions that have been announced by now.")
    ratings: None = Field(description="What analysts advise; no source tells it.")
    ratings_reason: str
    figures: None = Field(description="Earnings, shares outstanding and the like; no source tells them.")
    figures_reason: str

    @classmethod
    def of(cls, tape: Tape, dataset: Dataset, listing: Listing) -> "FactsOut":
        """Show what is known of a listing."""
        session = dataset.calendar.session_at(tape.at) or dataset.calendar.next_session(tape.at)
        hours = HoursOut(
            calendar=dataset.calendar.name,
            is_open=dataset.calendar.is_open(tape.at),
            session_on=session.on,
            opens_at=session.opens_at,
            closes_at=session.closes_at,
        )
        events = [CorporateActionOut.of(each) for each in known_actions(tape, dataset, [listing.instrument.symbol])]
        instrument = InstrumentOut.of(listing, dataset.manifest.kind)
        return cls(
            source=dataset.manifest.kind,
            instrument=instrument,
            hours=hours,
            events=events,
            ratings=None,
            ratings_reason="no source tells ratings",
            figures=None,
            figures_reason="no source tells figures of companies",
        )


class SectorOut(BaseModel):
    """A sector, and the companies in it that the tape has shown."""

    sector: str
    symbols: list[str]


class SectorsOut(BaseModel):
    """Companies by sector; null with a reason where the tape's source told none."""

    source: SourceKind
    items: list[SectorOut] | None
    reason: str | None

    @classmethod
    def of(cls, source: SourceKind, found: Mapping[str, Sequence[str]] | None) -> "SectorsOut":
        """Show sectors."""
        if found is None:
            return cls(source=source, items=None, reason="the source of this tape told no sectors")
        items = [SectorOut(sector=name, symbols=list(symbols)) for name, symbols in found.items()]
        return cls(source=source, items=items, reason=None)


class LevelOut(BaseModel):
    """A price of the book, and how much stands there."""

    price: NumberText
    size: NumberText


class DepthOut(BaseModel):
    """The book of a symbol as far as the tape has it, best price first; null with a reason where it has none."""

    source: SourceKind
    symbol: str
    at: datetime | None
    bids: list[LevelOut] | None
    asks: list[LevelOut] | None
    levels: int = Field(description="How many levels the tape has: none, or the best alone.")
    reason: str | None

    @classmethod
    def of(cls, symbol: str, source: SourceKind, quote: Quote | None) -> "DepthOut":
        """Show the best level where its sizes are known."""
        if quote is None or quote.bid_size is None or quote.ask_size is None:
            return cls(source=source, symbol=symbol, at=None, bids=None, asks=None, levels=0, reason=LACKS_DEPTH)
        return cls(
            source=source,
            symbol=symbol,
            at=quote.at,
            bids=[LevelOut(price=quote.bid, size=quote.bid_size)],
            asks=[LevelOut(price=quote.ask, size=quote.ask_size)],
            levels=1,
            reason=None,
        )


class FiguresOut(BaseModel):
    """What an instrument did in the last 24 hours, in today's shares; null with a reason where that is not known."""

    symbol: str
    name: str
    kind: Kind
    open: NumberText | None
    high: NumberText | None
    low: NumberText | None
    last: NumberText | None
    last_at: datetime | None
    volume: NumberText | None
    base: NumberText | None = Field(description="The last price before the 24 hours began.")
    change: NumberText | None
    change_percent: NumberText | None
    reason: str | None

    @classmethod
    def of(cls, found: Figures) -> "FiguresOut":
        """Show figures."""
        return cls(**{name: getattr(found, name) for name in cls.model_fields})


class StatisticsOut(BaseModel):
    """24-hour figures as of the tape's time, by symbol."""

    source: SourceKind
    at: datetime
    items: list[FiguresOut]


class MoversOut(BaseModel):
    """What rose most, what fell most and what most changed hands of in the last 24 hours."""

    source: SourceKind
    at: datetime
    gainers: list[FiguresOut]
    losers: list[FiguresOut]
    most_active: list[FiguresOut]


class KindOut(BaseModel):
    """A kind of market data: whether the tape has it, else why not, and where it is read."""

    kind: Literal["bars", "quotes", "prints", "depth", "corporate_actions", "options", "figures"]
    read_at: str
    is_there: bool
    reason: str | None


class IntervalOut(BaseModel):
    """An interval of bars: so many minutes counted from a session's open, or whole sessions where null."""

    interval: Interval
    minutes: int | None


class CatalogueOut(BaseModel):
    """The kinds of data and the intervals that a tape can be asked for."""

    kinds: list[KindOut]
    intervals: list[IntervalOut]

    @classmethod
    def of(cls, dataset: Dataset) -> "CatalogueOut":
        """Show what a tape declares to have."""
        fields = frozenset(dataset.manifest.fields)
        has_prices = not fields.isdisjoint({"close", "print"})
        lacks_prices = None if has_prices else "this tape has quotes only"
        is_live = dataset.manifest.kind is SourceKind.LIVE
        has_prints = "print" in fields or is_live or dataset.manifest.auctions_hash is not None
        lacks_quotes = None if "bid" in fields else "this tape has no quotes of its own"
        rows: Sequence[tuple[str, str, str | None]] = (
            ("bars", "/v1/bars", lacks_prices),
            ("quotes", "/v1/quotes/history", lacks_quotes),
            ("prints", "/v1/prints", None if has_prints else "this tape has no single prints"),
            ("depth", "/v1/depth", lacks_quotes),
            ("corporate_actions", "/v1/tapes/{tape_id}/corporate-actions", None),
            ("options", "/v1/options/chain", None),
            ("figures", "/v1/statistics", lacks_prices),
        )
        kinds = [
            KindOut.model_validate({"kind": kind, "read_at": path, "is_there": reason is None, "reason": reason})
            for kind, path, reason in rows
        ]
        intervals = [IntervalOut(interval=each, minutes=minutes_of(each)) for each in get_args(Interval)]
        return cls(kinds=kinds, intervals=intervals)
