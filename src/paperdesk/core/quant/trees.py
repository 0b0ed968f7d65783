"""American options on a binomial tree: Leisen and Reimer's, extrapolated from two sizes.

Cash dividends are escrowed: the tree is that of the spot less the present value of what is still to be paid,
which is added back when exercise is weighed. That is a convention, and another one gives another value; the
spot itself is what falls on the day, so early exercise of a call right before it can be seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from paperdesk.core.quant.normal import Array

STEPS = 201


@dataclass(frozen=True, slots=True)
class American:
    """An American option: years of 365 days, rates and volatility as fractions, dividends as (years, amount)."""

    is_call: bool
    spot: float
    strike: float
    years: float
    vol: float
    rate: float = 0.0
    dividend_yield: float = 0.0
    dividends: tuple[tuple[float, float], ...] = ()

    @property
    def coming(self) -> tuple[tuple[float, float], ...]:
        """Return the dividends that fall within its life."""
        return tuple((when, amount) for when, amount in self.dividends if 0.0 < when <= self.years)

    def owed(self, at: float) -> float:
        """Return the present value, then, of dividends still to be paid after an instant."""
        return sum(amount * exp(-self.rate * (when - at)) for when, amount in self.coming if when > at)


def american_value(option: American, steps: int = STEPS) -> float:
    """Return what an American option is worth, never below what exercising it brings now."""
    assert steps % 2, "Leisen and Reimer's tree has an odd number of steps"
    now = max(_gain(option, option.spot), 0.0)
    escrowed = option.spot - option.owed(0.0)
    if option.years <= 0.0 or option.vol <= 0.0 or escrowed <= 0.0:
        return max(now, _certain(option))
    half = steps // 2 + 1 - steps // 2 % 2
    coarse, fine = _on_tree(option, escrowed, half), _on_tree(option, escrowed, steps)
    # The error of this tree falls with the square of its size, so two sizes tell most of it.
    extrapolated = (fine * steps**2 - coarse * half**2) / (steps**2 - half**2)
    return max(extrapolated, now)


def _on_tree(option: American, escrowed: float, steps: int) -> float:
    dt = option.years / steps
    growth = exp((option.rate - option.dividend_yield) * dt)
    deviation = option.vol * sqrt(option.years)
    drift = (option.rate - option.dividend_yield) * option.years
    d1 = (log(escrowed / option.strike) + drift) / deviation + deviation / 2.0
    likely, likely_up = _inverted(d1 - deviation, steps), _inverted(d1, steps)
    up = growth * likely_up / likely
    down = (growth - likely * up) / (1.0 - likely)
    discount = exp(-option.rate * dt)
    owed = [option.owed(step * dt) for step in range(steps + 1)]
    spots = _nodes(escrowed, (up, down), steps)
    worth = np.maximum(_gains(option, spots), 0.0)
    for step in reversed(range(steps)):
        spots = _nodes(escrowed, (up, down), step)
        worth = discount * (likely * worth[1:] + (1.0 - likely) * worth[:-1])
        worth = np.maximum(worth, _gains(option, spots + owed[step]))
    return float(worth[0])


def _nodes(start: float, moves: Sequence[float], step: int) -> Array:
    up, down = moves
    count = np.arange(step + 1, dtype=np.float64)
    return np.asarray(start * np.exp(count * log(up) + (step - count) * log(down)))


def _inverted(z: float, steps: int) -> float:
    """Return Peizer and Pratt's second inversion: the probability of a step that puts the strike at a node."""
    width = z / (steps + 1.0 / 3.0 + 0.1 / (steps + 1.0))
    share = sqrt(0.25 - 0.25 * exp(-(width**2) * (steps + 1.0 / 6.0)))
    return 0.5 + (share if z >= 0.0 else -share)


def _gain(option: American, spot: float) -> float:
    return spot - option.strike if option.is_call else option.strike - spot


def _gains(option: American, spots: Array) -> Array:
    return spots - option.strike if option.is_call else option.strike - spots


def _certain(option: American) -> float:
    """Return the value without chance: exercised at its best instant, the ends or right before a dividend."""
    instants = [0.0, max(option.years, 0.0), *(when - 1e-9 for when, _ in option.coming)]
    growth = option.rate - option.dividend_yield
    escrowed = option.spot - option.owed(0.0)
    worth = (exp(-option.rate * at) * _gain(option, escrowed * exp(growth * at) + option.owed(at)) for at in instants)
    return max(0.0, *worth)
