"""The normal distribution over arrays, as exact as the machine's own error function."""

from math import erfc, pi, sqrt

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_erfc = np.frompyfunc(erfc, 1, 1)
_ROOT_TWO = sqrt(2.0)
_ROOT_TWO_PI = sqrt(2.0 * pi)


def below(z: Array) -> Array:
    """Return the probability that a standard normal variable lies below z, exact in both tails."""
    return np.asarray(_erfc(-z / _ROOT_TWO), dtype=np.float64) / 2.0


def density(z: Array) -> Array:
    """Return the density of the standard normal distribution."""
    return np.asarray(np.exp(-z * z / 2.0) / _ROOT_TWO_PI, dtype=np.float64)
