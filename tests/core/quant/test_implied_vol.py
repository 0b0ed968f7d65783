"""Implied volatility: it finds what priced the option, or says why there is none."""

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 - its own usual short name
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.quant.black_scholes import european, greeks, value
from paperdesk.core.quant.implied_vol import Reason, implied_vol

CALL = True


@given(
    st.booleans(),
    st.floats(0.3, 3.0),
    st.floats(0.003, 3.0),
    st.floats(0.03, 3.0),
    st.floats(-0.02, 0.1),
    st.floats(0.0, 0.06),
)
def test_it_returns_the_volatility_that_priced_the_option(
    is_call: bool,  # noqa: FBT001
    moneyness: float,
    years: float,
    vol: float,
    rate: float,
    dividend_yield: float,
) -> None:
    o = european(is_call, 100.0, 100.0 * moneyness, years=years, vol=vol, rate=rate, dividend_yield=dividend_yield)
    priced = greeks(o)
    found = implied_vol(o, priced.value)
    if found.reasons == Reason.FOUND and float(priced.vega_per_vol) > 1e-3:
        # What the price's own last digits allow.
        assert abs(float(found.vol) - vol) <= 1e-9 + 1e-13 * 100.0 * max(moneyness, 1.0) / float(priced.vega_per_vol)
    elif found.reasons != Reason.FOUND:
        assert np.isnan(found.vol)


def test_it_agrees_with_quantlib() -> None:
    for moneyness, vol in [(0.8, 0.15), (1.0, 0.2), (1.3, 0.6), (1.05, 0.9)]:
        o = european(CALL, 100.0, 100.0 * moneyness, years=0.7, vol=vol)
        theirs = ql.blackFormulaImpliedStdDevLiRS(ql.Option.Call, 100.0 * moneyness, 100.0, float(value(o)))
        assert float(implied_vol(o, value(o)).vol) == pytest.approx(theirs / 0.7**0.5, rel=1e-6)


@pytest.mark.parametrize(
    ("price", "years", "reason"),
    [
        (float("nan"), 1.0, Reason.NOT_A_PRICE),
        (12.0, 0.0, Reason.EXPIRED),
        (9.0, 1.0, Reason.BELOW_INTRINSIC),
        (10.0, 1.0, Reason.NO_TIME_VALUE),
        (100.0, 1.0, Reason.ABOVE_BOUND),
        (99.9999999999, 0.01, Reason.OUT_OF_RANGE),
    ],
)
def test_where_there_is_none_it_says_why(price: float, years: float, reason: Reason) -> None:
    found = implied_vol(european(CALL, 100.0, 90.0, years=years, vol=0.0), price)
    assert np.isnan(found.vol)
    assert Reason(int(found.reasons)) is reason


def test_it_never_leaps_away_where_plain_newton_does() -> None:
    strikes = np.geomspace(40.0, 250.0, 400)
    for vol in (0.05, 0.2, 0.8, 2.0):
        o = european(strikes > 100.0, 100.0, strikes, years=0.1, vol=vol)
        priced = value(o)
        found = implied_vol(o, priced)
        has_one = found.reasons == Reason.FOUND
        again = value(european(strikes > 100.0, 100.0, strikes, years=0.1, vol=np.where(has_one, found.vol, 0.1)))
        assert np.max(np.abs(again - priced)[has_one]) < 1e-12
