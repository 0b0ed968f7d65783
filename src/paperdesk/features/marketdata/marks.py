"""Marks and quotes on a tape: what its instruments are worth at a cursor, by rule 2.10 of the trading rules.

Options are worth the middle of their quote, and everything else its last print; what has only the other is
worth that. A print at the close of a session is the official close.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeAlias

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
from paperdesk.core.market.facts import CloseFact
from paperdesk.core.market.halts import standing_halt
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.quotes import Quote
from paperdesk.features.marketdata.circumstances import circumstances_at
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.price_tests import is_under_price_test
from paperdesk.features.marketdata.scans import greeks_of, scan_of

# What a mark is made of: the instrument, its price, where that comes from, and since when it has stood.
_Price: TypeAlias = tuple[Instrument, Decimal, str, datetime]
_SHARES: Final = frozenset({Kind.EQUITY, Kind.ETF})


class TapeMarks(Mapping[InstrumentId, Mark]):
    """What everything on a dataset is worth at a cursor, looked up when it is asked for."""

    __slots__ = ("_cursor", "_dataset", "_known", "_scans")

    def __init__(self, dataset: Dataset, cursor: int) -> None:
        """Take the market and where it stands."""
        self._dataset = dataset
        self._cursor = cursor
        self._known: dict[InstrumentId, Mark | None] = {}
        self._scans: dict[InstrumentId, Scan | None] = {}

    def __getitem__(self, instrument_id: InstrumentId) -> Mark:
        """Return a mark; what has no price yet has none."""
        if instrument_id not in self._known:
            found = _price_at(self._dataset, instrument_id, self._cursor)
            self._known[instrument_id] = None if found is None else Mark(*found, **self._asked_later(found[0]))
        mark = self._known[instrument_id]
        if mark is None:
            raise KeyError(instrument_id)
        return mark

    def _asked_later(self, instrument: Instrument) -> dict[str, Any]:
        """Return what few ask of a mark, to be worked out then."""
        later: dict[str, Any] = {"circumstances": partial(circumstances_at, self._dataset, instrument, self._cursor)}
        if instrument.kind in _SHARES:
            later["is_under_price_test"] = partial(is_under_price_test, self._dataset, instrument.id, self._cursor)
        if instrument.contract is not None:
            later |= {"scanned": partial(self._scan, instrument.id), "greeks": partial(self._greeks, instrument.id)}
        return later

    def _scan(self, option_id: InstrumentId) -> Scan | None:
        """Return how an option changes at the points of a scan; nobody knows without a price of its underlying."""
        option = self[option_id]
        underlying_id = option.instrument.underlying_id
        underlying = None if underlying_id is None else self.get(underlying_id)
        if underlying is None:
            return None
        if option.instrument.id not in self._scans:
            on = self._dataset.calendar.day_of(self._dataset.at_of(self._cursor))
            self._scans[option.instrument.id] = scan_of(option, underlying, on)
        return self._scans[option.instrument.id]

    def _greeks(self, option_id: InstrumentId) -> Greeks | None:
        """Return what an option is sensitive to; nobody knows without a price of its underlying."""
        option = self[option_id]
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

    __slots__ = ("_cursor", "_dataset")

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
    """Return what an instrument of a dataset is worth at a cursor, None without a price by then."""
    found = _price_of(dataset, dataset.instruments[instrument_id], cursor)
    return None if found is None else Mark(*found)


def _price_at(dataset: Dataset, asked: InstrumentId, cursor: int) -> _Price | None:
    instrument = dataset.instruments.get(asked)
    return _opening_price(dataset, asked, cursor) if instrument is None else _price_of(dataset, instrument, cursor)


def _price_of(dataset: Dataset, instrument: Instrument, cursor: int) -> _Price | None:
    if instrument.kind is Kind.OPTION:
        return _from_quote(dataset, instrument, cursor) or _from_print(dataset, instrument, cursor)
    return _from_print(dataset, instrument, cursor) or _from_quote(dataset, instrument, cursor)


def _opening_price(dataset: Dataset, asked: InstrumentId, cursor: int) -> _Price | None:
    """Return the opening value of an index in the session of a cursor, when its opening is what is asked for."""
    indexes = (each for each in dataset.instruments.values() if each.kind is Kind.INDEX)
    index = next((each for each in indexes if opening_of(each.id) == asked), None)
    session = dataset.calendar.session_on(dataset.calendar.day_of(dataset.at_of(cursor)))
    if index is None or session is None:
        return None
    bars = dataset.bars(index.id, cursor, start=session.opens_at)
    opened = bars[0].open if bars else None
    return None if opened is None else (index, opened, OFFICIAL_OPEN, session.opens_at)


def _from_quote(dataset: Dataset, instrument: Instrument, cursor: int) -> _Price | None:
    quote = dataset.last_quote(instrument.id, cursor)
    return None if quote is None else (instrument, quote.mid, QUOTE_MID, quote.at)


def _from_print(dataset: Dataset, instrument: Instrument, cursor: int) -> _Price | None:
    fact = dataset.last_print(instrument.id, cursor)
    if fact is None:
        return None
    is_official = isinstance(fact, CloseFact) and dataset.closes_session(fact.at)
    return instrument, fact.price, OFFICIAL_CLOSE if is_official else LAST_PRINT, fact.at
