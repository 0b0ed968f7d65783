"""Minutes agree with their day to the cent and the share, and quotes stand around prints."""

import hashlib
from functools import cache

import numpy as np
import pytest

from paperdesk.core.market.sessions import calendar
from paperdesk.core.synthetic.climate import first_day
from paperdesk.core.synthetic.daily import DailyMarket, generate_daily
from paperdesk.core.synthetic.minutes import MinuteBars, ends_of, generate_minutes, session_minutes
from paperdesk.core.synthetic.presets import HISTORY_FROM, LASTS_UNTIL, preset_of
from paperdesk.core.synthetic.roster import PLACE, ROSTER
from paperdesk.core.synthetic.top_of_book import TopOfBook, quote_minutes

SESSIONS = calendar("XNYS").sessions(HISTORY_FROM, LASTS_UNTIL)
BEGINNING = first_day(SESSIONS)
EARLY_CLOSE = next(day for day in range(BEGINNING, len(SESSIONS)) if SESSIONS[day].closes_at.hour in {17, 18})
DAYS = (0, 250, BEGINNING, BEGINNING + 1, EARLY_CLOSE, len(SESSIONS) - 1)
PIN = "9b7cc21792c8fdf43e4788bd0282221c34e0c1c806227fb17840f1871384a54f"


@cache
def market(preset: str = "fair_market", days: int = len(SESSIONS)) -> DailyMarket:
    return generate_daily(preset_of(preset), 7, SESSIONS[:days])


@cache
def minutes(day: int) -> MinuteBars:
    return generate_minutes(market(), day)


@cache
def quotes(day: int) -> TopOfBook:
    return quote_minutes(market(), day, minutes(day))


def crash_day() -> int:
    day = market("flash_crash").climate.crash_day
    assert day is not None
    return day


def agrees(one: DailyMarket, day: int, bars: MinuteBars) -> None:
    ends = ends_of(one, day)
    np.testing.assert_array_equal(bars.open[:, 0], ends.open)
    np.testing.assert_array_equal(bars.high.max(axis=1), ends.high)
    np.testing.assert_array_equal(bars.low.min(axis=1), ends.low)
    np.testing.assert_array_equal(bars.close[:, -1], ends.close)
    np.testing.assert_array_equal(bars.volume[:-1].sum(axis=1), one.bars.volume[day])
    assert np.all(bars.low <= np.minimum(bars.open, bars.close))
    assert np.all(bars.high >= np.maximum(bars.open, bars.close))
    assert np.all(bars.volume >= 0)


@pytest.mark.parametrize("day", DAYS)
def test_minutes_add_up_to_their_day(day: int) -> None:
    agrees(market(), day, minutes(day))


@pytest.mark.nightly
@pytest.mark.parametrize("preset", ["fair_market", "volatile_market", "flash_crash"])
def test_minutes_of_every_day_add_up(preset: str) -> None:
    for day in range(len(SESSIONS)):
        agrees(market(preset), day, generate_minutes(market(preset), day))


def test_a_day_alone_is_the_day_in_sequence() -> None:
    alone = generate_minutes(market(days=BEGINNING + 1), BEGINNING)
    np.testing.assert_array_equal(alone.close, minutes(BEGINNING).close)
    np.testing.assert_array_equal(alone.volume, minutes(BEGINNING).volume)


def test_the_minutes_of_a_seed_are_pinned() -> None:
    bars, book = minutes(BEGINNING), quotes(BEGINNING)
    digest = hashlib.sha256()
    for column in (bars.open, bars.high, bars.low, bars.close, bars.volume, book.bid, book.ask, book.bid_size):
        digest.update(np.ascontiguousarray(column, "<i8").tobytes())
    assert digest.hexdigest() == PIN


def test_an_early_close_has_fewer_minutes() -> None:
    assert session_minutes(market(), EARLY_CLOSE) == 210
    assert minutes(EARLY_CLOSE).minutes == 210
    assert minutes(BEGINNING).minutes == 390


@pytest.mark.parametrize("day", DAYS)
def test_quotes_stand_around_the_print(day: int) -> None:
    book, close = quotes(day), minutes(day).close[:-1]
    assert np.all(book.bid >= 1)
    assert np.all(book.bid <= close)
    assert np.all(close <= book.ask)
    assert np.all(book.ask > book.bid)
    assert min(int(book.bid_size.min()), int(book.ask_size.min())) >= 1


TRADED = [PLACE[member.symbol] for member in ROSTER if member.volume > 1_000_000]


def test_the_day_is_busy_at_its_ends_and_spreads_are_widest_there() -> None:
    volumes = np.stack([minutes(day).volume[TRADED] for day in DAYS[:3]])
    share = (volumes / volumes.sum(axis=2, keepdims=True)).mean(axis=0)
    noon = share[:, 180:210].mean()
    assert share[:, :15].mean() > 2 * noon
    assert share[:, -15:].mean() > 1.5 * noon
    width = np.mean([(quotes(day).ask - quotes(day).bid) / quotes(day).bid for day in DAYS[:3]], 0)
    assert width[:, :15].mean() > 1.2 * width[:, 180:210].mean()


def test_what_is_traded_most_is_quoted_tightest() -> None:
    book = quotes(BEGINNING)
    width = ((book.ask - book.bid) / book.bid).mean(axis=1) * 10_000
    assert width[PLACE["SPY"]] < 1.5
    assert width[PLACE["SIZE"]] > 5


def test_minutes_move_as_much_as_the_day_says() -> None:
    realised, expected = [], []
    for day in range(BEGINNING, BEGINNING + 25):
        bars = generate_minutes(market(), day)
        path = np.column_stack([bars.open[:-1, 0], bars.close[:-1]]) / bars.open[:-1, :1]
        realised.append((np.diff(path, axis=1) ** 2).sum(axis=1))
        expected.append(market().deviations.of_members()[day] ** 2)
    ratio = np.mean(realised, axis=0) / np.mean(expected, axis=0)
    assert np.all((ratio[TRADED] > 0.6) & (ratio[TRADED] < 2.0))


def test_members_move_together_within_the_day() -> None:
    def moves(symbol: str) -> np.ndarray:
        found = [np.diff(generate_minutes(market(), day).close[PLACE[symbol], ::5]) for day in range(300, 312)]
        return np.concatenate(found)

    assert np.corrcoef(moves("SPY"), moves("VTI"))[0, 1] > 0.6
    assert np.corrcoef(moves("SPY"), moves("GLD"))[0, 1] < 0.3


def test_a_flash_crash_falls_within_minutes_and_comes_back_within_the_hour() -> None:
    bars = generate_minutes(market("flash_crash"), crash_day())
    agrees(market("flash_crash"), crash_day(), bars)
    spy = bars.close[PLACE["SPY"]]
    deepest = int(bars.low[PLACE["SPY"]].argmin())
    assert 305 < deepest < 320
    assert spy[deepest] < 0.94 * spy[deepest - 15]
    assert spy[deepest + 45] > 0.97 * spy[deepest - 15]
