"""The volatility index: what options price the market's next month at, above what is to be expected.

Expected variance is that of the market driver's own law, jumps included, under today's climate;
a change of climate surprises options as it surprises everybody. Options price PREMIUM times that.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from paperdesk.core.synthetic.arrays import Floats
from paperdesk.core.synthetic.bridge import bridge_range
from paperdesk.core.synthetic.climate import Climate
from paperdesk.core.synthetic.drivers import DAYS_A_YEAR, DRIVERS, NIGHT, OF_MARKET, Shocks
from paperdesk.core.synthetic.returns import JUMP_DEVIATION, JUMP_MEAN, JUMPS_A_DAY

PREMIUM: Final = 1.25
"""Implied variance as a multiple of the variance to be expected."""

MONTH: Final = 21
"""Sessions that the index looks ahead."""

OWN_DEVIATION: Final = 0.04
"""The deviation of the index within a session, as a fraction."""

_MARKET: Final = 0


@dataclass(frozen=True, slots=True)
class Levels:
    """An index in points at each day's open, high, low and close; shape (days,)."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats


def volatility_index(shocks: Shocks, climate: Climate, seed: int) -> Levels:
    """Return the index; its open knows the night and nothing of the session."""
    start = implied_level(_expected_after_night(shocks), climate.volatility)
    end = implied_level(shocks.after[:, _MARKET], climate.volatility)
    low, high = bridge_range(start, end, OWN_DEVIATION * start, (seed, "fear"))
    return Levels(start, high, low, end)


def implied_level(variance: Floats, volatility: Floats) -> Floats:
    """Return the index for a clustering variance under a climate's multiple of volatility."""
    left = OF_MARKET.persistence
    average = 1 + (variance - 1) * (1 - left**MONTH) / (MONTH * (1 - left))
    usual = (DRIVERS["market"] / 100) ** 2 * volatility**2 * average
    jumps = DAYS_A_YEAR * JUMPS_A_DAY * (JUMP_MEAN**2 + JUMP_DEVIATION**2)
    return 100 * np.sqrt(PREMIUM * (usual + jumps))


def _expected_after_night(shocks: Shocks) -> Floats:
    """Return the next day's variance as expected at the open, the night being known."""
    variance, night = shocks.variance[:, _MARKET], shocks.night[:, _MARKET]
    square = night * night + (1 - NIGHT) * variance
    falls = np.where(night < 0, night * night, 0.0) + (1 - NIGHT) * variance / 2
    rest = 1 - OF_MARKET.persistence
    return rest + OF_MARKET.memory * variance + OF_MARKET.shock * square + OF_MARKET.fall * falls
