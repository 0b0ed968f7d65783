"""The volatility that a price implies: bounded, bracketed at every step, and nan with a reason where there is none.

A Newton step is taken in the logarithm of the price, and only if it stays inside what is known to hold the
answer; else that is halved. So it always ends, and plain Newton's leaps from a flat start cannot happen.
Prices are turned into those of the option that is out of the money, which holds the time value alone.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike

from paperdesk.core.quant.black_scholes import European
from paperdesk.core.quant.normal import Array, below, density

VOL_MIN = 1e-4
VOL_MAX = 10.0
_STEPS = 100
_EXACT = 1e-15
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
        wanted = np.where(is_open, time_value, out.value(VOL_MAX * root) / 2.0)
        is_inside = (out.value(VOL_MIN * root) <= wanted) & (wanted <= out.value(VOL_MAX * root))
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

    def slope(self, deviation: Array) -> Array:
        return self.low * density(np.log(self.low / self.high) / deviation + deviation / 2.0)


def _solved(out: _OutOfTheMoney, wanted: Array, low: Array, high: Array) -> Array:
    """Return the deviations that give the wanted values, each between its two bounds."""
    here = np.sqrt(low * high)
    for _ in range(_STEPS):
        valued = out.value(here)
        is_below = valued < wanted
        low, high = np.where(is_below, here, low), np.where(is_below, high, here)
        newton = here - (np.log(valued) - np.log(wanted)) * valued / out.slope(here)
        is_safe = np.isfinite(newton) & (newton > low) & (newton < high)
        following = np.where(is_safe, newton, (low + high) / 2.0)
        is_done = np.abs(following - here) <= _EXACT * here
        here = following
        if bool(np.all(is_done)):
            break
    return here
