"""Lots leave by the method that was chosen, and the parts always sum to the whole."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.lots import (
    Lot,
    LotChange,
    LotChoice,
    LotMethod,
    apply_changes,
    choice_from_text,
    in_turn,
    reduce_first_in,
    reduce_lots,
)
from paperdesk.core.kernel.ids import LotId, derived
from paperdesk.core.kernel.money import ZERO
from tests.scenery import FIRST_OPEN, HERE
from tests.strategies import decimals, lots


def lot(number: int, quantity: str, cost: str) -> Lot:
    return Lot(LotId(derived(HERE, "lot", number)), FIRST_OPEN, number, Decimal(quantity), Decimal(cost))


def whole(of: tuple[Lot, ...]) -> tuple[Decimal, Decimal]:
    return sum((each.quantity for each in of), ZERO), sum((each.cost for each in of), ZERO)


FIRST, SECOND = lot(1, "10", "100.00"), lot(2, "5", "60.00")


def test_the_oldest_lot_is_used_up_before_the_next_is_touched() -> None:
    changes, cost = reduce_first_in((FIRST, SECOND), Decimal(12), "USD")
    assert cost == Decimal(124)
    assert apply_changes((FIRST, SECOND), changes) == (lot(2, "3", "36.00"),)


def test_lots_beyond_what_is_sold_stay_as_they_are() -> None:
    changes, cost = reduce_first_in((FIRST, SECOND), Decimal(10), "USD")
    assert cost == Decimal(100)
    assert apply_changes((FIRST, SECOND), changes) == (SECOND,)


def test_the_last_unit_takes_what_rounding_left() -> None:
    held: tuple[Lot, ...] = (lot(1, "3", "1.00"),)
    costs = []
    for _ in range(3):
        changes, cost = reduce_first_in(held, Decimal(1), "USD")
        held = apply_changes(held, changes)
        costs.append(str(cost))
    assert costs == ["0.33", "0.34", "0.33"]
    assert held == ()


def test_a_new_lot_goes_to_the_end() -> None:
    assert apply_changes((FIRST,), (LotChange(SECOND, is_new=True),)) == (FIRST, SECOND)


def test_short_lots_are_negative_and_are_bought_back_first_in_first_out() -> None:
    short = (lot(1, "-3", "-100.00"), lot(2, "-5", "-60.00"))
    changes, cost = reduce_first_in(short, Decimal(4), "USD")
    assert cost == Decimal(-112)
    assert apply_changes(short, changes) == (lot(2, "-4", "-48.00"),)


def test_selling_more_than_the_lots_at_hand_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="cover"):
        reduce_first_in((FIRST,), Decimal(11), "USD")


CHEAP, DEAR, NEWEST = lot(1, "10", "90.00"), lot(2, "10", "120.00"), lot(3, "10", "100.00")


@pytest.mark.parametrize(
    ("method", "turns"),
    [
        (LotMethod.FIFO, (CHEAP, DEAR, NEWEST)),
        (LotMethod.LIFO, (NEWEST, DEAR, CHEAP)),
        (LotMethod.HIGHEST_COST, (DEAR, NEWEST, CHEAP)),
        (LotMethod.LOWEST_COST, (CHEAP, NEWEST, DEAR)),
    ],
)
def test_each_method_has_its_own_turn(method: LotMethod, turns: tuple[Lot, ...]) -> None:
    assert in_turn((CHEAP, DEAR, NEWEST), LotChoice(method)) == turns


def test_lots_of_the_same_cost_leave_the_oldest_first_whichever_way_cost_is_looked_at() -> None:
    pair = (lot(1, "3", "10.00"), lot(2, "6", "20.00"))
    for method in (LotMethod.HIGHEST_COST, LotMethod.LOWEST_COST):
        assert in_turn(pair, LotChoice(method)) == pair


def test_named_lots_leave_in_the_order_named_and_then_the_method_goes_on() -> None:
    choice = LotChoice(LotMethod.LIFO, (DEAR.id, LotId(derived(HERE, "used up")), CHEAP.id))
    assert in_turn((CHEAP, DEAR, NEWEST), choice) == (DEAR, CHEAP, NEWEST)
    changes, cost = reduce_lots((CHEAP, DEAR, NEWEST), Decimal(25), choice, "USD")
    assert cost == Decimal(120 + 90 + 50)
    assert apply_changes((CHEAP, DEAR, NEWEST), changes) == (lot(3, "5", "50.00"),)


def test_on_average_the_oldest_units_leave_at_what_all_cost() -> None:
    changes, cost = reduce_lots((CHEAP, DEAR, NEWEST), Decimal(15), LotChoice(LotMethod.AVERAGE), "USD")
    assert cost == Decimal("155.00")  # 310 for 30 units
    assert apply_changes((CHEAP, DEAR, NEWEST), changes) == (lot(2, "5", "51.67"), lot(3, "10", "103.33"))


@pytest.mark.parametrize("choice", [LotChoice(LotMethod.LIFO), LotChoice(LotMethod.FIFO, (CHEAP.id, DEAR.id))])
def test_a_choice_survives_its_text(choice: LotChoice) -> None:
    assert choice_from_text(choice.text) == choice


def test_only_what_goes_first_in_first_out_does_without_the_younger_lots() -> None:
    assert not LotChoice().needs_all_lots
    assert LotChoice(LotMethod.LIFO).needs_all_lots
    assert LotChoice(named=(CHEAP.id,)).needs_all_lots


choices = st.sampled_from([*map(LotChoice, LotMethod), LotChoice(LotMethod.LIFO, (lot(2, "1", "1").id,))])


@given(lots(), st.lists(decimals(1, 10**6, 3), max_size=6), choices)
def test_parts_sum_to_the_whole_however_it_is_sold(
    held: tuple[Lot, ...], parts: list[Decimal], choice: LotChoice
) -> None:
    total, realised = whole(held), ZERO
    for part in [*parts, total[0]]:
        left, cost = whole(held)
        sold = min(part, left)
        changes, part_cost = reduce_lots(held, sold, choice, "USD")
        held = apply_changes(held, changes)
        realised += part_cost
        assert part_cost >= ZERO
        assert whole(held) == (left - sold, cost - part_cost)
        assert all(each.quantity > ZERO and each.cost >= ZERO for each in held)
    assert held == ()
    assert realised == total[1]
