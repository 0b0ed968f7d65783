"""How much of a result is owed to having tried often: deflated Sharpe ratio, and probability of overfitting.

Of every trial its returns are kept as sums of their powers in ten slices of time, which is all that both ask for.

    probabilistic   the chance that a true Sharpe ratio is above a threshold, given length, skewness and kurtosis of
                    the returns: Bailey and Lopez de Prado, "The Sharpe Ratio Efficient Frontier" (2012), eq. 11
    by luck         what the best of so many trials without any skill comes to: the same, "The Deflated Sharpe Ratio"
                    (2014), eq. 1
    deflated        the probabilistic one with what luck comes to as its threshold
    overfitting     how often the best trial of one half of the slices is, in the other half, no better than the middle
                    of all: Bailey, Borwein, Lopez de Prado and Zhu, "The Probability of Backtest Overfitting" (2015),
                    combinatorially symmetric cross-validation

Sharpe ratios here are those of one period, and not of a year.
"""

from dataclasses import dataclass
from itertools import combinations
from math import e, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from paperdesk.core.strategy.indicators import Floats

SLICES: Final = 10
LEAST_RETURNS: Final = 2 * SLICES
POWERS: Final = 4
_EULER: Final = 0.5772156649015329
_FLAT: Final = 1e-18
_NORMAL: Final = NormalDist()
# Halves of slices at a time, so that many trials need little memory.
_AT_ONCE: Final = 42


@dataclass(frozen=True, slots=True)
class Shape:
    """How the returns of a trial lie: how many, their Sharpe ratio, skewness, and kurtosis (3 where normal)."""

    returns: int
    sharpe: float
    skewness: float
    kurtosis: float


def counts_of(returns: int) -> Floats:
    """Return how many of some returns lie in each slice."""
    return np.diff(np.append(_bounds(returns), returns)).astype(np.float64)


def sums_of(steps: Floats) -> Floats:
    """Return the sums of the first four powers of returns in each slice; shape (runs, returns) to (runs, 10, 4)."""
    assert steps.shape[1] >= LEAST_RETURNS, "fewer returns are no trial to compare"
    # Multiplied, for a power takes thirty times as long; there are POWERS of them.
    squares = steps * steps
    powers = np.stack([steps, squares, squares * steps, squares * squares], axis=-1)
    return np.add.reduceat(powers, _bounds(steps.shape[1]), axis=1)


def shape_of(sums: Floats, returns: int) -> Shape | None:
    """Return how the returns of one trial lie; None where they do not differ."""
    one, two, three, four = (float(each) / returns for each in sums.sum(axis=0))
    variance = two - one * one
    if variance <= _FLAT:
        return None
    skewness = (three - 3 * one * two + 2 * one**3) / variance**1.5
    kurtosis = (four - 4 * one * three + 6 * one * one * two - 3 * one**4) / variance**2
    spread = sqrt(variance * returns / (returns - 1))
    return Shape(returns, one / spread, skewness, kurtosis)


def probabilistic_sharpe(shape: Shape, threshold: float) -> float:
    """Return how likely a true Sharpe ratio is above a threshold."""
    sharpe = shape.sharpe
    doubt = 1 - shape.skewness * sharpe + (shape.kurtosis - 1) / 4 * sharpe * sharpe
    return _NORMAL.cdf((sharpe - threshold) * sqrt(shape.returns - 1) / sqrt(max(doubt, _FLAT)))


def sharpe_by_luck(trials: int, variance: float) -> float:
    """Return what the best Sharpe ratio of trials without skill comes to, which differ by a variance."""
    if trials < 2:  # noqa: PLR2004 - who has tried once has not chosen
        return 0.0
    once, twice = _NORMAL.inv_cdf(1 - 1 / trials), _NORMAL.inv_cdf(1 - 1 / (trials * e))
    return sqrt(variance) * ((1 - _EULER) * once + _EULER * twice)


def deflated_sharpe(shape: Shape, trials: int, variance: float) -> float:
    """Return how likely a Sharpe ratio is above what luck alone comes to after so many trials."""
    return probabilistic_sharpe(shape, sharpe_by_luck(trials, variance))


def overfitting_of(sums: Floats, returns: int) -> float:
    """Return how often the best half does not last; `sums` has the shape (trials, 10, 4) and two trials at least."""
    halves = np.array([[slice_ in chosen for slice_ in range(SLICES)] for chosen in _halves()], np.float64)
    counts, trials = counts_of(returns), len(sums)
    failed = 0
    for place in range(0, len(halves), _AT_ONCE):
        chosen = halves[place : place + _AT_ONCE]
        inside, outside = (_sharpes(sums, half, counts) for half in (chosen, 1 - chosen))
        best = inside.argmax(axis=1)
        held = outside[np.arange(len(chosen)), best][:, None]
        rank = (outside < held).sum(axis=1) + ((outside == held).sum(axis=1) + 1) / 2
        failed += int((rank / (trials + 1) <= 1 / 2).sum())
    return failed / len(halves)


def _halves() -> list[tuple[int, ...]]:
    return list(combinations(range(SLICES), SLICES // 2))


def _sharpes(sums: Floats, half: Floats, counts: Floats) -> Floats:
    """Return the Sharpe ratio of every trial over each half; that of one that stood still is zero."""
    total = (half @ counts)[:, None]
    mean, square = ((half @ sums[:, :, power].T) / total for power in (0, 1))
    variance = (square - mean * mean) * total / (total - 1)
    is_still = variance <= _FLAT
    return np.where(is_still, 0.0, mean / np.sqrt(np.where(is_still, 1.0, variance)))


def _bounds(returns: int) -> NDArray[np.int64]:
    return np.arange(SLICES, dtype=np.int64) * returns // SLICES
