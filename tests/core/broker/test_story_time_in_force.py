"""How long an order works: to the close, for long, or only at once."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.events import OrderCancelled, OrderExpired, OrderFilled
from paperdesk.core.broker.orders import NOT_FILLED_AT_ONCE, OrderStatus, TimeInForce
from tests.scenery import FIRST_CLOSE, NINETY_DAYS
from tests.stories import Story

DAY, GTC, IOC, FOK = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK


def test_a_day_order_expires_at_the_close_of_its_session() -> None:
    story = Story()
    story.open("100")
    order_id = story.buy("10", limit="90")
    assert story.order(order_id).expires_at == FIRST_CLOSE
    (event,) = story.session_closes()
    assert event == OrderExpired(story.account.last_seq, FIRST_CLOSE, order_id)
    order = story.order(order_id)
    assert (order.status, order.closed_reason, order.updated_at) == (OrderStatus.EXPIRED, "time_in_force", FIRST_CLOSE)
    assert story.account.held == 0


def test_the_last_price_of_the_session_comes_before_the_expiry() -> None:
    story = Story()
    story.open("100")
    order_id = story.buy("10", limit="90")
    story.close("90")
    assert story.session_closes() == ()
    assert story.order(order_id).status is OrderStatus.FILLED


def test_a_day_order_placed_at_night_works_through_the_next_session() -> None:
    story = Story()
    story.close("100")
    story.session_closes()
    order_id = story.buy("10", limit="90")
    story.session_opens()
    story.open("100")
    assert story.order(order_id).is_open
    assert len(story.session_closes()) == 1
    assert story.order(order_id).status is OrderStatus.EXPIRED


def test_orders_expire_in_the_order_they_were_accepted() -> None:
    story = Story()
    placed = [story.buy("1", limit=price) for price in ("90", "80", "70")]
    expired = story.session_closes()
    assert [event.order_id for event in expired if isinstance(event, OrderExpired)] == placed


def test_a_partly_filled_day_order_keeps_its_fills_when_it_expires() -> None:
    story = Story()
    order_id = story.buy("10", limit="100")
    story.quote("99", "100", sizes=("4", "4"))
    story.session_closes()
    order = story.order(order_id)
    assert (order.status, order.filled_quantity) == (OrderStatus.EXPIRED, Decimal(4))
    assert (story.position().quantity, story.account.held) == (Decimal(4), Decimal(0))


def test_good_till_cancelled_survives_the_close_and_fills_days_later() -> None:
    story = Story()
    story.open("100")
    order_id = story.buy("10", limit="90", time_in_force=GTC)
    for _ in range(3):
        assert story.session_closes() == ()
        story.session_opens()
    story.open("89")
    assert story.order(order_id).status is OrderStatus.FILLED


def test_good_till_cancelled_ends_after_ninety_days() -> None:
    story = Story()
    order_id = story.buy("10", limit="90", time_in_force=GTC)
    story.at = FIRST_CLOSE + NINETY_DAYS - (FIRST_CLOSE - story.at)
    story.session_closes()
    assert story.order(order_id).status is OrderStatus.EXPIRED


@pytest.mark.parametrize("time_in_force", [IOC, FOK])
def test_an_order_that_must_fill_at_once_takes_the_whole_when_it_is_there(time_in_force: TimeInForce) -> None:
    story = Story()
    story.quote("99", "100")
    order_id = story.buy("10", time_in_force=time_in_force)
    story.quote("99", "100", sizes=("10", "10"))
    assert story.order(order_id).status is OrderStatus.FILLED


def test_immediate_or_cancel_takes_the_part_that_is_there_and_ends() -> None:
    story = Story()
    story.quote("99", "100")
    order_id = story.buy("10", time_in_force=IOC)
    filled, cancelled = story.quote("99", "100", sizes=("7", "7"))
    assert isinstance(filled, OrderFilled)
    assert cancelled == OrderCancelled(filled.seq + 1, filled.at, order_id, NOT_FILLED_AT_ONCE)
    order = story.order(order_id)
    assert (order.status, order.filled_quantity, order.closed_reason) == (
        OrderStatus.CANCELLED,
        Decimal(7),
        NOT_FILLED_AT_ONCE,
    )
    assert story.account.held == 0


def test_fill_or_kill_takes_no_part() -> None:
    story = Story()
    story.quote("99", "100")
    order_id = story.buy("10", time_in_force=FOK)
    story.quote("99", "100", sizes=("9", "9"))
    assert (story.order(order_id).status, story.fills) == (OrderStatus.CANCELLED, [])


def test_a_later_order_gets_nothing_of_a_size_an_immediate_order_used_up() -> None:
    story = Story()
    story.quote("99", "100")
    first, second = story.buy("5", time_in_force=IOC), story.buy("5", time_in_force=IOC)
    story.quote("99", "100", sizes=("5", "5"))
    assert story.order(first).status is OrderStatus.FILLED
    assert (story.order(second).status, story.order(second).filled_quantity) == (OrderStatus.CANCELLED, Decimal(0))


@pytest.mark.parametrize("time_in_force", [IOC, FOK])
def test_a_limit_out_of_reach_ends_with_the_first_print(time_in_force: TimeInForce) -> None:
    story = Story()
    story.open("100")
    order_id = story.buy("10", limit="99", time_in_force=time_in_force)
    assert story.range("90", "110") == ()
    story.close("100")
    assert story.order(order_id).closed_reason == NOT_FILLED_AT_ONCE


def test_an_immediate_order_that_meets_nothing_ends_with_the_session() -> None:
    story = Story()
    story.open("100")
    order_id = story.buy("10", time_in_force=IOC)
    story.session_closes()
    assert story.order(order_id).status is OrderStatus.EXPIRED
    assert story.account.cash == Decimal(10000)
