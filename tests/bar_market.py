"""A market made of bars in memory: a `Market` of core/backtest/market.py that property tests can afford."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TypeAlias

import numpy as np

from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.backtest.market import Frame
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import Command
from paperdesk.core.broker.marks import LAST_PRINT, Mark, Marks
from paperdesk.core.broker.stillness import Stillness
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.market.facts import CloseFact, MarketFact, OpenFact, Phase, RangeFact, SessionClosed
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.quotes import NO_QUOTES, Quote, Quotes
from paperdesk.core.market.sessions import Calendar, Session, calendar
from paperdesk.core.strategy.history import Column, History
from paperdesk.core.strategy.indicators import Floats
from paperdesk.core.strategy.scene import Listed

Row: TypeAlias = tuple[datetime, Phase, InstrumentId, Callable[[int], MarketFact]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(micros: int) -> datetime:
    return EPOCH + timedelta(microseconds=int(micros))


@dataclass
class BarMarket:
    """Bars of some instruments with one calendar, as facts in the order of a tape."""

    bars: Sequence[Bars]

    def __post_init__(self) -> None:
        self._of = {each.instrument.id: each for each in self.bars}
        rows = sorted(self._rows(), key=lambda row: row[:3])
        self._facts: list[MarketFact] = [make(seq) for seq, (*_, make) in enumerate(rows, start=1)]
        self._instants = [each.at for each in self._facts]
        closes = {at for at, phase, *_ in rows if phase == Phase.CLOSE}
        places = [(at, phase) for at, phase, *_ in rows]
        self._frames = [bisect_left(places, (at, Phase.SESSION_OPENED)) for at in sorted(closes)]
        prints = [each for each in self._facts if isinstance(each, OpenFact | CloseFact)]
        self._prints = {key: [each for each in prints if each.instrument_id == key] for key in self._of}
        self._seqs = {key: [each.seq for each in found] for key, found in self._prints.items()}

    def _rows(self) -> Iterator["Row"]:
        for each in self.bars:
            for row in range(len(each)):
                yield from _facts_of(each, row)
        market, key = self._calendar, self.bars[0].instrument.id
        first, last = (instant(each) for each in (self.bars[0].open_at[0], max(each.at[-1] for each in self.bars)))
        for session in market.sessions(market.day_of(first), market.day_of(last)):
            if session.closes_at <= last:
                yield session.closes_at, Phase.SESSION_CLOSED, key, partial(_bell, session)

    @property
    def _calendar(self) -> Calendar:
        return calendar(self.bars[0].instrument.calendar)

    @property
    def facts_total(self) -> int:
        return len(self._facts)

    def piece(self, cursor: int) -> int:
        return min(cursor + 500, len(self._facts))

    def facts_between(self, after: int, upto: int, instrument_ids: frozenset[InstrumentId]) -> Iterator[MarketFact]:
        for fact in self._facts[after:upto]:
            if not isinstance(fact, OpenFact | RangeFact | CloseFact) or fact.instrument_id in instrument_ids:
                yield fact

    def quiet_until(self, after: int, still: Stillness) -> int:
        ahead = self._facts[after : after + 50]
        stirs = next((each.seq for each in ahead if not still.covers(each)), after + len(ahead) + 1)
        return stirs - 1

    def marks(self, cursor: int) -> Marks:
        found = ((each.instrument, self._last(each.instrument.id, cursor)) for each in self.bars)
        return {each.id: Mark(each, last.price, LAST_PRINT, last.at) for each, last in found if last is not None}

    def quotes(self, cursor: int) -> Quotes:
        return NO_QUOTES

    def view(self, account: Account, command: Command, cursor: int, at: datetime) -> MarketView:
        market, instruments = self._calendar, {each.instrument.symbol: each.instrument for each in self.bars}
        lasts = {key: self._last(key, cursor) for key in self._of}
        quotes = {
            key: Quote(key, last.at, last.price, last.price, derived_from="bar")
            for key, last in lasts.items()
            if last is not None
        }
        return MarketView(
            cursor,
            at,
            market.is_open(at),
            market.next_close(at),
            market.next_close(at + timedelta(days=80)),
            instruments,
            quotes,
            marks=self.marks(cursor),
        )

    def next_frame(self, cursor: int) -> int | None:
        place = bisect_right(self._frames, cursor)
        return self._frames[place] if place < len(self._frames) else None

    def frames(self, after: int, upto: int) -> Iterator[Frame]:
        for cursor in self._frames[bisect_right(self._frames, after) : bisect_right(self._frames, upto)]:
            yield cursor, microseconds(self.at_of(cursor)), self.sessions_closed(cursor)

    def worths(
        self, instrument_id: InstrumentId, quantities: Sequence[Decimal], cursors: Sequence[int]
    ) -> list[Decimal | None]:
        marks = (self.marks(each).get(instrument_id) for each in cursors)
        return [None if each is None else each.worth(units) for each, units in zip(marks, quantities, strict=True)]

    def at_of(self, cursor: int) -> datetime:
        # Nothing has been told at the beginning, not even a close that is the first that is.
        began_at = self._instants[0] - timedelta(microseconds=self.bars[0].closes_alone)
        return self._instants[cursor - 1] if cursor else began_at

    def cursor_at(self, instant: datetime) -> int:
        return bisect_right(self._instants, instant)

    def instrument(self, symbol: str) -> Instrument | None:
        return next((each.instrument for each in self.bars if each.instrument.symbol == symbol), None)

    def chain(self, underlying: str, cursor: int) -> Sequence[Listed]:
        return ()

    def sessions_closed(self, cursor: int) -> int:
        return sum(isinstance(each, SessionClosed) for each in self._facts[:cursor])

    def history(self, instrument: Instrument, upto: int, timeframe: str | None = None) -> History:
        assert timeframe is None, "bars in memory are those of one timeframe"
        bars = self._of[instrument.id]
        by = 10**bars.places
        prices: dict[Column, Floats] = {
            "open": bars.open / by,
            "high": bars.high / by,
            "low": bars.low / by,
            "close": bars.close / by,
        }
        known = int(np.searchsorted(bars.at, microseconds(self.at_of(upto)), "right"))
        return History(bars.at[:known], {name: column[:known] for name, column in prices.items()})

    def _last(self, key: InstrumentId, cursor: int) -> OpenFact | CloseFact | None:
        place = bisect_right(self._seqs[key], cursor)
        return self._prints[key][place - 1] if place else None


def _bell(session: Session, seq: int) -> SessionClosed:
    return SessionClosed(seq, session.closes_at, session.on)


def _facts_of(bars: Bars, row: int) -> Iterator["Row"]:
    key = bars.instrument.id
    opened, closed = instant(bars.open_at[row]), instant(bars.at[row])

    def price(column: str) -> Decimal:
        return Decimal(int(getattr(bars, column)[row])).scaleb(-bars.places)

    if not bars.closes_alone:
        yield opened, Phase.OPEN, key, lambda seq: OpenFact(seq, opened, key, price("open"))
        yield closed, Phase.RANGE, key, lambda seq: RangeFact(seq, closed, key, price("low"), price("high"))
    yield closed, Phase.CLOSE, key, lambda seq: CloseFact(seq, closed, key, price("close"))
