"""How good the rows of one instrument are: what is missing, stale, out of line or contradicts itself.

Bars are expected in every session, each as long as most bars of the instrument are; whole sessions where
its rows are quotes or prints. Nothing is expected before its first row.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from paperdesk.core.kernel.time import instant_of, microseconds
from paperdesk.core.market.sessions import Calendar
from paperdesk.features.marketdata.feeds.columns import BarColumns, Columns, Ints, QuoteColumns, bars_of_prints
from paperdesk.features.marketdata.feeds.resample import SessionTable, session_table

SHOWN_MAX: Final = 50
# A move this many robust standard deviations from the usual one is worth a look; it may well be true.
OUTLIER_SIGMAS: Final = 12
_SIGMA_OF_MAD: Final = 1.4826
_MOVES_MIN: Final = 20
_PLACES: Final = 6
_SECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Gap:
    """Bars, or sessions, that are missing in one run: from when to when, and how many."""

    starts_at: datetime
    ends_at: datetime
    missing: int


@dataclass(frozen=True, slots=True)
class Outlier:
    """A close far from the one before: the change as a rate."""

    at: datetime
    change_rate: Decimal


@dataclass(frozen=True, slots=True)
class Quality:
    """The report of one instrument; lists name the first of what the totals count.

    `coverage_rate` is the part of the expected bars that is there between the first row and the last,
    `behind` how many are missing since. `unchanged_max` is the longest run of equal closes.
    """

    rows: int
    first_at: datetime | None
    last_at: datetime | None
    bar_length_s: int | None
    coverage_rate: Decimal | None
    missing: int
    behind: int
    gaps_total: int
    gaps: tuple[Gap, ...]
    unchanged_max: int
    outliers_total: int
    outliers: tuple[Outlier, ...]
    crossed: int
    locked: int


@dataclass(frozen=True, slots=True)
class Slots:
    """Where bars are expected: in slots of one length (microseconds) counted from each session's open."""

    table: SessionTable
    length: int | None
    firsts: Ints

    @classmethod
    def of(cls, columns: Columns, market: Calendar, until: datetime) -> "Slots":
        """Work out how long a slot is; None is a whole session."""
        table = session_table(market, until)
        length = _usual_length(columns, table) if isinstance(columns, BarColumns) else None
        spans = table.closes - table.opens
        counts = np.ones(len(spans), np.int64) if length is None else -(-spans // length)
        return cls(table, length, np.concatenate([[0], np.cumsum(counts)]))

    def numbers(self, instants: Ints) -> Ints:
        """Return the slot that each instant of a session lies in; -1 outside sessions."""
        session = np.searchsorted(self.table.opens, instants, side="right") - 1
        inside = (session >= 0) & (instants < self.table.closes[session])
        nth = 0 if self.length is None else (instants - self.table.opens[session]) // self.length
        return np.where(inside, self.firsts[session] + nth, -1)

    def ended_by(self, instant: datetime) -> int:
        """Return how many slots have ended by an instant."""
        at = microseconds(instant)
        over = int(np.searchsorted(self.table.closes, at, side="right"))
        ended = int(self.firsts[over])
        if self.length is not None and over < len(self.table.opens):
            ended += max(0, at - int(self.table.opens[over])) // self.length
        return ended

    def starts_at(self, number: int) -> datetime:
        """Return when a slot begins."""
        session = int(np.searchsorted(self.firsts, number, side="right")) - 1
        nth = number - int(self.firsts[session])
        return instant_of(int(self.table.opens[session]) + nth * (self.length or 0))

    def ends_at(self, number: int) -> datetime:
        """Return when a slot ends; the last of a session ends with it."""
        session = int(np.searchsorted(self.firsts, number, side="right")) - 1
        closes = instant_of(int(self.table.closes[session]))
        return closes if number + 1 == self.firsts[session + 1] else self.starts_at(number + 1)


def assess(columns: Columns, market: Calendar, now: datetime) -> Quality:
    """Judge the rows of one instrument that are known at an instant."""
    slots = Slots.of(columns, market, now)
    filled = np.unique(slots.numbers(_begins(columns)))
    filled = filled[filled >= 0]
    gaps = _gaps(slots, filled)
    expected = int(filled[-1] - filled[0]) + 1 if len(filled) else 0
    outliers = _outliers(columns)
    return Quality(
        rows=len(columns.at),
        first_at=instant_of(int(columns.at[0])) if len(columns.at) else None,
        last_at=instant_of(int(columns.at[-1])) if len(columns.at) else None,
        bar_length_s=None if slots.length is None else slots.length // _SECOND,
        coverage_rate=round(Decimal(len(filled)) / expected, _PLACES) if expected else None,
        missing=expected - len(filled),
        behind=max(0, slots.ended_by(now) - int(filled[-1]) - 1) if len(filled) else 0,
        gaps_total=len(gaps),
        gaps=tuple(gaps[:SHOWN_MAX]),
        unchanged_max=_longest_run(_closes(columns)),
        outliers_total=len(outliers),
        outliers=tuple(outliers[:SHOWN_MAX]),
        crossed=int(np.count_nonzero(columns.bid > columns.ask)) if isinstance(columns, QuoteColumns) else 0,
        locked=int(np.count_nonzero(columns.bid == columns.ask)) if isinstance(columns, QuoteColumns) else 0,
    )


def _usual_length(columns: BarColumns, table: SessionTable) -> int | None:
    """Return how long most bars are; None when most of them last a session, or no time at all (a fund's price)."""
    if not len(columns.at):
        return None
    session = np.searchsorted(table.opens, columns.open_at, side="right") - 1
    whole = (columns.open_at == table.opens[session]) & (columns.at == table.closes[session])
    if 2 * np.count_nonzero(whole) > len(whole):
        return None
    lengths, counts = np.unique(columns.at - columns.open_at, return_counts=True)
    usual = int(lengths[np.argmax(counts)])
    return usual if usual >= _SECOND else None


def _begins(columns: Columns) -> Ints:
    match columns:
        case BarColumns():
            return columns.open_at
        case QuoteColumns():
            return columns.at
        case _:
            return bars_of_prints(columns).open_at


def _closes(columns: Columns) -> Ints:
    match columns:
        case BarColumns():
            return columns.close
        case QuoteColumns():
            return columns.bid + columns.ask
        case _:
            return columns.price


def _gaps(slots: Slots, filled: Ints) -> list[Gap]:
    breaks = np.flatnonzero(np.diff(filled) > 1)
    edges = zip(filled[breaks].tolist(), filled[breaks + 1].tolist(), strict=True)
    return [Gap(slots.starts_at(last + 1), slots.ends_at(first - 1), first - last - 1) for last, first in edges]


def _longest_run(values: Ints) -> int:
    if not len(values):
        return 0
    changes = np.flatnonzero(np.diff(values)) + 1
    return int(np.diff(np.concatenate([[0], changes, [len(values)]])).max())


def _outliers(columns: Columns) -> list[Outlier]:
    """Return the moves far outside what is usual for the instrument; too few rows have no usual."""
    closes = _closes(columns).astype(np.float64)
    if len(closes) <= _MOVES_MIN:
        return []
    moves: NDArray[np.float64] = closes[1:] / closes[:-1] - 1
    usual = float(np.median(moves))
    sigma = _SIGMA_OF_MAD * float(np.median(np.abs(moves - usual)))
    found = np.flatnonzero(np.abs(moves - usual) > OUTLIER_SIGMAS * sigma) if sigma else np.empty(0, np.int64)
    at = columns.at[1:]
    return [
        Outlier(instant_of(int(at[row])), round(Decimal(repr(float(moves[row]))), _PLACES)) for row in found.tolist()
    ]
