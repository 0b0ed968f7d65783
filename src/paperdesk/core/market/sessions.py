"""Trading sessions: when a market is open, by a table and never by a clock.

`XNYS` is the regular New York session, 1990 to 2027. `24/7` is one session a UTC day, without a
pause. A session is half-open: it contains its opening instant, not its closing one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.time import utc
from paperdesk.core.market import sessions_xnys

XNYS: Final = "XNYS"
ALWAYS: Final = "24/7"
CALENDARS: Final = (XNYS, ALWAYS)

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_MIDNIGHT: Final = time(0)


class UnknownCalendar(Invalid):
    """There is no trading calendar of that name."""


class BeyondCalendar(Invalid):
    """The calendar's table does not reach that day."""


@dataclass(frozen=True, slots=True)
class Session:
    """One trading session: its market day, and the instants (UTC) at which it opens and closes."""

    on: date
    opens_at: datetime
    closes_at: datetime

    def __contains__(self, instant: datetime) -> bool:
        """Say whether the market is open at an instant of this session."""
        return self.opens_at <= instant < self.closes_at


@dataclass(frozen=True, slots=True)
class Timetable:
    """The usual hours in local time, and the days that differ; a close at midnight ends the day."""

    zone: ZoneInfo
    opens: time
    closes: time
    weekends: bool
    closed: frozenset[date] = frozenset()
    early: Mapping[date, time] = field(default_factory=dict[date, time])


class Calendar:
    """The sessions of one market between two days, both included."""

    def __init__(self, name: str, timetable: Timetable, first: date, last: date) -> None:
        """Keep the timetable and how far it reaches."""
        self.name = name
        self.first = first
        self.last = last
        self._timetable = timetable
        self._known: dict[date, Session | None] = {}

    @property
    def sessions_a_year(self) -> int:
        """Return how many sessions figures of a year go by: those of an exchange, or every day."""
        return 252 if self.name == XNYS else 365

    @property
    def zone(self) -> ZoneInfo:
        """Return where the market's clock hangs."""
        return self._timetable.zone

    def session_on(self, day: date) -> Session | None:
        """Return the session of a market day, or None when the market stays shut."""
        try:
            return self._known[day]
        except KeyError:
            return self._known.setdefault(day, self._work_out(day))

    def day_of(self, instant: datetime) -> date:
        """Return the market's local date at an instant."""
        return _day_in(self._timetable.zone, instant)

    def day_starts_at(self, day: date) -> datetime:
        """Return the instant (UTC) at which a market day begins, midnight in the market's zone."""
        return datetime.combine(day, _MIDNIGHT, self._timetable.zone).astimezone(UTC)

    def session_at(self, instant: datetime) -> Session | None:
        """Return the session that is open at an instant, or None when the market is closed."""
        session = self.session_on(self._session_day(instant))
        return session if session is not None and instant in session else None

    def _session_day(self, instant: datetime) -> date:
        """Return the day whose session an instant can lie in: every session lies within the UTC day of its name.

        That takes no look at the time zone; beyond the calendar's end the market's own day decides.
        """
        day = utc(instant).date()
        return day if day <= self.last else self.day_of(instant)

    def is_open(self, instant: datetime) -> bool:
        """Say whether the market is open at an instant."""
        return self.session_at(instant) is not None

    def next_session(self, instant: datetime) -> Session:
        """Return the first session that opens strictly after an instant."""
        day = self._session_day(instant)
        while (session := self.session_on(day)) is None or session.opens_at <= instant:
            day += _DAY
        return session

    def last_close(self, instant: datetime) -> datetime:
        """Return the last close at or before an instant."""
        day = self._session_day(instant)
        while (session := self.session_on(day)) is None or session.closes_at > instant:
            day -= _DAY
        return session.closes_at

    def next_open(self, instant: datetime) -> datetime:
        """Return the first opening strictly after an instant."""
        return self.next_session(instant).opens_at

    def next_close(self, instant: datetime) -> datetime:
        """Return the first close strictly after an instant."""
        return next(session.closes_at for session in self._from(instant) if session.closes_at > instant)

    def sessions(self, start: date, end: date) -> Sequence[Session]:
        """Return the sessions from one day to another, both included, oldest first."""
        days = ((start + timedelta(days=n)) for n in range((end - start).days + 1))
        return [session for day in days if (session := self.session_on(day)) is not None]

    def begun(self, instant: datetime) -> Iterator[Session]:
        """Yield the sessions that have opened by an instant, newest first."""
        day = min(self.day_of(instant), self.last)
        while day >= self.first:
            session = self.session_on(day)
            if session is not None and session.opens_at <= instant:
                yield session
            day -= _DAY

    def _from(self, instant: datetime) -> Iterator[Session]:
        day = self.day_of(instant)
        while True:
            session = self.session_on(day)
            if session is not None:
                yield session
            day += _DAY

    def _work_out(self, day: date) -> Session | None:
        if not self.first <= day <= self.last:
            message = f"The {self.name} calendar reaches from {self.first} to {self.last}, not to {day}."
            raise BeyondCalendar(message, calendar=self.name, day=day.isoformat())
        timetable = self._timetable
        if day in timetable.closed or (not timetable.weekends and day.weekday() >= _SATURDAY):
            return None
        closes = timetable.early.get(day, timetable.closes)
        closes_on = day + _DAY if closes == _MIDNIGHT else day
        return Session(
            on=day,
            opens_at=datetime.combine(day, timetable.opens, timetable.zone).astimezone(UTC),
            closes_at=datetime.combine(closes_on, closes, timetable.zone).astimezone(UTC),
        )


@lru_cache(maxsize=256)  # one instant is asked for its day many times in a row
def _day_in(zone: ZoneInfo, instant: datetime) -> date:
    return utc(instant).astimezone(zone).date()


@cache
def calendar(name: str) -> Calendar:
    """Return the calendar of a name, which is one of CALENDARS."""
    if name == XNYS:
        return _new_york()
    if name == ALWAYS:
        timetable = Timetable(ZoneInfo("UTC"), _MIDNIGHT, _MIDNIGHT, weekends=True)
        return Calendar(name, timetable, date(1970, 1, 1), date(2099, 12, 31))
    raise UnknownCalendar(f"There is no calendar {name[:40]!r}.", calendar=name[:40], known=list(CALENDARS))


def _new_york() -> Calendar:
    timetable = Timetable(
        zone=ZoneInfo("America/New_York"),
        opens=time.fromisoformat(sessions_xnys.OPENS),
        closes=time.fromisoformat(sessions_xnys.CLOSES),
        weekends=False,
        closed=frozenset(day for day, _ in _days(sessions_xnys.CLOSED)),
        early={day: time.fromisoformat(local) for day, local in _days(sessions_xnys.EARLY)},
    )
    return Calendar(XNYS, timetable, date.fromisoformat(sessions_xnys.FIRST), date.fromisoformat(sessions_xnys.LAST))


def _days(table: str) -> Iterator[tuple[date, str]]:
    """Read the generated table: one line a year, one word a day, with a local time where it differs."""
    for line in table.splitlines():
        year, *words = line.split()
        for word in words:
            day, _, local = word.partition("@")
            yield date(int(year), int(day[:2]), int(day[2:])), local
