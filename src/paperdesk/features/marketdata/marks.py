"""Marks and quotes on a tape: what its instruments are worth at a cursor, by rule 2.10 of the trading rules.

Options are worth the middle of their quote, and everything else its last print; what has only the other is
worth that. A print at the close of a session is the official close.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from paperdesk.core.broker.marks import (
    LAST_PRINT,
    OFFICIAL_CLOSE,
    OFFICIAL_OPEN,
    QUOTE_MID,
    Greeks,
    Mark,
    Scan,
    opening_of,
)
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import CloseFact
from paperdesk.core.market.halts import standing_halt
from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.quotes import Quote
from paperdesk.features.marketdata.circumstances import circumstances_at
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.price_tests import is_under_price_test
from paperdesk.features.marketdata.scans import greeks_of, scan_of


class TapeMarks(Mapping[InstrumentId, Mark]):
    """What everything on a dataset is worth at a cursor, looked up when it is asked for."""

    def __init__(self, dataset: Dataset, cursor: int) -> None:
        """Take the market and where it stands."""
        self._dataset = dataset
        self._cursor = cursor
        self._known: dict[InstrumentId, Mark | None] = {}
        self._scans: dict[InstrumentId, Scan | None] = {}

    def __getitem__(self, instrument_id: InstrumentId) -> Mark:
        """Return a mark; what has no price yet has none."""
        if instrument_id not in self._known:
            is_here = instrument_id in self._dataset.instruments
            look = mark_at if is_here else _opening_mark
            found = look(self._dataset, instrument_id, self._cursor)
            self._known[instrument_id] = None if found is None else self._asked_later(found)
        mark = self._known[instrument_id]
        if mark is None:
            raise KeyError(instrument_id)
        return mark

    def _asked_later(self, mark: Mark) -> Mark:
        """Return a mark with what few ask of it, to be worked out then."""
        instrument = mark.instrument
        later: dict[str, Any] = {"circumstances": partial(circumstances_at, self._dataset, instrument, self._cursor)}
        if instrument.kind in {Kind.EQUITY, Kind.ETF}:
            later["is_under_price_test"] = partial(is_under_price_test, self._dataset, instrument.id, self._cursor)
        if instrument.contract is not None:
            later |= {"scanned": partial(self._scan, mark), "greeks": partial(self._greeks, mark)}
        return replace(mark, **later)

    def _scan(self, option: Mark) -> Scan | None:
        """Return how an option changes at the points of a scan; nobody knows without a price of its underlying."""
        underlying_id = option.instrument.underlying_id
        underlying = None if underlying_id is None else self.get(underlying_id)
        if underlying is None:
            return None
        if option.instrument.id not in self._scans:
            on = self._dataset.calendar.day_of(self._dataset.at_of(self._cursor))
            self._scans[option.instrument.id] = scan_of(option, underlying, on)
        return self._scans[option.instrument.id]

    def _greeks(self, option: Mark) -> Greeks | None:
        """Return what an option is sensitive to; nobody knows without a price of its underlying."""
        underlying_id = option.instrument.underlying_id
        underlying = None if underlying_id is None else self.get(underlying_id)
        if underlying is None:
            return None
        on = self._dataset.calendar.day_of(self._dataset.at_of(self._cursor))
        return greeks_of(option, underlying, on)

    def __iter__(self) -> Iterator[InstrumentId]:
        """Yield what has a mark."""
        return (each for each in self._dataset.instruments if each in self)

    def __len__(self) -> int:
        """Return how many instruments have a mark."""
        return sum(1 for _ in self)


class TapeQuotes(Mapping[InstrumentId, Quote]):
    """The last real quote of everything on a dataset by a cursor, looked up when it is asked for."""

    def __init__(self, dataset: Dataset, cursor: int) -> None:
        """Take the market and where it stands."""
        self._dataset = dataset
        self._cursor = cursor

    def __getitem__(self, instrument_id: InstrumentId) -> Quote:
        """Return a quote; what nobody has quoted yet, and what is halted, has none."""
        quote = self._dataset.last_quote(instrument_id, self._cursor)
        told = self._dataset.statuses(self._cursor)
        if quote is None or (told and standing_halt(told, self._dataset.instruments[instrument_id])):
            raise KeyError(instrument_id)
        return quote

    def __iter__(self) -> Iterator[InstrumentId]:
        """Yield what has a quote."""
        return (each for each in self._dataset.instruments if each in self)

    def __len__(self) -> int:
        """Return how many instruments have a quote."""
        return sum(1 for _ in self)


def marks_at(dataset: Dataset, instrument_ids: Iterable[InstrumentId], cursor: int) -> dict[InstrumentId, Mark]:
    """Return the marks of instruments at a cursor; one without a price yet has none."""
    return {each: mark for each in instrument_ids if (mark := mark_at(dataset, each, cursor))}


def mark_at(dataset: Dataset, instrument_id: InstrumentId, cursor: int) -> Mark | None:
    """Return what an instrument is worth at a cursor, None without a price by then."""
    instrument = dataset.instruments[instrument_id]
    sources = [_from_quote, _from_print] if instrument.kind is Kind.OPTION else [_from_print, _from_quote]
    found = (source(dataset, instrument_id, cursor) for source in sources)
    return next((mark for mark in found if mark is not None), None)


def _opening_mark(dataset: Dataset, asked: InstrumentId, cursor: int) -> Mark | None:
    """Return the opening value of an index in the session of a cursor, when its opening is what is asked for."""
    indexes = (each for each in dataset.instruments.values() if each.kind is Kind.INDEX)
    index = next((each for each in indexes if opening_of(each.id) == asked), None)
    session = dataset.calendar.session_on(dataset.calendar.day_of(dataset.at_of(cursor)))
    if index is None or session is None:
        return None
    bars = dataset.bars(index.id, cursor, start=session.opens_at)
    opened = bars[0].open if bars else None
    return None if opened is None else Mark(index, opened, OFFICIAL_OPEN, session.opens_at)


def _from_quote(dataset: Dataset, instrument_id: InstrumentId, cursor: int) -> Mark | None:
    quote = dataset.last_quote(instrument_id, cursor)
    return None if quote is None else Mark(dataset.instruments[instrument_id], quote.mid, QUOTE_MID, quote.at)


def _from_print(dataset: Dataset, instrument_id: InstrumentId, cursor: int) -> Mark | None:
    fact = dataset.last_print(instrument_id, cursor)
    if fact is None:
        return None
    is_official = isinstance(fact, CloseFact) and dataset.closes_session(fact.at)
    source = OFFICIAL_CLOSE if is_official else LAST_PRINT
    return Mark(dataset.instruments[instrument_id], fact.price, source, fact.at)
