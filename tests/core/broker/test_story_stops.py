"""Orders that wait for a price: stops, stop-limits, trailing stops, and orders that are touched."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.checks import NoPriceYet
from paperdesk.core.broker.engine import react
from paperdesk.core.broker.events import OrderCancelled, OrderFilled, OrderTriggered, TrailMoved
from paperdesk.core.broker.fill_models import REALISTIC
from paperdesk.core.broker.orders import AT_RELEASE, OrderStatus, OrderType, TriggerSource
from paperdesk.core.broker.terms import TrailOutOfRange
from paperdesk.core.market.facts import RangeFact
from tests.scenery import rules
from tests.stories import Story

STOP, STOP_LIMIT = OrderType.STOP, OrderType.STOP_LIMIT
TRAILING, TOUCHED = OrderType.TRAILING_STOP, OrderType.MARKET_IF_TOUCHED


@pytest.fixture
def holder() -> Story:
    """Tell of an account that bought ten units at 100."""
    story = Story(rules=rules(REALISTIC))
    story.quote("99.90", "100")
    story.buy("10")
    story.quote("99.90", "100")
    story.close("100")
    return story


def test_a_gap_beyond_the_stop_fills_at_the_open(holder: Story) -> None:
    which = holder.sell("10", order_type=STOP, stop_price="95")
    triggered, filled = holder.open("90")
    assert isinstance(triggered, OrderTriggered)
    assert isinstance(filled, OrderFilled)
    assert (filled.fill.price, filled.fill.rule) == (Decimal("89.99"), "stop_at_open")
    order = holder.order(which)
    assert (order.status, order.triggered_at) == (OrderStatus.FILLED, triggered.at)


def test_a_stop_in_the_range_fills_at_the_stop_less_half_the_spread(holder: Story) -> None:
    which = holder.sell("10", order_type=STOP, stop_price="95")
    holder.open("100")
    holder.range("94", "101")
    assert holder.order(which).average_fill_price == Decimal("94.99")
    assert holder.fills[-1].rule == "stop_in_range"


def test_a_buy_stop_mirrors_it_and_reserves_its_stop_with_half_the_spread() -> None:
    story = Story(rules=rules(REALISTIC))
    which = story.buy("10", order_type=STOP, stop_price="105")
    assert story.account.held == Decimal("1050.20")
    story.range("100", "105")
    assert story.order(which).average_fill_price == Decimal("105.02")
    assert story.account.held == 0


def test_a_buy_stop_that_opens_too_dear_for_the_free_cash_ends() -> None:
    story = Story(cash="1050")
    which = story.buy("10", order_type=STOP, stop_price="105")
    triggered, cancelled = story.open("106")
    assert isinstance(triggered, OrderTriggered)
    assert isinstance(cancelled, OrderCancelled)
    assert story.order(which).closed_reason == AT_RELEASE


def test_a_stop_that_the_range_lies_beyond_is_triggered_and_waits_for_the_close(holder: Story) -> None:
    which = holder.sell("10", order_type=STOP, stop_price="95")
    (triggered,) = holder.range("90", "92")
    assert isinstance(triggered, OrderTriggered)
    assert holder.order(which).status is OrderStatus.ACCEPTED
    holder.close("91")
    assert (holder.fills[-1].price, holder.fills[-1].rule) == (Decimal("90.99"), "close")


def test_a_stop_limit_becomes_a_limit_and_does_not_chase_the_price(holder: Story) -> None:
    which = holder.sell("10", "94", order_type=STOP_LIMIT, stop_price="95")
    (triggered,) = holder.open("90")
    assert isinstance(triggered, OrderTriggered)
    assert holder.order(which).is_open
    holder.range("90", "94.01")
    assert holder.order(which).average_fill_price == Decimal(94)


def test_a_stop_limit_triggered_in_a_range_gets_the_worst_it_allows(holder: Story) -> None:
    holder.sell("10", "94", order_type=STOP_LIMIT, stop_price="95")
    holder.range("94.50", "101")
    fill = holder.fills[-1]
    assert (fill.price, fill.reference, fill.rule) == (Decimal(94), Decimal(95), "stop_limit_in_range")


def test_a_stop_limit_whose_limit_is_not_met_at_the_stop_rests_through_its_range(holder: Story) -> None:
    which = holder.sell("10", "95", order_type=STOP_LIMIT, stop_price="95")
    (event,) = holder.range("90", "110")
    assert isinstance(event, OrderTriggered)
    again = holder.told[-1]
    assert isinstance(again, RangeFact)
    assert react(holder.account, again) == ()
    holder.close("96")
    assert holder.order(which).status is OrderStatus.FILLED


def test_an_order_is_touched_from_the_other_side(holder: Story) -> None:
    which = holder.sell("10", order_type=TOUCHED, stop_price="105")
    assert holder.open("104.99") == ()
    holder.range("100", "105")
    assert holder.order(which).average_fill_price == Decimal("104.98")
    cheaper = holder.buy("5", order_type=TOUCHED, stop_price="90")
    assert holder.close("90.01") == ()
    holder.open("89")
    assert holder.order(cheaper).average_fill_price == Decimal("89.01")
    assert holder.fills[-1].rule == "market_if_touched_at_open"


def test_a_trail_follows_the_best_price_and_never_goes_back(holder: Story) -> None:
    which = holder.sell("10", order_type=TRAILING, trail_amount="5")
    assert (holder.order(which).watermark, holder.order(which).stop_price) == (Decimal(100), Decimal(95))
    (moved,) = holder.open("104")
    assert isinstance(moved, TrailMoved)
    assert (moved.watermark, moved.stop_price) == (Decimal(104), Decimal(99))
    assert holder.close("100") == ()
    assert holder.order(which).stop_price == Decimal(99)


def test_the_old_stop_meets_the_range_and_the_new_one_acts_at_the_close(holder: Story) -> None:
    which = holder.sell("10", order_type=TRAILING, trail_amount="5")
    (moved,) = holder.range("96", "110")
    assert isinstance(moved, TrailMoved)
    assert holder.order(which).stop_price == Decimal(105)
    holder.close("104")
    assert (holder.fills[-1].price, holder.fills[-1].rule) == (Decimal("103.98"), "trailing_stop_at_close")


def test_a_trail_by_a_rate_is_rounded_against_the_customer(holder: Story) -> None:
    which = holder.sell("5", order_type=TRAILING, trail_rate="0.0333")
    assert holder.order(which).stop_price == Decimal("96.67")
    holder.close("99.99")
    bought = holder.buy("5", order_type=TRAILING, trail_rate="0.0333")
    assert holder.order(bought).stop_price == Decimal("103.32")
    holder.range("97", "100")
    assert holder.order(bought).watermark == Decimal(97)
    holder.close("100.24")
    assert holder.order(bought).average_fill_price == Decimal("100.26")


def test_a_trail_needs_a_price_to_start_from_and_room_to_stop_in() -> None:
    story = Story()
    with pytest.raises(NoPriceYet):
        story.buy("1", order_type=TRAILING, trail_amount="5")
    story.open("5")
    story.buy("1")
    story.close("5")
    with pytest.raises(TrailOutOfRange, match="as wide as the price of 5"):
        story.sell("1", order_type=TRAILING, trail_amount="5")


def test_where_there_are_prints_a_quote_triggers_nothing(holder: Story) -> None:
    which = holder.sell("10", order_type=STOP, stop_price="95")
    trailing = holder.buy("1", order_type=TRAILING, trail_amount="5")
    assert holder.quote("90", "91") == ()
    assert holder.order(which).trigger_source is TriggerSource.PRINT
    assert holder.order(trailing).watermark == Decimal(100)


def test_where_there_are_only_quotes_their_own_side_triggers() -> None:
    story = Story(rules=rules(REALISTIC), has_prints=False)
    story.quote("99", "100")
    bought = story.buy("10", order_type=STOP, stop_price="101")
    assert story.quote("100", "100.99") == ()
    story.quote("100.50", "101.50")
    assert story.order(bought).average_fill_price == Decimal("101.50")
    sold = story.sell("10", order_type=STOP, stop_price="95")
    story.quote("95", "96", sizes=("4", "4"))
    assert (story.order(sold).filled_quantity, story.fills[-1].rule) == (Decimal(4), "stop_at_quote")
    story.quote("97", "98")
    assert story.order(sold).status is OrderStatus.FILLED
