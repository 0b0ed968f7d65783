"""Sessions: the generated table against the calendar it came from, and the edges."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise

import exchange_calendars
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.market.sessions import CALENDARS, BeyondCalendar, Calendar, Session, UnknownCalendar, calendar

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def xnys() -> Calendar:
    return calendar("XNYS")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_every_session_equals_the_reference(xnys: Calendar) -> None:
    schedule = exchange_calendars.get_calendar("XNYS", start="1990-01-01", end="2027-12-31").schedule
    expected = [
        Session(day.date(), row.open.to_pydatetime(), row.close.to_pydatetime())
        for day, row in zip(schedule.index, schedule.itertuples(), strict=True)
    ]
    assert list(xnys.sessions(date(1990, 1, 1), date(2027, 12, 31))) == expected
    assert len(expected) == 9569


def test_walking_from_close_to_close_visits_every_session(xnys: Calendar) -> None:
    sessions = xnys.sessions(date(1990, 1, 2), date(2027, 12, 30))
    for before, after in pairwise(sessions):
        assert xnys.next_session(before.opens_at) == after
        assert xnys.next_open(before.closes_at) == after.opens_at
        assert xnys.next_close(before.closes_at) == after.closes_at
        assert xnys.next_close(before.closes_at - MINUTE) == before.closes_at


def test_a_session_contains_its_opening_and_not_its_close(xnys: Calendar) -> None:
    session = xnys.session_on(date(2024, 7, 3))
    assert session is not None
    assert session.closes_at == datetime(2024, 7, 3, 17, tzinfo=UTC)
    assert xnys.session_at(session.opens_at) == session
    assert xnys.session_at(session.opens_at - timedelta(microseconds=1)) is None
    assert xnys.is_open(session.closes_at - timedelta(microseconds=1))
    assert not xnys.is_open(session.closes_at)


@pytest.mark.parametrize("day", ["2025-01-09", "2001-09-11", "2001-09-14", "2012-10-29", "2024-01-06", "2022-06-20"])
def test_shut_days(xnys: Calendar, day: str) -> None:
    assert xnys.session_on(date.fromisoformat(day)) is None


def test_summer_time_moves_the_opening(xnys: Calendar) -> None:
    winter, summer = xnys.session_on(date(2024, 3, 8)), xnys.session_on(date(2024, 3, 11))
    assert winter is not None
    assert summer is not None
    assert (winter.opens_at.hour, summer.opens_at.hour) == (14, 13)


def test_around_the_clock_has_no_gap() -> None:
    always = calendar("24/7")
    first, second = always.sessions(date(2024, 2, 28), date(2024, 2, 29))
    assert first.closes_at == second.opens_at == datetime(2024, 2, 29, tzinfo=UTC)
    assert always.session_at(second.opens_at) == second
    assert always.next_open(second.opens_at) == datetime(2024, 3, 1, tzinfo=UTC)


def test_an_unknown_calendar_is_refused() -> None:
    with pytest.raises(UnknownCalendar):
        calendar("XMOON")


def test_beyond_the_table_is_refused(xnys: Calendar) -> None:
    with pytest.raises(BeyondCalendar):
        xnys.session_on(date(2028, 1, 3))
    with pytest.raises(BeyondCalendar):
        xnys.is_open(datetime(1989, 12, 29, 15, tzinfo=UTC))
    with pytest.raises(BeyondCalendar):
        xnys.next_open(datetime(2027, 12, 31, 22, tzinfo=UTC))


def test_begun_sessions_come_newest_first_and_end_with_the_calendar() -> None:
    market = calendar("XNYS")
    monday = datetime(2024, 6, 3, 15, tzinfo=UTC)
    assert [each.on.day for each in islice(market.begun(monday), 3)] == [3, 31, 30]
    before_the_bell = datetime(2024, 6, 3, 13, tzinfo=UTC)
    assert next(market.begun(before_the_bell)).on == date(2024, 5, 31)
    first = next(each for each in market.sessions(market.first, market.first + timedelta(days=14)))
    assert list(market.begun(first.opens_at)) == [first]


@pytest.mark.parametrize("name", CALENDARS)
def test_every_session_lies_within_the_day_in_utc_that_it_is_named_after(name: str) -> None:
    market = calendar(name)
    for session in market.sessions(max(market.first, date(1990, 1, 1)), min(market.last, date(2027, 12, 31))):
        last_instant = session.closes_at - timedelta(microseconds=1)
        assert session.opens_at.date() == last_instant.date() == session.on


@given(st.sampled_from(CALENDARS), st.integers(0, 16_000_000))
def test_sessions_around_an_instant_are_found_from_wherever_one_looks(name: str, minutes: int) -> None:
    instant, market = datetime(1995, 1, 3, tzinfo=UTC) + timedelta(minutes=minutes), calendar(name)
    day = market.day_of(instant)
    around = market.sessions(day - timedelta(days=10), day + timedelta(days=10))
    assert market.session_at(instant) == next((each for each in around if instant in each), None)
    assert market.next_session(instant) == next(each for each in around if each.opens_at > instant)
    assert market.last_close(instant) == max(each.closes_at for each in around if each.closes_at <= instant)
