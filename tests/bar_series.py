"""Random bars of shares and coins: of days, or of minutes with gaps between and within sessions."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import strategies as st

from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.sessions import calendar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRST = date(2024, 5, 20)  # settlement becomes a day shorter on the 28th
MOVES = st.tuples(st.integers(-200, 200), st.integers(-90, 90), st.integers(0, 60), st.integers(0, 60))


def bars_at(times: Sequence[tuple[datetime, datetime]], moves: Sequence[tuple[int, ...]], of: Instrument) -> Bars:
    """Return bars that open and close at some instants; each moves by a gap, a body and what lies beyond it."""
    rows, close = [], 10_000
    for gap, body, above, below in moves:
        opened = max(close + gap, 200)
        close = max(opened + body, 200)
        rows.append((opened, max(opened, close) + above, max(min(opened, close) - below, 100), close))
    prices = np.array(rows, np.int64).reshape(-1, 4)
    at = np.array([[micros(each) for each in pair] for pair in times], np.int64).reshape(-1, 2)
    open_, high, low, last = (prices[:, column].copy() for column in range(4))
    return Bars(of, 2, at[:, 0].copy(), at[:, 1].copy(), open_, high, low, last)


def closes_of(bars: Bars) -> Bars:
    """Return what is left of bars where a source tells nothing but closes."""
    close = bars.close
    return replace(bars, open_at=bars.at, open=close, high=close, low=close, closes_alone=True)


def micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def days(count: int, of: Instrument) -> list[tuple[datetime, datetime]]:
    """Return when bars of a day open and close."""
    found = calendar(of.calendar).sessions(FIRST, FIRST + timedelta(days=2 * count + 10))
    return [(each.opens_at, each.closes_at) for each in found[:count]]


def minutes(slots: Sequence[int], of: Instrument) -> list[tuple[datetime, datetime]]:
    """Return when bars of a minute open and close: slots are counted, sixteen to a session, the last at its close."""
    sessions = calendar(of.calendar).sessions(FIRST, FIRST + timedelta(days=30))
    found = []
    for slot in sorted(slots):
        session, place = sessions[slot // 16], slot % 16
        opened = session.opens_at + place * MINUTE if place < 12 else session.closes_at - (16 - place) * MINUTE
        found.append((opened, opened + MINUTE))
    return found


@st.composite
def series(draw: st.DrawFn, of: Instrument, most: int = 30) -> Bars:
    """Return some bars of an instrument."""
    count = draw(st.integers(1, most))
    moves = draw(st.lists(MOVES, min_size=count, max_size=count))
    if draw(st.booleans()):
        return bars_at(days(count, of), moves, of)
    slots = draw(st.sets(st.integers(0, 16 * 12), min_size=count, max_size=count))
    return bars_at(minutes(sorted(slots), of), moves, of)
