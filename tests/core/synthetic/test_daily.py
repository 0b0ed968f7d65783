"""The daily market: the same for ever, honest about its truth, and as wild as markets are."""

import hashlib
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from paperdesk.core.market.sessions import calendar
from paperdesk.core.synthetic.basket import INDEX_FUND, remainder
from paperdesk.core.synthetic.climate import first_day
from paperdesk.core.synthetic.daily import FAILURE_LASTS, OFFER_LASTS, DailyMarket, generate_daily
from paperdesk.core.synthetic.drivers import NIGHT
from paperdesk.core.synthetic.presets import HISTORY_FROM, LASTS_UNTIL, PRESETS, UnknownPreset, preset_of
from paperdesk.core.synthetic.roster import BASKET, BOUGHT, FAILING, PLACE, ROSTER
from paperdesk.core.synthetic.truth import FACTOR_FUNDS, truths

SESSIONS = calendar("XNYS").sessions(HISTORY_FROM, LASTS_UNTIL)
BEGINNING = first_day(SESSIONS)
SEEDS = range(8)
PIN = "c5762c702fe6a774580606916b6809ab0f662d81429ecfd9236b46dd61ef8b97"


@cache
def market(seed: int = 7, preset: str = "fair_market", days: int = len(SESSIONS)) -> DailyMarket:
    return generate_daily(preset_of(preset), seed, SESSIONS[:days])


def excess(one: DailyMarket, symbol: str) -> NDArray[np.float64]:
    close = one.bars.close[:, PLACE[symbol]].astype(np.float64)
    paid = 100 * one.dividends[1:, PLACE[symbol]]
    return np.asarray((close[1:] + paid) / close[:-1] - 1 - one.rates.cash[1:])


def pinned(one: DailyMarket) -> str:
    bars = one.bars
    digest = hashlib.sha256()
    for column in (bars.open, bars.high, bars.low, bars.close, bars.volume):
        digest.update(np.ascontiguousarray(column, "<i8").tobytes())
    return digest.hexdigest()


def test_the_prices_of_a_seed_are_pinned() -> None:
    assert pinned(market()) == PIN
    assert pinned(market(8)) != PIN


def test_what_comes_later_never_changes_what_was() -> None:
    """Day N made alone is day N of the sequence, and nothing before it knows what follows."""
    short, whole = market(days=BEGINNING + 40), market()
    for name in ("open", "high", "low", "close", "volume"):
        np.testing.assert_array_equal(getattr(short.bars, name), getattr(whole.bars, name)[: BEGINNING + 40])
    np.testing.assert_array_equal(short.fear.close, whole.fear.close[: BEGINNING + 40])
    np.testing.assert_array_equal(short.rates.yields, whole.rates.yields[: BEGINNING + 40])


@pytest.mark.parametrize("preset", PRESETS)
def test_every_bar_of_every_preset_is_a_bar(preset: str) -> None:
    bars = market(preset=preset).bars
    assert np.all(bars.low >= 1)
    assert np.all(bars.low <= np.minimum(bars.open, bars.close))
    assert np.all(bars.high >= np.maximum(bars.open, bars.close))
    assert np.all(bars.volume >= 0)


def test_the_roster_is_as_large_as_promised_and_begins_at_its_prices() -> None:
    assert len(ROSTER) == 120
    begins = market().bars.close[BEGINNING] / 100
    np.testing.assert_allclose(begins, [member.price for member in ROSTER], atol=0.005)


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(UnknownPreset):
        preset_of("moon")


def test_prices_fall_by_the_dividend() -> None:
    """Without the dividend a share opens where the night's drivers leave it; with it, that much lower."""
    one, place = market(), PLACE["VZ"]
    ex = np.flatnonzero(one.dividends[:, place])
    assert len(ex) in {15, 16}
    yearly = one.dividends[ex[-4:], place].sum() / (one.bars.close[ex[-1], place] / 100)
    assert yearly == pytest.approx(ROSTER[place].dividend_rate, rel=0.35)
    returns = [excess(market(seed), "VZ")[ex - 1] for seed in SEEDS]
    assert abs(float(np.mean(returns))) < 0.008


def test_the_index_fund_is_its_basket_and_its_remainder() -> None:
    close = market().bars.close
    left = remainder(close)
    held = sum(round(float(shares) * 10_000) * close[:, PLACE[symbol]] for symbol, shares in BASKET.items())
    np.testing.assert_array_equal(held + left, close[:, PLACE[INDEX_FUND]] * 10_000)
    assert np.all(left > 0)


def test_returns_have_fat_tails() -> None:
    kurtosis = [float(np.mean(z**4) / np.mean(z**2) ** 2) for z in (excess(market(seed), "SPY") for seed in SEEDS)]
    assert min(kurtosis) > 3.5
    assert np.median(kurtosis) > 5


def test_volatility_clusters_while_returns_do_not() -> None:
    lags = range(1, 11)
    of_squares, of_returns = [], []
    for seed in SEEDS:
        returns = excess(market(seed), "SPY")
        size = np.minimum(np.abs(returns), 0.04)
        of_squares += [np.corrcoef(size[lag:], size[:-lag])[0, 1] for lag in lags]
        of_returns += [np.corrcoef(returns[lag:], returns[:-lag])[0, 1] for lag in lags]
    assert np.mean(of_squares) > 0.05
    assert abs(float(np.mean(of_returns))) < 0.02


def test_falls_are_followed_by_more_volatility_than_rises() -> None:
    after_falls, after_rises = [], []
    for seed in SEEDS:
        returns = excess(market(seed), "SPY")
        after_falls.append(np.mean(np.abs(returns[1:])[returns[:-1] < -0.008]))
        after_rises.append(np.mean(np.abs(returns[1:])[returns[:-1] > 0.008]))
    assert np.mean(after_falls) > 1.08 * np.mean(after_rises)


def test_companies_of_a_sector_move_together() -> None:
    def correlation(one: str, other: str) -> float:
        pairs = [(excess(market(seed), one), excess(market(seed), other)) for seed in SEEDS]
        return float(np.mean([np.corrcoef(*pair)[0, 1] for pair in pairs]))

    assert correlation("XOM", "CVX") > correlation("XOM", "KO") + 0.2
    assert correlation("GOOG", "GOOGL") > 0.9


def test_a_stated_share_of_variance_falls_overnight() -> None:
    nights, sessions = 0.0, 0.0
    for seed in SEEDS:
        bars = market(seed).bars
        place = PLACE["VTI"]
        opens, closes = bars.open[:, place].astype(float), bars.close[:, place].astype(float)
        nights += float(np.mean((opens[1:] / closes[:-1] - 1) ** 2))
        sessions += float(np.mean((closes[1:] / closes[:-1] - opens[1:] / closes[:-1]) ** 2))
    assert nights / (nights + sessions) == pytest.approx(NIGHT, abs=0.04)


def test_the_volatility_index_lies_above_what_is_realised_and_rises_when_the_market_falls() -> None:
    implied = np.concatenate([market(seed).fear.close for seed in SEEDS])
    realised = np.sqrt(252 * np.mean([excess(market(seed), "SPY") ** 2 for seed in SEEDS])) * 100
    assert realised < float(np.mean(implied)) < 1.35 * realised
    moves = [np.corrcoef(np.diff(market(seed).fear.close), excess(market(seed), "SPY"))[0, 1] for seed in SEEDS]
    assert np.mean(moves) < -0.4


def test_the_truth_is_found_by_regression_as_often_as_it_should() -> None:
    """Robust 95 % intervals over windows of a year hold the true coefficients within a binomial band."""
    known = {each.symbol: each for each in truths()}
    inside = total = 0
    for seed in SEEDS:
        funds = np.stack([excess(market(seed), fund) for fund in FACTOR_FUNDS], axis=1)
        for symbol in ("AAPL", "XOM", "JNJ", "TSLA", "F", "NEE", "QQQ", "VNQ"):
            own = excess(market(seed), symbol)
            for start in range(0, len(own) - 250, 250):
                found, error = robust(funds[start : start + 250], own[start : start + 250])
                true = np.array([known[symbol].betas[fund] for fund in FACTOR_FUNDS])
                inside += int(np.sum(np.abs(found - true) < 1.96 * error))
                total += len(true)
    assert total >= 1_000
    assert 0.90 < inside / total < 0.98


def robust(funds: NDArray[np.float64], own: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return slopes and their errors under any volatility (HC3)."""
    design = np.column_stack([np.ones(len(funds)), funds])
    inverse = np.linalg.inv(design.T @ design)
    slopes = inverse @ design.T @ own
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    weighted = design * ((own - design @ slopes) / (1 - leverage))[:, None]
    covariance = inverse @ (weighted.T @ weighted) @ inverse
    return slopes[1:], np.sqrt(np.diag(covariance))[1:]


def test_the_market_beta_is_the_loading_whatever_the_volatility() -> None:
    returns = [(excess(market(seed, "volatile_market"), "SPY"), excess(market(seed), "SPY")) for seed in SEEDS]
    pooled = np.concatenate([one for one, _ in returns])
    own = np.concatenate([excess(market(seed, "volatile_market"), "JPM") for seed in SEEDS])
    beta = {each.symbol: each.market_beta for each in truths()}["JPM"]
    assert np.cov(own, pooled)[0, 1] / np.var(pooled) == pytest.approx(beta, abs=0.06)


def test_bought_and_failed_companies_leave_and_real_ones_stay() -> None:
    invented = {*BOUGHT, FAILING}
    left = 0
    for seed in SEEDS:
        one = market(seed)
        for symbol, place in PLACE.items():
            listed = one.listed[:, place]
            assert listed[: BEGINNING + 1].all()
            if symbol not in invented:
                assert listed.all()
            left += int(not listed[-1])
        for member, day in one.fates.offers.items():
            gain = one.bars.open[day, member] / one.bars.close[day - 1, member] - 1
            assert gain == pytest.approx(0.30, abs=0.01)
            assert one.listed[: day + OFFER_LASTS, member].all()
        for member, day in one.fates.failures.items():
            assert one.bars.open[day, member] < 0.5 * one.bars.close[day - 1, member]
            assert not one.listed[day + FAILURE_LASTS :, member].any()
    assert left > 0


def test_presets_do_what_their_names_say() -> None:
    def change(preset: str, days: int, symbol: str = "SPY") -> float:
        closes = np.array([market(seed, preset).bars.close[:, PLACE[symbol]] for seed in SEEDS], float)
        return float(np.mean(closes[:, BEGINNING + days] / closes[:, BEGINNING] - 1))

    def volatility(preset: str) -> float:
        return float(np.mean([np.std(excess(market(seed, preset), "SPY")[BEGINNING:]) for seed in SEEDS]))

    assert volatility("calm_market") < 0.8 * volatility("fair_market") < 0.6 * volatility("volatile_market")
    assert change("trending_up", 252) > 0.15 > -0.1 > change("trending_down", 252)
    assert change("crash", 40) < -0.2
    assert change("rate_shock", 25, "TLT") < -0.1
    crash = market(preset="flash_crash")
    day = crash.climate.crash_day
    assert day is not None
    spy = PLACE["SPY"]
    assert crash.bars.low[day, spy] < 0.93 * crash.bars.close[day, spy]
