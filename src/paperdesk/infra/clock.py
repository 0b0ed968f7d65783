"""The only clock. Everything else is told what time it is."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the wall-clock instant."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware and in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads a clock


class FrozenClock:
    """A clock that moves only when told to, for tests and replays."""

    def __init__(self, instant: datetime) -> None:
        """Stop the clock at an instant."""
        self._instant = instant

    def now(self) -> datetime:
        """Return the instant the clock stands at."""
        return self._instant

    def advance(self, duration: timedelta) -> None:
        """Move the clock forward."""
        self._instant += duration
