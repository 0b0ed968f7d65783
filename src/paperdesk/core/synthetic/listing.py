"""Which option series are listed on which day: weeklies, monthlies and LEAPS around the price.

A series is listed with strikes around the close before, as far as is feared, and gets more whenever the
price or the fear has moved; none is ever taken away. What is listed on a day follows from closes before it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from paperdesk.core.market.sessions import XNYS, Calendar, Session, calendar
from paperdesk.core.synthetic.arrays import Floats, Ints
from paperdesk.core.synthetic.climate import first_day
from paperdesk.core.synthetic.daily import PLACES, DailyMarket
from paperdesk.core.synthetic.roster import PLACE, VOLATILITY_INDEX, market_and_rest

OPTIONABLE: Final = (
    "SPY", "QQQ", "IWM", "TLT", "GLD", "AAPL", "MSFT", "NVDA", "TSLA", "META", "AMZN", "GOOGL", "AMD", "NFLX",
    "JPM", "XOM", "AAL", VOLATILITY_INDEX,
)  # fmt: skip
"""What options are listed on; the volatility index has European ones that are settled in cash."""

WEEKLIES: Final = 42
MONTHLIES: Final = 160
LEAPS: Final = 960
"""How many days before their expiry series are listed."""

# Steps between strikes, in thousandths; the smallest that is at least a share of the price.
_STEPS: Final = (500, 1_000, 2_500, 5_000, 10_000, 20_000, 50_000)
_STEP_SHARE: Final = 0.01
_STEPS_A_SIDE: Final = 30
_DEVIATIONS: Final = 2.5
_FEAR_OF_FEAR: Final = 0.8
_REACH_UP_MAX: Final = 1.5
_REACH_MIN: Final = 0.12
_REACH_DOWN_MAX: Final = 0.6
_FRIDAY: Final = 4
_THIRD_WEEK: Final = (15, 21)
_MONTH: Final = 30
_JANUARY: Final = 1


@dataclass(frozen=True, slots=True)
class OptionSeries:
    """The contracts of one expiry: both rights of every strike from `lows` to `highs`, counted in steps.

    Days count sessions; `first` is the first on which the series is quoted and `last` that of its expiry.
    `lows` and `highs` have a place for each of these days.
    """

    underlying: str
    expires_on: date
    first: int
    last: int
    step: int
    lows: Ints
    highs: Ints

    def strikes(self, day: int) -> Ints:
        """Return the strikes listed on a day, in thousandths, lowest first."""
        place = day - self.first
        return np.arange(self.lows[place], self.highs[place] + 1) * self.step

    def contracts(self, day: int) -> int:
        """Return how many contracts are listed on a day."""
        place = day - self.first
        return 2 * int(self.highs[place] - self.lows[place] + 1)

    def strike_step(self, strike: Decimal) -> int | None:
        """Return which step a strike is, None where it is between two."""
        steps, left = divmod(strike * 1000, self.step)
        return None if left else int(steps)


def list_series(market: DailyMarket) -> list[OptionSeries]:
    """Return every series there ever is, by underlying and expiry; history before the beginning has none."""
    days = np.array([session.on for session in market.sessions], "datetime64[D]")
    beginning, found = first_day(market.sessions), []
    for underlying in OPTIONABLE:
        scene = closes_of(market, underlying), _volatility(market, underlying)
        for expiry in expiries(underlying, market.sessions):
            first = max(int(np.searchsorted(days, np.datetime64(expiry.on - timedelta(days=expiry.life)))), 1)
            last = int(np.searchsorted(days, np.datetime64(expiry.on), side="right")) - 1
            if first < len(days) and last >= beginning:
                found.append(_series(underlying, expiry, (first, last), scene))
    return found


def closes_of(market: DailyMarket, underlying: str) -> Floats:
    """Return the closes of what options are on, in the currency or in points."""
    if underlying == VOLATILITY_INDEX:
        return market.fear.close
    return np.asarray(market.bars.close[:, PLACE[underlying]] / 10**PLACES)


@dataclass(frozen=True, slots=True)
class Expiry:
    """A day on which series expire, and how many days before it they are listed."""

    on: date
    life: int


def _volatility(market: DailyMarket, underlying: str) -> Floats:
    """Return how much is feared of an underlying at each close, a year: the measure of how far strikes reach."""
    if underlying == VOLATILITY_INDEX:
        return np.full(len(market.sessions), _FEAR_OF_FEAR)
    loading, rest = market_and_rest(underlying)
    return np.asarray(np.sqrt((loading * market.fear.close / 100) ** 2 + rest * market.climate.volatility**2))


def expiries(underlying: str, sessions: Sequence[Session]) -> Iterator[Expiry]:
    """Yield the expiries of an underlying: Fridays; those of the volatility index are 30 days before a monthly.

    Where the market is shut on the day, the session before it is the expiry.
    """
    first, market = sessions[0].on, calendar(XNYS)
    until = min(sessions[-1].on + timedelta(days=LEAPS), market.last)
    fridays = (first + timedelta(days=n) for n in range((until - first).days))
    for day in fridays:
        if day.weekday() != _FRIDAY:
            continue
        is_third = _THIRD_WEEK[0] <= day.day <= _THIRD_WEEK[1]
        if underlying == VOLATILITY_INDEX:
            if is_third:
                yield Expiry(_open_day(market, day - timedelta(days=_MONTH)), MONTHLIES)
        elif not is_third:
            yield Expiry(_open_day(market, day), WEEKLIES)
        else:
            yield Expiry(_open_day(market, day), LEAPS if day.month == _JANUARY else MONTHLIES)


def _open_day(market: Calendar, day: date) -> date:
    while market.session_on(day) is None:
        day -= timedelta(days=1)
    return day


def _series(underlying: str, expiry: Expiry, span: tuple[int, int], scene: tuple[Floats, Floats]) -> OptionSeries:
    (first, last), (closes, volatility) = span, scene
    known = closes[first - 1 : last]
    reach = np.maximum(_DEVIATIONS * volatility[first - 1 : last] * (expiry.life / 365) ** 0.5, _REACH_MIN)
    share = max(float(reach[0]) / _STEPS_A_SIDE, _STEP_SHARE)
    step = next((one for one in _STEPS if one >= known[0] * 1000 * share), _STEPS[-1])
    lows = np.maximum(np.floor(known * 1000 * (1 - np.minimum(reach, _REACH_DOWN_MAX)) / step), 1).astype(np.int64)
    highs = np.ceil(known * 1000 * (1 + np.minimum(reach, _REACH_UP_MAX)) / step).astype(np.int64)
    return OptionSeries(
        underlying, expiry.on, first, last, step, np.minimum.accumulate(lows), np.maximum.accumulate(highs)
    )
