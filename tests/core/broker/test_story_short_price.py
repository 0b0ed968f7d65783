"""The price test of short sales: what has fallen by a tenth is sold short only above the bid."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.commands import StopLoss, TakeProfit
from paperdesk.core.broker.orders import OrderClass, OrderStatus, OrderType, Role, TimeInForce
from paperdesk.core.broker.short_price import ShortSaleRestricted
from paperdesk.core.kernel.values import replace
from tests.scenery import ACME, REG_T, leg, option, rules
from tests.stories import Story

TARGET, LOSS = TakeProfit(Decimal(95)), StopLoss(Decimal(88))


@pytest.fixture
def fallen() -> Story:
    """Tell of a margined account, and of shares that are quoted at 90.00 to 90.10 after a fall."""
    story = Story(cash="20000", rules=replace(rules(margin=REG_T), option_level=4))
    story.quote("90.00", "90.10")
    story.fallen.add(ACME.id)
    return story


@pytest.mark.parametrize("limit", [None, "89", "90"])
def test_at_the_bid_or_below_it_nothing_is_sold_short(fallen: Story, limit: str | None) -> None:
    with pytest.raises(ShortSaleRestricted) as refusal:
        fallen.sell("10", limit)
    assert refusal.value.facts == {"symbol": "ACME", "bid": "90", "limit_price": limit, "rule": "rule_201"}
    assert "only with a limit above the bid of 90" in refusal.value.message


def test_above_the_bid_it_rests_and_is_met_at_its_limit_when_buyers_come(fallen: Story) -> None:
    order_id = fallen.sell("10", "90.05")
    fallen.quote("90.04", "90.20")
    assert fallen.order(order_id).status is OrderStatus.ACCEPTED
    fallen.quote("90.10", "90.20")
    assert [str(each.price) for each in fallen.fills] == ["90.05"]


def test_what_is_held_is_sold_as_ever_and_what_crosses_zero_is_not(fallen: Story) -> None:
    fallen.buy("10")
    fallen.quote("90.00", "90.10")
    with pytest.raises(ShortSaleRestricted):
        fallen.sell("11")
    fallen.sell("10")
    fallen.quote("90.00", "90.10")
    assert fallen.position().quantity == 0


def test_what_was_placed_before_waits_until_the_test_is_over() -> None:
    story = Story(cash="20000", rules=rules(margin=REG_T))
    story.quote("99.00", "99.10")
    order_id, stop_id = story.sell("10"), story.sell("10", order_type=OrderType.STOP, stop_price="95")
    story.fallen.add(ACME.id)
    story.quote("89.00", "89.10")
    story.close("89")
    assert story.fills == []
    assert story.order(stop_id).triggered_at is not None
    story.fallen.clear()
    story.quote("89.00", "89.10")
    assert {story.order(each).status for each in (order_id, stop_id)} == {OrderStatus.FILLED}


def test_what_must_fill_at_once_ends() -> None:
    story = Story(cash="20000", rules=rules(margin=REG_T))
    story.quote("99.00", "99.10")
    order_id = story.sell("10", time_in_force=TimeInForce.IOC)
    story.fallen.add(ACME.id)
    story.quote("89.00", "89.10")
    assert story.order(order_id).status is OrderStatus.CANCELLED


def test_a_waiting_order_with_a_limit_is_refused_as_well_and_a_replacement_is_judged_anew(fallen: Story) -> None:
    with pytest.raises(ShortSaleRestricted):
        fallen.sell("10", "90.05", order_type=OrderType.STOP_LIMIT, stop_price="89")
    order_id = fallen.sell("10", "91")
    with pytest.raises(ShortSaleRestricted):
        fallen.replace(order_id, limit_price="90")
    fallen.replace(order_id, limit_price="90.50")


def test_without_a_quote_the_last_price_stands_for_the_bid(fallen: Story) -> None:
    fallen.close("91")
    with pytest.raises(ShortSaleRestricted) as refusal:
        fallen.sell("10", "91")
    assert refusal.value.facts["bid"] == "91"


def test_a_combo_sells_no_shares_short_meanwhile(fallen: Story) -> None:
    story = fallen
    call = option("C", "100", days=30)
    story.quote("2.00", "2.10", of=call)
    with pytest.raises(ShortSaleRestricted):
        story.combo(f"-100 ACME +1 {call.symbol}")
    story.fallen.clear()
    story.chain({ACME: ("90.00", "90.10"), call: ("2.00", "2.10")})
    order_id = story.combo(f"-100 ACME +1 {call.symbol}")
    story.fallen.add(ACME.id)
    story.chain({ACME: ("90.00", "90.10"), call: ("2.00", "2.10")})
    assert story.order(order_id).status is OrderStatus.ACCEPTED
    story.fallen.clear()
    story.chain({ACME: ("90.00", "90.10"), call: ("2.00", "2.10")})
    assert story.order(order_id).status is OrderStatus.FILLED


def test_an_exit_whose_shares_were_sold_already_would_open_short_and_waits(fallen: Story) -> None:
    entry = fallen.buy("10", order_class=OrderClass.BRACKET, take_profit=TARGET, stop_loss=LOSS)
    fallen.quote("90.00", "90.10")
    fallen.sell("10")
    fallen.quote("90.00", "90.10")
    assert fallen.position().quantity == 0
    fallen.close("87")
    assert fallen.order(leg(entry, Role.STOP_LOSS)).triggered_at is not None
    assert (len(fallen.fills), fallen.position().quantity) == (2, Decimal(0))
