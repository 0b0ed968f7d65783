"""European values and sensitivities: against QuantLib, against numeric derivatives, and in their limits."""

from math import exp, inf

import numpy as np
import pytest
import QuantLib as ql  # noqa: N813 - its own usual short name
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.kernel.values import replace
from paperdesk.core.quant.black_scholes import European, Greeks, european, greeks, value
from paperdesk.core.quant.normal import Array

CALL = True
SIDES = st.booleans()
SPOTS = st.floats(20.0, 500.0)
MONEYNESS = st.floats(0.5, 2.0)
YEARS = st.floats(0.005, 3.0)
VOLS = st.floats(0.05, 1.5)
RATES = st.floats(-0.02, 0.10)
MARKETS = st.tuples(SIDES, SPOTS, MONEYNESS, YEARS, VOLS, RATES, RATES)


def option(market: tuple[bool, float, float, float, float, float, float]) -> European:
    """Return one option out of drawn numbers."""
    is_call, spot, moneyness, years, vol, rate, dividend_yield = market
    return european(is_call, spot, spot * moneyness, years=years, vol=vol, rate=rate, dividend_yield=dividend_yield)


def reference(o: European) -> ql.BlackCalculator:
    """Return QuantLib's own calculation of the same option."""
    spot, years, vol = float(o.spot), float(o.years), float(o.vol)
    discount = exp(-float(o.rate) * years)
    forward = spot * exp((float(o.rate) - float(o.dividend_yield)) * years)
    kind = ql.Option.Call if float(o.sign) > 0 else ql.Option.Put
    payoff = ql.PlainVanillaPayoff(kind, float(o.strike))
    return ql.BlackCalculator(payoff, forward, vol * years**0.5, discount)


@given(MARKETS)
def test_value_and_first_order_are_those_of_quantlib(
    market: tuple[bool, float, float, float, float, float, float],
) -> None:
    o = option(market)
    ours, theirs = greeks(o), reference(o)
    spot, years = float(o.spot), float(o.years)
    assert float(ours.value) == pytest.approx(theirs.value(), rel=1e-9, abs=1e-9 * spot)
    assert float(ours.delta) == pytest.approx(theirs.delta(spot), rel=1e-9, abs=1e-12)
    assert float(ours.gamma) == pytest.approx(theirs.gamma(spot), rel=1e-7, abs=1e-12)
    assert float(ours.vega_per_vol) == pytest.approx(theirs.vega(years), rel=1e-9, abs=1e-9 * spot)
    assert float(ours.theta_per_year) == pytest.approx(theirs.theta(spot, years), rel=1e-7, abs=1e-7 * spot)
    assert float(ours.rho_per_rate) == pytest.approx(theirs.rho(years), rel=1e-9, abs=1e-9 * spot)
    assert float(ours.dual_delta) == pytest.approx(theirs.strikeSensitivity(), rel=1e-9, abs=1e-12)


def bumped(o: European, field: str, by: float, of: str) -> float:
    """Return the central difference of one sensitivity by one input."""
    here: Array = getattr(o, field)
    up, down = (greeks(replace(o, **{field: here + step})) for step in (by, -by))
    return float(getattr(up, of) - getattr(down, of)) / (2.0 * by)


HIGHER = [
    ("vanna_per_vol", "vol", "delta", 1.0),
    ("vomma_per_vol", "vol", "vega_per_vol", 1.0),
    ("ultima_per_vol", "vol", "vomma_per_vol", 1.0),
    ("zomma_per_vol", "vol", "gamma", 1.0),
    ("charm_per_year", "years", "delta", -1.0),
    ("veta_per_vol_year", "years", "vega_per_vol", -1.0),
    ("color_per_year", "years", "gamma", -1.0),
    ("theta_per_year", "years", "value", -1.0),
    ("speed", "spot", "gamma", 1.0),
    ("delta", "spot", "value", 1.0),
    ("dual_delta", "strike", "value", 1.0),
]


@pytest.mark.parametrize(("higher", "by", "of", "sign"), HIGHER)
@pytest.mark.parametrize("is_call", [True, False])
@pytest.mark.parametrize("strike", [80.0, 100.0, 125.0])
def test_every_sensitivity_is_the_derivative_it_says(
    higher: str,
    by: str,
    of: str,
    sign: float,
    is_call: bool,  # noqa: FBT001
    strike: float,
) -> None:
    o = european(is_call, 100.0, strike, years=0.75, vol=0.3, rate=0.04, dividend_yield=0.015)
    numeric = sign * bumped(o, by, 1e-4 if by in {"vol", "years"} else 1e-2, of)
    assert float(getattr(greeks(o), higher)) == pytest.approx(numeric, rel=2e-5, abs=1e-7)


@given(MARKETS)
def test_put_and_call_are_in_parity(market: tuple[bool, float, float, float, float, float, float]) -> None:
    o = option(market)
    call, put = (float(value(replace(o, sign=np.asarray(sign)))) for sign in (1.0, -1.0))
    forward = float(o.spot * np.exp(-o.dividend_yield * o.years) - o.strike * np.exp(-o.rate * o.years))
    assert call - put == pytest.approx(forward, rel=1e-9, abs=1e-9 * float(o.spot))


@pytest.mark.parametrize(("years", "vol"), [(0.0, 0.2), (1.0, 0.0), (0.0, 0.0)])
def test_without_time_or_volatility_the_intrinsic_value_is_left(years: float, vol: float) -> None:
    found = greeks(european([True, True, False, False], 100.0, [90.0, 110.0, 90.0, 110.0], years=years, vol=vol))
    assert found.value.tolist() == [10.0, 0.0, 0.0, 10.0]
    assert found.delta.tolist() == [1.0, 0.0, 0.0, -1.0]
    for name in ("gamma", "vega_per_vol", "theta_per_year", "vanna_per_vol", "speed", "ultima_per_vol"):
        assert not np.any(getattr(found, name)), name


def test_at_the_kink_second_derivatives_do_not_exist() -> None:
    found = greeks(european(CALL, 100.0, 100.0, years=0.0, vol=0.2))
    assert (float(found.value), float(found.delta)) == (0.0, 0.5)
    assert np.isnan(found.gamma)


def test_a_short_time_runs_into_its_limit() -> None:
    found = greeks(european(CALL, 100.0, [95.0, 105.0], years=1e-9, vol=0.2))
    assert found.value == pytest.approx([5.0, 0.0])
    assert found.delta == pytest.approx([1.0, 0.0])


def test_whole_arrays_are_valued_at_once() -> None:
    strikes = np.linspace(50.0, 150.0, 1000)
    found = greeks(european(CALL, 100.0, strikes, years=0.5, vol=0.25))
    assert isinstance(found, Greeks)
    assert found.value.shape == (1000,)
    assert np.all(np.diff(found.value) < 0.0)
    assert max(found.value.tolist()) < inf
