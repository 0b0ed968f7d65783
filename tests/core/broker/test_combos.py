"""Which strategies a set of legs is made of, whatever the quantities."""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given

from paperdesk.core.broker.combos import Strategy, name_of, recognise
from paperdesk.core.broker.legs import Leg
from paperdesk.core.kernel.values import replace
from tests.chains import JANUARY, books, leg, legs, shares

ONE_OF_EACH = [
    ("+1C100", "single"),
    ("-1C100", "single"),
    ("+1C100 -1C105", "vertical"),
    ("-1P100 +1P95", "vertical"),
    ("+1C100 +1P100", "straddle"),
    ("-1C105 -1P95", "strangle"),
    ("+1C105 -1P95", "risk_reversal"),
    ("+1C95 -2C100 +1C105", "butterfly"),
    ("+1P540 -2P550 +1P555", "butterfly"),
    ("-1C95 +2C100 -1C105", "butterfly"),
    ("+1P90 -1P95 -1P105 +1P110", "condor"),
    ("+1P95 -1P100 -1C100 +1C105", "iron_butterfly"),
    ("+1P90 -1P95 -1C105 +1C110", "iron_condor"),
    ("-1P90 +1P95 +1C105 -1C110", "iron_condor"),
    ("+1C95 -1C105 -1P95 +1P105", "box"),
    ("+1C100 -2C105", "ratio"),
    ("+3P100 -1P95", "ratio"),
]


@pytest.mark.parametrize(("text", "name"), ONE_OF_EACH)
def test_every_strategy_of_one_expiry_is_recognised(text: str, name: str) -> None:
    found = recognise(legs(text))
    assert [combo.strategy.value for combo in found] == [name]
    assert name_of(legs(text)).value == name


@pytest.mark.parametrize(
    ("held", "text", "name"),
    [
        (100, "-1C105", "covered_call"),
        (-100, "-1P95", "covered_put"),
        (100, "+1P95", "protective_put"),
        (-100, "+1C105", "protective_call"),
        (100, "+1P95 -1C105", "collar"),
        (-100, "-1P95 +1C105", "collar"),
        (100, "+1P100 -1C100", "conversion"),
        (-100, "-1P100 +1C100", "reversal"),
    ],
)
def test_strategies_with_shares_are_recognised(held: int, text: str, name: str) -> None:
    assert [combo.strategy.value for combo in recognise((*legs(text), shares(held)))] == [name]


@pytest.mark.parametrize(
    ("near", "far", "name"),
    [
        ("-1C100", "+1C100", "calendar"),
        ("-1C105", "+1C100", "diagonal"),
        ("-1C100 +1P100", "+1C100 -1P100", "jelly_roll"),
    ],
)
def test_strategies_of_two_expiries_are_recognised(near: str, far: str, name: str) -> None:
    assert [combo.strategy.value for combo in recognise((*legs(near), *legs(far, JANUARY)))] == [name]


def test_five_long_and_three_short_calls_are_three_spreads_and_two_longs() -> None:
    spread, long = recognise(legs("+5C100 -3C105"))
    assert (spread.strategy, int(spread.units)) == (Strategy.VERTICAL, 3)
    assert (long.strategy, int(long.units)) == (Strategy.SINGLE, 2)
    assert [int(line.quantity) for line in long.whole] == [2]


def test_an_order_of_five_to_three_is_one_ratio() -> None:
    assert name_of(legs("+5C100 -3C105")) is Strategy.RATIO


def test_a_short_call_is_covered_by_shares_before_it_is_covered_by_a_long_one() -> None:
    found = recognise((*legs("-3C105 +3C110"), shares(250)))
    assert [(combo.strategy.value, int(combo.units)) for combo in found] == [
        ("covered_call", 2),
        ("vertical", 1),
        ("single", 2),
        ("underlying", 50),
    ]


def test_cash_secures_short_puts_as_far_as_it_goes() -> None:
    found = recognise(legs("-3P50"), free_cash=Decimal(12_000))
    assert [(combo.strategy.value, int(combo.units)) for combo in found] == [("cash_secured_put", 2), ("single", 1)]
    assert [combo.strategy.value for combo in recognise(legs("-2P50"), Decimal(10_000))] == ["cash_secured_put"]


def test_many_iron_condors_and_what_is_left_over() -> None:
    found = recognise(legs("+7P90 -7P95 -4C105 +4C110"))
    assert [(combo.strategy.value, int(combo.units)) for combo in found] == [("iron_condor", 4), ("vertical", 3)]


def test_strategies_that_bet_the_same_way_stay_apart() -> None:
    assert [combo.strategy.value for combo in recognise(legs("+1C100 -1C105 +1P80 -1P85"))] == ["vertical"] * 2
    assert name_of(legs("+1C100 -1C105 +1P80 -1P85")) is Strategy.CUSTOM


def test_legs_on_two_underlyings_are_not_one_strategy() -> None:
    assert name_of((leg("+1C100"), leg("-1C105", root="ABC"))) is Strategy.CUSTOM


def test_a_split_deliverable_is_counted_and_not_a_hundred_shares() -> None:
    (call,) = legs("-1C100")
    assert call.contract is not None
    ten = replace(call.contract, root="XYZ1", underlying="XYZ", deliverable=Decimal(10))
    adjusted = Leg("XYZ1", call.quantity, ten)
    (covered,) = recognise((adjusted, shares(10)))
    assert covered.strategy is Strategy.COVERED_CALL


@given(books())
def test_nothing_is_lost_and_the_order_of_the_legs_does_not_matter(book: tuple[Leg, ...]) -> None:
    found = recognise(book)
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for combo in found:
        assert combo.units > 0
        for line in combo.whole:
            held[line.symbol] += line.quantity
    assert dict(held) == {line.symbol: line.quantity for line in book}
    assert recognise(tuple(reversed(book))) == found


def test_fewer_shares_than_a_contract_delivers_make_no_collar() -> None:
    found = recognise([*legs("-1C105 +1P95"), shares(50)])
    assert sorted(combo.strategy.value for combo in found) == ["risk_reversal", "underlying"]
