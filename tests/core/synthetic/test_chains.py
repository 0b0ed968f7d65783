"""Option prices: no arbitrage, parity with the tape's own rates, a skew, a premium, and reports in the price."""

from functools import cache

import numpy as np
import pytest

from paperdesk.core.market.sessions import calendar
from paperdesk.core.synthetic.chains import (
    SeriesQuotes,
    dividends_ahead,
    quote_series,
    rate_for,
    value_series,
    variance_at_money,
    years_left,
)
from paperdesk.core.synthetic.climate import EARNINGS_SHARE, first_day
from paperdesk.core.synthetic.daily import DailyMarket, generate_daily
from paperdesk.core.synthetic.listing import OPTIONABLE, OptionSeries, list_series
from paperdesk.core.synthetic.minutes import MinuteBars, generate_minutes
from paperdesk.core.synthetic.presets import HISTORY_FROM, LASTS_UNTIL, preset_of
from paperdesk.core.synthetic.roster import PLACE, ROSTER
from paperdesk.core.synthetic.surface import OF_COMPANIES, OF_FEAR, OF_INDEX, Smile, total_variance

SESSIONS = calendar("XNYS").sessions(HISTORY_FROM, LASTS_UNTIL)
DAY = first_day(SESSIONS) + 1
NOON = 200


@cache
def market(seed: int = 9, preset: str = "fair_market") -> DailyMarket:
    return generate_daily(preset_of(preset), seed, SESSIONS)


@cache
def minutes(day: int = DAY) -> MinuteBars:
    return generate_minutes(market(), day)


@cache
def series(underlying: str, day: int = DAY) -> list[OptionSeries]:
    return [one for one in list_series(market()) if one.underlying == underlying and one.first <= day <= one.last]


def quotes(one: OptionSeries) -> SeriesQuotes:
    return quote_series(market(), one, DAY, minutes())


def spot(underlying: str, minute: int = NOON) -> float:
    return float(minutes().close[PLACE[underlying], minute]) / 100


@pytest.mark.parametrize("smile", [OF_INDEX, OF_COMPANIES, OF_FEAR])
def test_the_surface_has_no_arbitrage(smile: Smile) -> None:
    """Densities are positive at every strike, and total variance grows with time at every moneyness."""
    assert smile.curve * (1 + abs(smile.tilt)) <= 2
    k = np.linspace(-1.5, 1.5, 1201)
    before = np.zeros_like(k)
    for at_money in (1e-4, 5e-4, 0.002, 0.01, 0.05, 0.2, 0.6):
        w = total_variance(smile, np.array(at_money), k)
        assert np.all(w >= before)
        before = w
        slope, bend = np.gradient(w, k), np.gradient(np.gradient(w, k), k)
        density = (1 - k * slope / (2 * w)) ** 2 - slope**2 / 4 * (1 / w + 0.25) + bend / 2
        assert np.all(density[3:-3] > -1e-6)


def test_weeklies_monthlies_and_leaps_are_listed() -> None:
    expiries = [one.expires_on.isoformat() for one in series("SPY")]
    assert {"2025-06-06", "2025-06-20", "2025-07-03", "2025-09-19", "2026-01-16", "2027-01-15"} <= set(expiries)
    assert [one.expires_on.isoformat() for one in series("VIX")][:2] == ["2025-06-18", "2025-07-16"]
    assert {one.underlying for one in list_series(market())} == set(OPTIONABLE)


def test_strikes_are_listed_from_what_was_known_and_never_taken_away() -> None:
    for one in list_series(market())[::37]:
        assert np.all(np.diff(one.lows) <= 0)
        assert np.all(np.diff(one.highs) >= 0)
        assert np.all(one.lows >= 1)
    short = generate_daily(preset_of("fair_market"), 9, SESSIONS[: DAY + 1])
    whole = {(one.underlying, one.expires_on): one for one in list_series(market())}
    for one in list_series(short):
        same = whole[one.underlying, one.expires_on]
        assert (one.first, one.step) == (same.first, same.step)
        np.testing.assert_array_equal(one.strikes(DAY), same.strikes(DAY))


@pytest.mark.parametrize("underlying", OPTIONABLE)
def test_the_bid_is_below_the_ask_and_worth_lies_between(underlying: str) -> None:
    one = quotes(series(underlying)[2])
    assert np.all(one.bid < one.ask)
    assert np.all(one.bid >= 0)
    assert np.all(one.bid <= one.worth * 100)
    assert np.all(one.worth * 100 <= one.ask)
    assert np.all((one.bid_size == 0) == (one.bid == 0))
    assert np.all(one.ask_size > 0)


@pytest.mark.parametrize("underlying", ["SPY", "AAPL", "TSLA"])
def test_calls_and_puts_agree_with_the_price_and_the_tapes_own_rates(underlying: str) -> None:
    for one in series(underlying)[:10]:
        worth = value_series(market(), one, DAY, minutes())[:, :, NOON]
        years = years_left(market(), one, DAY, 390)[NOON : NOON + 1]
        strikes = one.strikes(DAY) / 1000
        carried = strikes * np.exp(-rate_for(market(), DAY, years)[0] * years[0])
        # Where an option is worth its exercise now, it is worth more than a European one.
        near = np.abs(strikes / spot(underlying) - 1) < 0.3
        kept = (
            near & (worth[:, 1] > strikes - spot(underlying) + 1e-9) & (worth[:, 0] > spot(underlying) - strikes + 1e-9)
        )
        gone = dividends_ahead(market(), one, DAY)
        parity = worth[:, 0] - worth[:, 1] - (spot(underlying) - gone - carried)
        assert np.count_nonzero(kept) > 5
        assert np.all(np.abs(parity[kept]) < 1e-9 * spot(underlying))


@pytest.mark.parametrize("underlying", ["SPY", "NVDA"])
def test_prices_fall_with_the_strike_bend_and_never_pay_for_exercise_now(underlying: str) -> None:
    for one in series(underlying):
        worth = value_series(market(), one, DAY, minutes())[:, :, NOON]
        strikes = one.strikes(DAY) / 1000
        assert np.all(np.diff(worth[:, 0]) <= 1e-9)
        assert np.all(np.diff(worth[:, 1]) >= -1e-9)
        assert np.all(np.diff(worth[:, 0], 2) >= -1e-7)
        assert np.all(worth[:, 0] >= np.maximum(spot(underlying) - strikes, 0) - 1e-9)
        assert np.all(worth[:, 1] >= np.maximum(strikes - spot(underlying), 0) - 1e-9)


def test_falls_are_dearer_than_rises_and_the_far_dearer_than_the_near() -> None:
    k = np.array([-0.1, 0.0, 0.1])
    below, middle, above = np.sqrt(total_variance(OF_INDEX, np.array(0.01), k))
    assert below > middle
    assert below > above
    assert below > 1.2 * above


def test_the_volatility_index_is_that_of_its_own_chain() -> None:
    """The strip of all options of the index fund, weighed as the exchange does, at a month."""
    terms, prices = [], []
    for one in series("SPY"):
        years = float(years_left(market(), one, DAY, 390)[NOON])
        rate = float(rate_for(market(), DAY, np.array([years]))[0])
        strikes = one.strikes(DAY) / 1000
        worth = value_series(market(), one, DAY, minutes())[:, :, NOON]
        forward = spot("SPY") * np.exp(rate * years)
        lowest = strikes[strikes <= forward].max()
        picked = np.where(strikes < lowest, worth[:, 1], worth[:, 0])
        picked[strikes == lowest] = worth[strikes == lowest].mean()
        strip = 2 * np.exp(rate * years) * np.sum(np.gradient(strikes) / strikes**2 * picked)
        terms.append(years)
        prices.append(strip - (forward / lowest - 1) ** 2)
    order = np.argsort(terms)
    month = np.interp(30 / 365, np.array(terms)[order], np.array(prices)[order])
    own = float(minutes().close[-1, NOON]) / 100
    assert 100 * np.sqrt(month / (30 / 365)) == pytest.approx(own, rel=0.04)


def test_reports_are_in_the_price_until_they_are_out() -> None:
    apple = PLACE["AAPL"]
    report = next(day for day in range(DAY, DAY + 80) if market().reports[day, apple])
    (one, *_) = [each for each in list_series(market()) if each.underlying == "AAPL" and each.last > report + 3
                 and each.first < report - 5]  # fmt: skip
    moment = (np.array([18.0]), np.array([0.05]))
    before, after = (float(variance_at_money(market(), one, day, moment)[0]) for day in (report - 1, report))
    assert before - after == pytest.approx((EARNINGS_SHARE * ROSTER[apple].own_volatility) ** 2)


def test_options_cost_more_than_what_comes() -> None:
    """Straddles of a month on the index fund are dearer than the moves that follow, on average over seeds."""
    implied, realised = [], []
    for seed in range(1, 25):
        one = market(seed)
        returns = np.diff(np.log(one.bars.close[:, PLACE["SPY"]]))
        for day in range(DAY, DAY + 300, 21):
            implied.append(one.fear.close[day] ** 2 / 1e4)
            realised.append(252 * np.mean(returns[day : day + 21] ** 2))
    assert 1.05 < np.mean(implied) / np.mean(realised) < 1.5
