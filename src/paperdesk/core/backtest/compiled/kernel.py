"""The rules of matching, fees and cash over arrays of whole numbers, for one instrument at a time.

Prices are whole numbers of their last place, quantities of the instrument's lots, money of the smallest unit of its
currency; `Scale` says what they are worth. What is written here is written first in `matching.py`, `fill_models.py`,
`fees.py`, `holds.py` and `settlement.py` of the broker, which are the truth: differential tests compare every fill and
every equity, to the cent.

    order placed after a close   meets the open of the next bar, unless a session ends in between
    accepted                     a purchase, when cash pays for it at the close and its costs; a sale of what is held
    filled                       at the open and its costs; a purchase only when cash still pays for it
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from paperdesk.core.backtest.compiled.arithmetic import (
    DUE,
    Ints,
    Scale,
    Track,
    crossed,
    fee_of,
    half_even,
    lapses,
    needed_for,
    paid_early,
    reached,
)
from paperdesk.core.backtest.compiled.book import NO_CASH, NO_UNITS
from paperdesk.core.backtest.compiled.compiling import compiled, inlined, making

KEEP = -(2**63)
"""A target that changes nothing: the one whole number that no target is, for those below zero are short."""

# What closes add up to: whole numbers, or the same ones as floats where those tell every sum apart.
Sums: TypeAlias = NDArray[np.int64] | NDArray[np.float64]

# Columns of what is written down of orders, and of what was refused: the bar it was asked at, signed units, and so on;
# `WHY` are the answers of `book.py`.
BAR, UNITS, STATE, PRICE, FEE = 0, 1, 2, 3, 4
NEEDED, FREE, WHY = 2, 3, 4
# How an order stands: it fills, or ends unpaid, at the open of the bar after its own.
WAITS, FILLED, UNPAID, LAPSED = 0, 1, 2, 3
# What stands now.
CASH, HELD, WANTED, ORDERS, REFUSED, DAY, SESSION = 0, 1, 2, 3, 4, 5, 6
# Columns of what a sweep comes to; the equity at its end is none where a run is for the exact engine.
RETURN, DRAWDOWN, MEAN, SPREAD, ENDED, PLACED, DENIED = 0, 1, 2, 3, 4, 5, 6
_ROUNDED = 1e-9


class Pages(NamedTuple):
    """Where a run is written down: orders and refusals as rows, equity at every close."""

    orders: Ints
    refused: Ints
    equity: Ints


@making
def blank_pages(bars: int) -> Pages:
    """Return pages with room for what can come of so many bars."""
    return Pages(np.empty((bars, 5), np.int64), np.empty((bars, 5), np.int64), np.empty(bars, np.int64))


class State(NamedTuple):
    """How a run stands: the columns of what stands now, what is on its way, and where it is written down."""

    now: Ints
    due: Ints
    pages: Pages


class Cross(NamedTuple):
    """Two averages of closes and what to hold while the fast one is above, and while it is below.

    `tolerance` is of the difference of both averages, in units of a price over both lengths.
    """

    fast: int
    slow: int
    tolerance: int
    above: int
    below: int


class Field(NamedTuple):
    """What the runs of a sweep have in common; `ends` are the bars whose closes are measured."""

    track: Track
    scale: Scale
    cash: int
    ends: Ints


class End(NamedTuple):
    """How a run ended: rows written, cash and units.

    `beyond_at` is the first bar that bought with proceeds on their way, or that left a debt, and -1 where none did:
    what follows from good faith and from interest is for the exact engine.
    """

    orders: int
    refused: int
    cash: int
    units: int
    beyond_at: int


@inlined
def accept(bar: int, units: int, state: State) -> None:
    """Write an order down, which waits for the next open."""
    row = state.pages.orders[state.now[ORDERS]]
    row[BAR], row[UNITS], row[STATE], row[PRICE], row[FEE] = bar, units, WAITS, 0, 0
    state.now[WANTED] = units
    state.now[ORDERS] += 1


@inlined
def refuse(bar: int, units: int, needed: int, state: State) -> None:
    """Write down that cash does not pay for a purchase, or that what is sold is not there."""
    now = state.now
    row = state.pages.refused[now[REFUSED]]
    row[BAR], row[UNITS], row[NEEDED] = bar, units, needed
    row[FREE], row[WHY] = (now[CASH], NO_CASH) if units > 0 else (now[HELD], NO_UNITS)
    now[REFUSED] += 1


@inlined
def fill_at_open(track: Track, scale: Scale, bar: int, state: State) -> int:
    """Fill the order that waits for an open, or end it when cash no longer pays for it; return what it cost."""
    now, row = state.now, state.pages.orders[state.now[ORDERS] - 1]
    wanted, now[WANTED] = now[WANTED], 0
    price = crossed(scale, track.open[bar], 1 if wanted > 0 else -1)
    fee = fee_of(scale, price, abs(wanted), scale.taker_rate)
    cost = half_even(price * wanted, scale.value_by) + fee
    if wanted > 0 and cost > now[CASH]:
        row[STATE] = UNPAID
        return 0
    row[STATE], row[PRICE], row[FEE] = FILLED, price, fee
    now[CASH] -= cost
    now[HELD] += wanted
    return cost


@inlined
def day_of(track: Track, bar: int, now: Ints) -> int:
    """Return the market day of a bar's open."""
    now[DAY] = day = reached(track.begins, now[DAY], track.open_at[bar])
    return day


@inlined
def is_late(track: Track, bar: int, now: Ints) -> bool:
    """Say whether the session of a day order of a bar's close ends before the next open."""
    now[SESSION] = reached(track.closes, now[SESSION], track.at[bar])
    return bool(lapses(track, bar, now[SESSION]))


@inlined
def meet_open(track: Track, scale: Scale, bar: int, day: int, state: State) -> bool:
    """Let what waits meet the open of a bar; say whether it was paid with what is still on its way."""
    cost = fill_at_open(track, scale, bar, state)
    return bool(cost and paid_early(state.due, day, track.settles[day], state.now[CASH], cost))


@inlined
def ask(track: Track, scale: Scale, bar: int, wanted: int, state: State) -> bool:
    """Ask after the close of a bar for some units more, or for fewer; say whether an order waits."""
    needed = needed_for(scale, crossed(scale, track.close[bar], 1), wanted) if wanted > 0 else -wanted
    if needed > (state.now[CASH] if wanted > 0 else state.now[HELD]):
        refuse(bar, wanted, needed, state)
        return False
    accept(bar, wanted, state)
    return True


@inlined
def lapse(state: State) -> None:
    """End the order that waits, before it meets an open."""
    state.now[WANTED], state.pages.orders[state.now[ORDERS] - 1, STATE] = 0, LAPSED


@making
def begun(cash: int, pages: Pages) -> State:
    """Return how a run stands before its first bar."""
    state = State(np.zeros(7, np.int64), np.zeros((DUE, 2), np.int64), pages)
    state.now[CASH] = cash
    return state


@making
def follow(track: Track, targets: Ints, scale: Scale, cash: int, pages: Pages) -> End:
    """Hold after every close as many units as its target says, by market orders, with cash alone."""
    state, beyond_at = begun(cash, pages), -1
    now = state.now
    for bar in range(len(targets)):
        if now[WANTED] and meet_open(track, scale, bar, day_of(track, bar, now), state) and beyond_at < 0:
            beyond_at = bar
        target = targets[bar]
        pages.equity[bar] = now[CASH] + half_even(now[HELD] * track.close[bar], scale.value_by)
        if target == KEEP or target == now[HELD]:
            continue
        if ask(track, scale, bar, target - now[HELD], state) and is_late(track, bar, now):
            lapse(state)
    return End(now[ORDERS], now[REFUSED], now[CASH], now[HELD], beyond_at)


@compiled
def span(targets: Ints) -> tuple[int, int]:
    """Return the least and the greatest of targets that change something, and zero beside them."""
    least = greatest = 0
    for bar in range(len(targets)):
        target = targets[bar]
        if target != KEEP:
            least, greatest = min(least, target), max(greatest, target)
    return least, greatest


@compiled
def place_in(at: Ints, bounds: Ints, places: Ints) -> None:
    """Write down for instants that grow how many of some growing bounds each has reached."""
    count = 0
    for row in range(len(at)):
        count = reached(bounds, count, at[row])
        places[row] = count


@making
def sums_of(close: Ints) -> Ints:
    """Return what the closes before each bar add up to, and at the end what all of them do."""
    sums, total = np.empty(len(close) + 1, np.int64), 0
    sums[0] = 0
    for bar in range(len(close)):
        total += close[bar]
        sums[bar + 1] = total
    return sums


@compiled
def crossings(sums: Sums, cross: Cross, targets: NDArray[np.integer[Any]], keep: int) -> None:
    """Write down what crossing averages of closes want to hold; where they tie, or there are too few, `keep`.

    Sums may begin with closes before the first bar of which something is wanted.
    """
    fast, slow, tolerance, above, below = cross
    before = len(sums) - 1 - len(targets)
    first = min(max(max(fast, slow) - 1 - before, 0), len(targets))
    targets[:first] = keep
    # Views that begin where a loop does let the processor take several bars at once.
    place = before + first + 1
    now, before_fast, before_slow = sums[place:], sums[place - fast :], sums[place - slow :]
    wanted = targets[first:]
    for bar in range(len(wanted)):
        apart = (now[bar] - before_fast[bar]) * slow - (now[bar] - before_slow[bar]) * fast
        wanted[bar] = above if apart > tolerance else below if apart < -tolerance else keep


@inlined
def fallen(highest: int, lowest: int) -> float:
    """Return the return from a height to what was lowest behind it."""
    return lowest / highest - 1.0 if lowest < highest else 0.0


@compiled
def score(equity: Ints, ends: Ints, cash: int, scores: NDArray[np.float64]) -> None:
    """Write down return, deepest drawdown, and mean and spread of the returns from one session's end to the next."""
    before = highest = lowest = cash
    deepest = total = squares = 0.0
    for place in range(len(ends)):
        worth = equity[ends[place]]
        if worth == before:
            continue  # it returned nothing, and stands as deep as before
        if worth > highest:
            deepest = min(deepest, fallen(highest, lowest))
            highest = lowest = worth
        lowest = min(lowest, worth)
        step = worth / before - 1.0
        total += step
        squares += step * step
        before = worth
    deepest = min(deepest, fallen(highest, lowest))
    count = len(ends)
    mean = total / count
    apart = squares - count * mean * mean
    # Below what the sums themselves were rounded by, the returns do not differ.
    spread = np.sqrt(apart / (count - 1)) if count > 1 and apart > _ROUNDED * squares else np.nan
    scores[RETURN], scores[DRAWDOWN], scores[MEAN], scores[SPREAD] = before / cash - 1.0, deepest, mean, spread


@making
def sweep(field: Field, sums: Sums, crosses: Ints, scores: NDArray[np.float64]) -> None:
    """Run one crossing of averages after the other in the same memory; a row of `crosses` is a `Cross`."""
    track, scale, cash, ends = field.track, field.scale, field.cash, field.ends
    bars = len(track.close)
    pages, targets = blank_pages(bars), np.empty(bars, np.int64)
    for run in range(len(crosses)):
        row = crosses[run]
        crossings(sums, Cross(row[0], row[1], row[2], row[3], row[4]), targets, KEEP)
        end = follow(track, targets, scale, cash, pages)
        score(pages.equity, ends, cash, scores[run])
        scores[run, ENDED] = np.nan if end.beyond_at >= 0 else pages.equity[bars - 1]
        scores[run, PLACED], scores[run, DENIED] = end.orders, end.refused
