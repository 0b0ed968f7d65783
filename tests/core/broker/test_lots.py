"""Lots leave first in, first out, and the parts always sum to the whole."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.lots import Lot, LotChange, apply_changes, reduce_first_in
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


@given(lots(), st.lists(decimals(1, 10**6, 3), max_size=6))
def test_parts_sum_to_the_whole_however_it_is_sold(held: tuple[Lot, ...], parts: list[Decimal]) -> None:
    total, realised = whole(held), ZERO
    for part in [*parts, total[0]]:
        left, cost = whole(held)
        sold = min(part, left)
        changes, part_cost = reduce_first_in(held, sold, "USD")
        held = apply_changes(held, changes)
        realised += part_cost
        assert part_cost >= ZERO
        assert whole(held) == (left - sold, cost - part_cost)
        assert all(each.quantity > ZERO and each.cost >= ZERO for each in held)
    assert held == ()
    assert realised == total[1]
