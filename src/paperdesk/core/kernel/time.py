"""Instants are aware and in UTC; market days are dates; ranges are half-open.

Every event carries two times: `at`, when it happened in the market its account lives in, and
`recorded_at`, when we wrote it down. No function here reads a clock.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from paperdesk.core.kernel.errors import Invalid

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class MalformedTime(Invalid):
    """An instant must be ISO 8601 with an offset, such as 2020-03-16T14:30:00Z."""


def utc(instant: datetime) -> datetime:
    """Return an aware instant in UTC; a naive one is refused because its meaning is unknown."""
    if instant.tzinfo is None:
        raise MalformedTime(f"{instant.isoformat()} has no offset from UTC.", value=instant.isoformat())
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


def instant_from_text(text: str) -> datetime:
    """Read an instant that came from outside; it must carry its offset."""
    try:
        return utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise MalformedTime(f"{text[:64]!r} is not an ISO 8601 instant.", value=text[:64]) from None


def instant_text(instant: datetime) -> str:
    """Write an instant in UTC with a Z, microseconds only when there are any."""
    return utc(instant).isoformat().replace("+00:00", "Z")


def microseconds(instant: datetime) -> int:
    """Return an aware instant as microseconds since 1970, exactly."""
    return (instant - _EPOCH) // _MICROSECOND


def instant_of(value: int) -> datetime:
    """Return microseconds since 1970 as an aware instant in UTC."""
    return _EPOCH + value * _MICROSECOND


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of time: start included, end not."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse a range that ends before it starts."""
        if self.end < self.start:
            raise MalformedTime(f"The range ends at {self.end} before it starts at {self.start}.")

    def __contains__(self, instant: datetime) -> bool:
        """Say whether an instant lies in the range."""
        return self.start <= instant < self.end
