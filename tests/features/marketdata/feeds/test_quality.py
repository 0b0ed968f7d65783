"""What is missing, stale, out of line or contradicts itself is counted, and only the past is looked at."""

from datetime import timedelta
from decimal import Decimal

import numpy as np

from paperdesk.core.kernel.time import microseconds
from paperdesk.core.market.sessions import calendar
from paperdesk.features.marketdata.feeds.columns import BarColumns, Columns, PrintColumns, QuoteColumns
from paperdesk.features.marketdata.feeds.quality import Gap, Quality, assess
from tests.features.marketdata.feeds.markets import SESSIONS, Written, daily

MARKET = calendar("XNYS")
MINUTE = 60_000_000


def judged(columns: Columns) -> Quality:
    return assess(columns, MARKET, SESSIONS[-1].closes_at)


def minutes(*slots: tuple[int, int], price: int = 1_000) -> BarColumns:
    """Return minute bars: (session, minute of it)."""
    at = np.array([microseconds(SESSIONS[one].opens_at) + nth * MINUTE for one, nth in slots], np.int64)
    flat = np.full(len(at), price, np.int64)
    return BarColumns(at, at + MINUTE, flat, flat, flat, flat, flat)


def test_a_day_that_is_missing_is_a_gap() -> None:
    whole = daily(*[Written(1_000, 1_010, 990, 1_000 + day) for day in range(4)])
    holed = BarColumns(*(np.delete(getattr(whole, name), [1, 2]) for name in BarColumns.__slots__))
    report = judged(holed)
    assert (report.rows, report.missing, report.coverage_rate, report.bar_length_s) == (2, 2, Decimal("0.5"), None)
    assert report.gaps == (Gap(SESSIONS[1].opens_at, SESSIONS[2].closes_at, 2),)
    assert judged(whole).coverage_rate == 1
    assert judged(whole).behind == len(SESSIONS) - 4


def test_minutes_are_expected_in_sessions_alone() -> None:
    last = (SESSIONS[0].closes_at - SESSIONS[0].opens_at) // timedelta(minutes=1) - 1
    report = judged(minutes((0, last - 1), (0, last), (1, 0), (1, 3)))
    assert (report.bar_length_s, report.missing, report.gaps_total) == (60, 2, 1)
    opened = SESSIONS[1].opens_at
    assert report.gaps == (Gap(opened + timedelta(minutes=1), opened + timedelta(minutes=3), 2),)


def test_a_jump_is_out_of_line_and_a_flat_line_is_stale() -> None:
    rng = np.random.Generator(np.random.PCG64(7))
    bars = minutes(*[(0, nth) for nth in range(60)])
    closes = 10_000 + rng.integers(-3, 4, size=60)
    closes[30:] *= 2
    closes[40:50] = closes[40]
    report = judged(BarColumns(bars.open_at, bars.at, closes, closes, closes, closes, bars.volume))
    assert report.outliers_total == 1
    assert report.outliers[0].at == SESSIONS[0].opens_at + timedelta(minutes=31)
    assert abs(report.outliers[0].change_rate - 1) < Decimal("0.01")
    assert report.unchanged_max >= 10


def test_quotes_that_cross_or_lock_are_counted() -> None:
    at = np.array([microseconds(SESSIONS[day].opens_at) + MINUTE for day in (0, 0, 2)], np.int64)
    bid, ask = np.array([100, 102, 101], np.int64), np.array([101, 101, 101], np.int64)
    report = judged(QuoteColumns(at, bid, ask, bid, ask))
    assert (report.crossed, report.locked, report.missing) == (1, 1, 1)


def test_prints_are_expected_in_every_session() -> None:
    at = np.array([microseconds(SESSIONS[day].opens_at) + MINUTE for day in (0, 1, 3)], np.int64)
    report = judged(PrintColumns(at, at * 0 + 500, at * 0 + 1))
    assert (report.coverage_rate, report.gaps_total, report.unchanged_max) == (Decimal("0.75"), 1, 3)
