"""The merged order of a dataset's facts as arrays; core/market/merge.py says the same in words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from paperdesk.core.kernel.time import microseconds
from paperdesk.core.market.facts import Phase
from paperdesk.core.market.halts import Halt
from paperdesk.features.marketdata.feeds.columns import BarColumns, Columns, Ints, QuoteColumns
from paperdesk.features.marketdata.feeds.halts import told_rows

StepUnit: TypeAlias = Literal["fact", "quote", "bar", "session"]
Landmark: TypeAlias = Literal["next_open", "next_close"]

SESSIONS: Final = -1
"""The source of session facts, which belong to no instrument."""
ACTIONS: Final = -2
"""The source of what companies do, which everybody is told who holds anything."""
STATUSES: Final = -3
"""The source of halts and their ends, which everybody is told."""
AUCTIONS: Final = -4
"""The source of the prints of auctions."""
NOBODY: Final = -5
"""The source of facts that a halt hides where all keep their numbers."""

# A fact before it is read: its index, instant in microseconds, phase, source and row.
Place: TypeAlias = tuple[int, int, int, int, int]
# So many facts at most are sooner looked at one by one than by arrays.
FEW: Final = 16
_CHUNK: Final = 4096


@dataclass(frozen=True, slots=True)
class SessionColumns:
    """The sessions that a dataset covers, in order; shape (sessions,) each."""

    opens_at: Ints
    closes_at: Ints


@dataclass(frozen=True, slots=True)
class Track:
    """Where one source's facts of one phase are: the k-th of them has the number seqs[k] and is of row rows[k]."""

    seqs: Ints
    rows: Ints

    def rows_by(self, cursor: int) -> slice | Ints:
        """Return the rows told by a cursor; a slice, which copies nothing, where none is left out."""
        told = int(self.seqs.searchsorted(cursor, side="right"))
        is_whole = not told or int(self.rows[told - 1]) == told - 1
        return slice(0, told) if is_whole else self.rows[:told]

    def last_before(self, cursor: int) -> int | None:
        """Return the index of the last fact with seq <= cursor, or None before the first."""
        found = int(self.seqs.searchsorted(cursor, side="right"))
        return found - 1 if found else None

    def last_seq(self, cursor: int) -> int | None:
        """Return the number of the last fact by a cursor, or None before the first."""
        found = int(self.seqs.searchsorted(cursor, "right"))
        return self.seqs.item(found - 1) if found else None


NOWHERE: Final = Track(np.empty(0, np.int64), np.empty(0, np.int64))


class Prices(NamedTuple):
    """The rows of one source, and the halts that hide some of them."""

    columns: Columns
    halts: Sequence[Halt] = ()


class Told(NamedTuple):
    """When the facts of a phase come that are neither prices of one source nor bells, in their own order."""

    phase: Phase
    source: int
    at: Ints


class Timeline:
    """All facts in order; the fact with number `seq` is at index seq - 1 of each array."""

    def __init__(self, prices: Sequence[Prices], sessions: SessionColumns, others: Sequence[Told] = ()) -> None:
        """Merge sources once; those of prices are given in order of instrument id."""
        parts = _parts(prices, sessions, others)
        instants = np.concatenate([part.at for part in parts])
        lengths = [len(part.rows) for part in parts]
        # Parts stand in order of (phase, instrument, row), so one stable sort by instant is the whole order.
        order = np.argsort(instants, kind="stable")
        self.at: Ints = instants[order]
        self.phase: NDArray[np.int8] = np.repeat(np.array([part.phase for part in parts], np.int8), lengths)[order]
        self.source: NDArray[np.int32] = np.repeat(np.array([part.source for part in parts], np.int32), lengths)[order]
        self.row: Ints = np.concatenate([part.rows for part in parts])[order]
        self._tracks = _tracks(parts, order)
        self._ends: dict[StepUnit, Ints] = {
            "quote": self._frames((Phase.QUOTE,)),
            "bar": self._frames((Phase.CLOSE, Phase.QUOTE)),
            "session": self._frames((Phase.SESSION_CLOSED,)),
        }
        opened = self.at[self.phase == Phase.SESSION_OPENED]
        self._opens: Ints = np.searchsorted(self.at, opened, side="right")

    def hide(self, sources: Sequence[int], halt: Halt, row: int) -> tuple[int, int]:
        """Hide the prices of an instrument inside a halt, while every fact keeps its number.

        The first of them becomes the beginning of the halt, of row `row` of the statuses, and the last one its end;
        return the numbers of both.
        """
        assert halt.resumed_at is not None, "a halt that keeps the numbers of facts has an end"
        begins, ends = microseconds(halt.halted_at), microseconds(halt.resumed_at)
        late = self.phase > Phase.STATUS
        inside = np.where(late, (self.at >= begins) & (self.at < ends), (self.at > begins) & (self.at <= ends))
        hidden = np.flatnonzero(inside & np.isin(self.source, sources))
        for key, track in self._tracks.items():
            if key[1] in sources:
                told = ~np.isin(track.seqs, hidden + 1)
                self._tracks[key] = Track(track.seqs[told], track.rows[told])
        self.source[hidden] = NOBODY
        first, last = int(hidden[0]), int(hidden[-1])
        self.source[[first, last]], self.phase[[first, last]] = STATUSES, Phase.STATUS
        self.row[[first, last]] = row, row + 1
        return first + 1, last + 1

    @property
    def total(self) -> int:
        """Return the number of the last fact."""
        return len(self.at)

    def track(self, source: int, phase: Phase) -> Track:
        """Return where the facts of one source and phase are."""
        return self._tracks.get((phase, source), NOWHERE)

    def cursor_at(self, instant: int) -> int:
        """Return the number of the last fact at or before an instant in microseconds."""
        return int(np.searchsorted(self.at, instant, side="right"))

    def next_step(self, cursor: int, unit: StepUnit, count: int) -> int | None:
        """Return the cursor after `count` more facts, quotes, bars or sessions, or None at the very end.

        A bar or a session ends before whatever opens at the same instant, so that an order placed
        after seeing it can still meet the next open. Where fewer remain, the rest is one step.
        """
        if cursor >= self.total:
            return None
        if unit == "fact":
            return min(cursor + count, self.total)
        ends = self._ends[unit]
        wanted = int(ends.searchsorted(cursor, "right")) + count - 1
        return int(ends[wanted]) if wanted < len(ends) else self.total

    def ends_between(self, after: int, upto: int, unit: StepUnit) -> Ints:
        """Return where units end with after < cursor <= upto; what has come after the last one is a step too."""
        ends = self._ends[unit]
        found: Ints = ends[ends.searchsorted(after, "right") : ends.searchsorted(upto, "right")]
        is_rest = upto >= self.total > after and (not len(ends) or ends[-1] < self.total)
        return np.append(found, self.total) if is_rest else found

    def places(self, after: int, end: int, wanted: NDArray[np.bool_]) -> Iterator[Place]:
        """Yield the places with after < seq <= end of the sources that are wanted, by their number."""
        columns = (self.at, self.phase, self.source, self.row)
        for start in range(after, end, _CHUNK):
            picks = np.flatnonzero(wanted[self.source[start : min(start + _CHUNK, end)]]) + start
            yield from zip(picks.tolist(), *(column[picks].tolist() for column in columns), strict=True)

    def few_places(self, after: int, end: int, wanted: Callable[[int], bool]) -> Iterator[Place]:
        """Yield the same; of a few that takes less than arrays do."""
        for index in range(after, end):
            source = self.source.item(index)
            if wanted(source):
                yield index, self.at.item(index), self.phase.item(index), source, self.row.item(index)

    def next_of(self, cursor: int, landmark: Landmark) -> int | None:
        """Return the cursor at the next session's open (its first prices known) or close."""
        ends = self._opens if landmark == "next_open" else self._ends["session"]
        found = int(np.searchsorted(ends, cursor, side="right"))
        return int(ends[found]) if found < len(ends) else None

    def _frames(self, phases: tuple[Phase, ...]) -> Ints:
        """Return where the ending part of each instant that has such a phase ends, as fact numbers."""
        ending = self.phase <= Phase.SESSION_CLOSED
        last = np.ones(self.total, np.bool_)
        last[:-1] = (self.at[1:] != self.at[:-1]) | ~ending[1:]
        ends = np.flatnonzero(ending & last)
        # The phases are ending ones, so the last fact of one by an end is of its instant, or its instant has none.
        found = np.flatnonzero(_of_phases(phases)[self.phase])
        if not len(found):
            return found
        latest = np.searchsorted(found, ends, side="right") - 1
        framed: Ints = ends[(latest >= 0) & (self.at[found[latest]] == self.at[ends])] + 1
        return framed


def _of_phases(phases: tuple[Phase, ...]) -> NDArray[np.bool_]:
    """Return for every phase whether it is one of these: a look-up for many facts."""
    wanted = np.zeros(max(Phase) + 1, np.bool_)
    wanted[list(phases)] = True
    return wanted


class _Part(NamedTuple):
    """All facts of one phase and source, in the order of the source."""

    phase: Phase
    source: int
    rows: Ints
    at: Ints


def _parts(prices: Sequence[Prices], sessions: SessionColumns, others: Sequence[Told]) -> list[_Part]:
    """Return the parts of every source, in order of phase and source."""
    parts: list[_Part] = []
    for source, (one, halts) in enumerate(prices):
        is_late = isinstance(one, QuoteColumns)
        ends = told_rows(one.at, halts, comes_late=is_late)
        if isinstance(one, BarColumns):
            opens = told_rows(one.open_at, halts, comes_late=True)
            opens, ranges = opens[one.complete[opens]], ends[one.complete[ends]]
            parts.append(_Part(Phase.OPEN, source, opens, one.open_at[opens]))
            parts.append(_Part(Phase.RANGE, source, ranges, one.at[ranges]))
        parts.append(_Part(Phase.QUOTE if is_late else Phase.CLOSE, source, ends, one.at[ends]))
    parts += [_Part(one.phase, one.source, np.arange(len(one.at)), one.at) for one in others]
    every = np.arange(len(sessions.opens_at))
    parts.append(_Part(Phase.SESSION_OPENED, SESSIONS, every, sessions.opens_at))
    parts.append(_Part(Phase.SESSION_CLOSED, SESSIONS, every, sessions.closes_at))
    return sorted(parts, key=lambda part: (part.phase, part.source))


def _tracks(parts: Sequence[_Part], order: Ints) -> dict[tuple[Phase, int], Track]:
    seqs = np.empty(len(order), np.int64)
    seqs[order] = np.arange(1, len(order) + 1)
    ends = np.cumsum([len(part.rows) for part in parts])
    return {
        (part.phase, part.source): Track(seqs[end - len(part.rows) : end], part.rows)
        for part, end in zip(parts, ends.tolist(), strict=True)
    }
