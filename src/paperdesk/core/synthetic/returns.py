"""Daily returns in excess of cash: drivers, own shocks, jumps, reports and fates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from paperdesk.core.market.sessions import Session
from paperdesk.core.synthetic.arrays import Floats
from paperdesk.core.synthetic.chance import stream
from paperdesk.core.synthetic.climate import (
    EARNINGS_SHARE,
    FAILURE_LOSS,
    OFFER_PREMIUM,
    Climate,
    Fates,
    waiting_drift,
)
from paperdesk.core.synthetic.drivers import DAYS_A_YEAR, DRIVERS, Shocks
from paperdesk.core.synthetic.roster import ROSTER, loading_matrix

JUMPS_A_DAY: Final = 0.008
JUMP_MEAN: Final = -0.018
JUMP_DEVIATION: Final = 0.012
"""The market jumps twice a year; the rest of the days make up for the mean, so that jumps are fair."""

QUIET: Final = 0.04
"""How much a company still moves once an offer for it is known."""

_MARKET: Final = 0
_RATES: Final = list(DRIVERS).index("rates")
_EXCESS_MIN: Final = -0.9


@dataclass(frozen=True, slots=True)
class Parts:
    """Simple returns by night and by session; shape (days, columns)."""

    night: Floats
    session: Floats

    @property
    def whole(self) -> Floats:
        """Return the days' returns from close to close."""
        return self.night + self.session


@dataclass(frozen=True, slots=True)
class Deviations:
    """Standard deviations of session returns as drawn, shape (days, drivers or members)."""

    drivers: Floats
    own: Floats

    def of_members(self) -> Floats:
        """Return the deviation of each member's session return, shape (days, members)."""
        squares = self.own * self.own
        for number, loads in enumerate(loading_matrix().T):
            squares = squares + np.outer(self.drivers[:, number] ** 2, loads * loads)
        return np.sqrt(squares)


def deviations_of(shocks: Shocks, climate: Climate) -> Deviations:
    """Scale the deviations of unit shocks to the drivers' and members' own volatility."""
    count, scale = len(DRIVERS), climate.volatility[:, None]
    return Deviations(
        drivers=shocks.deviation[:, :count] * scale * _daily(np.array(list(DRIVERS.values())) / 100),
        own=shocks.deviation[:, count:] * scale * _daily(np.array([one.own_volatility for one in ROSTER])),
    )


def driver_moves(shocks: Shocks, climate: Climate, seed: int) -> Parts:
    """Return what each driver does; the market jumps now and then, and a climate may let it drift."""
    count = len(DRIVERS)
    scale = climate.volatility[:, None] * _daily(np.array(list(DRIVERS.values())) / 100)
    session = shocks.session[:, :count] * scale
    session[:, _MARKET] += _jumps(seed, len(session)) + climate.market
    session[:, _RATES] += climate.yields
    return Parts(shocks.night[:, :count] * scale, session)


def member_returns(moves: Parts, shocks: Shocks, climate: Climate) -> Parts:
    """Return what drivers and own shocks make of every member."""
    count = len(DRIVERS)
    scale = climate.volatility[:, None] * _daily(np.array([one.own_volatility for one in ROSTER]))
    night, session = shocks.night[:, count:] * scale, shocks.session[:, count:] * scale
    for number, loads in enumerate(loading_matrix().T):
        night += np.outer(moves.night[:, number], loads)
        session += np.outer(moves.session[:, number], loads)
    return Parts(night, session)


def with_reports(returns: Parts, reports: Floats, seed: int) -> Parts:
    """Let companies open with a jump after they have reported; `reports` says when, and how large it is usually."""
    size = EARNINGS_SHARE * np.array([one.own_volatility for one in ROSTER])
    drawn = stream(seed, "reports").standard_normal(returns.night.shape)
    return Parts(returns.night + drawn * size * reports, returns.session)


def with_fates(returns: Parts, fates: Fates, sessions: Sequence[Session]) -> Parts:
    """Let offers and failures be met at an open; whoever waits for them is paid for it, fairly."""
    night, session = returns.night.copy(), returns.session + waiting_drift(fates, sessions)
    for member, day in fates.offers.items():
        night[day:, member] *= QUIET
        session[day:, member] *= QUIET
        night[day, member] = OFFER_PREMIUM
    for member, day in fates.failures.items():
        night[day, member] = -FAILURE_LOSS
    return Parts(night, np.maximum(session, _EXCESS_MIN - night))


def _jumps(seed: int, days: int) -> Floats:
    happens = stream(seed, "jump days").random(days) < JUMPS_A_DAY
    size = JUMP_MEAN + JUMP_DEVIATION * stream(seed, "jumps").standard_normal(days)
    return np.where(happens, size, 0.0) - JUMPS_A_DAY * JUMP_MEAN


def _daily(yearly: Floats) -> Floats:
    return np.asarray(yearly / np.sqrt(DAYS_A_YEAR))
