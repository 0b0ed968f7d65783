"""Market data of shares, pairs and options: history by pages, the latest, snapshots.

Every price comes from the tape of the account that the key speaks for, and none from after its clock;
which feed is asked for makes no difference. What is not on the tape is left out of an answer, as at Alpaca.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Literal, NamedTuple, cast, get_args

import msgspec

from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from paperdesk.doors.alpaca import prices
from paperdesk.doors.alpaca.answers import Answer
from paperdesk.doors.alpaca.asking import Answering, Ask, Listed, Visit, When
from paperdesk.doors.alpaca.errors import MalformedQuestion, NotSpokenHere
from paperdesk.doors.alpaca.prices import Shape, Span
from paperdesk.doors.alpaca.shapes import CLASSES
from paperdesk.features.marketdata.feeds.adjust import Adjustment
from paperdesk.features.marketdata.feeds.recorded import UnknownInstrument
from paperdesk.features.marketdata.feeds.resample import Interval
from paperdesk.infra.http import decode_cursor, encode_cursor

LIMIT_DEFAULT, LIMIT_MAX = 1000, 10_000
SYMBOLS_MAX: Final = 2000
FEEDS: Final = frozenset({"sip", "iex", "delayed_sip", "otc", "boats", "overnight", "indicative", "opra", "us"})
_TIMEFRAME: Final = re.compile(r"(?P<count>[1-9][0-9]?)(?P<unit>min|t|hour|h|day|d|week|w|month|m)", re.IGNORECASE)
UNITS: Final = {
    "min": "m", "t": "m", "hour": "h", "h": "h", "day": "d", "d": "d", "week": "w", "w": "w", "month": "M", "m": "M",
}  # fmt: skip

ADJUSTMENTS: Final[Mapping[frozenset[str], Adjustment | None]] = {
    frozenset({"raw"}): None,
    frozenset({"split"}): Adjustment.SPLIT,
    frozenset({"all"}): Adjustment.ALL,
    frozenset({"split", "dividend"}): Adjustment.ALL,
}

History = Callable[[Visit, Instrument, Span], list[tuple[datetime, Shape]]]
Latest = Callable[[Visit, Instrument], Shape | None]


class PricesQuery(msgspec.Struct):
    """What requests for prices take."""

    symbols: Listed | None = None
    start: When | None = None
    end: When | None = None
    limit: int = LIMIT_DEFAULT
    sort: Literal["asc", "desc"] = "asc"
    page_token: str | None = None
    timeframe: str | None = None
    adjustment: str = "raw"
    feed: str | None = None
    currency: str = "USD"

    def check(self) -> None:
        """Refuse what this tape cannot answer, rather than answering something else."""
        if self.feed is not None and self.feed not in FEEDS:
            raise MalformedQuestion(f"invalid feed: {self.feed[:20]}")
        if self.currency != "USD":
            raise NotSpokenHere("prices are in USD")

    def span(self, visit: Visit, left: int) -> Span:
        """Return from when to when: today so far, unless the request says more."""
        start = prices.begins(visit.tape.at, "1d", visit.calendar) if self.start is None else self.start.start
        end = visit.tape.at if self.end is None else min(self.end.end, visit.tape.at)
        return Span(start, end, left, newest_first=self.sort == "desc")

    @property
    def restated(self) -> Adjustment | None:
        """Return what prices are restated for; raw ones are as the tape has them."""
        words = frozenset(self.adjustment.split(","))
        if words not in ADJUSTMENTS:
            raise NotSpokenHere(f"prices cannot be adjusted for {self.adjustment[:40]} alone")
        return ADJUSTMENTS[words]

    @property
    def interval(self) -> Interval:
        """Return how long bars are to last, in our words."""
        found = _TIMEFRAME.fullmatch(self.timeframe or "1Day")
        if found is None:
            raise MalformedQuestion(f"invalid timeframe: {self.timeframe}"[:60])
        known = [each for each in get_args(Interval) if each == found["count"] + UNITS[found["unit"].lower()]]
        if not known:
            raise NotSpokenHere(f"bars of {self.timeframe} are not made here")
        return cast("Interval", known[0])


@dataclass(frozen=True, slots=True)
class Market:
    """One of Alpaca's markets: which class of theirs is read there."""

    asset_class: str

    def instruments(self, visit: Visit, words: tuple[str, ...]) -> Iterator[Instrument]:
        """Yield what is asked for and is there, once each, by symbol."""
        if len(words) > SYMBOLS_MAX:
            raise MalformedQuestion(f"at most {SYMBOLS_MAX} symbols at once")
        for symbol in sorted({visit.symbol(word) for word in words}):
            instrument = visit.listed(symbol)
            if instrument is not None and CLASSES.get(instrument.kind) == self.asset_class:
                yield instrument


SHARES, PAIRS, OPTIONS = Market("us_equity"), Market("crypto"), Market("us_option")


HISTORIES: Final[Mapping[str, History]] = {"quotes": prices.quotes, "trades": prices.prints}
LATEST: Final[Mapping[str, Latest]] = {
    "bars": prices.latest_bar,
    "quotes": prices.latest_quote,
    "trades": prices.latest_print,
    "orderbooks": prices.latest_book,
    "snapshots": prices.snapshot,
}


class Place(NamedTuple):
    """Where a page ended: a symbol, an instant of it, and how many rows of that instant were shown."""

    symbol: str
    at: datetime | None = None
    shown: int = 0


def history(market: Market, key: str) -> Answering:
    """Return the endpoint for the history of many symbols, by pages across all of them."""
    return partial(_history, market, key)


def history_of_one(market: Market, key: str) -> Answering:
    """Return the endpoint for the history of the symbol in the path."""
    return partial(_history_of_one, market, key)


def latest(market: Market, key: str) -> Answering:
    """Return the endpoint for the newest of many symbols."""
    return partial(_latest, market, key)


def latest_of_one(market: Market, key: str) -> Answering:
    """Return the endpoint for the newest of the symbol in the path."""
    return partial(_latest_of_one, market, key)


async def _history(market: Market, key: str, ask: Ask) -> Answer:
    query = ask.query(PricesQuery)
    async with ask.visiting() as visit:
        page, token = _page(visit, market, key, query)
    return Answer({key: page, "next_page_token": token}, is_market=True)


async def _history_of_one(market: Market, key: str, ask: Ask) -> Answer:
    query = ask.query(PricesQuery)
    query.symbols = Listed(ask.named("symbol"))
    async with ask.visiting() as visit:
        page, token = _page(visit, market, key, query)
        symbol = visit.symbol(ask.named("symbol"))
    return Answer({key: page.get(symbol, []), "symbol": symbol, "next_page_token": token}, is_market=True)


def _page(visit: Visit, market: Market, key: str, query: PricesQuery) -> tuple[dict[str, list[Shape]], str | None]:
    """Return one page, symbols in order and each in time's, and the token of the next."""
    query.check()
    if not 1 <= query.limit <= LIMIT_MAX:
        raise MalformedQuestion(f"limit must be between 1 and {LIMIT_MAX}")
    place = None if query.page_token is None else decode_cursor(query.page_token, Place)
    page: dict[str, list[Shape]] = {}
    left = query.limit
    read: History = (
        partial(prices.bars, asked=prices.Bars(query.interval, query.restated)) if key == "bars" else HISTORIES[key]
    )
    for instrument in market.instruments(visit, _words(query)):
        if place is not None and instrument.symbol < place.symbol:
            continue
        seen = place if place is not None and instrument.symbol == place.symbol else Place(instrument.symbol)
        found = _unseen(visit, instrument, read, query.span(visit, left), seen)
        if found[:left]:
            page[instrument.symbol] = [shape for _, shape in found[:left]]
        if len(found) > left:
            return page, encode_cursor(*_after(found[:left], seen))
        left -= len(found)
    return page, None


def _unseen(
    visit: Visit, instrument: Instrument, read: History, span: Span, seen: Place
) -> list[tuple[datetime, Shape]]:
    """Read on from where the page before ended: at an instant of which some rows were shown already."""
    if seen.at is not None:
        start, end = max(span.start, seen.at), min(span.end, seen.at)
        span = replace(span, end=end) if span.newest_first else replace(span, start=start)
    return read(visit, instrument, replace(span, limit=span.limit + seen.shown))[seen.shown :]


def _after(shown: list[tuple[datetime, Shape]], seen: Place) -> Place:
    """Return the place behind what was shown: the last instant, and how many of that instant were."""
    if not shown:
        return seen
    last = shown[-1][0]
    already = seen.shown if last == seen.at else 0
    return Place(seen.symbol, last, already + sum(at == last for at, _ in shown))


async def _latest(market: Market, key: str, ask: Ask) -> Answer:
    query = ask.query(PricesQuery)
    async with ask.visiting() as visit:
        query.check()
        found = _now(visit, market, key, _words(query))
    # Snapshots of shares are the one answer without a name around it.
    return Answer(found if key == "snapshots" and market is SHARES else {key: found}, is_market=True)


async def _latest_of_one(market: Market, key: str, ask: Ask) -> Answer:
    query = ask.query(PricesQuery)
    async with ask.visiting() as visit:
        query.check()
        symbol = visit.symbol(ask.named("symbol"))
        found = _now(visit, market, key, (symbol,)).get(symbol)
    if found is None:
        raise UnknownInstrument(f"no {key} found for {symbol[:32]}")
    shown = found if key == "snapshots" else {key.removesuffix("s"): found}
    return Answer({"symbol": symbol, **shown}, is_market=True)


def _now(visit: Visit, market: Market, key: str, words: tuple[str, ...]) -> dict[str, Shape]:
    found = {each.symbol: LATEST[key](visit, each) for each in market.instruments(visit, words)}
    return {symbol: shape for symbol, shape in found.items() if shape is not None}


def _words(query: PricesQuery) -> tuple[str, ...]:
    if query.symbols is None:
        raise MalformedQuestion("symbols is required")
    return query.symbols.words
