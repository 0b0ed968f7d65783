"""The synthetic market by the minute: sessions generated when they are first looked at, a few kept.

A session's number of facts is known without generating it, so every fact has its number, and any day
can be entered without the days before it.
"""

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Final, TypeVar

import numpy as np

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.corporate_actions import CorporateAction
from paperdesk.core.market.facts import CloseFact, MarketFact, OpenFact, PriceFact
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.quotes import Bar, Quote
from paperdesk.core.market.sessions import Calendar, Session
from paperdesk.core.synthetic.daily import DailyMarket
from paperdesk.core.synthetic.minutes import session_minutes
from paperdesk.core.synthetic.roster import PLACE
from paperdesk.features.marketdata.feeds.bar_rows import EVERY_BAR, BarRows, BarsWanted
from paperdesk.features.marketdata.feeds.columns import BarColumns, Columns
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, Listing
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset
from paperdesk.features.marketdata.feeds.synthetic_session import by_minute, facts_of_session, generate_session
from paperdesk.features.marketdata.feeds.timeline import Landmark, StepUnit

SESSIONS_KEPT: Final = 3
"""How many sessions a market keeps once they are generated; each is some 15 megabytes."""

MINUTE_SESSIONS_MAX: Final = 20
"""Of how many sessions minutes are told at once; days are told without end."""

_SHORTEST: Final = 210
_MINUTE: Final = timedelta(minutes=1)
_T = TypeVar("_T")


class MinuteMarket:
    """A generated market of minute bars and quotes."""

    def __init__(self, manifest: DatasetManifest, market: DailyMarket, days: RecordedDataset) -> None:
        """Take the daily market, and the same as a dataset for what is asked by the day."""
        self.manifest = manifest
        self.calendar: Calendar = days.calendar
        self._market, self._days = market, days
        self._sessions = market.sessions
        self._opens = [session.opens_at for session in self._sessions]
        self._closes = frozenset(session.closes_at for session in self._sessions)
        every = range(len(self._sessions))
        # How many facts and how many minutes there are before each session, and in all.
        self._before = list(accumulate((facts_of_session(market, day) for day in every), initial=0))
        self._minutes = list(accumulate((session_minutes(market, day) for day in every), initial=0))
        self._kept: OrderedDict[int, RecordedDataset] = OrderedDict()

    @property
    def facts_total(self) -> int:
        """Return the number of the last fact; never shown to anybody who trades on the dataset."""
        return self._before[-1]

    @property
    def starts_from(self) -> datetime:
        """Return the close from which on nothing was known beforehand."""
        return self._days.starts_from

    @property
    def instruments(self) -> Mapping[InstrumentId, Instrument]:
        """Return every instrument there is."""
        return self._days.instruments

    @property
    def actions(self) -> Sequence[CorporateAction]:
        """Return what its companies do, which is nothing yet."""
        return ()

    def by_symbol(self, symbol: str) -> Instrument | None:
        """Return the instrument of a symbol."""
        return self._days.by_symbol(symbol)

    def first_on(self, instrument_id: InstrumentId) -> date:
        """Return the market day of an instrument's first row."""
        return self._days.first_on(instrument_id)

    def listed(self, instrument_id: InstrumentId, cursor: int) -> bool:
        """Say whether the instrument has had a price by then."""
        return self.last_price_fact(instrument_id, cursor) is not None

    def search(self, words: str, cursor: int) -> list[Listing]:
        """Return what is listed by then and has the words in its symbol or name, by symbol."""
        return self._days.search(words, self._day_cursor(self.sessions_closed(cursor)))

    def cursor_at(self, instant: datetime) -> int:
        """Return the number of the last fact at or before an instant, 0 before the first."""
        day = bisect_right(self._opens, instant) - 1
        if day < 0:
            return 0
        if instant >= self._sessions[day].closes_at:
            return self._before[day + 1]
        return self._before[day] + self._session(day).cursor_at(instant)

    def at_of(self, seq: int) -> datetime:
        """Return the instant of a fact; 0 stands just before the first fact and has its instant."""
        day, local = self._place(max(seq, 1))
        if local == self._before[day + 1] - self._before[day]:
            return self._sessions[day].closes_at
        return self._session(day).at_of(local)

    def next_step(self, cursor: int, unit: StepUnit, count: int = 1) -> int | None:
        """Return the cursor `count` facts, quotes, bars or sessions on, or None at the very end."""
        if cursor >= self.facts_total:
            return None
        if unit == "fact":
            return min(cursor + count, self.facts_total)
        if unit == "session":
            return self._before[min(self._coming(cursor) + count, len(self._sessions))]
        # Every minute ends with bars and with quotes.
        return self._after_minute(self._minutes_passed(cursor) + count)

    def next_of(self, cursor: int, landmark: Landmark) -> int | None:
        """Return the cursor at the next open (opening prices known) or close, or None without one."""
        for day in range(self._coming(cursor), len(self._sessions)):
            # A session opens with its bell, and the first prices of its members and of the volatility index.
            opened = self._before[day] + by_minute(self._market, day) + 2
            found = self._before[day + 1] if landmark == "next_close" else opened
            if found > cursor:
                return found
        return None

    def sessions_closed(self, cursor: int) -> int:
        """Return how many sessions have closed by then."""
        return bisect_right(self._before, cursor) - 1

    def session_at(self, cursor: int) -> Session | None:
        """Return the session that has opened and not yet closed by then."""
        day = self._coming(cursor)
        is_open = day < len(self._sessions) and cursor > self._before[day]
        return self._sessions[day] if is_open else None

    def facts_between(
        self, after: int, upto: int, instrument_ids: frozenset[InstrumentId] | None = None
    ) -> Iterator[MarketFact]:
        """Yield facts with after < seq <= upto: those of sessions, and prices of the instruments (None: all)."""
        for day in range(self._coming(after), len(self._sessions)):
            before = self._before[day]
            if before >= upto:
                return
            for fact in self._session(day).facts_between(max(after - before, 0), upto - before, instrument_ids):
                yield replace(fact, seq=before + fact.seq)

    def bars(
        self,
        instrument_id: InstrumentId,
        cursor: int,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int | None = None,
    ) -> list[Bar]:
        """Return the newest `limit` daily bars closed by then with start <= at < end, oldest first."""
        return self._days.bars(instrument_id, self._day_cursor(self.sessions_closed(cursor)), start, end, limit)

    def closed_bars(self, instrument_id: InstrumentId, cursor: int, wanted: BarsWanted = EVERY_BAR) -> BarRows | None:
        """Return the daily bars closed by then, or the minutes of as many sessions as are needed."""
        if wanted.minutes is None:
            return self._days.closed_bars(instrument_id, self._day_cursor(self.sessions_closed(cursor)))
        last, local = self._place(cursor)
        first = self._first_session(last, wanted)
        days = [day for day in range(first, last + 1) if self._knows(instrument_id, day)]
        found = [
            self._session(day).closed_bars(instrument_id, local if day == last else self._session(day).facts_total)
            for day in days
        ]
        rows = [one for one in found if one is not None]
        if not rows:
            return None
        columns = joined([one.columns for one in rows])
        return replace(rows[0], columns=columns)

    def known_rows(self, instrument_id: InstrumentId, cursor: int) -> Columns:
        """Return the daily bars closed by then."""
        return self._days.known_rows(instrument_id, self._day_cursor(self.sessions_closed(cursor)))

    def last_close(self, instrument_id: InstrumentId, cursor: int) -> Bar | None:
        """Return the last minute bar that has closed by then."""
        found = self._latest(instrument_id, cursor, lambda session, local: session.last_close(instrument_id, local))
        return None if found is None else found[1]

    def previous_close(self, instrument_id: InstrumentId, cursor: int) -> Bar | None:
        """Return the last bar of the session before the one that opened last: the base of a day's change."""
        day, _ = self._place(cursor)
        return self._days.last_close(instrument_id, self._day_cursor(day))

    def last_price_fact(self, instrument_id: InstrumentId, cursor: int) -> PriceFact | None:
        """Return the last open, range, close or quote of an instrument by then."""
        found: tuple[int, PriceFact] | None = self._latest(
            instrument_id, cursor, lambda session, local: session.last_price_fact(instrument_id, local)
        )
        return None if found is None else replace(found[1], seq=found[0] + found[1].seq)

    def standing_quote(self, instrument_id: InstrumentId, cursor: int) -> Quote | None:
        """Return the last real quote, or bid = ask = the last open or close, marked as made of a bar."""
        quote = self.last_quote(instrument_id, cursor)
        if quote is not None:
            return quote
        fact = self.last_print(instrument_id, cursor)
        return None if fact is None else Quote(instrument_id, fact.at, fact.price, fact.price, derived_from="bar")

    def last_quote(self, instrument_id: InstrumentId, cursor: int) -> Quote | None:
        """Return the last real quote of an instrument by then."""
        found = self._latest(instrument_id, cursor, lambda session, local: session.last_quote(instrument_id, local))
        return None if found is None else found[1]

    def last_print(self, instrument_id: InstrumentId, cursor: int) -> OpenFact | CloseFact | None:
        """Return the last open or close of an instrument by then."""
        found: tuple[int, OpenFact | CloseFact] | None = self._latest(
            instrument_id, cursor, lambda session, local: session.last_print(instrument_id, local)
        )
        return None if found is None else replace(found[1], seq=found[0] + found[1].seq)

    def closes_session(self, instant: datetime) -> bool:
        """Say whether an instant is the close of a session."""
        return instant in self._closes

    def has_bells(self, after: int, upto: int) -> bool:
        """Say whether a session opens or closes in the facts with after < seq <= upto."""
        if upto <= after:
            return False
        day = self._coming(after)
        return day < len(self._sessions) and (after == self._before[day] or upto >= self._before[day + 1])

    def _session(self, day: int) -> RecordedDataset:
        if day not in self._kept:
            self._kept[day] = generate_session(self.manifest, self._market, day)
            if len(self._kept) > SESSIONS_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(day)
        return self._kept[day]

    def _first_session(self, last: int, wanted: BarsWanted) -> int:
        """Return the session whose minutes are the first to be told; only so many are generated at once."""
        furthest = max(last - MINUTE_SESSIONS_MAX + 1, 0)
        if wanted.start is not None:
            furthest = max(furthest, bisect_right(self._opens, wanted.start) - 1)
        if wanted.limit is None or wanted.minutes is None:
            return furthest
        return max(furthest, last - wanted.limit * wanted.minutes // _SHORTEST - 1)

    def _place(self, cursor: int) -> tuple[int, int]:
        """Return the session of the fact with this number, and its number in the session."""
        day = max(bisect_left(self._before, cursor) - 1, 0)
        return day, cursor - self._before[day]

    def _coming(self, cursor: int) -> int:
        """Return the session of the fact after this one."""
        return bisect_right(self._before, cursor) - 1

    def _day_cursor(self, sessions: int) -> int:
        """Return the cursor of the daily dataset once so many sessions have closed."""
        return self._days.cursor_at(self._sessions[sessions - 1].closes_at) if sessions else 0

    def _minutes_passed(self, cursor: int) -> int:
        """Return how many minutes of sessions have ended by then, the facts of their ends included."""
        day = self._coming(cursor)
        local = cursor - self._before[day]
        if not local:
            return self._minutes[day]
        session = self._session(day)
        minutes = (session.at_of(local) - self._opens[day]) // _MINUTE
        ended = session.next_step(0, "bar", minutes) if minutes else 0
        return self._minutes[day] + minutes - (0 if ended is not None and local >= ended else 1)

    def _after_minute(self, minutes: int) -> int:
        """Return the cursor once so many minutes of sessions have ended."""
        if minutes >= self._minutes[-1]:
            return self.facts_total
        day = bisect_right(self._minutes, minutes) - 1
        left = minutes - self._minutes[day]
        return self._before[day] + ((self._session(day).next_step(0, "bar", left) or 0) if left else 0)

    def _latest(
        self, instrument_id: InstrumentId, cursor: int, read: Callable[[RecordedDataset, int], _T | None]
    ) -> tuple[int, _T] | None:
        """Ask the session of a cursor, then the last one before it that knows the instrument.

        Return how many facts there are before that session, and what it told.
        """
        day, local = self._place(cursor)
        if self._knows(instrument_id, day):
            found = read(self._session(day), local)
            if found is not None:
                return self._before[day], found
        earlier = next((each for each in range(day - 1, -1, -1) if self._knows(instrument_id, each)), None)
        if earlier is None:
            return None
        session = self._session(earlier)
        found = read(session, session.facts_total)
        return None if found is None else (self._before[earlier], found)

    def _knows(self, instrument_id: InstrumentId, day: int) -> bool:
        """Say whether an instrument has prices on a day; what is no member has them always."""
        member = PLACE.get(self._days.instrument(instrument_id).symbol)
        return member is None or bool(self._market.listed[day, member])


def joined(parts: Sequence[BarColumns]) -> BarColumns:
    """Return columns one after the other."""
    return BarColumns(*(np.concatenate([getattr(one, name) for one in parts]) for name in BarColumns.__slots__))
