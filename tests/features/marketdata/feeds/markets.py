"""Small markets for the tests of the feeds: hypothesis strategies, and datasets opened from them."""

import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from paperdesk.core.kernel.time import microseconds
from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.sessions import calendar
from paperdesk.features.marketdata.feeds.columns import ABSENT, BarColumns, Columns, PrintColumns, QuoteColumns
from paperdesk.features.marketdata.feeds.manifest import DatasetTerms
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset, open_recorded
from paperdesk.features.marketdata.feeds.series import Named, series_of
from paperdesk.features.marketdata.feeds.writer import write_dataset

TERMS = DatasetTerms(name="test")
FIRST_ON, LAST_ON = date(2024, 7, 2), date(2024, 7, 8)
SESSIONS = calendar("XNYS").sessions(FIRST_ON, LAST_ON)
SCALES = (2, 0)
SOME_PRICE = st.integers(100, 5_000)

Market = dict[str, Columns]


def opened(market: Market) -> RecordedDataset:
    """Write a market as a dataset and open it."""
    with tempfile.TemporaryDirectory() as place:
        series = [series_of(Named(symbol, symbol, Kind.EQUITY), TERMS, one, SCALES) for symbol, one in market.items()]
        write_dataset(TERMS, series, Path(place) / "dataset")
        return open_recorded(Path(place) / "dataset")


def spans(minutes: int | None) -> list[tuple[datetime, datetime]]:
    """Return when bars open and close: one a session, or one every so many minutes."""
    if minutes is None:
        return [(one.opens_at, one.closes_at) for one in SESSIONS]
    step = timedelta(minutes=minutes)
    found = []
    for session in SESSIONS:
        at = session.opens_at
        while at < session.closes_at:
            found.append((at, min(at + step, session.closes_at)))
            at += step
    return found


@st.composite
def bars(draw: st.DrawFn) -> BarColumns:
    """Draw bars of one instrument: daily or not, with gaps, some or all of them close-only."""
    every = spans(draw(st.sampled_from([None, 60, 130])))
    kept = draw(st.lists(st.sampled_from(range(len(every))), min_size=1, max_size=12, unique=True).map(sorted))
    rows = [_bar(draw, *every[place]) for place in kept]
    return BarColumns(*(np.array(column, np.int64) for column in zip(*rows, strict=True)))


def _bar(draw: st.DrawFn, opens_at: datetime, closes_at: datetime) -> tuple[int, ...]:
    low, first, last, high = sorted(draw(st.tuples(*[SOME_PRICE] * 4)))
    ends = (microseconds(opens_at), microseconds(closes_at))
    volume = draw(st.sampled_from([ABSENT, 0, 7_000]))
    return (*ends, first, high, low, last, volume) if draw(st.booleans()) else (*ends, *[ABSENT] * 3, last, volume)


@st.composite
def quotes(draw: st.DrawFn) -> QuoteColumns:
    """Draw quotes of one instrument, several of them at the same instant, in sessions and outside."""
    start = microseconds(SESSIONS[0].opens_at)
    at = sorted(draw(st.lists(st.integers(-1, 120), min_size=1, max_size=12)))
    pairs = [sorted(draw(st.tuples(SOME_PRICE, SOME_PRICE))) for _ in at]
    sizes = [draw(st.sampled_from([ABSENT, 100])) for _ in at]
    return QuoteColumns(
        np.array([start + hours * 3_600_000_000 for hours in at], np.int64),
        np.array([bid for bid, _ in pairs], np.int64),
        np.array([ask for _, ask in pairs], np.int64),
        np.array(sizes, np.int64),
        np.array(sizes, np.int64),
    )


@st.composite
def prints(draw: st.DrawFn) -> PrintColumns:
    """Draw prints of one instrument, several of them at the same instant, in sessions and outside."""
    start = microseconds(SESSIONS[0].opens_at)
    at = sorted(draw(st.lists(st.integers(-1, 120), min_size=1, max_size=12)))
    return PrintColumns(
        np.array([start + hours * 3_600_000_000 for hours in at], np.int64),
        np.array([draw(SOME_PRICE) for _ in at], np.int64),
        np.array([draw(st.sampled_from([ABSENT, 100])) for _ in at], np.int64),
    )


def markets() -> st.SearchStrategy[Market]:
    """Draw one to four instruments with bars, quotes or prints."""
    return st.dictionaries(st.sampled_from(["AA", "BB", "CC", "DD"]), st.one_of(bars(), quotes(), prints()), min_size=1)


@dataclass(frozen=True)
class Written:
    """One bar in plain numbers: cents, and hours after the first open."""

    open: int
    high: int
    low: int
    close: int


def daily(*written: Written) -> BarColumns:
    """Return daily bars of the first sessions."""
    rows = [
        (microseconds(on.opens_at), microseconds(on.closes_at), one.open, one.high, one.low, one.close, 1_000)
        for on, one in zip(SESSIONS, written, strict=False)
    ]
    return BarColumns(*(np.array(column, np.int64) for column in zip(*rows, strict=True)))
