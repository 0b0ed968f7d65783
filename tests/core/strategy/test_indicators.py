"""Indicators: against plain formulas, and never changed by what comes later."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.strategy import indicators
from paperdesk.core.strategy.indicators import Floats

PRICES = st.lists(st.integers(100, 20_000), min_size=1, max_size=60).map(lambda cents: np.array(cents) / 100)
OF_CLOSES: dict[str, Callable[[Floats], Floats]] = {
    "sma": partial(indicators.sma, length=5),
    "deviation": partial(indicators.deviation, length=5),
    "highest": partial(indicators.highest, length=5),
    "lowest": partial(indicators.lowest, length=5),
    "ema": partial(indicators.ema, length=5),
    "wilder": partial(indicators.wilder, length=5),
    "rsi": partial(indicators.rsi, length=5),
    "macd": partial(indicators.macd, fast=3, slow=7),
    "upper_band": partial(indicators.upper_band, length=5, deviations=2.0),
    "lower_band": partial(indicators.lower_band, length=5, deviations=2.0),
    "returns": partial(indicators.returns, length=3),
    "volatility": partial(indicators.volatility, length=5),
    "atr": lambda close: indicators.atr(close * 1.01, close * 0.99, close, 5),
    "vwap": lambda close: indicators.vwap(close * 1.01, close * 0.99, close, np.full(len(close), 100.0), 5),
}


@pytest.mark.parametrize("name", OF_CLOSES)
@given(close=PRICES, told=st.integers(0, 60))
def test_what_comes_later_never_changes_a_value(name: str, close: Floats, told: int) -> None:
    whole, early = OF_CLOSES[name](close), OF_CLOSES[name](close[:told])
    assert len(whole) == len(close)
    assert whole[:told].tobytes() == early.tobytes()


def test_averages_and_channels_are_those_of_plain_formulas() -> None:
    close = np.array([10.0, 11.0, 13.0, 12.0, 15.0])
    assert indicators.sma(close, 3)[2:].tolist() == pytest.approx([34 / 3, 12.0, 40 / 3])
    assert np.isnan(indicators.sma(close, 3)[:2]).all()
    assert indicators.highest(close, 2)[1:].tolist() == [11.0, 13.0, 13.0, 15.0]
    assert indicators.lowest(close, 2)[1:].tolist() == [10.0, 11.0, 12.0, 12.0]
    assert indicators.deviation(close, 5)[4] == pytest.approx(np.std(close))
    # Begun as the mean of three, then a half of each step.
    assert indicators.ema(close, 3)[2:].tolist() == pytest.approx([34 / 3, 35 / 3, 40 / 3])
    assert indicators.returns(close, 2)[2:].tolist() == pytest.approx([0.3, 1 / 11, 2 / 13])
    middle = indicators.sma(close, 5)[4]
    width = 2 * indicators.deviation(close, 5)[4]
    assert indicators.upper_band(close, 5, 2.0)[4] == pytest.approx(middle + width)
    assert indicators.lower_band(close, 5, 2.0)[4] == pytest.approx(middle - width)


def test_relative_strength_is_that_of_the_published_example() -> None:
    # The closes and values of the worked example at StockCharts ("Relative Strength Index"), to one place.
    close = np.array(
        [
            44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328,
            45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439,
        ]
    )  # fmt: skip
    assert indicators.rsi(close, 14)[14:].tolist() == pytest.approx([70.53, 66.32, 66.55, 69.41, 66.36, 57.97], abs=0.1)


def test_strength_is_in_the_middle_where_nothing_moves_and_full_where_all_rises() -> None:
    assert indicators.rsi(np.full(10, 5.0), 3)[3:].tolist() == [50.0] * 7
    assert indicators.rsi(np.arange(1.0, 11.0), 3)[3:].tolist() == [100.0] * 7


def test_the_true_range_counts_gaps() -> None:
    high, low, close = np.array([10.0, 15.0, 9.0]), np.array([9.0, 14.0, 8.0]), np.array([9.5, 14.5, 8.5])
    assert indicators.true_range(high, low, close).tolist() == [1.0, 5.5, 6.5]


def test_a_weighed_average_needs_volume() -> None:
    price = np.array([10.0, 20.0])
    assert indicators.vwap(price, price, price, np.array([3.0, 1.0]), 2)[1] == pytest.approx(12.5)
    assert np.isnan(indicators.vwap(price, price, price, np.zeros(2), 2)).all()
    assert np.isnan(indicators.vwap(price, price, price, np.ones(2), 3)).all()
