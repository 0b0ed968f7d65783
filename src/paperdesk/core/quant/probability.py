"""How likely ranges of prices are at expiry, by a lognormal distribution that is stated with the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log, sqrt

import numpy as np

from paperdesk.core.quant.normal import below


@dataclass(frozen=True, slots=True)
class Lognormal:
    """The logarithm of the price in so many years is normal; `drift` is the yearly rate of its mean.

    With the drift of interest less dividends it is the distribution that options are priced with, which is
    not a forecast.
    """

    spot: float
    years: float
    vol: float
    drift: float = 0.0

    @property
    def stated(self) -> str:
        """Return the distribution in one sentence."""
        return (
            f"lognormal around {self.spot:g}, {self.years:.4f} years, volatility {self.vol:.2%}, drift {self.drift:.2%}"
        )

    def between(self, low: float, high: float) -> float:
        """Return the probability of a price between two."""
        return self._below(high) - self._below(low)

    def within(self, ranges: Sequence[tuple[float, float | None]]) -> float:
        """Return the probability of a price in any of several ranges that do not overlap; None is without end."""
        return sum(self.between(low, inf if high is None else high) for low, high in ranges)

    def _below(self, price: float) -> float:
        if price <= 0.0 or price == inf:
            return float(price > 0.0)
        deviation = self.vol * sqrt(self.years)
        distance = log(price / self.spot) - (self.drift - self.vol**2 / 2.0) * self.years
        if deviation == 0.0:
            return float(distance > 0.0)
        return float(below(np.asarray(distance / deviation)))
