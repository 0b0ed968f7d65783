"""Volatility is that of daily returns, and of too few there is none."""

from decimal import Decimal

from paperdesk.core.market.volatility import volatility


def test_returns_of_one_percent_up_and_down_have_the_volatility_worked_by_hand() -> None:
    found = volatility([Decimal("0.01"), Decimal("-0.01")] * 10)
    assert found is not None
    # The sample variance of 20 returns of plus and minus a percent is 0.0001 x 20 / 19.
    assert abs(found**2 - Decimal("0.0001") * 20 / 19 * 252) < Decimal("1e-20")


def test_nine_returns_are_too_few() -> None:
    assert volatility([Decimal("0.01")] * 9) is None
