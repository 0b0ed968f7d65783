"""Chance follows from its key alone: the same orders on the same tape have the same luck."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.chance import SEED_MAX, drawn, drawn_for
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.values import replace
from tests.scenery import GLOBEX, order_id, order_of

seeds = st.integers(0, SEED_MAX)


@given(seeds, st.lists(st.text()))
def test_a_draw_lies_between_nothing_and_one_and_repeats(seed: int, key: list[str]) -> None:
    draw = drawn(seed, *key)
    assert 0 <= draw < 1
    assert draw == drawn(seed, *key)


def test_draws_are_spread_evenly() -> None:
    draws = [drawn(7, number) for number in range(10_000)]
    tenths = [sum(int(draw * 10) == tenth for draw in draws) for tenth in range(10)]
    assert all(900 < count < 1100 for count in tenths)


def test_a_draw_never_depends_on_ids_or_on_the_sequence_of_the_account() -> None:
    order = order_of()
    same = replace(order, id=order_id(99), client_order_id="other", accepted_seq=77)
    assert drawn_for(1, order, 5, "partial") == drawn_for(1, same, 5, "partial")


def test_everything_in_the_key_matters() -> None:
    order = order_of()
    others = [
        drawn_for(2, order, 5, "partial"),
        drawn_for(1, replace(order, instrument=GLOBEX), 5, "partial"),
        drawn_for(1, replace(order, accepted_fact=1), 5, "partial"),
        drawn_for(1, replace(order, side=Side.SELL), 5, "partial"),
        drawn_for(1, replace(order, nth=1), 5, "partial"),
        drawn_for(1, order, 6, "partial"),
        drawn_for(1, order, 5, "reject"),
    ]
    assert len({drawn_for(1, order, 5, "partial"), *others}) == len(others) + 1


def test_a_known_draw_stays_what_it_is() -> None:
    assert drawn(1, "a", 2) == Decimal("0.813021014835844345")
