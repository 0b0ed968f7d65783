"""How often somebody outside may be called: a budget of calls a minute, and a rest after failures."""

from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

MINUTE: Final = timedelta(minutes=1)
FAILURES_MAX: Final = 5
REST: Final = timedelta(minutes=5)


@dataclass(slots=True)
class CallBudget:
    """So many calls in any minute: each comes back a minute after it was spent, so that no minute holds more.

    It is counted from the start of the process; whoever was called counts for themselves as well, and `close`
    passes on what they say.
    """

    per_minute: int
    _spent: deque[datetime] = field(default_factory=deque[datetime])
    _closed_until: datetime | None = None
    _day: date | None = None
    _today: int = 0

    def spend(self, now: datetime) -> timedelta | None:
        """Spend one call, or return how long it takes until there is one to spend."""
        wait = self.wait(now)
        if wait:
            return wait
        self._spent.append(now)
        self._today = self.used_today(now) + 1
        self._day = now.date()
        return None

    def wait(self, now: datetime) -> timedelta:
        """Return how long it takes until there is a call to spend, nothing when there is one."""
        if self._closed_until is not None and self._closed_until > now:
            return self._closed_until - now
        self._forget(now)
        return self._spent[0] + MINUTE - now if len(self._spent) >= self.per_minute else timedelta(0)

    def left(self, now: datetime) -> int:
        """Return how many calls there are to spend."""
        if self._closed_until is not None and self._closed_until > now:
            return 0
        self._forget(now)
        return max(self.per_minute - len(self._spent), 0)

    def used_today(self, now: datetime) -> int:
        """Return how many calls were spent on this UTC day."""
        return self._today if self._day == now.date() else 0

    def close(self, until: datetime) -> None:
        """Spend nothing before an instant, because who is called said so."""
        self._closed_until = until

    def _forget(self, now: datetime) -> None:
        # A clock that was set back takes nothing away: what seems to come from the future was spent now.
        while self._spent and self._spent[-1] > now:
            self._spent = deque(min(at, now) for at in self._spent)
        while self._spent and self._spent[0] <= now - MINUTE:
            self._spent.popleft()


@dataclass(slots=True)
class Breaker:
    """Rests for five minutes after five failures in a row; one more failure after the rest begins another."""

    _failures: int = 0
    _rests_until: datetime | None = None

    def rest(self, now: datetime) -> timedelta:
        """Return how long the rest still lasts, nothing when there is none."""
        return max(self._rests_until - now, timedelta(0)) if self._rests_until is not None else timedelta(0)

    def failed(self, now: datetime) -> None:
        """Count a failure."""
        self._failures += 1
        if self._failures >= FAILURES_MAX:
            self._rests_until = now + REST

    def worked(self) -> None:
        """Forget what failed before."""
        self._failures, self._rests_until = 0, None
