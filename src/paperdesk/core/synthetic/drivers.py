"""What moves the synthetic market: uncorrelated drivers with fat tails and volatility that clusters.

Every driver's move has mean zero given the past and given the other drivers. That is what makes the
loadings the true regression coefficients, however wildly volatilities change.

A day's shock is `size * sqrt(variance) * (sqrt(NIGHT) * n1 + sqrt(1 - NIGHT) * n2)`: one normal draw for
the night, one for the session, and a size that both share, drawn from SIZES, which makes the tails.
`variance` follows GARCH around 1, for the market with the leverage term that makes falls count more.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from paperdesk.core.synthetic.arrays import Floats
from paperdesk.core.synthetic.chance import stream

# Volatility in percent a year. `rates` and `slope` move yields: 100 is one percentage point.
DRIVERS: Final = {
    "market": 16.0,
    "momentum": 6.0,
    "value": 4.5,
    "growth": 3.5,
    "quality": 2.5,
    "size": 5.0,
    "low_volatility": 3.0,
    "rates": 1.0,
    "slope": 0.5,
    "credit": 3.0,
    "foreign": 7.0,
    "gold": 13.0,
    "commodities": 12.0,
    "crypto": 48.0,
    "alphabet": 20.0,
    "technology": 8.0,
    "communication": 8.0,
    "discretionary": 7.0,
    "staples": 7.0,
    "financials": 9.0,
    "health": 8.0,
    "industrials": 6.0,
    "energy": 17.0,
    "materials": 8.0,
    "utilities": 10.0,
    "realty": 9.0,
}

DAYS_A_YEAR: Final = 252
NIGHT: Final = 0.25
"""The share of a day's variance that falls between close and open."""

SIZES: Final = ((0.85, 0.80), (0.13, 1.50), (0.02, 2.60))
"""Of how likely, how large: the sizes of shocks before they are scaled to variance one."""

_MARKET: Final = 0
_VARIANCE_MAX: Final = 9.0


@dataclass(frozen=True, slots=True)
class Clustering:
    """GARCH around a variance of one; `fall` is what a fall adds to `shock`."""

    shock: float
    fall: float
    memory: float

    @property
    def persistence(self) -> float:
        """Return how much of a deviation from one is left a day later."""
        return self.shock + self.fall / 2 + self.memory


OF_MARKET: Final = Clustering(shock=0.01, fall=0.12, memory=0.90)
OF_OTHERS: Final = Clustering(shock=0.05, fall=0.02, memory=0.90)


@dataclass(frozen=True, slots=True)
class Shocks:
    """Shocks of unit variance on average, shape (days, columns): drivers first, then members' own.

    `deviation` is the standard deviation of a session's shock as drawn, its size included, `variance`
    the clustering variance with which the day began, and `after` the one with which the next begins.
    """

    night: Floats
    session: Floats
    deviation: Floats
    variance: Floats
    after: Floats


def draw_shocks(seed: int, days: int, members: int) -> Shocks:
    """Draw all days; more days only add rows."""
    columns = len(DRIVERS) + members
    normal = stream(seed, "daily").standard_normal((days, 2, columns))
    size = _sizes(stream(seed, "sizes").random((days, columns)))
    unit = size * (np.sqrt(NIGHT) * normal[:, 0] + np.sqrt(1 - NIGHT) * normal[:, 1])
    path = _clustered(unit)
    variance, after = path[:-1], path[1:]
    # The whole market's calm or fright is half of everybody's.
    common = np.sqrt(0.5 + 0.5 * variance[:, [_MARKET]])
    deviation = np.sqrt(variance) * size
    deviation[:, 1:] *= common
    return Shocks(
        night=deviation * np.sqrt(NIGHT) * normal[:, 0],
        session=deviation * np.sqrt(1 - NIGHT) * normal[:, 1],
        deviation=deviation * np.sqrt(1 - NIGHT),
        variance=variance,
        after=after,
    )


def _sizes(uniform: Floats) -> Floats:
    mean_square = sum(share * size * size for share, size in SIZES)
    steps = np.cumsum([share for share, _ in SIZES])[:-1]
    sizes: Floats = np.array([size for _, size in SIZES])[np.searchsorted(steps, uniform)] / np.sqrt(mean_square)
    return sizes


def _clustered(unit: Floats) -> Floats:
    """Return each day's variance and that of the day after the last; it follows from the shocks before."""
    days, columns = unit.shape
    kinds = [OF_MARKET] + [OF_OTHERS] * (columns - 1)
    shock = np.array([kind.shock for kind in kinds])
    fall = np.array([kind.fall for kind in kinds])
    memory = np.array([kind.memory for kind in kinds])
    rest = np.array([1 - kind.persistence for kind in kinds])
    squares, falls = unit * unit, unit < 0
    variance = np.ones((days + 1, columns))
    for day in range(days):
        grown = rest + (memory + (shock + fall * falls[day]) * squares[day]) * variance[day]
        variance[day + 1] = np.minimum(grown, _VARIANCE_MAX)
    return variance
