"""Option quotes by the minute: priced from the surface, on the day's own yields, around what they are worth."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from paperdesk.core.quant.black_scholes import european, value
from paperdesk.core.synthetic.arrays import Floats, Ints
from paperdesk.core.synthetic.chance import stream
from paperdesk.core.synthetic.climate import EARNINGS_SHARE
from paperdesk.core.synthetic.daily import PLACES, DailyMarket
from paperdesk.core.synthetic.dividends import ANNOUNCED
from paperdesk.core.synthetic.fear import PREMIUM
from paperdesk.core.synthetic.listing import OptionSeries
from paperdesk.core.synthetic.minutes import MinuteBars
from paperdesk.core.synthetic.roster import PLACE, ROSTER, VOLATILITY_INDEX, market_and_rest
from paperdesk.core.synthetic.surface import (
    MONTH,
    OF_COMPANIES,
    OF_FEAR,
    OF_INDEX,
    Smile,
    at_money_of_index,
    integrated,
    total_variance,
)

MARKET_OF_OPTIONS: Final = "SPY"
FEAR_VOLATILITY: Final = 0.85
"""The volatility of the volatility index itself, over a month."""

USUAL_FEAR: Final = 17.9
"""Where the volatility index returns to under the usual climate."""

_MATURITIES: Final = (0.25, 2.0, 10.0, 30.0)
_YEAR_S: Final = 365 * 86_400
_LEAST_VARIANCE: Final = 1e-6
_HALF_SPREAD: Final = 0.008
_HALF_SPREAD_LEAST: Final = 0.012
_SIZE: Final = 40


@dataclass(frozen=True, slots=True)
class SeriesQuotes:
    """Quotes of one series in one session, in hundredths; shape (strikes, rights, minutes): calls first.

    Where nothing is bid, the bid and its size are 0. `worth` is what the quotes stand around.
    """

    strikes: Ints
    bid: Ints
    ask: Ints
    bid_size: Ints
    ask_size: Ints
    worth: Floats


def quote_series(market: DailyMarket, series: OptionSeries, day: int, bars: MinuteBars) -> SeriesQuotes:
    """Quote a series at the end of every minute of a session."""
    strikes = series.strikes(day)
    worth = value_series(market, series, day, bars)
    cents = worth * 10**PLACES
    half = np.maximum(cents * _HALF_SPREAD, _HALF_SPREAD_LEAST * 10**PLACES)
    bid = np.maximum(np.floor(cents - half), 0).astype(np.int64)
    ask = np.maximum(np.ceil(cents + half), bid + 1).astype(np.int64)
    chance = stream(market.seed, "options", series.underlying, series.expires_on.isoformat(), day)
    sizes = 1 + np.rint(_SIZE * chance.standard_exponential((2, *bid.shape))).astype(np.int64)
    return SeriesQuotes(strikes, bid, ask, np.where(bid == 0, 0, sizes[0]), sizes[1], worth)


def value_series(market: DailyMarket, series: OptionSeries, day: int, bars: MinuteBars) -> Floats:
    """Return what the contracts are worth at the end of every minute; shape (strikes, rights, minutes)."""
    row = len(ROSTER) if series.underlying == VOLATILITY_INDEX else PLACE[series.underlying]
    spot, fear = bars.close[row] / 10**PLACES, bars.close[-1] / 10**PLACES
    years = np.maximum(years_left(market, series, day, bars.minutes), 0.0)
    rate = rate_for(market, day, years)
    at_money = np.maximum(variance_at_money(market, series, day, (fear, years)), _LEAST_VARIANCE)
    strikes = (series.strikes(day) / 1000)[:, None]
    forward = (spot - dividends_ahead(market, series, day)) * np.exp(rate * years)
    if series.underlying == VOLATILITY_INDEX:
        forward = forward_of_fear(market, day, spot, years)
    variance = total_variance(smile_of(series.underlying), at_money, np.log(strikes / forward))
    is_call = np.array([True, False])[None, :, None]
    # Priced on the forward, with total deviation in the place of a year's.
    deviation = np.where(years > 0, np.sqrt(variance), 0.0)[:, None, :]
    priced = value(european(is_call, forward, strikes[:, None], years=1.0, vol=deviation))
    worth = priced * np.exp(-rate * years)
    if series.underlying == VOLATILITY_INDEX:
        return np.asarray(worth)
    sign = np.where(is_call, 1.0, -1.0)
    # An American option is never worth less than exercising it now.
    return np.asarray(np.maximum(worth, sign * (spot - strikes[:, None])))


def years_left(market: DailyMarket, series: OptionSeries, day: int, minutes: int) -> Floats:
    """Return the years of 365 days from the end of each minute to the close on the day of expiry."""
    session = market.sessions[day]
    days = (series.expires_on - session.on).days
    left_s = days * 86_400 + 60 * (minutes - 1 - np.arange(minutes))
    return np.asarray(left_s / _YEAR_S)


def rate_for(market: DailyMarket, day: int, years: Floats) -> Floats:
    """Return the rate to a moment, continuously compounded, from the yields at the close before."""
    yields = market.rates.yields[max(day - 1, 0)] / 100
    return np.asarray(np.interp(years, _MATURITIES, np.log1p(yields)))


def dividends_ahead(market: DailyMarket, series: OptionSeries, day: int) -> float:
    """Return what the dividends between this session and the expiry are worth today.

    Announced ones are known; of later ones the same share of the last close is expected.
    """
    if series.underlying == VOLATILITY_INDEX:
        return 0.0
    member, today = PLACE[series.underlying], market.sessions[day].on
    quarterly = ROSTER[member].dividend_rate / 4 * market.bars.close[max(day - 1, 0), member] / 10**PLACES
    worth = 0.0
    for ex in np.flatnonzero(market.shares[day + 1 : series.last + 1, member]).tolist():
        place = day + 1 + ex
        amount = market.dividends[place, member] if place - ANNOUNCED <= day - 1 else quarterly
        years = (market.sessions[place].on - today).days / 365
        worth += float(amount * np.exp(-rate_for(market, day, np.array(years)) * years))
    return worth


def forward_of_fear(market: DailyMarket, day: int, spot: Floats, years: Floats) -> Floats:
    """Return where the volatility index is expected, which returns to its usual level."""
    usual = USUAL_FEAR * market.climate.volatility[day]
    return np.asarray(usual + (spot - usual) * np.exp(-2.5 * years))


def smile_of(underlying: str) -> Smile:
    """Return how the surface of an underlying bends."""
    if underlying == VOLATILITY_INDEX:
        return OF_FEAR
    return OF_COMPANIES if ROSTER[PLACE[underlying]].home else OF_INDEX


def variance_at_money(market: DailyMarket, series: OptionSeries, day: int, moment: tuple[Floats, Floats]) -> Floats:
    """Return total variance at the money to expiry; `moment` is the volatility index, and the years left.

    An underlying's variance is that of the market times the square of its loading, as options price it, and
    the premium times that of everything else that moves it.
    """
    fear, years = moment
    climate = float(market.climate.volatility[day])
    if series.underlying == VOLATILITY_INDEX:
        return np.asarray(FEAR_VOLATILITY**2 * (1 - np.exp(-4 * years)) / 4)
    loading, rest = market_and_rest(series.underlying)
    month = at_money_of_index((fear / 100) ** 2 * MONTH) / MONTH
    usual = float(at_money_of_index(np.array((USUAL_FEAR * climate / 100) ** 2 * MONTH)) / MONTH)
    moved = loading**2 * integrated(month, usual, years)
    return moved + PREMIUM * rest * climate**2 * years + _reports(market, series, day)


def _reports(market: DailyMarket, series: OptionSeries, day: int) -> float:
    """Return the variance of the reports that come before the expiry and after this session."""
    member = PLACE[series.underlying]
    jump = EARNINGS_SHARE * market.preset.earnings * ROSTER[member].own_volatility
    return jump**2 * float(market.reports[day + 1 : series.last + 1, member].sum())
