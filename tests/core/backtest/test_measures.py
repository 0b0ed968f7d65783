"""Measures: against plain definitions, and null with a reason where one cannot be said."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from paperdesk.core.backtest.measures import (
    NO_FALL,
    NO_SPREAD,
    NO_TIME,
    NOT_RECOVERED,
    RUINED,
    TOO_SHORT,
    beside_benchmark,
    duration_of_fall,
    measures_of,
)

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)


def days(count: int) -> list[datetime]:
    return [BEGAN + number * timedelta(days=1) for number in range(count)]


def test_a_curve_by_hand() -> None:
    curve = [100.0, 110.0, 99.0, 118.8]
    found = measures_of(days(4), curve).figures
    steps = np.array([0.1, -0.1, 0.2])
    assert found["total_return"] == pytest.approx(0.188)
    assert found["max_drawdown"] == pytest.approx(-0.1)
    assert found["cagr"] == pytest.approx(1.188 ** (365.25 / 3) - 1)
    assert found["calmar"] == pytest.approx((1.188 ** (365.25 / 3) - 1) / 0.1)
    assert found["volatility"] == pytest.approx(steps.std(ddof=1) * 252**0.5)
    assert found["sharpe"] == pytest.approx(steps.mean() / steps.std(ddof=1) * 252**0.5)
    assert found["sortino"] == pytest.approx(steps.mean() / np.sqrt(0.01 / 3) * 252**0.5)
    assert found["var_95"] == pytest.approx(np.quantile(steps, 0.05))
    assert found["es_95"] == pytest.approx(-0.1)


def test_the_simple_return_a_year_is_told_and_used_in_no_ratio() -> None:
    found = measures_of([BEGAN, BEGAN + timedelta(days=731)], [100.0, 121.0]).figures
    assert found["simple_annual"] == pytest.approx(0.21 / 731 * 365.25)
    assert found["cagr"] == pytest.approx(1.21 ** (365.25 / 731) - 1)


def test_the_deepest_fall_lasts_from_its_peak_until_that_is_reached_again() -> None:
    curve = [100.0, 120.0, 110.0, 90.0, 115.0, 120.0, 60.0]
    assert duration_of_fall(days(6), curve[:6]).figures["max_drawdown_days"] == 4
    assert duration_of_fall(days(2), curve[:2]).reasons["max_drawdown_days"] == NO_FALL
    fallen = duration_of_fall(days(7), curve)
    assert (fallen.figures["max_drawdown_days"], fallen.reasons["max_drawdown_days"]) == (None, NOT_RECOVERED)


def test_volatility_is_annualised_by_how_often_the_curve_is_taken() -> None:
    curve = [100.0, 101.0, 103.0, 102.0]
    daily, always = (measures_of(days(4), curve, each).figures["volatility"] for each in (252, 365))
    assert daily is not None
    assert always == pytest.approx(daily * (365 / 252) ** 0.5)


def test_a_rate_without_risk_is_taken_off_by_the_period() -> None:
    curve = [100.0, 101.0, 103.0, 102.0]
    steps = np.diff(curve) / curve[:-1] - 0.0252 / 252
    assert measures_of(days(4), curve, risk_free=0.0252).figures["sharpe"] == pytest.approx(
        steps.mean() / steps.std(ddof=1) * 252**0.5
    )


@pytest.mark.parametrize(
    ("curve", "name", "reason"),
    [
        ([100.0], "sharpe", TOO_SHORT),
        ([100.0], "cagr", NO_TIME),
        ([100.0, 101.0], "volatility", TOO_SHORT),
        ([100.0, 101.0, 102.01], "sharpe", NO_SPREAD),
        ([100.0, 101.0, 102.0], "calmar", NO_FALL),
        ([100.0, 101.0, 102.0], "sortino", NO_SPREAD),
        ([100.0, 50.0, -1.0], "cagr", RUINED),
    ],
)
def test_what_cannot_be_said_is_null_with_a_reason(curve: list[float], name: str, reason: str) -> None:
    found = measures_of(days(len(curve)), curve)
    assert (found.figures[name], found.reasons[name]) == (None, reason)


def test_beside_a_benchmark_twice_as_lively_beta_is_two_and_alpha_what_is_left() -> None:
    its = np.array([0.01, -0.02, 0.03, 0.01])
    prices, mine = np.cumprod([1.0, *(1 + its)]), np.cumprod([1.0, *(1 + 2 * its + 0.001)])
    found = beside_benchmark(list(mine), list(prices)).figures
    assert (found["beta"], found["alpha"]) == pytest.approx((2.0, 0.252))
    assert beside_benchmark([1.0, 1.1], [1.0, 1.2]).reasons["beta"] == TOO_SHORT
    assert beside_benchmark([1.0, 1.1, 1.2], [1.0, 1.0, 1.0]).reasons["alpha"] == NO_SPREAD


def test_an_account_that_came_to_less_than_nothing_has_no_returns_from_there() -> None:
    found = measures_of(days(4), [100.0, -20.0, 0.0, 50.0])
    assert found.figures["total_return"] == -0.5
    assert {found.figures[name] for name in ("volatility", "sharpe", "sortino", "var_95", "es_95")} == {None}
    assert found.reasons["sharpe"] == RUINED
    assert beside_benchmark([100.0, 0.0, 50.0], [1.0, 2.0, 3.0]).reasons["beta"] == RUINED
