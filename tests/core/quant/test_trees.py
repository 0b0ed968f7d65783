"""American options on a tree: against QuantLib, and what must hold without it."""

import pytest
import QuantLib as ql  # noqa: N813 - its own usual short name

from paperdesk.core.quant.black_scholes import european, value
from paperdesk.core.quant.trees import American, american_value

CALL, PUT = True, False
NO_LOCAL_VOL = False
TODAY = ql.Date(2, 1, 2024)


def engine_of(option: American) -> ql.VanillaOption:
    """Return QuantLib's option with its most exact American engine, over a whole number of days."""
    ql.Settings.instance().evaluationDate = TODAY
    days = ql.Actual365Fixed()
    expiry = TODAY + round(option.years * 365)
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(option.spot)),
        ql.YieldTermStructureHandle(ql.FlatForward(TODAY, option.dividend_yield, days)),
        ql.YieldTermStructureHandle(ql.FlatForward(TODAY, option.rate, days)),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(TODAY, ql.NullCalendar(), option.vol, days)),
    )
    kind = ql.Option.Call if option.is_call else ql.Option.Put
    vanilla = ql.VanillaOption(ql.PlainVanillaPayoff(kind, option.strike), ql.AmericanExercise(TODAY, expiry))
    if option.dividends:
        dates = [TODAY + round(when * 365) for when, _ in option.dividends]
        dividends = ql.DividendVector(dates, [amount for _, amount in option.dividends])
        model = ql.FdBlackScholesVanillaEngine.Escrowed
        engine = ql.FdBlackScholesVanillaEngine(
            process,
            dividends,
            400,
            800,
            0,
            ql.FdmSchemeDesc.Douglas(),
            NO_LOCAL_VOL,
            -ql.nullDouble(),
            model,
        )
    else:
        engine = ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.highPrecisionScheme())
    vanilla.setPricingEngine(engine)
    return vanilla


@pytest.mark.parametrize("is_call", [True, False])
@pytest.mark.parametrize("strike", [85.0, 100.0, 115.0])
@pytest.mark.parametrize(("years", "vol"), [(30 / 365, 0.2), (1.0, 0.35), (2.0, 0.6)])
def test_values_are_those_of_quantlib(is_call: bool, strike: float, years: float, vol: float) -> None:  # noqa: FBT001
    option = American(is_call, 100.0, strike, years, vol, rate=0.05, dividend_yield=0.03)
    assert american_value(option) == pytest.approx(engine_of(option).NPV(), abs=4e-3)


def test_cash_dividends_are_escrowed_as_quantlib_does() -> None:
    dividends = ((91 / 365, 1.5), (273 / 365, 1.5))
    for is_call, strike in ((True, 90.0), (False, 100.0), (False, 110.0)):
        option = American(is_call, 100.0, strike, 1.0, 0.30, rate=0.04, dividends=dividends)
        assert american_value(option) == pytest.approx(engine_of(option).NPV(), abs=2e-2)


def test_a_call_without_dividends_is_never_exercised_early() -> None:
    option = American(CALL, 100.0, 95.0, 0.5, 0.25, rate=0.04)
    same = value(european(CALL, 100.0, 95.0, years=0.5, vol=0.25, rate=0.04))
    assert american_value(option) == pytest.approx(float(same), abs=1e-3)


def test_a_deep_put_is_worth_its_exercise() -> None:
    assert american_value(American(PUT, 20.0, 100.0, 1.0, 0.2, rate=0.08)) == 80.0


@pytest.mark.parametrize(("years", "vol"), [(0.0, 0.3), (1.0, 0.0)])
def test_without_chance_the_best_instant_is_taken(years: float, vol: float) -> None:
    assert american_value(American(PUT, 90.0, 100.0, years, vol, rate=0.05)) == 10.0
    late = american_value(American(CALL, 100.0, 90.0, years, vol, rate=0.05))
    assert late == pytest.approx(10.0 if years == 0.0 else 100.0 - 90.0 * 2.718281828459045**-0.05)


def test_a_certain_call_is_exercised_right_before_its_dividend() -> None:
    option = American(CALL, 100.0, 90.0, 1.0, 0.0, rate=0.01, dividends=((0.5, 5.0),))
    assert american_value(option) == pytest.approx(100.0 - 90.0 * 2.718281828459045**-0.005, abs=1e-6)
