"""A market as it happens: facts numbered as they are delivered, and everything a tape asks of a dataset.

The numbers are the order of delivery, so a tape that plays the recording again meets the same facts. The clock is
that of whoever records: it runs while a vendor is silent, and then nothing is delivered.
"""

import asyncio
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Final

import numpy as np

from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import CorporateAction
from paperdesk.core.market.facts import (
    CloseFact,
    CorporateActionFact,
    MarketFact,
    OpenFact,
    PriceFact,
    QuoteFact,
    RangeFact,
    SessionClosed,
    SessionOpened,
    StatusFact,
    TradingHalted,
)
from paperdesk.core.market.instruments import Instrument, related
from paperdesk.core.market.merge import place_of
from paperdesk.core.market.quotes import Bar, Quote
from paperdesk.core.market.sessions import Calendar, Session, calendar
from paperdesk.features.marketdata.feeds.actions import with_adjusted
from paperdesk.features.marketdata.feeds.bar_rows import EVERY_BAR, BarRows, BarsWanted
from paperdesk.features.marketdata.feeds.columns import ABSENT, BarColumns, Columns
from paperdesk.features.marketdata.feeds.live_actions import Companies
from paperdesk.features.marketdata.feeds.live_facts import Seen
from paperdesk.features.marketdata.feeds.live_instruments import watched_instrument
from paperdesk.features.marketdata.feeds.live_journal import Delivery, Journal
from paperdesk.features.marketdata.feeds.live_steps import LiveSteps
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, Listing, Shape
from paperdesk.features.marketdata.feeds.timeline import Landmark, StepUnit

SCALE: Final = 6
SIZE_SCALE: Final = 3


class UnwatchedInstrument(NotFound):
    """The live tape does not watch this instrument."""


class LiveDataset:
    """The recording of a live market, which grows."""

    def __init__(self, manifest: DatasetManifest, journal: Journal) -> None:
        """Read what has been delivered."""
        self.manifest = manifest
        self.calendar: Calendar = calendar(manifest.calendar)
        self.companies = Companies(self.calendar)
        self.journal = journal
        self.watched: list[str] = []
        self.seen: dict[InstrumentId, Seen] = {}
        self.live_until: datetime | None = None
        self.halts_doubted_since: datetime | None = None
        self._statuses: list[StatusFact] = []
        self._instruments: dict[InstrumentId, Instrument] = {}
        self._by_symbol: dict[str, Instrument] = {}
        self._facts: list[MarketFact] = []
        self._at: list[datetime] = []
        self._begun_at: datetime | None = None
        self._turn = asyncio.Lock()
        self._of: dict[InstrumentId, list[int]] = defaultdict(list)
        self._steps = LiveSteps()
        self.catch_up()

    def catch_up(self) -> None:
        """Take in what another process delivered since; a delivery of our own does so itself."""
        if self._turn.locked():
            return
        for delivery in self.journal.news():
            self._take(delivery)

    async def deliver(self, delivery: Delivery) -> None:
        """Record a delivery durably, then show it; one at a time."""
        async with self._turn:
            missed = await asyncio.to_thread(self.journal.append, delivery)
            for each in (*missed, delivery):
                self._take(each)

    def bells_until(self, now: datetime) -> list[MarketFact]:
        """Return the bells and the acts of companies that have come since the clock was looked at, unnumbered."""
        since = self.live_until
        if since is None or since >= now:
            return []
        market = self.calendar
        found: list[MarketFact] = list(self.companies.due(since, now))
        for session in market.sessions(market.day_of(since), market.day_of(now)):
            if since < session.opens_at <= now:
                found.append(SessionOpened(0, session.opens_at, session.on))
            if since < session.closes_at <= now:
                found.append(SessionClosed(0, session.closes_at, session.on))
        return sorted(found, key=place_of)

    def _take(self, delivery: Delivery) -> None:
        if delivery.watched:
            self._watch(delivery.watched)
        for word in delivery.words:
            self.companies.hear(word)
        if delivery.watched or delivery.words:
            self._instruments = with_adjusted(self._by_symbol.values(), self.actions)
        for fact in delivery.facts:
            self._number(fact)
        self._steps.note(self._facts, self._at, len(delivery.facts))
        self.seen |= delivery.seen
        self._begun_at = self._begun_at or delivery.at
        self.live_until = max(delivery.at, self.live_until or delivery.at)

    def _watch(self, symbols: Iterable[str]) -> None:
        for symbol in symbols:
            if symbol not in self._by_symbol:
                self.watched.append(symbol)
                self._by_symbol[symbol] = watched_instrument(symbol, self.manifest.calendar)
        plain = related(self._by_symbol.values())
        self._by_symbol = {one.symbol: one for one in plain}
        self.companies.watch(each for each in plain if each.contract is not None)

    def _number(self, fact: MarketFact) -> None:
        seq = len(self._facts) + 1
        # What took its time to be written comes after what was written before it, on every reading.
        at = max(fact.at, self._at[-1]) if self._at else fact.at
        if isinstance(fact, CorporateActionFact):
            fact = CorporateActionFact(seq, at, self.companies.with_series(fact.action), fact.moment)
            self.companies.note(fact)
        numbered = replace(fact, seq=seq, at=at)
        self._facts.append(numbered)
        self._at.append(at)
        if isinstance(numbered, StatusFact):
            self._statuses.append(numbered)
        if isinstance(fact, RangeFact | CloseFact | QuoteFact):
            self._of[fact.instrument_id].append(seq)

    @property
    def facts_total(self) -> int:
        """Return the number of the last fact that was delivered."""
        return len(self._facts)

    @property
    def starts_from(self) -> datetime:
        """Return when the recording began."""
        assert self._begun_at is not None, "a live dataset begins with what it watches"
        return self._begun_at

    @property
    def instruments(self) -> Mapping[InstrumentId, Instrument]:
        """Return every instrument that is watched, and the option series that companies made of some."""
        return self._instruments

    @property
    def actions(self) -> Sequence[CorporateAction]:
        """Return what has been heard of companies."""
        return self.companies.actions

    def by_symbol(self, symbol: str) -> Instrument | None:
        """Return the instrument of a symbol that is watched."""
        return self._by_symbol.get(symbol)

    def first_on(self, instrument_id: InstrumentId) -> date:
        """Return the market day of an instrument's first fact."""
        return self.calendar.day_of(self._at[self._seqs(instrument_id)[0] - 1])

    def listed(self, instrument_id: InstrumentId, cursor: int) -> bool:
        """Say whether the instrument has had a price by then."""
        return self._last(instrument_id, cursor) is not None

    def search(self, words: str, cursor: int) -> list[Listing]:
        """Return what has had a price by then and has the words in its symbol, by symbol."""
        sought = words.strip().casefold()
        found = [
            one for one in self._instruments.values() if sought in one.symbol.casefold() and self.listed(one.id, cursor)
        ]
        found.sort(key=lambda one: one.symbol)
        return [Listing(one, Shape.QUOTES, SCALE, SIZE_SCALE, 0, self.first_on(one.id)) for one in found]

    def chain(self, underlying: str, cursor: int) -> list[Instrument]:
        """Return the watched option contracts on an underlying that are quoted by then and have not expired."""
        today = self.calendar.day_of(self.at_of(cursor))
        found = [
            (each.contract, each)
            for each in self._instruments.values()
            if each.contract is not None and each.contract.root == underlying and each.contract.expires_on >= today
        ]
        found.sort(key=lambda pair: (pair[0].expires_on, pair[0].strike, pair[0].right))
        return [each for _, each in found if self.listed(each.id, cursor)]

    def ahead(self, cursor: int, facts: int) -> int:
        """Return the cursor so many facts on, or the last one."""
        return min(cursor + facts, self.facts_total)

    def cursor_at(self, instant: datetime) -> int:
        """Return the number of the last fact at or before an instant, 0 before the first."""
        return bisect_right(self._at, instant)

    def at_of(self, seq: int) -> datetime:
        """Return the instant of a fact; 0 stands where the recording began."""
        return self._at[seq - 1] if seq else self.starts_from

    def next_step(self, cursor: int, unit: StepUnit, count: int = 1) -> int | None:
        """Return the cursor `count` facts, quotes, bars or sessions on, or None at the very end."""
        if cursor >= self.facts_total:
            return None
        if unit == "fact":
            return self.ahead(cursor, count)
        found = self._steps.after(cursor, unit, count)
        return self.facts_total if found is None else found

    def next_of(self, cursor: int, landmark: Landmark) -> int | None:
        """Return the cursor at the next open or close, or None without one."""
        return self._steps.next_of(cursor, landmark)

    def sessions_closed(self, cursor: int) -> int:
        """Return how many sessions have closed by then."""
        return self._steps.sessions_closed(cursor)

    def session_at(self, cursor: int) -> Session | None:
        """Return the session that has opened and not yet closed by then."""
        if cursor == 0:
            return self.calendar.session_at(self.starts_from)
        return self.calendar.session_at(self.at_of(cursor))

    def statuses(self, cursor: int) -> Sequence[StatusFact]:
        """Return the halts and their ends that have been told by then, oldest first."""
        return self._statuses[: bisect_right(self._statuses, cursor, key=attrgetter("seq"))]

    def own_halt(self, instrument_id: InstrumentId) -> TradingHalted | None:
        """Return the halt that an instrument itself stands in now."""
        last = next((each for each in reversed(self._statuses) if each.instrument_id == instrument_id), None)
        return last if isinstance(last, TradingHalted) else None

    def facts_between(
        self, after: int, upto: int, instrument_ids: frozenset[InstrumentId] | None = None
    ) -> Iterator[MarketFact]:
        """Yield facts with after < seq <= upto: bells, actions, statuses, and prices of the instruments (None: all)."""
        for fact in self._facts[after : min(upto, self.facts_total)]:
            if not isinstance(fact, PriceFact) or instrument_ids is None or fact.instrument_id in instrument_ids:
                yield fact

    def bars(
        self,
        instrument_id: InstrumentId,
        cursor: int,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int | None = None,
    ) -> list[Bar]:
        """Return the newest `limit` bars with start <= at < end, oldest first: one for each delivery with a print."""
        rows = self.closed_bars(instrument_id, cursor)
        return rows.bars(start, end, limit) if rows else []

    def closed_bars(
        self,
        instrument_id: InstrumentId,
        cursor: int,
        wanted: BarsWanted = EVERY_BAR,  # noqa: ARG002 - has all at hand
    ) -> BarRows | None:
        """Return what was printed by then, a bar for each delivery; None for what was only quoted."""
        columns = self._bar_columns(instrument_id, cursor)
        return BarRows(instrument_id, SCALE, SIZE_SCALE, columns) if len(columns.at) else None

    def known_rows(self, instrument_id: InstrumentId, cursor: int) -> Columns:
        """Return what was printed by then."""
        return self._bar_columns(instrument_id, cursor)

    def last_close(self, instrument_id: InstrumentId, cursor: int) -> Bar | None:
        """Return the last delivery with a print by then, as wide as the range that came with it."""
        last = self._last(instrument_id, cursor, CloseFact)
        if not isinstance(last, CloseFact):
            return None
        before = self._last(instrument_id, last.seq - 1)
        spread = before if isinstance(before, RangeFact) and before.at == last.at else None
        low, high = (spread.low, spread.high) if spread else (last.price, last.price)
        return Bar(instrument_id, last.at, last.price, last.price, high, low, last.volume)

    def last_closes(self, instruments: Sequence[Instrument], cursor: int) -> list[Bar | None]:
        """Return the last bar that each of many instruments has closed by then, None where there is none."""
        return [self.last_close(each.id, cursor) for each in instruments]

    def previous_close(self, instrument_id: InstrumentId, cursor: int) -> Bar | None:
        """Return the last print of the session before the one that opened last."""
        opened = bisect_right(self._steps.opens, cursor)
        bar = self.last_close(instrument_id, self._steps.opens[opened - 1] - 1) if opened else None
        if bar is None:
            return None
        closed = self.cursor_at(bar.at)
        return replace(bar, close=self._price_at(instrument_id, bar.close, (closed, cursor)))

    def last_price_fact(self, instrument_id: InstrumentId, cursor: int) -> PriceFact | None:
        """Return the last range, print or quote of an instrument by then."""
        return self._last(instrument_id, cursor)

    def last_quote(self, instrument_id: InstrumentId, cursor: int) -> Quote | None:
        """Return the last real quote of an instrument by then, with the instant it was delivered at."""
        fact = self._last(instrument_id, cursor, QuoteFact)
        if not isinstance(fact, QuoteFact):
            return None
        bid, ask = (self._price_at(instrument_id, price, (fact.seq, cursor)) for price in (fact.bid, fact.ask))
        derived_from = None if (bid, ask) == (fact.bid, fact.ask) else "ex_date"
        return Quote(instrument_id, fact.at, bid, ask, fact.bid_size, fact.ask_size, derived_from)

    def last_quotes(self, instruments: Sequence[Instrument], cursor: int) -> list[Quote | None]:
        """Return the last real quote of each of many instruments by then, None where there is none."""
        return [self.last_quote(each.id, cursor) for each in instruments]

    def last_print(self, instrument_id: InstrumentId, cursor: int) -> OpenFact | CloseFact | None:
        """Return the last print of an instrument by then."""
        fact = self._last(instrument_id, cursor, CloseFact)
        if not isinstance(fact, CloseFact):
            return None
        return replace(fact, price=self._price_at(instrument_id, fact.price, (fact.seq, cursor)))

    def closes_session(self, instant: datetime) -> bool:
        """Say whether an instant is the close of a session."""
        session = self.calendar.session_on(self.calendar.day_of(instant))
        return session is not None and session.closes_at == instant

    def has_bells(self, after: int, upto: int) -> bool:
        """Say whether a session opens or closes, or a company acts, in the facts with after < seq <= upto."""
        return self._steps.has_bells(after, upto)

    def _price_at(self, instrument_id: InstrumentId, price: Decimal, span: tuple[int, int]) -> Decimal:
        return self.companies.price_at(self.instruments[instrument_id], price, span)

    def _seqs(self, instrument_id: InstrumentId) -> list[int]:
        if instrument_id not in self.instruments:
            raise UnwatchedInstrument(f"The tape does not watch {instrument_id}.", id=str(instrument_id))
        return self._of[instrument_id]

    def _last(self, instrument_id: InstrumentId, cursor: int, kind: type[PriceFact] | None = None) -> PriceFact | None:
        seqs = self._seqs(instrument_id)
        for place in range(bisect_right(seqs, cursor) - 1, -1, -1):
            fact = self._facts[seqs[place] - 1]
            if kind is None or isinstance(fact, kind):
                assert isinstance(fact, PriceFact), "an instrument's fact is a price"
                return fact
        return None

    def _bar_columns(self, instrument_id: InstrumentId, cursor: int) -> BarColumns:
        """Return a bar for each print, as wide as the range that was delivered with it."""
        seqs = self._seqs(instrument_id)
        rows: list[tuple[int, int, int, int, int]] = []
        spread: RangeFact | None = None
        for seq in seqs[: bisect_left(seqs, cursor + 1)]:
            fact = self._facts[seq - 1]
            if isinstance(fact, RangeFact):
                spread = fact
            elif isinstance(fact, CloseFact):
                low, high = (spread.low, spread.high) if spread else (fact.price, fact.price)
                numbers = (_stored(high, SCALE), _stored(low, SCALE), _stored(fact.price, SCALE))
                rows.append((microseconds(fact.at), *numbers, _stored(fact.volume, SIZE_SCALE)))
                spread = None
        at, high_column, low_column, close, volume = np.array(rows, np.int64).reshape(len(rows), 5).T
        return BarColumns(at - 1, at, close, high_column, low_column, close, volume)


def open_live(path: Path, manifest: DatasetManifest) -> LiveDataset:
    """Open the recording of a live market in a directory."""
    return LiveDataset(manifest, Journal(path, calendar(manifest.calendar)))


def _stored(value: Decimal | None, scale: int) -> int:
    return ABSENT if value is None else int(value.scaleb(scale).to_integral_value())
