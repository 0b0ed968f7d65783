"""The implied volatility surface: total variance by strike and expiry, without arbitrage by its form.

The form is SSVI (Gatheral and Jacquier, 2014): with the variance at the money to an expiry `w`, and
`k` the logarithm of strike over forward, total variance is

    w / 2 * (1 + r f k + sqrt((f k + r) ** 2 + 1 - r ** 2))     with f = e / (w ** g * (1 + w) ** (1 - g)).

There is no butterfly arbitrage while e * (1 + |r|) <= 2, and none between expiries while `w` grows with
time. It does: `w` is the integral of a variance that goes from today's to its usual level, and every
report before the expiry adds a jump.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from paperdesk.core.quant.black_scholes import european, value
from paperdesk.core.synthetic.arrays import Floats

BENT: Final = 0.45
RETURN_SPEED: Final = 5.0
"""How fast variance returns to its usual level, a year."""

MONTH: Final = 30 / 365
_GRID: Final = np.geomspace(1e-4, 0.5, 60)


@dataclass(frozen=True, slots=True)
class Smile:
    """How a surface bends: `tilt` is how much falls are feared more than rises, `curve` how much either is."""

    tilt: float
    curve: float


OF_INDEX: Final = Smile(tilt=-0.70, curve=1.1)
OF_COMPANIES: Final = Smile(tilt=-0.40, curve=0.95)
OF_FEAR: Final = Smile(tilt=0.55, curve=0.9)


def total_variance(smile: Smile, at_money: Floats, log_moneyness: Floats) -> Floats:
    """Return total variance to expiry by strike; `at_money` is that at the forward."""
    bend = smile.curve / (at_money**BENT * (1 + at_money) ** (1 - BENT))
    away = bend * log_moneyness
    root = np.sqrt((away + smile.tilt) ** 2 + 1 - smile.tilt**2)
    return np.asarray(at_money / 2 * (1 + smile.tilt * away + root))


def integrated(now: Floats, usual: float, years: Floats) -> Floats:
    """Return the integral of a variance that returns from today's to the usual; both are averages over a month."""
    return usual * years + (now - usual) * MONTH * _faded(years) / _faded(np.array(MONTH))


def at_money_of_index(variance_swap: Floats, smile: Smile = OF_INDEX) -> Floats:
    """Return the total variance at the money of the surface whose whole strip of options prices a variance."""
    ratio = _strip_ratio(smile)
    return np.interp(variance_swap, _GRID * ratio, _GRID)


def _faded(years: Floats) -> Floats:
    return np.asarray((1 - np.exp(-RETURN_SPEED * years)) / RETURN_SPEED)


@cache
def _strip_ratio(smile: Smile) -> Floats:
    """Return, for each variance at the money of the grid, what the strip of all options prices it at, as a multiple."""
    deviations = np.linspace(-8, 8, 801)
    k = deviations * np.sqrt(_GRID)[:, None]
    vol = np.sqrt(total_variance(smile, _GRID[:, None], k))
    strikes = np.exp(k)
    options = value(european(k > 0, 1.0, strikes, years=1.0, vol=vol))
    # A variance swap is worth twice the integral of options over strike squared; over log strikes one power is left.
    weighed = options / strikes
    area = ((weighed[:, 1:] + weighed[:, :-1]) / 2 * np.diff(k, axis=1)).sum(axis=1)
    return np.asarray(2 * area / _GRID)
