"""Treasury yields: a level and a slope that wander, and what cash earns."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from paperdesk.core.synthetic.arrays import Floats
from paperdesk.core.synthetic.drivers import DAYS_A_YEAR, DRIVERS

_RATES: Final = list(DRIVERS).index("rates")
_SLOPE: Final = list(DRIVERS).index("slope")

# Percent at the beginning, and how far a maturity follows the level and the slope.
_AT_BEGINNING: Final = (4.30, 3.95, 4.40, 4.92)
_LEVEL: Final = (0.25, 0.85, 1.00, 0.95)
_TILT: Final = (-0.2, -1.0, 0.0, 0.6)
_PULL: Final = 0.002
_FLOOR: Final = 0.05


@dataclass(frozen=True, slots=True)
class Rates:
    """Yields in percent at each close, shape (days, 4): 3 months, 2, 10 and 30 years; cash per day as a fraction."""

    yields: Floats
    cash: Floats


def yield_path(moves: Floats, beginning: int) -> Rates:
    """Return the yields that follow from the drivers' moves, shape (days, drivers)."""
    level = _pulled(moves[:, _RATES] * 100, beginning)
    slope = _pulled(moves[:, _SLOPE] * 100, beginning)
    columns = [
        start + follows * level + tilts * slope
        for start, follows, tilts in zip(_AT_BEGINNING, _LEVEL, _TILT, strict=True)
    ]
    yields = np.maximum(np.stack(columns, axis=1), _FLOOR)
    known = np.concatenate([yields[:1, 0], yields[:-1, 0]])
    return Rates(yields, known / 100 / DAYS_A_YEAR)


def _pulled(steps: Floats, beginning: int) -> Floats:
    """Return a path of steps that is pulled back to where it came from, zero at the beginning."""
    path, now = np.zeros(len(steps)), 0.0
    for day, step in enumerate(steps.tolist()):
        now += step - _PULL * now
        path[day] = now
    return np.asarray(path - path[beginning])
