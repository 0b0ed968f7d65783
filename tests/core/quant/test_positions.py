"""Several lines together: the sum of what each is worth, and of what each feels."""

import numpy as np
import pytest

from paperdesk.core.quant.positions import Line, Market, sensitivities, values

MARKET = Market(vol=0.25, rate=0.03)
LINES = [Line(100.0, is_call=True, strike=100.0, years=0.5), Line(-100.0, is_call=False, strike=95.0, years=0.5)]


def test_values_add_up_and_shares_count_as_they_are() -> None:
    spots = np.array([90.0, 100.0, 110.0])
    together = values([*LINES, Line(50.0)], spots, MARKET)
    apart = sum(values([each], spots, MARKET) for each in LINES)
    assert together == pytest.approx(apart + 50.0 * spots)


def test_sensitivities_add_up_and_are_the_slope_of_the_value() -> None:
    felt = sensitivities([*LINES, Line(50.0)], 100.0, MARKET)
    low, high = values([*LINES, Line(50.0)], np.array([99.99, 100.01]), MARKET)
    assert felt.delta == pytest.approx((high - low) / 0.02, rel=1e-5)
    assert felt.vega_per_vol < felt.rho_per_rate * 10
