"""What prices, fees and the calendar come to in whole numbers: for every kernel, and for one instrument at a time.

Prices are whole numbers of their last place, quantities of the instrument's lots, money of the smallest unit of its
currency; `Scale` says what they are worth. What is written here is written first in `fill_models.py`, `fees.py`,
`holds.py` and `settlement.py` of the broker, which are the truth.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from paperdesk.core.backtest.compiled.compiling import compiled, inlined, inner

Ints = NDArray[np.int64]

EXACT: Final = 2**53
"""Below this a float tells every whole number from its neighbours."""

# Days on which proceeds may be on their way at once; the longest settlement takes five.
DUE: Final = 8
# How many bounds are looked at one by one, before the place of one far away is worked out.
_NEAR: Final = 4
_COSTS_ONE = 100_000_000


class Scale(NamedTuple):
    """What whole numbers are worth, and the numbers of an account's rules in them.

    `value_by` units of price times quantity make one of money, and `fee_by` of what rates make of that. `cost` are
    spread and latency in hundred-millionths of a price. `fee_most` is below zero where there is no maximum. A resting
    limit fills when it is touched, or gone through by so many ticks; any bit beyond it counts as the first.
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
    through_ticks: int
    path: int


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


@compiled
def half_even(number: int, by: int) -> int:
    """Divide, and round halves to the even neighbour."""
    if by == 1 or number == 0:
        return number
    whole = number // by
    twice = 2 * (number - whole * by)
    if twice > by or (twice == by and whole & 1):
        whole += 1
    return whole


@inner
def crossed(scale: Scale, price: int, side: int) -> int:
    """Return what crossing the spread around a price costs, rounded to the tick against the customer."""
    tick = scale.tick
    if tick == 1 and not scale.cost:
        return max(price, 1)
    whole = price // tick
    rest = (price - whole * tick) * _COSTS_ONE + side * price * scale.cost
    steps = whole - (-rest // (tick * _COSTS_ONE)) if side > 0 else whole + rest // (tick * _COSTS_ONE)
    return max(steps, 1) * tick


@inner
def fee_of(scale: Scale, price: int, units: int, rate: int) -> int:
    """Return what an order owes that fills in one piece, at the rate of one that takes or of one that rests."""
    value = price * units
    raw = max(units * scale.fee_a_unit + value * scale.fee_rate, scale.fee_least)
    if scale.fee_most >= 0:
        raw = min(raw, scale.fee_most)
    return half_even(raw, scale.fee_by) + half_even(value * rate, scale.fee_by)


@inner
def most_due(scale: Scale, price: int, units: int) -> int:
    """Return the fee that an order reserves for: as one that takes or one that rests, whichever costs more."""
    return fee_of(scale, price, units, max(scale.maker_rate, scale.taker_rate))


@inner
def needed_for(scale: Scale, price: int, units: int) -> int:
    """Return what a purchase reserves: its value, and its fee as one that takes, if that costs more."""
    return half_even(price * units, scale.value_by) + most_due(scale, price, units)


@inner
def on_their_way(due: Ints, day: int) -> int:
    """Return what has not settled by a day: proceeds, and on margin less what is still to be paid."""
    total = 0
    for place in range(DUE):
        if due[place, 0] > day:
            total += due[place, 1]
    return total


@inner
def expect(due: Ints, day: int, settles: int, proceeds: int) -> None:
    """Remember what a fill brought, or on margin what it costs, until it settles."""
    if settles <= day:
        return
    for place in range(DUE):
        if due[place, 0] == settles:
            due[place, 1] += proceeds
            return
    for place in range(DUE):
        if due[place, 0] <= day:
            due[place, 0], due[place, 1] = settles, proceeds
            return


@inner
def paid_early(due: Ints, day: int, settles: int, cash: int, cost: int) -> bool:
    """Remember what a fill brought until it settles; say whether what it cost was paid with what is on its way.

    `cash` is what it left.
    """
    free = max(cash + cost - on_their_way(due, day), 0)
    if cost < 0:
        expect(due, day, settles, -cost)
    return bool(cash < 0 or cost > free)


@inlined
def reached(bounds: Ints, before: int, instant: int) -> int:
    """Return how many of some growing bounds an instant has reached, which is no fewer than `before`."""
    count = before
    while count < len(bounds) and bounds[count] <= instant:
        count += 1
        if count - before == _NEAR:
            return leapt(bounds, count, instant)
    return count


@inner
def leapt(bounds: Ints, before: int, instant: int) -> int:
    """Return the same, looking first where it would be if the bounds lay equally far apart, as days nearly do."""
    last = len(bounds) - 1
    if before > last:
        return before
    part = (instant - bounds[before]) / max(bounds[last] - bounds[before], 1)
    count = max(before, min(before + int(part * (last - before)), last + 1))
    while count > before and bounds[count - 1] > instant:
        count -= 1
    while count <= last and bounds[count] <= instant:
        count += 1
    return count


@inner
def passed(bounds: Ints, instant: int) -> int:
    """Return how many of some growing bounds an instant has reached, by halving them."""
    low, high = 0, len(bounds)
    while low < high:
        middle = (low + high) // 2
        if bounds[middle] <= instant:
            low = middle + 1
        else:
            high = middle
    return low


@inner
def lapses(track: Track, bar: int, closed: int) -> bool:
    """Say whether a day order of a bar's close ends before the next open, when so many sessions have closed by then."""
    if bar + 1 >= len(track.at) or closed >= len(track.closes):
        return False
    return bool(track.closes[closed] <= track.open_at[bar + 1])
