"""Cursors and instants of a market by the minute, all of them worked out: no session is generated to tell the time."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Final

from paperdesk.core.market.corporate_actions import CorporateAction, Moment
from paperdesk.core.market.sessions import Calendar, Session
from paperdesk.features.marketdata.feeds.actions import moments_between
from paperdesk.features.marketdata.feeds.synthetic_numbers import SessionNumbers
from paperdesk.features.marketdata.feeds.timeline import Landmark, StepUnit

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Acts:
    """What companies do before a session opens, and when; no instant where they do nothing."""

    at: datetime | None = None
    moments: tuple[tuple[CorporateAction, Moment], ...] = ()


class MinuteClock:
    """Sessions one after the other, each with its numbers."""

    def __init__(self, sessions: Sequence[Session], numbers: Sequence[SessionNumbers], acts: Sequence[Acts]) -> None:
        """Take the sessions, how many facts each of them has, and what companies do before it opens."""
        self._sessions, self._numbers, self._acts = sessions, numbers, acts
        self._opens = [session.opens_at for session in sessions]
        self._closes = frozenset(session.closes_at for session in sessions)
        # How many facts and how many minutes there are before each session, and in all.
        totals = (each.total + len(act.moments) for each, act in zip(numbers, acts, strict=True))
        self._before = list(accumulate(totals, initial=0))
        # The same once companies have acted: from here on a session has its own numbers.
        self._bells = [before + len(act.moments) for before, act in zip(self._before, acts, strict=False)]
        self._minutes = list(accumulate((each.minutes for each in numbers), initial=0))

    @property
    def facts_total(self) -> int:
        """Return the number of the last fact; never shown to anybody who trades on the dataset."""
        return self._before[-1]

    def cursor_at(self, instant: datetime) -> int:
        """Return the number of the last fact at or before an instant, 0 before the first."""
        day = bisect_right(self._opens, instant) - 1
        acts_at = self._acts[day + 1].at if day + 1 < len(self._acts) else None
        if acts_at is not None and acts_at <= instant:
            return self._bells[day + 1]
        if day < 0:
            return 0
        passed = (instant - self._opens[day]) // _MINUTE
        return self._bells[day] + self._numbers[day].through(passed)

    def at_of(self, seq: int) -> datetime:
        """Return the instant of a fact; 0 stands just before the first fact and has its instant."""
        day, number = self.place(max(seq, 1))
        acts_at = self._acts[day].at
        if number <= 0 and acts_at is not None:
            return acts_at
        return self._opens[day] + self._numbers[day].minute_of(number) * _MINUTE

    def next_step(self, cursor: int, unit: StepUnit, count: int = 1) -> int | None:
        """Return the cursor `count` facts, quotes, bars or sessions on, or None at the very end."""
        if cursor >= self.facts_total:
            return None
        if unit == "fact":
            return min(cursor + count, self.facts_total)
        if unit == "session":
            return self._before[min(self._coming(cursor) + count, len(self._sessions))]
        # Every minute ends with bars and with quotes.
        return self._after_minute(self._minutes_passed(cursor) + count)

    def next_of(self, cursor: int, landmark: Landmark) -> int | None:
        """Return the cursor at the next open (opening prices known) or close, or None without one."""
        for day in range(self._coming(cursor), len(self._sessions)):
            opened = self._bells[day] + self._numbers[day].opened
            found = self._before[day + 1] if landmark == "next_close" else opened
            if found > cursor:
                return found
        return None

    def sessions_closed(self, cursor: int) -> int:
        """Return how many sessions have closed by then."""
        return bisect_right(self._before, cursor) - 1

    def session_at(self, cursor: int) -> Session | None:
        """Return the session that has opened and not yet closed by then."""
        day = self._coming(cursor)
        is_open = day < len(self._sessions) and cursor > self._bells[day]
        return self._sessions[day] if is_open else None

    def closes_session(self, instant: datetime) -> bool:
        """Say whether an instant is the close of a session."""
        return instant in self._closes

    def has_bells(self, after: int, upto: int) -> bool:
        """Say whether a session opens or closes, or a company acts, in the facts with after < seq <= upto."""
        day = self._coming(after)
        if upto <= after or day >= len(self._sessions):
            return False
        return after <= self._bells[day] or upto >= self._before[day + 1]

    def ahead(self, cursor: int, facts: int) -> int:
        """Return the cursor some facts on, those of option contracts not counted: nobody meets them all."""
        day = self._coming(cursor)
        if day >= len(self._sessions):
            return cursor
        numbers, number = self._numbers[day], max(cursor - self._bells[day], 0)
        own = min(numbers.to_own(number) + facts, numbers.own)
        return max(self._bells[day] + numbers.from_own(own), cursor + 1)

    def place(self, cursor: int) -> tuple[int, int]:
        """Return the session of the fact with this number, and its number there; 0 or less before the bell."""
        day = max(bisect_left(self._before, cursor) - 1, 0)
        return day, cursor - self._bells[day]

    def _coming(self, cursor: int) -> int:
        """Return the session of the fact after this one."""
        return bisect_right(self._before, cursor) - 1

    def _minutes_passed(self, cursor: int) -> int:
        """Return how many minutes of sessions have ended by then, with all facts of their ends."""
        day = self._coming(cursor)
        return self._minutes[day] + self._numbers[day].minutes_passed(max(cursor - self._bells[day], 0))

    def _after_minute(self, minutes: int) -> int:
        """Return the cursor once so many minutes of sessions have ended."""
        if minutes >= self._minutes[-1]:
            return self.facts_total
        day = bisect_right(self._minutes, minutes) - 1
        left = minutes - self._minutes[day]
        return self._bells[day] + self._numbers[day].end_of(left) if left else self._before[day]


def acts_of(actions: Sequence[CorporateAction], market: Calendar, sessions: Sequence[Session]) -> list[Acts]:
    """Return what companies do on the day of each session; on a day without one they do it before the next."""
    opens = [session.opens_at for session in sessions]
    found: dict[int, list[tuple[datetime, CorporateAction, Moment]]] = defaultdict(list)
    for each in moments_between(actions, market, opens[0], opens[-1]):
        found[bisect_left(opens, each[0])].append(each)
    return [
        Acts(found[day][0][0], tuple((action, moment) for _, action, moment in found[day])) if day in found else Acts()
        for day in range(len(sessions))
    ]
