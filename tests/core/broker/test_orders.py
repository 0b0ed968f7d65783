"""The state machine of an order: the table is the whole truth."""

from decimal import Decimal
from itertools import product

import pytest

from paperdesk.core.broker.lots import LotChoice, LotMethod
from paperdesk.core.broker.orders import (
    OPEN_STATUSES,
    TRANSITIONS,
    OrderAlreadyClosed,
    OrderStatus,
    next_status,
    require_open,
)
from paperdesk.core.kernel.values import replace
from tests.scenery import order_of


@pytest.mark.parametrize(("current", "wanted"), list(product(OrderStatus, OrderStatus)))
def test_an_order_goes_where_the_table_allows_and_nowhere_else(current: OrderStatus, wanted: OrderStatus) -> None:
    if wanted in TRANSITIONS[current]:
        assert next_status(current, wanted) is wanted
        return
    with pytest.raises(AssertionError, match="cannot go from"):
        next_status(current, wanted)


def test_an_order_is_rejected_only_before_its_first_fill() -> None:
    assert [status for status, next_ones in TRANSITIONS.items() if OrderStatus.REJECTED in next_ones] == [
        OrderStatus.ACCEPTED
    ]


@pytest.mark.parametrize("status", list(OrderStatus))
def test_what_has_ended_stays_ended(status: OrderStatus) -> None:
    order = replace(order_of(), status=status)
    assert order.is_open is (status in OPEN_STATUSES)
    if order.is_open:
        require_open(order)
        return
    with pytest.raises(OrderAlreadyClosed) as refusal:
        require_open(order)
    assert refusal.value.facts == {"order_id": str(order.id), "status": status.value}


def test_the_average_price_is_derived_from_what_was_filled() -> None:
    order = order_of()
    assert order.average_fill_price is None
    part = replace(order, filled_quantity=Decimal(4), filled_value=Decimal("401.00"))
    assert part.average_fill_price == Decimal("100.25")
    assert part.remaining == Decimal(6)


def test_an_order_says_its_choice_of_lots_as_a_text_and_none_when_it_has_none() -> None:
    assert order_of().lot_choice_text is None
    assert replace(order_of(), lot_choice=LotChoice(LotMethod.HIGHEST_COST)).lot_choice_text == "highest_cost"
