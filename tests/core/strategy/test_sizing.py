"""How much to buy: seven methods, their bounds, and which of them suits whom."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.strategy.sizing import (
    CASH_KEPT,
    SHARE_MOST,
    Basis,
    Method,
    Tolerance,
    Unsized,
    kelly_share,
    sized,
    suggested,
)

RICH = Basis(
    equity=Decimal(100_000),
    cash=Decimal(100_000),
    price=Decimal(50),
    held=1,
    stop=Decimal(45),
    win_rate=Decimal("0.6"),
    payoff=Decimal(1),
    volatility=Decimal("0.32"),
    average_range=Decimal(4),
)


@pytest.mark.parametrize(
    ("method", "wanted", "units"),
    [
        (Method.FIXED_AMOUNT, "0.05", 100),
        (Method.FIXED_SHARE, "0.10", 200),
        (Method.KELLY, "0.05", 100),  # a quarter of 0.6 x 1 - 0.4
        (Method.VOLATILITY_TARGET, "0.5", 400),  # 16 % over 32 %, at most a fifth
        (Method.RISK_PARITY, "0.15625", 312),  # 10 % over two positions of 32 %
        (Method.MAX_LOSS, "0.2", 400),  # 2 % of 100,000 is 400 times the 5 to the stop
        (Method.AVERAGE_RANGE, "0.125", 250),  # 2 % over a stop of twice 4
    ],
)
def test_each_method_gives_the_share_it_is_known_for(method: Method, wanted: str, units: int) -> None:
    size = sized(method, RICH)
    assert (size.wanted, size.units) == (Decimal(wanted), Decimal(units))


def test_kelly_is_the_share_that_grows_capital_fastest() -> None:
    assert kelly_share(Decimal("0.6"), Decimal(1)) == Decimal("0.2")
    assert kelly_share(Decimal("0.5"), Decimal(2)) == Decimal("0.25")


def test_an_amount_of_money_buys_as_many_units_as_it_pays_for() -> None:
    assert sized(Method.FIXED_AMOUNT, replace(RICH, amount=Decimal(2_024))).units == 40


def test_shares_stay_between_one_and_twenty_percent() -> None:
    assert sized(Method.MAX_LOSS, replace(RICH, stop=Decimal("49.99"))).rules == ("at_most",)
    calm = sized(Method.FIXED_AMOUNT, replace(RICH, amount=Decimal(500)))
    assert (calm.share, calm.rules) == (Decimal("0.01"), ("at_least",))


def test_five_percent_of_equity_stay_in_cash() -> None:
    short_of_cash = sized(Method.FIXED_SHARE, replace(RICH, cash=Decimal(11_000)))
    assert (short_of_cash.share, short_of_cash.rules) == (Decimal("0.06"), ("cash_kept",))
    broke = sized(Method.FIXED_SHARE, replace(RICH, cash=Decimal(3_000)))
    assert (broke.units, broke.rules) == (ZERO, ("cash_kept", "less_than_one_lot"))


def test_without_an_edge_nothing_is_bought() -> None:
    size = sized(Method.KELLY, replace(RICH, win_rate=Decimal("0.4")))
    assert (size.units, size.rules) == (ZERO, ("no_edge",))


@pytest.mark.parametrize(
    ("method", "lacking"),
    [
        (Method.KELLY, {"win_rate": None}),
        (Method.VOLATILITY_TARGET, {"volatility": None}),
        (Method.RISK_PARITY, {"volatility": None}),
        (Method.MAX_LOSS, {"stop": None}),
        (Method.MAX_LOSS, {"stop": Decimal(50)}),
        (Method.AVERAGE_RANGE, {"average_range": None}),
        (Method.FIXED_SHARE, {"equity": ZERO}),
    ],
)
def test_what_a_method_needs_and_nobody_knows_is_asked_for_by_name(method: Method, lacking: dict[str, None]) -> None:
    with pytest.raises(Unsized):
        sized(method, replace(RICH, **lacking))  # type: ignore[arg-type]


def test_a_tolerance_of_risk_suggests_a_method_and_a_stop_says_more() -> None:
    found = {each: suggested(each, None) for each in Tolerance}
    assert found == {
        Tolerance.LOW: Method.FIXED_SHARE,
        Tolerance.MODERATE: Method.VOLATILITY_TARGET,
        Tolerance.HIGH: Method.KELLY,
    }
    assert {suggested(each, Decimal(45)) for each in Tolerance} == {Method.MAX_LOSS}


AMOUNTS = st.decimals(Decimal("0.01"), Decimal(10_000_000), places=2)
RATES = st.decimals(Decimal("0.01"), Decimal(5), places=4)


@given(st.sampled_from(Method), AMOUNTS, AMOUNTS, AMOUNTS, RATES)
def test_no_size_costs_more_than_a_fifth_of_equity_or_the_cash_that_is_free(
    method: Method, equity: Decimal, cash: Decimal, price: Decimal, rate: Decimal
) -> None:
    basis = replace(
        RICH, equity=equity, cash=cash, price=price, stop=price + rate, volatility=rate, average_range=rate, payoff=rate
    )
    size = sized(method, basis)
    cost = size.units * price
    assert cost <= equity * SHARE_MOST
    assert cost <= max(cash - equity * CASH_KEPT, ZERO) + Decimal("0.000001")
