"""A recorded dataset, open for reading: its facts in order, and what is known at a cursor.

A cursor is the number of the last fact that has been delivered. Apart from stepping, nothing here
uses a fact after the cursor it is given, and a test poisons the future to prove it.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import instant_of, microseconds
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import CorporateAction, Moment, ex_price
from paperdesk.core.market.facts import (
    CloseFact,
    CorporateActionFact,
    MarketFact,
    OpenFact,
    Phase,
    PriceFact,
    QuoteFact,
    SessionClosed,
    SessionOpened,
    StatusFact,
)
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.quotes import Bar, Quote
from paperdesk.core.market.sessions import Calendar, Session, calendar
from paperdesk.features.marketdata.feeds.actions import moments_between, with_adjusted, with_series
from paperdesk.features.marketdata.feeds.auctions import auctions_held
from paperdesk.features.marketdata.feeds.bar_rows import EVERY_BAR, BarRows, BarsWanted
from paperdesk.features.marketdata.feeds.beside import NOTHING, Beside
from paperdesk.features.marketdata.feeds.beside_files import beside_in
from paperdesk.features.marketdata.feeds.columns import (
    BarColumns,
    Columns,
    PrintColumns,
    QuoteColumns,
    bars_of_prints,
    picked,
)
from paperdesk.features.marketdata.feeds.coverage import covered, session_columns, span
from paperdesk.features.marketdata.feeds.halts import halts_by_instrument, statuses_between
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, Listing, PriceBasis
from paperdesk.features.marketdata.feeds.mapped import mapped_columns
from paperdesk.features.marketdata.feeds.price_facts import Source, on_tick, price_fact
from paperdesk.features.marketdata.feeds.timeline import (
    ACTIONS,
    AUCTIONS,
    FEW,
    NOBODY,
    SESSIONS,
    STATUSES,
    Landmark,
    Place,
    Prices,
    StepUnit,
    Timeline,
    Told,
)
from paperdesk.features.marketdata.feeds.tracks import PRICE_PHASES, Tracks
from paperdesk.features.marketdata.feeds.writer import read_manifest

_CHUNK: Final = 4096
_PRINTS: Final = (OpenFact, CloseFact)
_SESSION_OPENED: Final = Phase.SESSION_OPENED
_QUOTES: Final = (Phase.QUOTE,)
_OPENS_AND_CLOSES: Final = (Phase.OPEN, Phase.CLOSE)


class UnknownInstrument(NotFound):
    """The dataset has no such instrument."""


class RecordedDataset:
    """An immutable version of market facts, numbered from 1 in the one order there is."""

    def __init__(self, manifest: DatasetManifest, columns: Sequence[Columns], beside: Beside = NOTHING) -> None:
        """Merge the columns, which are given in the order of the manifest's listings, and what lies beside them.

        An instrument may be listed twice: with its bars, and after them with its quotes. Where prices are
        adjusted already, companies do nothing. What is dated inside a halt is left out.
        """
        self.manifest = manifest
        self.calendar: Calendar = calendar(manifest.calendar)
        self._listings: Mapping[InstrumentId, Listing] = {one.instrument.id: one for one in manifest.listings}
        listed = [listing.instrument for listing in manifest.listings]
        halts = halts_by_instrument(beside.halts, listed)
        self.sources = [
            Source(listing.instrument.id, listing.scale, listing.size_scale, one)
            for listing, one in zip(manifest.listings, columns, strict=True)
        ]
        self.places: dict[InstrumentId, list[int]] = defaultdict(list)
        for number, source in enumerate(self.sources):
            self.places[source.id].append(number)
        is_raw = manifest.price_basis is PriceBasis.RAW
        self.actions = with_series(beside.actions, (one for one in listed if one.contract)) if is_raw else []
        self._instruments = MappingProxyType(with_adjusted(listed, self.actions))
        self._by_symbol = {one.instrument.symbol: one.instrument for one in manifest.listings}
        self._sessions = covered(self.calendar, columns)
        self._closes = frozenset(session.closes_at for session in self._sessions)
        self._moments = moments_between(self.actions, self.calendar, *span(columns))
        self._statuses = statuses_between(beside.halts, *span(columns))
        self._auctions = auctions_held(beside.auctions, self._sessions, halts)
        prices = [Prices(one.columns, halts.get(one.id, ())) for one in self.sources]
        self.timeline = Timeline(prices, session_columns(self._sessions), self._others())
        seqs = self.timeline.track(STATUSES, Phase.STATUS).seqs.tolist()
        self._statuses = [replace(fact, seq=seq) for fact, seq in zip(self._statuses, seqs, strict=True)]
        rings = (SESSIONS, Phase.SESSION_OPENED), (SESSIONS, Phase.SESSION_CLOSED), (ACTIONS, Phase.CORPORATE_ACTION)
        self._bells = [self.timeline.track(*one) for one in rings]
        self._price_fact = lru_cache(_CHUNK)(self._read_price_fact)
        self._tracks = Tracks(self.timeline, self._numbers)
        self.ex_dates = defaultdict[InstrumentId, list[tuple[int, CorporateAction]]](list)
        for seq, (_, action, moment) in zip(self._bells[-1].seqs.tolist(), self._moments, strict=True):
            if moment is Moment.EX:
                self.ex_dates[action.instrument.id].append((seq, action))

    def _others(self) -> list[Told]:
        """Return when companies act, halts begin and end, and auctions are held."""
        found = [
            (Phase.CORPORATE_ACTION, ACTIONS, [at for at, _, _ in self._moments]),
            (Phase.STATUS, STATUSES, [fact.at for fact in self._statuses]),
            *((phase, AUCTIONS, [fact.at for fact in facts]) for phase, facts in self._auctions.items()),
        ]
        return [
            Told(phase, source, np.array([microseconds(at) for at in ats], np.int64)) for phase, source, ats in found
        ]

    live_until: datetime | None = None

    def statuses(self, cursor: int) -> list[StatusFact]:
        """Return the halts and their ends that have been told by then, oldest first."""
        told = self._statuses
        return told[: bisect_right(told, cursor, key=attrgetter("seq"))] if told else []

    @property
    def facts_total(self) -> int:
        """Return the number of the last fact; never shown to anybody who trades on the dataset."""
        return self.timeline.total

    @property
    def starts_from(self) -> datetime:
        """Return the instant of the first fact: no tape begins before it."""
        return self.at_of(1)

    @property
    def instruments(self) -> Mapping[InstrumentId, Instrument]:
        """Return every instrument there is, listed yet or not; see `listed`."""
        return self._instruments

    def by_symbol(self, symbol: str) -> Instrument | None:
        """Return the instrument of a symbol, listed yet or not."""
        return self._by_symbol.get(symbol)

    def instrument(self, instrument_id: InstrumentId) -> Instrument:
        """Return an instrument by its id."""
        return self._listing(instrument_id).instrument

    def first_on(self, instrument_id: InstrumentId) -> date:
        """Return the market day of an instrument's first row; only shown once it is listed."""
        return self._listing(instrument_id).first_on

    def listed(self, instrument_id: InstrumentId, cursor: int) -> bool:
        """Say whether the instrument has had a price by then."""
        return self._tracks.first_seq(instrument_id) <= cursor

    def search(self, words: str, cursor: int) -> list[Listing]:
        """Return what is listed by then and has the words in its symbol or name, by symbol."""
        sought = words.strip().casefold()
        found = [
            listing
            for listing in self.manifest.listings
            if (sought in listing.instrument.symbol.casefold() or sought in listing.instrument.name.casefold())
            and self.listed(listing.instrument.id, cursor)
        ]
        return sorted(found, key=lambda each: each.instrument.symbol)

    def chain(self, underlying: str, cursor: int) -> list[Instrument]:
        """Return the option contracts on an underlying that are quoted by then and have not expired before."""
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
        return self.timeline.cursor_at(microseconds(instant))

    def at_of(self, seq: int) -> datetime:
        """Return the instant of a fact; 0 stands just before the first fact and has its instant."""
        return instant_of(int(self.timeline.at[max(seq, 1) - 1]))

    def next_step(self, cursor: int, unit: StepUnit, count: int = 1) -> int | None:
        """Return the cursor `count` facts, quotes, bars or sessions on, or None at the very end."""
        return self.timeline.next_step(cursor, unit, count)

    def next_of(self, cursor: int, landmark: Landmark) -> int | None:
        """Return the cursor at the next open (opening prices known) or close, or None without one."""
        return self.timeline.next_of(cursor, landmark)

    def sessions_closed(self, cursor: int) -> int:
        """Return how many sessions have closed by then."""
        closed = self.timeline.track(SESSIONS, Phase.SESSION_CLOSED).last_before(cursor)
        return 0 if closed is None else closed + 1

    def session_at(self, cursor: int) -> Session | None:
        """Return the session that has opened and not yet closed by then."""
        opened = self.timeline.track(SESSIONS, Phase.SESSION_OPENED).last_before(cursor)
        closed = self.timeline.track(SESSIONS, Phase.SESSION_CLOSED).last_before(cursor)
        return None if opened is None or opened == closed else self._sessions[opened]

    def facts_between(
        self, after: int, upto: int, instrument_ids: frozenset[InstrumentId] | None = None
    ) -> Iterator[MarketFact]:
        """Yield facts with after < seq <= upto: bells, actions, statuses, and prices of the instruments (None: all)."""
        end = min(upto, self.facts_total)
        if end - after > FEW:
            places: Iterable[Place] = self.timeline.places(after, end, self._wanted(instrument_ids))
        else:
            places = self.timeline.few_places(after, end, partial(self._is_wanted, instrument_ids))
        return self._facts(places, instrument_ids)

    def bars(
        self,
        instrument_id: InstrumentId,
        cursor: int,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int | None = None,
    ) -> list[Bar]:
        """Return the newest `limit` bars closed by then with start <= at < end, oldest first."""
        rows = self.closed_bars(instrument_id, cursor)
        return rows.bars(start, end, limit) if rows else []

    def closed_bars(
        self,
        instrument_id: InstrumentId,
        cursor: int,
        wanted: BarsWanted = EVERY_BAR,  # noqa: ARG002 - has all at hand
    ) -> BarRows | None:
        """Return the bars closed by then as columns, each print as a bar of its own; None for quotes."""
        numbers = self._numbers(instrument_id)
        if not numbers:
            return None
        source = self.sources[numbers[0]]
        match self.known_rows(instrument_id, cursor):
            case BarColumns() as columns:
                return BarRows(source.id, source.scale, source.size_scale, columns)
            case PrintColumns() as prints:
                return BarRows(source.id, source.scale, source.size_scale, bars_of_prints(prints))
            case _:
                return None

    def known_rows(self, instrument_id: InstrumentId, cursor: int) -> Columns:
        """Return the closed bars, the quotes or the prints by then, as they are stored."""
        number = self._numbers(instrument_id)[0]
        columns = self.sources[number].columns
        phase = Phase.QUOTE if isinstance(columns, QuoteColumns) else Phase.CLOSE
        return picked(columns, self.timeline.track(number, phase).rows_by(cursor))

    def last_close(self, instrument_id: InstrumentId, cursor: int) -> Bar | None:
        """Return the last bar that has closed by then."""
        bars = self.bars(instrument_id, cursor, limit=1)
        return bars[0] if bars else None

    def last_closes(self, instruments: Sequence[Instrument], cursor: int) -> list[Bar | None]:
        """Return the last bar that each of many instruments has closed by then, None where there is none."""
        return [self.last_close(each.id, cursor) for each in instruments]

    def previous_close(self, instrument_id: InstrumentId, cursor: int) -> Bar | None:
        """Return the last bar of the session before the one that opened last: the base of a day's change."""
        opened = self.timeline.track(SESSIONS, Phase.SESSION_OPENED).last_before(cursor)
        if not opened:
            return None
        closed = int(self.timeline.track(SESSIONS, Phase.SESSION_CLOSED).seqs[opened - 1])
        bar = self.last_close(instrument_id, closed)
        return None if bar is None else replace(bar, close=self._ex_price(instrument_id, bar.close, (closed, cursor)))

    def last_price_fact(self, instrument_id: InstrumentId, cursor: int) -> PriceFact | None:
        """Return the last open, range, close or quote of an instrument by then."""
        return self._last_fact(instrument_id, cursor, PRICE_PHASES)

    def last_quote(self, instrument_id: InstrumentId, cursor: int) -> Quote | None:
        """Return the last real quote of an instrument by then."""
        fact = self._last_fact(instrument_id, cursor, _QUOTES)
        if fact is None or not isinstance(fact, QuoteFact):
            return None
        span = (fact.seq, cursor)
        bid, ask = (self._ex_price(instrument_id, price, span) for price in (fact.bid, fact.ask))
        derived_from = None if (bid, ask) == (fact.bid, fact.ask) else "ex_date"
        return Quote(instrument_id, fact.at, bid, ask, fact.bid_size, fact.ask_size, derived_from)

    def last_quotes(self, instruments: Sequence[Instrument], cursor: int) -> list[Quote | None]:
        """Return the last real quote of each of many instruments by then, None where there is none."""
        return [self.last_quote(each.id, cursor) for each in instruments]

    def last_print(self, instrument_id: InstrumentId, cursor: int) -> OpenFact | CloseFact | None:
        """Return the last open or close of an instrument by then, its price on the tick it is traded in."""
        fact = self._last_fact(instrument_id, cursor, _OPENS_AND_CLOSES)
        if not isinstance(fact, _PRINTS):
            return None
        price = self._ex_price(instrument_id, fact.price, (fact.seq, cursor))
        told = on_tick(price, self._listings[instrument_id].instrument.tick)
        return fact if told is fact.price else replace(fact, price=told)

    def closes_session(self, instant: datetime) -> bool:
        """Say whether an instant is the close of a session."""
        return instant in self._closes

    def has_bells(self, after: int, upto: int) -> bool:
        """Say whether a session opens or closes, or a company acts, in the facts with after < seq <= upto."""
        return any(track.last_before(after) != track.last_before(upto) for track in self._bells)

    def _ex_price(self, instrument_id: InstrumentId, price: Decimal, span: tuple[int, int]) -> Decimal:
        """Return a price of one fact as it stands at a later cursor: what went ex in between is taken out."""
        adjusted = price
        for seq, action in self.ex_dates.get(instrument_id, ()):
            if span[0] < seq <= span[1]:
                adjusted = ex_price(action, adjusted)
        return price if adjusted == price else on_tick(adjusted, self._listing(instrument_id).instrument.tick)

    def _last_fact(self, instrument_id: InstrumentId, cursor: int, phases: Sequence[Phase]) -> PriceFact | None:
        seq = self._tracks.last_seq(instrument_id, cursor, phases)
        return None if seq is None else self._price_fact(seq)

    def _read_price_fact(self, seq: int) -> PriceFact:
        """Return one fact; valuations ask for the newest ones again and again, so the last that were read are kept."""
        timeline, index = self.timeline, seq - 1
        source, row = self.sources[timeline.source.item(index)], timeline.row.item(index)
        return price_fact(source, timeline.phase.item(index), row, (seq, instant_of(timeline.at.item(index))))

    def _wanted(self, instrument_ids: frozenset[InstrumentId] | None) -> NDArray[np.bool_]:
        """Return which sources are asked for; the last places are NOBODY and what everybody is told, AUCTIONS first."""
        wanted = [instrument_ids is None or source.id in instrument_ids for source in self.sources]
        return np.array([*wanted, False, *[True] * -AUCTIONS])

    def _is_wanted(self, instrument_ids: frozenset[InstrumentId] | None, number: int) -> bool:
        if number < 0:
            return number != NOBODY
        return instrument_ids is None or self.sources[number].id in instrument_ids

    def _facts(self, places: Iterable[Place], instrument_ids: frozenset[InstrumentId] | None) -> Iterator[MarketFact]:
        instant, at = None, None
        for index, microsecond, phase, number, row in places:
            if at is None or microsecond != instant:
                instant, at = microsecond, instant_of(microsecond)
            if number == SESSIONS:
                session = self._sessions[row]
                kind = SessionOpened if phase == _SESSION_OPENED else SessionClosed
                yield kind(index + 1, at, session.on)
            elif number == ACTIONS:
                _, action, moment = self._moments[row]
                yield CorporateActionFact(index + 1, at, action, moment)
            elif number == STATUSES:
                yield self._statuses[row]
            elif number == AUCTIONS:
                fact = self._auctions[Phase(phase)][row]
                if instrument_ids is None or fact.instrument_id in instrument_ids:
                    yield replace(fact, seq=index + 1)
            else:
                yield price_fact(self.sources[number], phase, row, (index + 1, at))

    def _numbers(self, instrument_id: InstrumentId) -> list[int]:
        """Return the sources of an instrument: one, or its bars and its quotes; none of what an action made."""
        numbers = self.places.get(instrument_id)
        if numbers is None and instrument_id not in self._instruments:
            raise UnknownInstrument(f"The dataset has no instrument {instrument_id}.", id=str(instrument_id))
        return numbers or []

    def _listing(self, instrument_id: InstrumentId) -> Listing:
        return self._listings[self.sources[self._numbers(instrument_id)[0]].id]


def open_recorded(path: Path) -> RecordedDataset:
    """Open the dataset in a directory; its rows are read once, or mapped, and shared by all readers."""
    manifest = read_manifest(path)
    columns = [mapped_columns(one, path) for one in manifest.listings]
    return RecordedDataset(manifest, columns, beside_in(path, manifest))
