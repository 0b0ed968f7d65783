"""What options do at the points of a portfolio scan, by the volatility that their marks imply."""

from datetime import date
from decimal import Decimal

import pytest

from paperdesk.core.broker.marks import QUOTE_MID, Greeks, Mark, Scan
from paperdesk.core.broker.risk_array import points_of
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.options import Supplement
from paperdesk.features.marketdata.scans import greeks_of, scan_of
from tests.scenery import ACME, COIN, FIRST_CLOSE, FIRST_OPEN, option

ON = FIRST_CLOSE.date()
CALL, PUT = option("C", "100", days=30), option("P", "100", days=30)
POINTS = points_of(Kind.EQUITY)


def mark(of: Instrument, price: str) -> Mark:
    return Mark(of, Decimal(price), QUOTE_MID, FIRST_OPEN)


def scanned(of: Instrument, price: str, spot: str = "100", on: date = ON) -> Scan:
    found = scan_of(mark(of, price), mark(ACME, spot), on)
    assert found is not None
    return found


def test_a_call_less_a_put_of_the_same_price_at_the_money_moves_as_the_shares_do() -> None:
    calls, puts = scanned(CALL, "3.00"), scanned(PUT, "3.00")
    for point, call, put in zip(POINTS, calls, puts, strict=True):
        assert abs(call - put - point.price_move * 100 * 100) < Decimal("0.01")


def test_where_nothing_moves_nothing_changes_and_volatility_alone_is_worth_something() -> None:
    by_point = dict(zip(POINTS, scanned(CALL, "3.00"), strict=True))
    still = {point.vol_factor: change for point, change in by_point.items() if not point.price_move}
    assert still[Decimal(1)] == 0
    # At the money a quarter of the volatility is a quarter of the premium, 300.00, but for the bend of the curve.
    assert abs(still[Decimal("1.25")] - 75) < 1
    assert abs(still[Decimal("0.75")] + 75) < 1


def test_an_option_without_time_value_is_worth_what_exercise_is() -> None:
    deep = scanned(PUT, "20.00", spot="80")
    assert deep == tuple(-point.price_move * 80 * 100 for point in POINTS)
    ended = scanned(CALL, "0.00", spot="99", on=date(2030, 1, 1))
    assert max(ended) == Decimal(1385)  # 15 % above 99 is 113.85


@pytest.mark.parametrize("price", ["0", "101"])
def test_a_price_that_no_volatility_explains_is_not_known(price: str) -> None:
    known = scan_of(mark(CALL, price), mark(ACME, "100"), ON)
    assert known is None if price == "101" else known is not None


def test_what_moves_in_no_class_or_delivers_something_else_is_not_scanned() -> None:
    assert scan_of(mark(CALL, "3"), mark(COIN, "100"), ON) is None
    assert CALL.contract is not None
    changed = replace(CALL, contract=replace(CALL.contract, supplement=Supplement(cash=Decimal(5))))
    assert scan_of(mark(changed, "3"), mark(ACME, "100"), ON) is None


def test_greeks_are_by_contract_in_units_money_a_day_and_money_for_a_hundredth_of_volatility() -> None:
    call = greeks_of(mark(CALL, "3.00"), mark(ACME, "100"), ON)
    put = greeks_of(mark(PUT, "3.00"), mark(ACME, "100"), ON)
    assert call is not None
    assert put is not None
    assert call.delta - put.delta == 100
    assert (call.theta, call.vega) == (put.theta, put.vega)
    # At the money 300.00 of premium are lost over 30 days by the root of time: half of them in proportion at first.
    assert abs(call.theta + 5) < Decimal("0.1")
    # At the money the premium is proportional to volatility, of which there are 26.2 hundredths.
    assert abs(call.vega - Decimal("11.4")) < Decimal("0.1")


def test_greeks_of_what_has_no_time_left_are_those_of_exercise_and_of_a_wrong_price_unknown() -> None:
    ended = greeks_of(mark(CALL, "1.00"), mark(ACME, "101"), date(2030, 1, 1))
    assert ended == Greeks(Decimal(100), Decimal(0), Decimal(0), Decimal(0), Decimal(0))
    assert greeks_of(mark(CALL, "101"), mark(ACME, "100"), ON) is None
