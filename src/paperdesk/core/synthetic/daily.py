"""The daily path of every member: everything finer is made to agree with it.

Prices are whole numbers at a hundredth of the currency. A day's return is that of cash, of the drivers
and of the member's own shock; the night's part comes first, so that a session opens where the night
left the price. High and low are drawn from the law of a Brownian bridge between open and close. Only
sums, products, quotients and roots are used, so that every processor finds the same prices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from paperdesk.core.market.sessions import Session
from paperdesk.core.synthetic.arrays import Flags, Floats, Ints
from paperdesk.core.synthetic.bridge import bridge_range
from paperdesk.core.synthetic.chance import stream
from paperdesk.core.synthetic.climate import Climate, Fates, climate_of, earnings_nights, fates_of, first_day
from paperdesk.core.synthetic.dividends import AMOUNT_PLACES, ANNOUNCED, ex_shares
from paperdesk.core.synthetic.drivers import draw_shocks
from paperdesk.core.synthetic.fear import Levels, volatility_index
from paperdesk.core.synthetic.presets import Preset
from paperdesk.core.synthetic.rates import Rates, yield_path
from paperdesk.core.synthetic.returns import (
    Deviations,
    Parts,
    deviations_of,
    driver_moves,
    member_returns,
    with_fates,
    with_reports,
)
from paperdesk.core.synthetic.roster import ROSTER

PLACES: Final = 2
"""Digits after the point of every price."""

CRASH_DEPTH: Final = 0.085
"""How far below the lower end of its session a flash crash throws the market; members by their beta."""

OFFER_LASTS: Final = 45
FAILURE_LASTS: Final = 12
"""For how many sessions a bought and a failed company are still traded."""

_UNIT: Final = 10**PLACES


@dataclass(frozen=True, slots=True)
class DailyBars:
    """Open, high, low, close in hundredths and volume in units, shape (days, members)."""

    open: Ints
    high: Ints
    low: Ints
    close: Ints
    volume: Ints


@dataclass(frozen=True, slots=True)
class DailyMarket:
    """Everything that is settled of each day before its minutes.

    `listed` says on which days a member has a price, `reports` is 1 where it reported before the open, and
    `dividends` are what goes ex at the open, in the currency, `shares` the same as a share of the price when
    it was announced; shape (days, members).
    """

    preset: Preset
    seed: int
    sessions: Sequence[Session]
    reports: Floats
    bars: DailyBars
    shares: Floats
    dividends: Floats
    listed: Flags
    deviations: Deviations
    climate: Climate
    fates: Fates
    rates: Rates
    fear: Levels


def generate_daily(preset: Preset, seed: int, sessions: Sequence[Session]) -> DailyMarket:
    """Return the market of a seed; later sessions never change what earlier ones were."""
    days, beginning = len(sessions), first_day(sessions)
    shocks = draw_shocks(seed, days, len(ROSTER))
    climate, fates = climate_of(preset, seed, sessions), fates_of(seed, sessions)
    moves = driver_moves(shocks, climate, seed)
    rates = yield_path(moves.whole, beginning)
    reports = earnings_nights(sessions)
    returns = with_reports(member_returns(moves, shocks, climate), reports * preset.earnings, seed)
    returns = with_fates(returns, fates, sessions)
    deviations = deviations_of(shocks, climate)
    shares = ex_shares(sessions)
    opens, closes, dividends = _paths(returns, rates, shares, beginning)
    return DailyMarket(
        preset=preset,
        seed=seed,
        sessions=sessions,
        reports=reports,
        bars=_bars((opens, closes), returns, (deviations, climate), seed),
        shares=shares,
        dividends=dividends,
        listed=_listed(fates, days),
        deviations=deviations,
        climate=climate,
        fates=fates,
        rates=rates,
        fear=volatility_index(shocks, climate, seed),
    )


def _bars(paths: tuple[Floats, Floats], returns: Parts, scene: tuple[Deviations, Climate], seed: int) -> DailyBars:
    deviations, climate = scene
    opens, closes = paths
    deviation = deviations.of_members()
    low, high = bridge_range(opens, closes, opens * deviation, (seed, "range"))
    if climate.crash_day is not None:
        depth = 1 - CRASH_DEPTH * np.array([max(one.loadings.get("market", 0.0), 0.0) for one in ROSTER])
        low[climate.crash_day] = np.minimum(opens, closes)[climate.crash_day] * depth
    return DailyBars(_whole(opens), _whole(high), _whole(low), _whole(closes), _volumes(returns, deviation, seed))


def _paths(returns: Parts, rates: Rates, shares: Floats, beginning: int) -> tuple[Floats, Floats, Floats]:
    """Return opens, closes and dividends, shape (days, members); a price falls by the dividend at the open.

    Dividends are shares of prices, so that everything can be scaled to meet the roster's prices at the close of
    the beginning; only then are they rounded, to a place that nobody sees in a price.
    """
    by_night = 1 + rates.cash[:, None] + returns.night
    opens, closes, paid = (np.empty_like(by_night) for _ in range(3))
    before = np.ones(by_night.shape[1])
    for day, share in enumerate(shares):
        paid[day] = share * closes[day - ANNOUNCED] if day >= ANNOUNCED else 0.0
        opens[day] = before * by_night[day] - paid[day]
        closes[day] = before = opens[day] + before * returns.session[day]
    scale = np.array([one.price for one in ROSTER]) / closes[beginning]
    return opens * scale, closes * scale, np.round(paid * scale, AMOUNT_PLACES)


def _whole(prices: Floats) -> Ints:
    return np.maximum(np.rint(prices * _UNIT), 1).astype(np.int64)


def _volumes(returns: Parts, deviation: Floats, seed: int) -> Ints:
    """Return volumes that rise with the size of the day's move and are never twice the same."""
    usual = np.array([one.volume for one in ROSTER])
    excitement = np.minimum(np.abs(returns.whole) / deviation, 6)
    noise = stream(seed, "volume").standard_exponential(deviation.shape)
    return np.rint(usual * (0.5 + 0.3 * excitement + 0.25 * noise)).astype(np.int64)


def _listed(fates: Fates, days: int) -> Flags:
    listed = np.ones((days, len(ROSTER)), np.bool_)
    for member, day in fates.offers.items():
        listed[day + OFFER_LASTS :, member] = False
    for member, day in fates.failures.items():
        listed[day + FAILURE_LASTS :, member] = False
    return listed
