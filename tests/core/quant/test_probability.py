"""How likely ranges of prices are, by the lognormal distribution that is stated."""

import pytest

from paperdesk.core.quant.black_scholes import european, greeks
from paperdesk.core.quant.probability import Lognormal

CALL = True


def test_all_prices_together_are_certain() -> None:
    prices = Lognormal(100.0, 0.5, 0.3, 0.02)
    assert prices.within([(0.0, 90.0), (90.0, 110.0), (110.0, None)]) == pytest.approx(1.0)


def test_above_a_strike_is_what_the_dual_delta_says() -> None:
    prices = Lognormal(100.0, 0.5, 0.3)
    in_the_money = -float(greeks(european(CALL, 100.0, 110.0, years=0.5, vol=0.3)).dual_delta)
    assert prices.within([(110.0, None)]) == pytest.approx(in_the_money)


def test_without_chance_the_price_is_where_drift_takes_it() -> None:
    prices = Lognormal(100.0, 1.0, 0.0, 0.1)
    assert prices.between(110.0, 111.0) == 1.0
    assert prices.between(0.0, 110.0) == 0.0


def test_the_distribution_is_stated() -> None:
    assert Lognormal(100.0, 0.25, 0.3, 0.02).stated == (
        "lognormal around 100, 0.2500 years, volatility 30.00%, drift 2.00%"
    )
