"""Higher bars from lower ones: only from closed bars, only once they are over, and never across a session's bell.

Minutes and hours count from the session's open, and the last bar of a session ends with it. What was
traded outside sessions counts from the bell before it. Days are sessions, three days are three sessions
counted from the calendar's first, weeks begin on Monday, months are the calendar's; what lies outside
sessions is in none of them.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.kernel.time import instant_of, microseconds
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.sessions import Calendar, Session, calendar
from paperdesk.features.marketdata.feeds.bar_rows import BarRows
from paperdesk.features.marketdata.feeds.columns import ABSENT, OF_A_PRINT, BarColumns, Ints, picked_bars

Interval: TypeAlias = Literal[
    "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M"
]  # fmt: skip

_MINUTE: Final = 60_000_000
_MINUTES: Final[dict[Interval, int]] = {
    "1m": 1, "3m": 3, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "2h": 120, "4h": 240, "6h": 360, "8h": 480, "12h": 720,
}  # fmt: skip
_DAYS_A_WEEK: Final = 7
_FAR: Final = int(np.iinfo(np.int64).max)


class NoSuchTimeframe(Invalid):
    """Bars are not merged into a timeframe of that name."""


class BarsDoNotFit(Conflict):
    """The tape's own bars do not fit into the interval asked for, and bars are never made up."""


@dataclass(frozen=True, slots=True)
class SessionTable:
    """A calendar's sessions from its first day on, shape (sessions,); days count from the year 1."""

    opens: Ints
    closes: Ints
    days: Ints
    months: Ints

    def groups(self, interval: Interval) -> Ints:
        """Return which day, three days, week or month each session belongs to."""
        match interval:
            case "1w":
                return (self.days - 1) // _DAYS_A_WEEK
            case "1M":
                return self.months
            case "3d":
                return np.arange(len(self.days)) // 3
            case _:
                return np.arange(len(self.days))


@dataclass(frozen=True, slots=True)
class Standing:
    """The moment of a tape: its clock, and whether everything of that instant that ends bars has been told."""

    now: datetime
    is_settled: bool


@dataclass(frozen=True, slots=True)
class _Buckets:
    """The higher bar that each row falls into, from when to when; `inside` says which rows fall into one.

    `limits` are the ends without regard to bells: a bar that its source counts from the clock may reach
    over a bell, and is wholly in the bucket that it began in.
    """

    starts: Ints
    ends: Ints
    limits: Ints
    inside: np.typing.NDArray[np.bool_]


def standing_at(now: datetime, session: Session | None, market: Calendar) -> Standing:
    """Return the moment of a tape in this session, or in none: all that ends at an instant is told before its bell."""
    if session is not None:
        return Standing(now, is_settled=session.opens_at == now)
    over = market.session_on(market.day_of(now))
    return Standing(now, is_settled=over is not None and over.closes_at == now)


def resampled(rows: BarRows, interval: Interval, market: Calendar, standing: Standing) -> BarRows:
    """Return bars of an interval; the one that is not over yet is left out, since it may still change."""
    if not len(rows.columns.at):
        return rows
    buckets = _buckets(rows.columns, interval, market)
    kept = picked_bars(rows.columns, buckets.inside)
    starts, ends, limits = (each[buckets.inside] for each in (buckets.starts, buckets.ends, buckets.limits))
    if not len(starts):
        return replace(rows, columns=kept)
    if np.any(kept.at > limits):
        raise BarsDoNotFit(f"The bars of this tape do not fit into {interval}.", interval=interval)
    firsts = np.flatnonzero(np.diff(starts, prepend=-1))
    merged = _merged(kept, firsts, starts[firsts], np.maximum.reduceat(np.maximum(ends, kept.at), firsts))
    is_over = _is_over(int(merged.at[-1]), kept, standing)
    return replace(rows, columns=merged if is_over else picked_bars(merged, slice(0, -1)))


def interval_of(timeframe: str) -> Interval:
    """Return the interval of that name. Raises NoSuchTimeframe."""
    known: tuple[Interval, ...] = get_args(Interval)
    found = next((each for each in known if each == timeframe), None)
    if found is None:
        raise NoSuchTimeframe(f"There is no timeframe {timeframe[:16]!r}; there are {', '.join(known)}.")
    return found


def minutes_of(interval: Interval) -> int | None:
    """Return how many minutes an interval has, None where it is made of whole sessions."""
    return _MINUTES.get(interval)


def session_table(market: Calendar, until: datetime) -> SessionTable:
    """Return the sessions of a calendar from its first to the year after an instant."""
    return _table(market.name, min(until.year + 1, market.last.year))


@lru_cache(maxsize=16)
def _table(name: str, last_year: int) -> SessionTable:
    market = calendar(name)
    sessions = market.sessions(market.first, market.last.replace(year=last_year))
    return SessionTable(
        opens=np.array([microseconds(each.opens_at) for each in sessions], np.int64),
        closes=np.array([microseconds(each.closes_at) for each in sessions], np.int64),
        days=np.array([each.on.toordinal() for each in sessions], np.int64),
        months=np.array([each.on.year * 12 + each.on.month for each in sessions], np.int64),
    )


def _buckets(columns: BarColumns, interval: Interval, market: Calendar) -> _Buckets:
    table = session_table(market, instant_of(int(columns.at[-1])))
    session = np.searchsorted(table.opens, columns.open_at, side="right") - 1
    in_session = (session >= 0) & (columns.open_at < table.closes[session])
    if interval not in _MINUTES:
        group = table.groups(interval)
        first, last = np.searchsorted(group, group), np.searchsorted(group, group, side="right") - 1
        ends = table.closes[last][session]
        return _Buckets(table.opens[first][session], ends, ends, in_session)
    length = _MINUTES[interval] * _MINUTE
    # Before the first session there is no bell to count from; every length divides the day that begins 1970.
    bell = np.where(in_session, table.opens[session], np.where(session >= 0, table.closes[session], 0))
    next_bell = np.where(in_session, table.closes[session], np.append(table.opens, _FAR)[session + 1])
    starts = bell + (columns.open_at - bell) // length * length
    ends = starts + length
    return _Buckets(starts, np.minimum(ends, next_bell), ends, np.ones(len(starts), np.bool_))


def _merged(rows: BarColumns, firsts: Ints, starts: Ints, ends: Ints) -> BarColumns:
    """Merge runs of bars that begin at `firsts`; what one of them does not tell, the merged bar does not either."""
    complete = np.logical_and.reduceat(rows.complete, firsts)
    has_volume = np.logical_and.reduceat(rows.volume != ABSENT, firsts)
    lasts = np.append(firsts[1:], len(rows.at)) - 1
    return BarColumns(
        open_at=starts,
        at=ends,
        open=np.where(complete, rows.open[firsts], ABSENT),
        high=np.where(complete, np.maximum.reduceat(rows.high, firsts), ABSENT),
        low=np.where(complete, np.minimum.reduceat(rows.low, firsts), ABSENT),
        close=rows.close[lasts],
        volume=np.where(has_volume, np.add.reduceat(np.where(rows.volume == ABSENT, 0, rows.volume), firsts), ABSENT),
    )


def _is_over(end: int, rows: BarColumns, standing: Standing) -> bool:
    """Say whether nothing that is still to come can belong to a bar that ends then.

    No two bars end at one instant, but several prints may stand there.
    """
    now = microseconds(standing.now)
    is_last = rows.at[-1] == end and rows.at[-1] - rows.open_at[-1] > OF_A_PRINT
    return bool(end < now or (end == now and (is_last or standing.is_settled)))
