"""One session of the synthetic market with its minutes and quotes, as a dataset of its own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from typing import Final

import numpy as np

from paperdesk.core.kernel.time import microseconds
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import HaltReason, StatusFact
from paperdesk.core.market.halts import Halt, facts_of_halt
from paperdesk.core.market.instruments import Kind
from paperdesk.core.synthetic.arrays import Ints
from paperdesk.core.synthetic.daily import DailyMarket
from paperdesk.core.synthetic.minutes import MinuteBars, session_minutes
from paperdesk.core.synthetic.pauses import pauses_of
from paperdesk.core.synthetic.roster import ROSTER, VOLATILITY_INDEX, YIELDS
from paperdesk.core.synthetic.top_of_book import SIZE_PLACES, TopOfBook, quote_minutes
from paperdesk.features.marketdata.feeds.columns import ABSENT, BarColumns, Columns, QuoteColumns
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, Listing, Shape
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset
from paperdesk.features.marketdata.feeds.synthetic_columns import closes_only, once_a_day
from paperdesk.features.marketdata.feeds.synthetic_numbers import SessionNumbers

_MINUTE_US: Final = 60_000_000
_MINUTE: Final = timedelta(minutes=1)

_IS_FUND: Final = np.array([member.kind is Kind.FUND for member in ROSTER])


def numbers_of(market: DailyMarket, day: int, contracts: int) -> SessionNumbers:
    """Return how the facts of a session are numbered, without generating it."""
    listed = market.listed[day]
    return SessionNumbers(
        members=int(np.count_nonzero(listed & ~_IS_FUND)),
        once=int(np.count_nonzero(listed & _IS_FUND)) + len(YIELDS) + 1,
        minutes=session_minutes(market, day),
        contracts=contracts,
    )


def generate_session(manifest: DatasetManifest, market: DailyMarket, day: int, bars: MinuteBars) -> "GeneratedSession":
    """Return one session without its option contracts; its facts are numbered from 1."""
    found = dict(_columns(market, day, bars))
    rows = [
        (_listed_as(listing, shape), found[listing.instrument.symbol, shape])
        for listing in manifest.listings
        for shape in (Shape.BARS, Shape.QUOTES)
        if (listing.instrument.symbol, shape) in found
    ]
    listings = tuple(listing for listing, _ in rows)
    shown = GeneratedSession(replace(manifest, listings=listings), [columns for _, columns in rows])
    ids = {listing.instrument.symbol: listing.instrument.id for listing in manifest.listings}
    opens_at = market.sessions[day].opens_at
    shown.halt(
        Halt(
            ids[ROSTER[each.member].symbol],
            opens_at + each.first * _MINUTE,
            HaltReason.VOLATILITY,
            opens_at + each.last * _MINUTE,
        )
        for each in pauses_of(market, day, bars)
    )
    return shown


class GeneratedSession(RecordedDataset):
    """A session whose facts are counted before it is generated, so that a halt must not change their number."""

    halts: Sequence[Halt] = ()

    def halt(self, halts: Iterable[Halt]) -> None:
        """Hide what is dated inside halts; two of the prices that each hides tell of it instead."""
        self.halts = tuple(halts)
        for halt in self.halts:
            seqs = self.timeline.hide(self.places[halt.instrument_id], halt, len(self._statuses))
            told = zip(facts_of_halt(halt), seqs, strict=True)
            self._statuses += [replace(fact, seq=seq) for fact, seq in told]
        self._told = sorted(self._statuses, key=attrgetter("seq"))
        self._tracks.forget()

    def statuses(self, cursor: int) -> list[StatusFact]:
        """Return the halts and their ends that have been told by then, oldest first."""
        return [fact for fact in self._told if fact.seq <= cursor]


def _listed_as(listing: Listing, shape: Shape) -> Listing:
    in_parts = shape is Shape.QUOTES and listing.instrument.kind is Kind.CRYPTO
    return replace(listing, shape=shape, size_scale=SIZE_PLACES if in_parts else 0)


@dataclass(frozen=True, slots=True)
class _Clock:
    """When the minutes of a session begin and end, in microseconds since 1970."""

    begins: Ints
    ends: Ints


def _columns(market: DailyMarket, day: int, bars: MinuteBars) -> Iterator[tuple[tuple[str, Shape], Columns]]:
    quotes = quote_minutes(market, day, bars)
    begins = microseconds(market.sessions[day].opens_at) + _MINUTE_US * np.arange(bars.minutes, dtype=np.int64)
    clock, only = _Clock(begins, begins + _MINUTE_US), slice(day, day + 1)
    for number in np.flatnonzero(market.listed[day]).tolist():
        symbol = ROSTER[number].symbol
        if _IS_FUND[number]:
            yield (symbol, Shape.BARS), closes_only(clock.ends[-1:], market.bars.close[only, number])
        else:
            yield (symbol, Shape.BARS), _bars(bars, number, clock, bars.volume[number])
            yield (symbol, Shape.QUOTES), _quotes(quotes, number, clock)
    nothing = np.full(bars.minutes, ABSENT)
    yield (VOLATILITY_INDEX, Shape.BARS), _bars(bars, len(ROSTER), clock, nothing)
    for symbol, close in once_a_day(market, only, clock.ends[-1:]):
        yield (symbol, Shape.BARS), close


def _bars(bars: MinuteBars, row: int, clock: _Clock, volume: Ints) -> BarColumns:
    prices = (bars.open[row], bars.high[row], bars.low[row], bars.close[row])
    return BarColumns(clock.begins, clock.ends, *prices, volume)


def _quotes(quotes: TopOfBook, row: int, clock: _Clock) -> QuoteColumns:
    sizes = (quotes.bid_size[row], quotes.ask_size[row])
    return QuoteColumns(clock.ends, quotes.bid[row], quotes.ask[row], *sizes)
