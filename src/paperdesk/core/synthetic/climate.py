"""The weather of each day of a preset, and the few things that only happen once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from paperdesk.core.market.sessions import Session
from paperdesk.core.synthetic.arrays import Floats
from paperdesk.core.synthetic.chance import fixed_share, stream
from paperdesk.core.synthetic.drivers import DAYS_A_YEAR
from paperdesk.core.synthetic.presets import BEGINS_ON, Preset
from paperdesk.core.synthetic.roster import BOUGHT, FAILING, PLACE, ROSTER

EARNINGS_SHARE: Final = 0.17
"""The standard deviation of an earnings jump as a share of a company's own yearly volatility."""

OFFER_PREMIUM: Final = 0.30
FAILURE_LOSS: Final = 0.70
_HAZARD: Final = 1 / 250
_SEASONS: Final = (1, 4, 7, 10)
_SEASON_STARTS: Final = 13
_SEASON_LASTS: Final = 26


@dataclass(frozen=True, slots=True)
class Climate:
    """Multiples of volatility and drifts a day as fractions, shape (days,); the day of the flash crash."""

    volatility: Floats
    market: Floats
    yields: Floats
    crash_day: int | None


@dataclass(frozen=True, slots=True)
class Fates:
    """On which day a bought company's offer, or a failing one's failure, meets the open; by member."""

    offers: dict[int, int]
    failures: dict[int, int]


def first_day(sessions: Sequence[Session]) -> int:
    """Return the day at whose close tapes may begin."""
    return next(day for day, session in enumerate(sessions) if session.on >= BEGINS_ON)


def climate_of(preset: Preset, seed: int, sessions: Sequence[Session]) -> Climate:
    """Return the weather of every session."""
    days, zero = len(sessions), first_day(sessions)
    volatility, market, yields = np.ones(days), np.zeros(days), np.zeros(days)
    for spell in preset.spells:
        span = slice(max(zero + spell.first, 0), max(zero + spell.last + 1, 0))
        volatility[span] = spell.volatility
        market[span] = spell.market / 100 / DAYS_A_YEAR
        yields[span] = spell.yields / 100 / DAYS_A_YEAR
    within = preset.crash_within
    crash_day = None if within is None else zero + 1 + int(stream(seed, "crash").integers(within))
    return Climate(volatility, market, yields, crash_day)


def earnings_nights(sessions: Sequence[Session]) -> Floats:
    """Return 1 where a company reported before the session opened, shape (days, members)."""
    found = np.zeros((len(sessions), len(ROSTER)))
    reports = [round(_SEASON_STARTS + _SEASON_LASTS * fixed_share("season", one.symbol)) for one in ROSTER]
    companies = [number for number, one in enumerate(ROSTER) if one.home is not None]
    days = np.array([session.on.toordinal() for session in sessions])
    for year in range(sessions[0].on.year, sessions[-1].on.year + 1):
        for month in _SEASONS:
            begin = sessions[0].on.replace(year=year, month=month, day=1).toordinal()
            for number in companies:
                # The report comes after the close of one session; the next opens with it.
                day = int(np.searchsorted(days, begin + reports[number])) + 1
                if 0 < day < len(days) and days[0] <= begin:
                    found[day, number] = 1.0
    return found


def fates_of(seed: int, sessions: Sequence[Session]) -> Fates:
    """Return when bought and failing companies meet their fate; never before tapes may begin."""
    zero, days = first_day(sessions), len(sessions)
    waits = stream(seed, "fates").geometric(_HAZARD, len(BOUGHT) + 1) + zero + 1
    found = [(PLACE[symbol], int(day)) for symbol, day in zip((*BOUGHT, FAILING), waits, strict=True)]
    told = [(member, day) for member, day in found if day < days]
    failing = PLACE[FAILING]
    return Fates(
        offers={member: day for member, day in told if member != failing},
        failures={member: day for member, day in told if member == failing},
    )


def waiting_drift(fates: Fates, sessions: Sequence[Session]) -> Floats:
    """Return what makes waiting for a fate fair: a small drift against its jump, shape (days, members)."""
    drift, zero = np.zeros((len(sessions), len(ROSTER))), first_day(sessions)
    for symbol in (*BOUGHT, FAILING):
        member = PLACE[symbol]
        met = fates.failures if symbol == FAILING else fates.offers
        jump = -FAILURE_LOSS if symbol == FAILING else OFFER_PREMIUM
        drift[zero + 2 : met.get(member, len(sessions)), member] = -_HAZARD * jump
    return drift
