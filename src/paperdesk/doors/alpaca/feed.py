"""What a market data stream sends while a tape moves: quotes, prints, bars that are over; and the test stream.

A bar is told as `b` where the tape knows bars of a minute, and as `d` once its day is over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from paperdesk.core.kernel.time import instant_from_text
from paperdesk.core.market.facts import CloseFact, OpenFact, QuoteFact
from paperdesk.core.market.instruments import Instrument, Kind, instrument_id
from paperdesk.core.market.quotes import Bar, Quote
from paperdesk.doors.alpaca import prices
from paperdesk.doors.alpaca.asking import Visit
from paperdesk.doors.alpaca.marketdata import Market
from paperdesk.features.marketdata.feeds.resample import BarsDoNotFit, Interval

CHANNELS: Final = ("trades", "quotes", "bars", "updatedBars", "dailyBars", "statuses", "lulds", "orderbooks", "news")
# What comes with prints without being asked for; nothing on a tape is ever corrected.
IMPLIED: Final = ("corrections", "cancelErrors")
BARS: Final[Mapping[str, tuple[str, Interval]]] = {"bars": ("b", "1m"), "dailyBars": ("d", "1d")}
EVERYTHING: Final = "*"
FAKE: Final = "FAKEPACA"
FAKE_ID: Final = instrument_id(Kind.EQUITY, FAKE, "24/7")
FAKE_PRICE, FAKE_STEP, FAKE_SIZE = Decimal(100), Decimal("0.01"), Decimal(1)

Told = dict[str, Any]


@dataclass(slots=True)
class Wishes:
    """What a client subscribed to, by channel."""

    by_channel: dict[str, set[str]] = field(default_factory=lambda: {channel: set[str]() for channel in CHANNELS})

    def add(self, channel: str, symbols: list[str]) -> None:
        """Subscribe to symbols of a channel."""
        self.by_channel[channel].update(symbols)

    def remove(self, channel: str, symbols: list[str]) -> None:
        """Unsubscribe from symbols of a channel."""
        self.by_channel[channel].difference_update(symbols)

    def wants(self, channel: str, symbol: str) -> bool:
        """Say whether a channel is followed for a symbol."""
        return not self.by_channel[channel].isdisjoint({symbol, EVERYTHING})

    @property
    def size(self) -> int:
        """Return how many symbols are followed in all."""
        return sum(map(len, self.by_channel.values()))

    def shown(self) -> Told:
        """Show everything that is subscribed to."""
        lists = {channel: sorted(symbols) for channel, symbols in self.by_channel.items()}
        return {"T": "subscription", **lists, **dict.fromkeys(IMPLIED, lists["trades"])}


@dataclass(slots=True)
class Feed:
    """What of a tape was told already: facts up to a cursor, and bars that ended up to an instant."""

    market: Market
    cursor: int
    at: datetime

    def news(self, visit: Visit, wishes: Wishes) -> Iterator[Told]:
        """Yield what the tape brought since, of what is wished for; prices in its order, then bars by symbol."""
        followed = {each.id: each for each in self._followed(visit, wishes)}
        if followed:
            for fact in visit.dataset.facts_between(self.cursor, visit.tape.cursor, frozenset(followed)):
                if isinstance(fact, QuoteFact | OpenFact | CloseFact):
                    yield from _told(visit, fact, followed[fact.instrument_id], wishes)
            for instrument in followed.values():
                yield from self._bars(visit, instrument, wishes)
        self.cursor, self.at = visit.tape.cursor, visit.tape.at

    def _followed(self, visit: Visit, wishes: Wishes) -> Iterator[Instrument]:
        symbols = set[str]().union(*wishes.by_channel.values())
        if EVERYTHING in symbols:
            symbols = {each.instrument.symbol for each in visit.dataset.search("", visit.tape.cursor)}
        yield from self.market.instruments(visit, tuple(symbols))

    def _bars(self, visit: Visit, instrument: Instrument, wishes: Wishes) -> Iterator[Told]:
        for channel, (letter, interval) in BARS.items():
            if wishes.wants(channel, instrument.symbol):
                for shape in self._ended(visit, instrument, interval):
                    yield _stamped(letter, instrument.symbol, shape)

    def _ended(self, visit: Visit, instrument: Instrument, interval: Interval) -> list[prices.Shape]:
        """Return the bars that ended since; a tape of days has no minutes."""
        try:
            return prices.ended(visit, instrument, interval, self.at)
        except BarsDoNotFit:
            return []


def _told(
    visit: Visit, fact: QuoteFact | OpenFact | CloseFact, instrument: Instrument, wishes: Wishes
) -> Iterator[Told]:
    symbol = instrument.symbol
    if isinstance(fact, QuoteFact):
        if wishes.wants("quotes", symbol):
            yield _stamped("q", symbol, prices.quote_shape(prices.quote_of(fact)))
        if wishes.wants("orderbooks", symbol):
            yield _stamped("o", symbol, prices.book_shape(prices.quote_of(fact)))
    elif wishes.wants("trades", symbol):
        yield _stamped("t", symbol, prices.print_shape(fact, has_size=prices.has_sizes(visit, instrument)))


def fake_news(number: int, at: datetime, wishes: Wishes) -> Iterator[Told]:
    """Yield what the test stream tells of the one symbol it knows, the n-th time."""
    price = FAKE_PRICE + number * FAKE_STEP
    fact = CloseFact(number, at, FAKE_ID, price, FAKE_SIZE)
    quote = Quote(FAKE_ID, at, price, price + FAKE_STEP, FAKE_SIZE, FAKE_SIZE)
    shapes = {
        "trades": ("t", prices.print_shape(fact, has_size=True)),
        "quotes": ("q", prices.quote_shape(quote)),
        "bars": ("b", prices.bar_shape(at, Bar(FAKE_ID, at, price, price, price, price, FAKE_SIZE))),
    }
    for channel, (letter, shape) in shapes.items():
        if wishes.wants(channel, FAKE):
            yield _stamped(letter, FAKE, shape)


def _stamped(letter: str, symbol: str, shape: prices.Shape) -> Told:
    return {"T": letter, "S": symbol, **shape, "t": instant_from_text(shape["t"])}
