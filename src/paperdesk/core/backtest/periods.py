"""A run by days, weeks, months and years: what the equity did, and which round trips ended, in each.

Days are those of UTC, weeks those of ISO 8601, which begin on Monday. A period's return counts from the last worth
before it, so that the returns of all periods compound to that of the run.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from paperdesk.core.backtest.result import Point
from paperdesk.core.backtest.round_trips import RoundTrip
from paperdesk.core.kernel.money import ZERO

PeriodKind: TypeAlias = Literal["day", "week", "month", "year"]


def _week(at: datetime) -> str:
    year, week, _ = at.isocalendar()
    return f"{year:04}-W{week:02}"


_NAMES: Final[Mapping[PeriodKind, Callable[[datetime], str]]] = MappingProxyType(
    {
        "day": lambda at: f"{at:%Y-%m-%d}",
        "week": _week,
        "month": lambda at: f"{at:%Y-%m}",
        "year": lambda at: f"{at:%Y}",
    }
)


@dataclass(frozen=True, slots=True)
class Period:
    """One period by its name, such as 2024-W23; money in the account's currency, None where a price was missing."""

    name: str
    began_at: datetime
    ended_at: datetime
    equity: Decimal | None
    gain: Decimal | None
    rate: float | None
    round_trips: int
    round_trip_gain: Decimal


def periods_of(points: Sequence[Point], trips: Iterable[RoundTrip], kind: PeriodKind) -> list[Period]:
    """Return the periods of a curve whose first point is the beginning of the run."""
    name_of = _NAMES[kind]
    ended: dict[str, list[Decimal]] = {}
    for trip in trips:
        if trip.left_at is not None:
            ended.setdefault(name_of(trip.left_at), []).append(trip.gain)
    found: list[Period] = []
    before = points[0]
    for name, group in groupby(points[1:], lambda point: name_of(point.at)):
        last = list(group)[-1]
        gains = ended.get(name, [])
        found.append(
            Period(name, before.at, last.at, last.equity, *_gained(before, last), len(gains), sum(gains, ZERO))
        )
        before = last
    return found


def _gained(before: Point, last: Point) -> tuple[Decimal | None, float | None]:
    if before.equity is None or last.equity is None:
        return None, None
    gain = last.equity - before.equity
    return gain, float(gain / before.equity) if before.equity > ZERO else None
