"""The volatility that a price implies: bounded, bracketed at every step, and nan with a reason where there is none.

A step of Householder's third order, which is Newton's with two more derivatives, is taken in the logarithm of the
price, and only if it stays inside what is known to hold the answer; else that is halved. So it always ends, and
plain Newton's leaps from a flat start cannot happen.
Prices are turned into those of the option that is out of the money, which holds the time value alone.
"""

from dataclasses import dataclass
from enum import IntEnum
from math import pi, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paperdesk.core.quant.black_scholes import European
from paperdesk.core.quant.normal import Array, below, density

Flags: TypeAlias = NDArray[np.bool_]

VOL_MIN = 1e-4
VOL_MAX = 10.0
_STEPS = 100
_EXACT = 1e-15
# The part of the larger of the two terms of a value that is lost in the last digits, near the money.
_GRAIN = 4e-15
_NEAR = 1e-6
_ROOT_TWO_PI = sqrt(2.0 * pi)
# A time value below this part of the spot is lost in the last digits of the price.
_TIME_VALUE_MIN = 1e-13


class Reason(IntEnum):
    """Why there is no implied volatility; `FOUND` when there is one."""

    FOUND = 0
    NOT_A_PRICE = 1
    EXPIRED = 2
    BELOW_INTRINSIC = 3
    NO_TIME_VALUE = 4
    ABOVE_BOUND = 5
    OUT_OF_RANGE = 6


@dataclass(frozen=True, slots=True)
class ImpliedVol:
    """Volatilities as fractions per year, nan where `reasons` says why."""

    vol: Array
    reasons: np.ndarray[tuple[int, ...], np.dtype[np.int_]]


def implied_vol(options: European, price: ArrayLike) -> ImpliedVol:
    """Return the volatility that gives each option its price; the options' own volatility is not read."""
    o, prices = options, np.broadcast_to(np.asarray(price, dtype=np.float64), options.spot.shape)
    with np.errstate(all="ignore"):
        spot = o.spot * np.exp(-o.dividend_yield * o.years)
        strike = o.strike * np.exp(-o.rate * o.years)
        intrinsic = np.maximum(o.sign * (spot - strike), 0.0)
        time_value = prices - intrinsic
        bound = np.minimum(spot, strike)
        reasons = np.select(
            [
                ~(np.isfinite(prices) & (spot > 0.0) & (strike > 0.0)),
                ~(o.years > 0.0),
                time_value < -_TIME_VALUE_MIN * spot,
                time_value <= _TIME_VALUE_MIN * spot,
                time_value >= bound,
            ],
            [Reason.NOT_A_PRICE, Reason.EXPIRED, Reason.BELOW_INTRINSIC, Reason.NO_TIME_VALUE, Reason.ABOVE_BOUND],
            Reason.FOUND,
        )
        is_open = reasons == Reason.FOUND
        root = np.sqrt(np.where(is_open, o.years, 1.0))
        out = _OutOfTheMoney(
            np.where(is_open, np.maximum(spot, strike), 1.0), np.where(is_open, np.minimum(spot, strike), 1.0)
        )
        least, most = out.value(VOL_MIN * root), out.value(VOL_MAX * root)
        wanted = np.where(is_open, time_value, most / 2.0)
        is_inside = (least <= wanted) & (wanted <= most)
        reasons = np.where(is_open & ~is_inside, Reason.OUT_OF_RANGE, reasons)
        found = _solved(out, wanted, VOL_MIN * root, VOL_MAX * root) / root
    return ImpliedVol(np.where(reasons == Reason.FOUND, found, np.nan), reasons)


@dataclass(frozen=True, slots=True)
class _OutOfTheMoney:
    """An option out of the money, by the larger and the smaller of discounted spot and strike."""

    high: Array
    low: Array

    def value(self, deviation: Array) -> Array:
        d1 = np.log(self.low / self.high) / deviation + deviation / 2.0
        return self.low * below(d1) - self.high * below(d1 - deviation)

    def look(self, deviation: Array) -> tuple[Array, Array, Array]:
        """Return the value, its slope, and how far off the value may be because its digits give out."""
        d1 = np.log(self.low / self.high) / deviation + deviation / 2.0
        gained = self.low * below(d1)
        grain = _GRAIN * gained * (1.0 + d1 * d1)
        return gained - self.high * below(d1 - deviation), self.low * density(d1), grain

    def step(self, deviation: Array, missing: Array, slope: Array) -> Array:
        """Return how far to go, given what is missing in the logarithm of the value and the slope of that.

        `bend` and `twist` are second and third derivative of the logarithm by its first; those of the value itself
        are known by the first as well: b = d1 d2 / deviation, and b squared with the derivative of b.
        """
        moneyness = np.log(self.low / self.high)
        ratio = moneyness / deviation
        b = (ratio * ratio - deviation * deviation / 4.0) / deviation
        third = b * b - 3.0 * (ratio / deviation) ** 2 - 0.25
        bend, twist = b - slope, third - 3.0 * slope * b + 2.0 * slope * slope
        newton = missing / slope
        return newton * (1.0 + newton * bend / 2.0) / (1.0 + newton * (bend + newton * twist / 6.0))


def _solved(out: _OutOfTheMoney, wanted: Array, low: Array, high: Array) -> Array:
    """Return the deviations that give the wanted values, each between its two bounds.

    What is found is not worked on again: most need a handful of steps, and a few would keep all of them waiting.
    """
    # Near the money a value is nearly in proportion to the deviation; away from it, the steepest point is a good start.
    start = _ROOT_TWO_PI * wanted / out.low + np.sqrt(np.abs(np.log(out.low / out.high)) / 2.0)
    solved = np.clip(start, low, high).reshape(-1)
    places = np.arange(solved.size)
    terms = [np.broadcast_to(each, wanted.shape).reshape(-1) for each in (out.high, out.low, wanted, low, high)]
    for _ in range(_STEPS):
        here = solved[places]
        option = _OutOfTheMoney(terms[0], terms[1])
        valued, slope, grain = option.look(here)
        step = option.step(here, np.log(terms[2] / valued), slope / valued)
        size, there = np.abs(step), here + step
        # A step that the digits of the price cannot tell from none is the last, on whichever side of a bound it ends.
        is_done = (size <= _EXACT * here) | ((size * slope <= grain) & (size < _NEAR * here))
        *terms[3:], safe = _stepped(there, here, valued < terms[2], (terms[3], terms[4]))
        solved[places] = np.where(is_done, there, safe)
        if np.all(is_done):
            break
        places, terms = places[~is_done], [each[~is_done] for each in terms]
    return solved.reshape(wanted.shape)


def _stepped(there: Array, here: Array, is_below: Flags, bounds: tuple[Array, Array]) -> tuple[Array, Array, Array]:
    """Return closer bounds and where to look next: where the step ends, or in the middle where it is out of bounds."""
    low, high = np.where(is_below, here, bounds[0]), np.where(is_below, bounds[1], here)
    is_safe = np.isfinite(there) & (there > low) & (there < high)
    return low, high, np.where(is_safe, there, (low + high) / 2.0)
