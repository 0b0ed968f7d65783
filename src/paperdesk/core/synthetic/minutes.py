"""One session by the minute, made to agree with its day: the same open, high, low, close and volume.

Between open and close every driver and every member's own shock walks a Brownian bridge, three steps a
minute, faster near the bell than at noon; members add them up with their loadings. So what a minute
tells of a member is what it tells of the drivers, and no member knows another's close beforehand. The
sum is then stretched above and below the ends of the day until it touches the day's high and low.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from paperdesk.core.synthetic.arrays import Floats, Ints
from paperdesk.core.synthetic.chance import stream
from paperdesk.core.synthetic.daily import PLACES, DailyMarket
from paperdesk.core.synthetic.fear import OWN_DEVIATION
from paperdesk.core.synthetic.roster import ROSTER, loading_matrix
from paperdesk.core.synthetic.stretch import Ends, stretched

STEPS: Final = 3
"""Steps a minute."""

CRASH_MINUTES: Final = (312, 12, 40)
"""Minutes after the open at which a flash crash ends, how long it falls, and how long it takes back."""

_SLACK: Final = 0.9
"""Stretching to a high and a low adds to what a path moves, so it begins a little calmer."""

_MARKET: Final = 0
_FEAR_OF_MARKET: Final = -0.85
_FEAR_OWN: Final = 0.53


@dataclass(frozen=True, slots=True)
class MinuteBars:
    """Bars of one session in hundredths and units, shape (members and the volatility index, minutes)."""

    open: Ints
    high: Ints
    low: Ints
    close: Ints
    volume: Ints

    @property
    def minutes(self) -> int:
        """Return how long the session was."""
        return int(self.close.shape[1])


def session_minutes(market: DailyMarket, day: int) -> int:
    """Return how many minutes a session has."""
    session = market.sessions[day]
    return int((session.closes_at - session.opens_at).total_seconds()) // 60


def generate_minutes(market: DailyMarket, day: int) -> MinuteBars:
    """Return the minutes of one day; members come in the order of the roster, the volatility index last."""
    minutes = session_minutes(market, day)
    chance = stream(market.seed, "minutes", market.sessions[day].on.isoformat())
    ends, clock = ends_of(market, day), business_clock(minutes * STEPS)
    strays = _strays(market, day, clock, chance)
    straight = ends.open[:, None] + clock * (ends.close - ends.open)[:, None]
    crash = None
    if market.climate.crash_day == day:
        crash = tuple(minute * STEPS for minute in CRASH_MINUTES)
    path = stretched(straight + ends.open[:, None] * _SLACK * strays, ends, crash)
    grid = np.rint(path).astype(np.int64).reshape(len(path), minutes, STEPS)
    volume = _volumes(market.bars.volume[day], grid, chance)
    return MinuteBars(grid[:, :, 0].copy(), grid.max(axis=2), grid.min(axis=2), grid[:, :, -1].copy(), volume)


def ends_of(market: DailyMarket, day: int) -> Ends:
    """Return what a day settles for its minutes, in hundredths; the volatility index comes last."""
    bars, fear, unit = market.bars, market.fear, 10**PLACES
    pairs = ((bars.open, fear.open), (bars.high, fear.high), (bars.low, fear.low), (bars.close, fear.close))
    return Ends(*(np.append(member[day], np.rint(index[day] * unit)).astype(np.float64) for member, index in pairs))


def business_clock(points: int) -> Floats:
    """Return the share of a session's variance that has passed, from 0 at its first point to 1 at its last."""
    pace = busyness(points - 1)
    return np.concatenate([[0.0], np.cumsum(pace) / pace.sum()])


def busyness(parts: int) -> Floats:
    """Return how busy each part of a session is, relative to noon: the shape of a U, steeper at the open."""
    place = (np.arange(parts) + 0.5) / parts
    morning, evening = 1 - place, place
    return 1 + 2.5 * morning**8 + 1.5 * evening**10


def _strays(market: DailyMarket, day: int, clock: Floats, chance: np.random.Generator) -> Floats:
    """Return how far prices stray from the straight way, as fractions; shape (members and index, points)."""
    deviations = market.deviations
    count = deviations.drivers.shape[1]
    free = chance.standard_normal((count + len(ROSTER) + 1, len(clock) - 1)) * np.sqrt(np.diff(clock))
    walks = np.cumsum(free, axis=1)
    bridges = np.zeros((len(walks), len(clock)))
    bridges[:, 1:] = walks - clock[1:] * walks[:, -1:]
    strays = np.empty((len(ROSTER) + 1, len(clock)))
    strays[:-1] = bridges[count:-1] * deviations.own[day][:, None]
    for number, loads in enumerate(loading_matrix().T):
        loaded = np.flatnonzero(loads)
        strays[loaded] += np.outer(loads[loaded] * deviations.drivers[day, number], bridges[number])
    strays[-1] = OWN_DEVIATION * (_FEAR_OF_MARKET * bridges[_MARKET] + _FEAR_OWN * bridges[-1])
    return strays


def _volumes(whole: Ints, grid: Ints, chance: np.random.Generator) -> Ints:
    """Spread a day's volume over its minutes: the U of the day, the size of moves, and noise; the sum is exact."""
    members, minutes = grid.shape[0], grid.shape[1]
    reach = (grid.max(axis=2) - grid.min(axis=2)).astype(np.float64)
    excitement = reach / (reach.mean(axis=1, keepdims=True) + 1)
    share = busyness(minutes) * (0.4 + 0.4 * excitement + 0.4 * chance.standard_exponential((members, minutes)))
    passed = np.cumsum(share, axis=1)
    settled = np.rint(np.append(whole, 0)[:, None] * (passed / passed[:, -1:])).astype(np.int64)
    return np.asarray(np.diff(settled, axis=1, prepend=0))
