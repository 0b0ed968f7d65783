"""Higher bars: worked out one by one here, at once there; only what is over, and never changed again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.market.quotes import Bar
from paperdesk.core.market.sessions import Session, calendar
from paperdesk.features.marketdata.feeds.columns import ABSENT, BarColumns, PrintColumns
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.resample import BarsDoNotFit, Interval, resampled, standing_at
from tests.features.marketdata.feeds.markets import SESSIONS, Market, Written, bars, daily, markets, opened

MARKET = calendar("XNYS")
INTERVALS: tuple[Interval, ...] = get_args(Interval)
ALL_DAYS = [each.on for each in MARKET.sessions(MARKET.first, SESSIONS[-1].on + timedelta(days=60))]
MINUTE = timedelta(minutes=1)
LENGTHS = {"m": MINUTE, "h": timedelta(hours=1)}


def aa(dataset: Dataset) -> InstrumentId:
    instrument = dataset.by_symbol("AA")
    assert instrument is not None
    return instrument.id


def higher(dataset: Dataset, interval: Interval, cursor: int, now: datetime | None = None) -> list[Bar]:
    rows = dataset.closed_bars(aa(dataset), cursor)
    assert rows is not None
    standing = standing_at(now or dataset.at_of(cursor), dataset.session_at(cursor), dataset.calendar)
    return resampled(rows, interval, dataset.calendar, standing).bars()


def bucket(opened_at: datetime, interval: Interval) -> tuple[datetime, datetime]:
    """Return the bucket of a bar that begins inside a session, in plain words."""
    session = MARKET.session_at(opened_at)
    assert session is not None
    if interval[-1] in LENGTHS:
        length = int(interval[:-1]) * LENGTHS[interval[-1]]
        start = session.opens_at + (opened_at - session.opens_at) // length * length
        return start, min(start + length, session.closes_at)
    together = [each for each in MARKET.sessions(*_around(session)) if _key(each, interval) == _key(session, interval)]
    return together[0].opens_at, together[-1].closes_at


def _limit(opened_at: datetime, interval: Interval) -> datetime:
    """Return when a bucket would end if no bell cut it short."""
    start, end = bucket(opened_at, interval)
    return start + int(interval[:-1]) * LENGTHS[interval[-1]] if interval[-1] in LENGTHS else end


def _around(session: Session) -> tuple[datetime, datetime]:
    return session.on - timedelta(days=33), session.on + timedelta(days=33)  # type: ignore[return-value]


def _key(session: Session, interval: Interval) -> object:
    match interval:
        case "1w":
            return session.on.isocalendar()[:2]
        case "1M":
            return session.on.year, session.on.month
        case "3d":
            return ALL_DAYS.index(session.on) // 3
        case _:
            return session.on


def in_words(columns: BarColumns, interval: Interval) -> Iterator[tuple[datetime, int, int, int, int, int]]:
    """Yield (end, open, high, low, close, volume) of every bucket."""
    rows = [(datetime.fromtimestamp(columns.open_at.item(row) / 1e6, UTC), row) for row in range(len(columns.open_at))]
    for (_, end), group in groupby(rows, key=lambda row: bucket(row[0], interval)):
        of = [row for _, row in group]
        whole = bool(np.all(columns.complete[of]))
        volume = columns.volume[of]
        yield (
            end,
            int(columns.open[of[0]]) if whole else ABSENT,
            int(columns.high[of].max()) if whole else ABSENT,
            int(columns.low[of].min()) if whole else ABSENT,
            int(columns.close[of[-1]]),
            ABSENT if bool(np.any(volume == ABSENT)) else int(volume.sum()),
        )


def cents(bar: Bar) -> tuple[datetime, int, int, int, int, int]:
    prices = [ABSENT if price is None else int(price * 100) for price in (bar.open, bar.high, bar.low, bar.close)]
    return bar.at, prices[0], prices[1], prices[2], prices[3], ABSENT if bar.volume is None else int(bar.volume)


@settings(max_examples=40, deadline=None)
@given(bars(), st.sampled_from(INTERVALS))
def test_bars_merge_as_they_do_in_words(columns: BarColumns, interval: Interval) -> None:
    dataset = opened({"AA": columns})
    long_after = SESSIONS[-1].closes_at + timedelta(days=60)
    begun = [datetime.fromtimestamp(at / 1e6, UTC) for at in columns.open_at.tolist()]
    limits = [_limit(opened_at, interval) for opened_at in begun]
    if any(microseconds(limit) < at for limit, at in zip(limits, columns.at.tolist(), strict=True)):
        with pytest.raises(BarsDoNotFit):
            higher(dataset, interval, dataset.facts_total, long_after)
        return
    found = [cents(bar) for bar in higher(dataset, interval, dataset.facts_total, long_after)]
    assert found == list(in_words(columns, interval))


@settings(max_examples=30, deadline=None)
@given(markets(), st.sampled_from(["1h", "4h", "12h", "1d", "3d", "1w", "1M"]), st.data())
def test_a_bar_that_was_shown_never_changes(market: Market, interval: Interval, draw: st.DataObject) -> None:
    dataset = opened(market)
    instrument = draw.draw(st.sampled_from(sorted(dataset.instruments)))
    before: list[Bar] = []
    for cursor in range(1, dataset.facts_total + 1):
        rows = dataset.closed_bars(instrument, cursor)
        now = dataset.at_of(cursor)
        standing = standing_at(now, dataset.session_at(cursor), MARKET)
        try:
            shown = resampled(rows, interval, MARKET, standing).bars() if rows else []
        except BarsDoNotFit:
            return
        assert shown[: len(before)] == before
        assert all(bar.at <= now for bar in shown)
        before = shown


def test_a_day_is_over_with_its_bell_even_when_its_last_minute_had_no_bar() -> None:
    session = SESSIONS[0]
    at = microseconds(session.opens_at)
    one = np.array([1_000, 1_001], np.int64)
    minutes = np.array([at, at + 60_000_000], np.int64)
    dataset = opened({"AA": BarColumns(minutes, minutes + 60_000_000, one, one, one, one, one)})
    assert higher(dataset, "1d", dataset.facts_total - 1, session.closes_at - MINUTE) == []
    [day] = higher(dataset, "1d", dataset.facts_total)
    assert (day.at, day.open, day.close) == (session.closes_at, Decimal(10), Decimal("10.01"))


def test_prints_make_bars() -> None:
    at = microseconds(SESSIONS[0].opens_at) + 1
    stamps = np.array([at, at, at + 30_000_000, at + 60_000_000], np.int64)
    sizes = np.array([1, 2, 3, 4], np.int64)
    dataset = opened({"AA": PrintColumns(stamps, np.array([500, 520, 480, 510], np.int64), sizes)})
    later = SESSIONS[0].opens_at + timedelta(minutes=5)
    first, second = higher(dataset, "1m", dataset.facts_total, later)
    assert (first.open, first.high) == (Decimal(5), Decimal("5.2"))
    assert (first.low, first.close, first.volume) == (Decimal("4.8"), Decimal("4.8"), Decimal(6))
    assert (second.open, second.close, second.volume) == (Decimal("5.1"), Decimal("5.1"), Decimal(4))


def test_a_session_ends_its_last_bar_early() -> None:
    session = MARKET.session_on(SESSIONS[1].on)  # the third of July closes at one
    assert session is not None
    starts = np.arange(microseconds(session.opens_at), microseconds(session.closes_at), 30 * 60_000_000)
    flat = np.full(len(starts), 1_000, np.int64)
    dataset = opened({"AA": BarColumns(starts, starts + 30 * 60_000_000, flat, flat, flat, flat, flat)})
    ends = [bar.at for bar in higher(dataset, "2h", dataset.facts_total)]
    hours = timedelta(hours=1)
    assert ends == [session.opens_at + 2 * hours, session.closes_at]


def test_what_is_traded_outside_sessions_counts_from_the_bell_before_it() -> None:
    close = microseconds(SESSIONS[0].closes_at)
    late = np.array([close + 5 * 60_000_000, close + 61 * 60_000_000], np.int64)
    flat = np.array([1_000, 1_100], np.int64)
    in_session = microseconds(SESSIONS[1].opens_at)
    starts = np.append(late, in_session)
    prices = np.append(flat, 1_200)
    dataset = opened({"AA": BarColumns(starts, starts + 60_000_000, prices, prices, prices, prices, prices)})
    later = SESSIONS[1].closes_at
    hour = timedelta(hours=1)
    ends = [bar.at for bar in higher(dataset, "1h", dataset.facts_total, later)]
    assert ends == [SESSIONS[0].closes_at + hour, SESSIONS[0].closes_at + 2 * hour, SESSIONS[1].opens_at + hour]
    assert [bar.close for bar in higher(dataset, "1d", dataset.facts_total, later)] == [Decimal(12)]


def test_daily_bars_are_days_already() -> None:
    dataset = opened({"AA": daily(Written(1_000, 1_200, 900, 1_100), Written(1_150, 1_300, 1_050, 1_250))})
    assert higher(dataset, "1d", dataset.facts_total) == dataset.bars(aa(dataset), dataset.facts_total)
    with pytest.raises(BarsDoNotFit):
        higher(dataset, "1h", dataset.facts_total)
    assert higher(dataset, "1w", dataset.facts_total) == []  # the week is not over


def test_an_hour_waits_for_every_print_of_the_instant_that_ends_it() -> None:
    opens = microseconds(SESSIONS[0].opens_at)
    at_the_open = PrintColumns(np.array([opens, opens]), np.array([100, 100]), np.array([100, 50]))
    dataset = opened({"AA": at_the_open})
    assert higher(dataset, "1h", 1) == []
    assert [bar.volume for bar in higher(dataset, "1h", dataset.facts_total)] == [150]
