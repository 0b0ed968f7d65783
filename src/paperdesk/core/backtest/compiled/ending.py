"""Runs of crossing averages of which only the end counts: bars at which nothing is asked for are passed over.

What an order meets is written in `kernel.py` alone. What the calendar says of a bar is looked up once for all runs.
"""

from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from paperdesk.core.backtest.compiled.arithmetic import Ints, Track, half_even
from paperdesk.core.backtest.compiled.compiling import inlined, making
from paperdesk.core.backtest.compiled.kernel import (
    CASH,
    DENIED,
    ENDED,
    HELD,
    ORDERS,
    PLACED,
    REFUSED,
    WANTED,
    Cross,
    End,
    Field,
    Pages,
    Sums,
    ask,
    begun,
    blank_pages,
    crossings,
    day_of,
    is_late,
    lapse,
    meet_open,
)

# Where a crossing stands after each close, as bits: neither of them where averages tie or are not known yet.
Sides: TypeAlias = NDArray[np.uint8]
ABOVE: Final = 1
BELOW: Final = 2
# So many sides are looked at together, as one whole number.
AT_ONCE: Final = 8
Words: TypeAlias = NDArray[np.uint64]
_ONE: Final = np.uint64(1)
_EACH: Final = np.uint64(0x0101010101010101)
_ALL: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_LAST_BYTE: Final = np.uint64(56)


class Diary(NamedTuple):
    """What the calendar says of each bar: whether an order of its close is late, and the market day of its open."""

    late: NDArray[np.bool_]
    day: Ints


@making
def diary_of(track: Track) -> Diary:
    """Return what the calendar says of each bar."""
    bars, now = len(track.at), np.zeros(7, np.int64)
    late, day = np.empty(bars, np.bool_), np.empty(bars, np.int64)
    for bar in range(bars):
        late[bar], day[bar] = is_late(track, bar, now), day_of(track, bar, now)
    return Diary(late, day)


@inlined
def next_on(words: Words, bar: int, wanted: int) -> int:
    """Return the next bar that stands on a side that is wanted, and one behind all of them where none does."""
    place, wanted_of_each = bar // AT_ONCE, np.uint64(wanted) * _EACH
    on = words[place] & wanted_of_each & (_ALL << np.uint64(bar % AT_ONCE * 8))
    while not on:
        place += 1
        if place == len(words):
            return place * AT_ONCE
        on = words[place] & wanted_of_each
    # One bit for each bar of the word before the first that is on; multiplied by ones they add up in the last byte.
    before = (on - _ONE) & ~on & ~(on >> _ONE) & _EACH
    return place * AT_ONCE + int((before * _EACH) >> _LAST_BYTE)


@making
def arrive(field: Field, diary: Diary, sides: Sides, targets: tuple[int, int], pages: Pages) -> End:
    """Hold what a crossing says while the fast average is above, and while it is below, from bar to bar that asks."""
    track, scale, bars, words = field.track, field.scale, len(field.track.at), sides.view(np.uint64)
    state, (above, below), beyond_at, bar = begun(field.cash, pages), targets, -1, 0
    now = state.now
    while bar < bars:
        wanted = (ABOVE if now[HELD] != above else 0) + (BELOW if now[HELD] != below else 0)
        bar = next_on(words, bar, wanted)
        if bar >= bars:
            break
        target = above if sides[bar] == ABOVE else below
        if ask(track, scale, bar, target - now[HELD], state) and diary.late[bar]:
            lapse(state)
        bar += 1
        if bar < bars and now[WANTED] and meet_open(track, scale, bar, diary.day[bar], state) and beyond_at < 0:
            beyond_at = bar
    return End(now[ORDERS], now[REFUSED], now[CASH], now[HELD], beyond_at)


@making
def endings(field: Field, sums: Sums, crosses: Ints, scores: NDArray[np.float64]) -> None:
    """Run one crossing of averages after the other, and write down its equity at the end, its orders and refusals."""
    bars, close = len(field.track.close), field.track.close
    sides = np.zeros(bars + -bars % AT_ONCE, np.uint8)
    pages, diary = blank_pages(bars), diary_of(field.track)
    for run in range(len(crosses)):
        row = crosses[run]
        crossings(sums, Cross(row[0], row[1], row[2], ABOVE, BELOW), sides[:bars], 0)
        end = arrive(field, diary, sides, (row[3], row[4]), pages)
        worth = end.cash + half_even(end.units * close[bars - 1], field.scale.value_by)
        scores[run, ENDED] = np.nan if end.beyond_at >= 0 else worth
        scores[run, PLACED], scores[run, DENIED] = end.orders, end.refused
