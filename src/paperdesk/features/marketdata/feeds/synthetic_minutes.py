"""The synthetic market by the minute: sessions generated when they are first looked at, a few kept.

A session's number of facts is known without generating it, so every fact has its number, and any day
can be entered without the days before it.
"""

import heapq
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from threading import Lock
from typing import Final, NamedTuple, TypeVar

import numpy as np

from paperdesk.core.kernel.ids import InstrumentId
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
    StatusFact,
)
from paperdesk.core.market.halts import Halt
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.option_ids import option_id
from paperdesk.core.market.options import MalformedOptionSymbol, OptionContract, parse_occ
from paperdesk.core.market.quotes import Bar, Quote
from paperdesk.core.market.sessions import Calendar
from paperdesk.core.synthetic.daily import DailyMarket
from paperdesk.core.synthetic.minutes import MinuteBars, generate_minutes
from paperdesk.core.synthetic.roster import PLACE
from paperdesk.features.marketdata.feeds.bar_rows import EVERY_BAR, BarRows, BarsWanted
from paperdesk.features.marketdata.feeds.columns import NO_QUOTES, BarColumns, Columns
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, Listing, Shape
from paperdesk.features.marketdata.feeds.price_facts import on_tick
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset
from paperdesk.features.marketdata.feeds.synthetic_chains import Chains, ContractQuotes, ListedInstruments
from paperdesk.features.marketdata.feeds.synthetic_clock import MinuteClock, acts_of
from paperdesk.features.marketdata.feeds.synthetic_session import GeneratedSession, generate_session, numbers_of

SESSIONS_KEPT: Final = 3
"""How many sessions a market keeps once they are generated; each is some 15 megabytes."""

MINUTE_SESSIONS_MAX: Final = 20
"""Of how many sessions minutes are told at once; days are told without end."""

CONTRACTS_FOUND_MAX: Final = 200
"""How many contracts a search tells at once."""

_SHORTEST: Final = 210
_T = TypeVar("_T")
_F = TypeVar("_F", bound=PriceFact | StatusFact)


@dataclass(frozen=True, slots=True)
class _Generated:
    """A session as it was generated: as a dataset, and its bars for whoever prices options on them."""

    dataset: GeneratedSession
    bars: MinuteBars


class Pauses(NamedTuple):
    """The halts of a session by instrument, and the facts that tell of them."""

    halts: Mapping[InstrumentId, Halt]
    told: Sequence[StatusFact]


class MinuteMarket(MinuteClock):
    """A generated market of minute bars and quotes, with option chains."""

    def __init__(self, manifest: DatasetManifest, market: DailyMarket, days: RecordedDataset) -> None:
        """Take the daily market, and the same as a dataset for what is asked by the day."""
        self.manifest = manifest
        self.calendar: Calendar = days.calendar
        self._market, self._days, self._chains = market, days, Chains(market, days.instruments)
        self.instruments: Mapping[InstrumentId, Instrument] = ListedInstruments(days.instruments, self._chains)
        self._kept: OrderedDict[int, _Generated] = OrderedDict()
        self._turn = Lock()
        counts = self._chains.counts().tolist()
        numbers = [numbers_of(market, day, count) for day, count in enumerate(counts)]
        super().__init__(market.sessions, numbers, acts_of(days.actions, days.calendar, market.sessions))

    live_until: datetime | None = None

    @property
    def starts_from(self) -> datetime:
        """Return the close from which on nothing was known beforehand."""
        return self._days.starts_from

    @property
    def actions(self) -> Sequence[CorporateAction]:
        """Return every corporate action of its instruments by ex-date; nobody may know one before `known_on`."""
        return self._days.actions

    def statuses(self, cursor: int) -> Sequence[StatusFact]:
        """Return the halts and their ends that have been told by then, oldest first."""
        day = self._market.climate.crash_day
        if day is None or cursor <= self._bells[day]:
            return ()
        return [fact for fact in self._pauses.told if fact.seq <= cursor]

    @cached_property
    def _pauses(self) -> Pauses:
        """Return the halts of the one session that has any; asked for once the tape has come to it."""
        day = self._market.climate.crash_day
        assert day is not None, "only a flash crash has halts"
        session = self._own(day)
        told = [self._renumbered(day, fact) for fact in session.statuses(session.facts_total)]
        return Pauses({halt.instrument_id: halt for halt in session.halts}, told)

    def _is_hidden(self, quote: QuoteFact, day: int) -> bool:
        """Say whether a contract's quote falls into a halt of what it is written on."""
        if day != self._market.climate.crash_day:
            return False
        underlying_id = self.instruments[quote.instrument_id].underlying_id
        halt = None if underlying_id is None else self._pauses.halts.get(underlying_id)
        return halt is not None and halt.hides(quote.at, Phase.QUOTE)

    def by_symbol(self, symbol: str) -> Instrument | None:
        """Return the instrument of a symbol."""
        found = self._days.by_symbol(symbol)
        if found is not None:
            return found
        try:
            return self.instruments.get(option_id(parse_occ(symbol)))
        except MalformedOptionSymbol:
            return None

    def first_on(self, instrument_id: InstrumentId) -> date:
        """Return the market day of an instrument's first price."""
        if (contract := self._chains.contract(instrument_id)) is None:
            return self._days.first_on(instrument_id)
        return self._sessions[self._chains.days(contract)[0]].on

    def listed(self, instrument_id: InstrumentId, cursor: int) -> bool:
        """Say whether the instrument has had a price by then."""
        return self.last_price_fact(instrument_id, cursor) is not None

    def search(self, words: str, cursor: int) -> list[Listing]:
        """Return what is listed by then and has the words in its symbol or name; contracts by their whole root."""
        found = self._days.search(words, self._day_cursor(self.sessions_closed(cursor)))
        sought = words.strip().upper()
        root = sought.rstrip("0123456789CP") if not sought.isalpha() else ""
        chain = [each for each in self.chain(root, cursor) if each.symbol.startswith(sought)] if root else []
        return found + [
            Listing(each, Shape.QUOTES, 2, 0, 0, self.first_on(each.id)) for each in chain[:CONTRACTS_FOUND_MAX]
        ]

    def chain(self, underlying: str, cursor: int) -> list[Instrument]:
        """Return the option contracts on an underlying that are quoted by then and have not expired before."""
        day, number = self.place(cursor)
        quoted = list(self._chains.listed_on(day, underlying)) if self._numbers[day].minutes_passed(number) else []
        before = (each for each in self._chains.listed_on(day - 1, underlying) if self.listed(each.id, cursor))
        return quoted or list(before)

    def facts_between(
        self, after: int, upto: int, instrument_ids: frozenset[InstrumentId] | None = None
    ) -> Iterator[MarketFact]:
        """Yield facts with after < seq <= upto: those of sessions, and prices of the instruments (None: all)."""
        for day in range(self._coming(after), len(self._sessions)):
            if self._before[day] >= upto:
                return
            yield from self._acts_between(day, after, upto)
            bell = self._bells[day]
            span = range(max(after - bell, 0), max(min(upto - bell, self._numbers[day].total), 0))
            quotes = [
                (fact for fact in each.facts(span, bell) if not self._is_hidden(fact, day))
                for each in self._quoted(day, instrument_ids)
            ]
            own = self._own_facts(day, span, instrument_ids)
            yield from heapq.merge(own, *quotes, key=attrgetter("seq")) if quotes else own

    def bars(
        self,
        instrument_id: InstrumentId,
        cursor: int,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int | None = None,
    ) -> list[Bar]:
        """Return the newest `limit` daily bars closed by then with start <= at < end, oldest first."""
        rows = self.closed_bars(instrument_id, cursor)
        return rows.bars(start, end, limit) if rows else []

    def closed_bars(self, instrument_id: InstrumentId, cursor: int, wanted: BarsWanted = EVERY_BAR) -> BarRows | None:
        """Return the daily bars closed by then, or the minutes of as many sessions as are needed."""
        if self._chains.contract(instrument_id) is not None:
            return None
        if wanted.minutes is None:
            return self._days.closed_bars(instrument_id, self._day_cursor(self.sessions_closed(cursor)))
        last, number = self.place(cursor)
        days = range(self._first_session(last, wanted), last + 1)
        found = [
            self._own(day).closed_bars(instrument_id, self._own_cursor(day, last, number))
            for day in days
            if self._knows(instrument_id, day)
        ]
        rows = [one for one in found if one is not None]
        return replace(rows[0], columns=joined([one.columns for one in rows])) if rows else None

    def known_rows(self, instrument_id: InstrumentId, cursor: int) -> Columns:
        """Return the daily bars closed by then; of option contracts none is kept."""
        is_daily = self._chains.contract(instrument_id) is None
        closed = self._day_cursor(self.sessions_closed(cursor))
        return self._days.known_rows(instrument_id, closed) if is_daily else NO_QUOTES

    def last_close(self, instrument_id: InstrumentId, cursor: int) -> Bar | None:
        """Return the last minute bar that has closed by then."""
        found = self._latest(instrument_id, cursor, lambda session, own: session.last_close(instrument_id, own))
        return found and found[1]

    def last_closes(self, instruments: Sequence[Instrument], cursor: int) -> list[Bar | None]:
        """Return the last bar that each of many instruments has closed by then; contracts have quotes only."""
        return [None if each.contract is not None else self.last_close(each.id, cursor) for each in instruments]

    def previous_close(self, instrument_id: InstrumentId, cursor: int) -> Bar | None:
        """Return the last bar of the session before the one that opened last: the base of a day's change."""
        if self._chains.contract(instrument_id) is not None:
            return None
        day, _ = self.place(cursor)
        return self._days.last_close(instrument_id, self._day_cursor(day))

    def last_price_fact(self, instrument_id: InstrumentId, cursor: int) -> PriceFact | None:
        """Return the last open, range, close or quote of an instrument by then."""
        if (contract := self._chains.contract(instrument_id)) is not None:
            return self._last_of_contract(contract, cursor)
        found: tuple[int, PriceFact] | None = self._latest(
            instrument_id, cursor, lambda session, own: session.last_price_fact(instrument_id, own)
        )
        return None if found is None else self._renumbered(*found)

    def last_quote(self, instrument_id: InstrumentId, cursor: int) -> Quote | None:
        """Return the last real quote of an instrument by then."""
        if (contract := self._chains.contract(instrument_id)) is not None:
            fact = self._last_of_contract(contract, cursor)
            return None if fact is None else quote_of(fact)
        found = self._latest(instrument_id, cursor, lambda session, own: session.last_quote(instrument_id, own))
        if found is None:
            return None
        day, quote = found
        bid, ask = (self._gone_ex(instrument_id, price, (day, cursor)) for price in (quote.bid, quote.ask))
        derived_from = None if (bid, ask) == (quote.bid, quote.ask) else "ex_date"
        return replace(quote, bid=bid, ask=ask, derived_from=derived_from)

    def last_quotes(self, instruments: Sequence[Instrument], cursor: int) -> list[Quote | None]:
        """Return the last real quote of each of many instruments by then; contracts of one day are read together."""
        place = day, _ = self.place(cursor)
        if day == self._market.climate.crash_day:  # of halted ones, only what came before
            return [self.last_quote(each.id, cursor) for each in instruments]
        clock, bars = (self._numbers[day], self._opens[day]), lambda: self._generated(day).bars
        quoted = self._chains.last_quotes(instruments, place, clock, bars)
        return [quote or self.last_quote(each.id, cursor) for each, quote in zip(instruments, quoted, strict=True)]

    def last_print(self, instrument_id: InstrumentId, cursor: int) -> OpenFact | CloseFact | None:
        """Return the last open or close of an instrument by then; option contracts have quotes only."""
        found: tuple[int, OpenFact | CloseFact] | None = self._latest(
            instrument_id, cursor, lambda session, own: session.last_print(instrument_id, own)
        )
        if found is None:
            return None
        price = self._gone_ex(instrument_id, found[1].price, (found[0], cursor))
        return replace(self._renumbered(*found), price=price)

    def _generated(self, day: int) -> _Generated:
        with self._turn:  # a report on the whole tape is made beside the event loop
            if day not in self._kept:
                bars = generate_minutes(self._market, day)
                self._kept[day] = _Generated(generate_session(self.manifest, self._market, day, bars), bars)
                if len(self._kept) > SESSIONS_KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(day)
            return self._kept[day]

    def _own(self, day: int) -> GeneratedSession:
        return self._generated(day).dataset

    def _own_cursor(self, day: int, last: int, number: int) -> int:
        """Return how far a session has been told when the last one has come to a number."""
        return self._numbers[day].to_own(number) if day == last else self._numbers[day].own

    def _gone_ex(self, instrument_id: InstrumentId, price: Decimal, span: tuple[int, int]) -> Decimal:
        """Return a price of one session as it stands at a later cursor: what went ex in between is taken out."""
        session, cursor = span
        adjusted = price
        for day in range(session + 1, min(self._coming(cursor), len(self._sessions) - 1) + 1):
            for seq, (action, moment) in enumerate(self._acts[day].moments, start=self._before[day] + 1):
                if seq <= cursor and moment is Moment.EX and action.instrument.id == instrument_id:
                    adjusted = ex_price(action, adjusted)
        if adjusted == price:
            return price
        return on_tick(adjusted, self.instruments[instrument_id].tick)

    def _acts_between(self, day: int, after: int, upto: int) -> Iterator[CorporateActionFact]:
        acts = self._acts[day]
        for seq, (action, moment) in enumerate(acts.moments, start=self._before[day] + 1):
            if after < seq <= upto:
                assert acts.at is not None, "whoever acts does so at an instant"
                yield CorporateActionFact(seq, acts.at, action, moment)

    def _own_facts(self, day: int, span: range, instrument_ids: frozenset[InstrumentId] | None) -> Iterator[MarketFact]:
        numbers = self._numbers[day]
        own = (numbers.to_own(span.start), numbers.to_own(span.stop))
        for fact in self._own(day).facts_between(*own, instrument_ids):
            yield replace(fact, seq=self._bells[day] + numbers.from_own(fact.seq))

    def _renumbered(self, day: int, fact: _F) -> _F:
        return replace(fact, seq=self._bells[day] + self._numbers[day].from_own(fact.seq))

    def _quoted(self, day: int, instrument_ids: frozenset[InstrumentId] | None) -> list[ContractQuotes]:
        """Return the quotes of the contracts asked for that are listed on a day."""
        if not self._numbers[day].contracts:
            return []
        if instrument_ids is None:
            every = (each.contract for each in self._chains.listed_on(day))
            contracts = [each for each in every if each is not None]
        else:
            wanted = (self._chains.contract(each) for each in instrument_ids)
            contracts = [each for each in wanted if each is not None and day in self._chains.days(each)]
        return [self._quotes_of(each, day) for each in contracts]

    def _quotes_of(self, contract: OptionContract, day: int) -> ContractQuotes:
        clock = (self._numbers[day], self._opens[day])
        return self._chains.quotes_of(contract, day, clock, lambda: self._generated(day).bars)

    def _last_of_contract(self, contract: OptionContract, cursor: int) -> QuoteFact | None:
        """Return the last quote of a contract by then, of this session or the one before, or of its last day."""
        days = self._chains.days(contract)
        day, number = self.place(cursor)
        if day in days:
            quotes, bell = self._quotes_of(contract, day), self._bells[day]
            found = quotes.last(number, bell)
            while found is not None and self._is_hidden(found, day):
                found = quotes.last(found.seq - bell - 1, bell)
            if found is not None:
                return found
        earlier = min(day - 1, days[-1])
        if earlier not in days:
            return None
        return self._quotes_of(contract, earlier).last(self._numbers[earlier].total, self._bells[earlier])

    def _first_session(self, last: int, wanted: BarsWanted) -> int:
        """Return the session whose minutes are the first to be told; only so many are generated at once."""
        furthest = max(last - MINUTE_SESSIONS_MAX + 1, 0)
        if wanted.start is not None:
            furthest = max(furthest, bisect_right(self._opens, wanted.start) - 1)
        if wanted.limit is None or wanted.minutes is None:
            return furthest
        return max(furthest, last - wanted.limit * wanted.minutes // _SHORTEST - 1)

    def _day_cursor(self, sessions: int) -> int:
        """Return the cursor of the daily dataset once so many sessions have closed."""
        return self._days.cursor_at(self._sessions[sessions - 1].closes_at) if sessions else 0

    def _latest(
        self, instrument_id: InstrumentId, cursor: int, read: Callable[[RecordedDataset, int], _T | None]
    ) -> tuple[int, _T] | None:
        """Ask the session of a cursor, then the last one before it that knows the instrument.

        Return the day of that session, and what it told; option contracts are in no session's own facts.
        """
        if self._chains.contract(instrument_id) is not None:
            return None
        day, number = self.place(cursor)
        if self._knows(instrument_id, day):
            found = read(self._own(day), self._numbers[day].to_own(number))
            if found is not None:
                return day, found
        earlier = next((each for each in range(day - 1, -1, -1) if self._knows(instrument_id, each)), None)
        if earlier is None:
            return None
        found = read(self._own(earlier), self._numbers[earlier].own)
        return None if found is None else (earlier, found)

    def _knows(self, instrument_id: InstrumentId, day: int) -> bool:
        """Say whether an instrument has prices on a day; what is no member has them always."""
        member = PLACE.get(self._days.instrument(instrument_id).symbol)
        return member is None or bool(self._market.listed[day, member])


def quote_of(fact: QuoteFact) -> Quote:
    """Return what a quote's fact says."""
    return Quote(fact.instrument_id, fact.at, fact.bid, fact.ask, fact.bid_size, fact.ask_size)


def joined(parts: Sequence[BarColumns]) -> BarColumns:
    """Return columns one after the other."""
    return BarColumns(*(np.concatenate([getattr(one, name) for one in parts]) for name in BarColumns.__slots__))
