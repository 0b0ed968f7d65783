"""A limit order gets its limit, or the open when that is better."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.fill_models import IDEAL, REALISTIC, FillModel
from paperdesk.core.broker.orders import OrderStatus
from tests.scenery import rules
from tests.stories import Story


@pytest.mark.parametrize(
    ("model", "low", "status"),
    [
        (REALISTIC, "95.01", OrderStatus.ACCEPTED),
        (REALISTIC, "95.00", OrderStatus.ACCEPTED),
        (REALISTIC, "94.99", OrderStatus.FILLED),
        (IDEAL, "95.01", OrderStatus.ACCEPTED),
        (IDEAL, "95.00", OrderStatus.FILLED),
    ],
)
def test_a_resting_buy_needs_trade_through_and_a_touch_is_enough_only_in_the_ideal(
    model: FillModel, low: str, status: OrderStatus
) -> None:
    story = Story(rules=rules(model))
    story.open("100")
    order_id = story.buy("10", limit="95")
    story.range(low, "101")
    assert story.order(order_id).status is status
    assert [fill.price for fill in story.fills] == [Decimal(95)] * (status is OrderStatus.FILLED)


def test_a_resting_sell_mirrors_it() -> None:
    story = Story(rules=rules(REALISTIC))
    story.open("100")
    story.buy("10")
    story.close("100")
    order_id = story.sell("10", limit="105")
    story.range("99", "105")
    assert story.order(order_id).is_open
    story.range("99", "105.01")
    assert story.order(order_id).average_fill_price == Decimal(105)


def test_a_gap_beyond_the_limit_fills_at_the_better_open() -> None:
    story = Story()
    story.close("100")
    order_id = story.buy("10", limit="95")
    story.open("90")
    assert story.order(order_id).average_fill_price == Decimal(90)
    assert story.account.cash == Decimal(9100)


def test_an_open_beyond_the_limit_leaves_it_resting() -> None:
    story = Story()
    story.close("90")
    order_id = story.buy("10", limit="95")
    assert story.open("96") == ()
    assert story.order(order_id).is_open


def test_it_can_be_placed_before_there_is_any_price() -> None:
    story = Story()
    order_id = story.buy("10", limit="95")
    story.open("94")
    assert story.order(order_id).status is OrderStatus.FILLED


def test_quotes_fill_it_in_parts_and_its_reservation_follows_what_is_left() -> None:
    story = Story()
    order_id = story.buy("10", limit="100")
    assert story.account.held == Decimal(1000)
    story.quote("98", "99", sizes=("4", "4"))
    assert story.order(order_id).status is OrderStatus.PARTIALLY_FILLED
    assert (story.order(order_id).filled_quantity, story.account.held) == (Decimal(4), Decimal(600))
    assert story.order(order_id).closed_reason is None
    story.quote("98", "101", sizes=("4", "4"))
    story.quote("99", "100", sizes=("9", "9"))
    order = story.order(order_id)
    assert (order.status, order.closed_reason) == (OrderStatus.FILLED, "filled")
    assert (order.filled_quantity, order.average_fill_price) == (Decimal(10), Decimal("99.6"))
    assert (story.account.cash, story.account.held) == (Decimal("9004.00"), Decimal(0))
