"""How long settlement took and takes, and when banks are shut while the market is open: data with source and date.

SEC Rule 15c6-1 and its amendments: three days since 7 June 1995 (33-7022), two since 5 September 2017 (34-80295),
one since 28 May 2024 (34-96930); before the rule five days were custom. Columbus Day and Veterans Day are
holidays of the Federal Reserve and sessions of the exchange.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Cycle:
    """So many settlement days from the fill, for fills since a date."""

    since: date
    days: int


CYCLES = (
    Cycle(date(2024, 5, 28), 1),
    Cycle(date(2017, 9, 5), 2),
    Cycle(date(1995, 6, 7), 3),
    Cycle(date.min, 5),
)

_OCTOBER, _NOVEMBER, _MONDAY, _SUNDAY = 10, 11, 0, 6
_SECOND_WEEK = range(8, 15)


def is_bank_holiday(day: date) -> bool:
    """Say whether banks are shut on a session of the exchange: Columbus Day, Veterans Day, or the Monday after it."""
    if day.month == _OCTOBER:
        return day.weekday() == _MONDAY and day.day in _SECOND_WEEK
    if day.month != _NOVEMBER:
        return False
    return (day.day == 11 and day.weekday() != _SUNDAY) or (day.day == 12 and day.weekday() == _MONDAY)  # noqa: PLR2004 - the date is the holiday
