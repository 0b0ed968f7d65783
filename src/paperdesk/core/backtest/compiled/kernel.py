"""The rules of matching, fees and cash over arrays of whole numbers, for one instrument at a time.

Prices are whole numbers of their last place, quantities of the instrument's lots, money of the smallest unit of its
currency; `Scale` says what they are worth. What is written here is written first in `matching.py`, `fill_models.py`,
`fees.py`, `holds.py` and `settlement.py` of the broker, which are the truth: differential tests compare every fill and
every equity, to the cent.

    order placed after a close   meets the open of the next bar, unless a session ends in between
    accepted                     a purchase, when cash pays for it at the close and its costs
    filled                       at the open and its costs; a purchase only when cash still pays for it

Everything that is compiled stands in this file, because what is kept of it is judged by the file alone.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paperdesk.core.backtest.compiled.compiling import compiled

Ints = NDArray[np.int64]

KEEP = -1
"""A target that changes nothing."""

# Columns of what is written down of orders, and of what was refused: the bar it was asked at, signed units, and so on.
BAR, UNITS, STATE, PRICE, FEE = 0, 1, 2, 3, 4
NEEDED, FREE = 2, 3
# How an order stands: it fills, or ends unpaid, at the open of the bar after its own.
WAITS, FILLED, UNPAID, LAPSED = 0, 1, 2, 3
# What stands now.
CASH, HELD, WANTED, ORDERS, REFUSED, DAY, SESSION = 0, 1, 2, 3, 4, 5, 6
# Columns of what a sweep comes to; the equity at its end is none where a run is for the exact engine.
RETURN, DRAWDOWN, MEAN, SPREAD, ENDED, PLACED, DENIED = 0, 1, 2, 3, 4, 5, 6
# Days on which proceeds may be on their way at once; the longest settlement takes five.
_DUE = 8
_COSTS_ONE = 100_000_000
_ROUNDED = 1e-9


class Scale(NamedTuple):
    """What whole numbers are worth, and the numbers of an account's rules in them.

    `value_by` units of price times quantity make one of money, and `fee_by` of what rates make of that. `cost` are
    spread and latency in hundred-millionths of a price. `fee_most` is below zero where there is no maximum.
    """

    value_by: int
    tick: int
    cost: int
    fee_by: int
    fee_a_unit: int
    fee_rate: int
    fee_least: int
    fee_most: int
    taker_rate: int
    maker_rate: int


class Track(NamedTuple):
    """The bars of one instrument in order, and the calendar around them; instants in microseconds since 1970.

    Sessions close at `closes`, and market days begin at `begins`. They are counted from the first; day 0 lies before
    it, and a fill of a day settles on the day `settles` says.
    """

    open_at: Ints
    at: Ints
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    closes: Ints
    begins: Ints
    settles: Ints


class Pages(NamedTuple):
    """Where a run is written down: orders and refusals as rows, equity at every close."""

    orders: Ints
    refused: Ints
    equity: Ints


class Cross(NamedTuple):
    """Two averages of closes and what to hold while the fast one is above.

    `tolerance` is of the difference of both averages, in units of a price over both lengths.
    """

    fast: int
    slow: int
    tolerance: int
    units: int


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


@compiled
def half_even(number: int, by: int) -> int:
    """Divide, and round halves to the even neighbour."""
    if by == 1:
        return number
    whole = number // by
    twice = 2 * (number - whole * by)
    if twice > by or (twice == by and whole & 1):
        whole += 1
    return whole


@compiled
def crossed(scale: Scale, price: int, side: int) -> int:
    """Return what crossing the spread around a price costs, rounded to the tick against the customer."""
    tick = scale.tick
    whole = price // tick
    rest = (price - whole * tick) * _COSTS_ONE + side * price * scale.cost
    steps = whole - (-rest // (tick * _COSTS_ONE)) if side > 0 else whole + rest // (tick * _COSTS_ONE)
    return max(steps, 1) * tick


@compiled
def fee_of(scale: Scale, price: int, units: int, rate: int) -> int:
    """Return what an order owes that fills in one piece, at the rate of one that takes or of one that rests."""
    value = price * units
    raw = max(units * scale.fee_a_unit + value * scale.fee_rate, scale.fee_least)
    if scale.fee_most >= 0:
        raw = min(raw, scale.fee_most)
    return half_even(raw, scale.fee_by) + half_even(value * rate, scale.fee_by)


@compiled
def needed_for(scale: Scale, price: int, units: int) -> int:
    """Return what a purchase reserves: its value, and its fee as one that takes, if that costs more."""
    rate = max(scale.maker_rate, scale.taker_rate)
    return half_even(price * units, scale.value_by) + fee_of(scale, price, units, rate)


@compiled
def on_their_way(due: Ints, day: int) -> int:
    """Return the proceeds that have not settled by a day."""
    total = 0
    for place in range(_DUE):
        if due[place, 0] > day:
            total += due[place, 1]
    return total


@compiled
def expect(due: Ints, day: int, settles: int, proceeds: int) -> None:
    """Remember proceeds until they settle."""
    if settles <= day or proceeds <= 0:
        return
    for place in range(_DUE):
        if due[place, 0] == settles:
            due[place, 1] += proceeds
            return
    for place in range(_DUE):
        if due[place, 0] <= day:
            due[place, 0], due[place, 1] = settles, proceeds
            return


@compiled
def reached(bounds: Ints, before: int, instant: int) -> int:
    """Return how many of some growing bounds an instant has reached, which is no fewer than `before`."""
    count = before
    while count < len(bounds) and bounds[count] <= instant:
        count += 1
    return count


@compiled
def accept(pages: Pages, now: Ints, bar: int, units: int, state: int) -> None:
    """Write an order down."""
    row = pages.orders[now[ORDERS]]
    row[BAR], row[UNITS], row[STATE], row[PRICE], row[FEE] = bar, units, state, 0, 0
    now[ORDERS] += 1


@compiled
def refuse(pages: Pages, now: Ints, bar: int, units: int, needed: int) -> None:
    """Write down that cash does not pay for an order."""
    row = pages.refused[now[REFUSED]]
    row[BAR], row[UNITS], row[NEEDED], row[FREE] = bar, units, needed, now[CASH]
    now[REFUSED] += 1


@compiled
def fill_at_open(track: Track, scale: Scale, bar: int, now: Ints, pages: Pages) -> int:
    """Fill the order that waits for an open, or end it when cash no longer pays for it; return what it cost."""
    wanted, now[WANTED] = now[WANTED], 0
    row = pages.orders[now[ORDERS] - 1]
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


@compiled
def settle(track: Track, bar: int, cost: int, now: Ints, due: Ints) -> bool:
    """Remember what a fill brought until it settles; say whether it was paid with what is still on its way."""
    now[DAY] = reached(track.begins, now[DAY], track.open_at[bar])
    day = now[DAY]
    free = max(now[CASH] + cost - on_their_way(due, day), 0)
    expect(due, day, track.settles[day], -cost)
    return bool(now[CASH] < 0 or cost > free)


@compiled
def lapses(track: Track, bar: int, now: Ints) -> bool:
    """Say whether a day order of a bar's close ends before the next open."""
    now[SESSION] = reached(track.closes, now[SESSION], track.at[bar])
    ends = now[SESSION]
    if bar + 1 >= len(track.at) or ends >= len(track.closes):
        return False
    return bool(track.closes[ends] <= track.open_at[bar + 1])


@compiled
def follow(track: Track, targets: Ints, scale: Scale, cash: int, pages: Pages) -> End:
    """Hold after every close as many units as its target says, by market orders, with cash alone."""
    due, now = np.zeros((_DUE, 2), np.int64), np.zeros(7, np.int64)
    now[CASH], beyond_at = cash, -1
    for bar in range(len(targets)):
        if now[WANTED]:
            cost = fill_at_open(track, scale, bar, now, pages)
            if cost and settle(track, bar, cost, now, due) and beyond_at < 0:
                beyond_at = bar
        close, target = track.close[bar], targets[bar]
        pages.equity[bar] = now[CASH] + half_even(now[HELD] * close, scale.value_by)
        if target == KEEP or target == now[HELD]:
            continue
        wanted = target - now[HELD]
        needed = needed_for(scale, crossed(scale, close, 1), wanted) if wanted > 0 else 0
        if needed > now[CASH]:
            refuse(pages, now, bar, wanted, needed)
        elif lapses(track, bar, now):
            accept(pages, now, bar, wanted, LAPSED)
        else:
            accept(pages, now, bar, wanted, WAITS)
            now[WANTED] = wanted
    return End(now[ORDERS], now[REFUSED], now[CASH], now[HELD], beyond_at)


@compiled
def place_in(at: Ints, bounds: Ints, places: Ints) -> None:
    """Write down for instants that grow how many of some growing bounds each has reached."""
    count = 0
    for row in range(len(at)):
        count = reached(bounds, count, at[row])
        places[row] = count


@compiled
def crossings(close: Ints, cross: Cross, targets: Ints) -> None:
    """Write down what crossing averages of closes want to hold; where they tie, or there are too few, nothing new."""
    fast, slow, tolerance = cross.fast, cross.slow, cross.tolerance
    of_fast, of_slow = 0, 0
    for bar in range(len(close)):
        of_fast += close[bar] - (close[bar - fast] if bar >= fast else 0)
        of_slow += close[bar] - (close[bar - slow] if bar >= slow else 0)
        apart = of_fast * slow - of_slow * fast
        if bar + 1 < max(fast, slow):
            targets[bar] = KEEP
        elif apart > tolerance:
            targets[bar] = cross.units
        else:
            targets[bar] = 0 if apart < -tolerance else KEEP


@compiled
def score(equity: Ints, ends: Ints, cash: int, scores: NDArray[np.float64]) -> None:
    """Write down return, deepest drawdown, and mean and spread of the returns from one session's end to the next."""
    highest = before = float(cash)
    deepest = total = squares = 0.0
    for place in range(len(ends)):
        worth = float(equity[ends[place]])
        if worth == before:
            continue  # it returned nothing, and stands as deep as before
        step = worth / before - 1.0
        total += step
        squares += step * step
        highest = max(highest, worth)
        deepest = min(deepest, worth / highest - 1.0)
        before = worth
    count = len(ends)
    mean = total / count
    apart = squares - count * mean * mean
    # Below what the sums themselves were rounded by, the returns do not differ.
    spread = np.sqrt(apart / (count - 1)) if count > 1 and apart > _ROUNDED * squares else np.nan
    scores[RETURN], scores[DRAWDOWN], scores[MEAN], scores[SPREAD] = before / cash - 1.0, deepest, mean, spread


@compiled
def sweep(field: Field, crosses: Ints, scores: NDArray[np.float64]) -> None:
    """Run one crossing of averages after the other in the same memory; a row of `crosses` is a `Cross`."""
    track, scale, cash, ends = field.track, field.scale, field.cash, field.ends
    bars = len(track.close)
    targets = np.empty(bars, np.int64)
    pages = Pages(np.empty((bars, 5), np.int64), np.empty((bars, 4), np.int64), np.empty(bars, np.int64))
    for run in range(len(crosses)):
        row = crosses[run]
        crossings(track.close, Cross(row[0], row[1], row[2], row[3]), targets)
        end = follow(track, targets, scale, cash, pages)
        score(pages.equity, ends, cash, scores[run])
        scores[run, ENDED] = np.nan if end.beyond_at >= 0 else pages.equity[bars - 1]
        scores[run, PLACED], scores[run, DENIED] = end.orders, end.refused
