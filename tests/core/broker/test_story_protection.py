"""Orders that go only so far through the market, and stops that are told what triggers them."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.checks import NoPriceYet, TriggerNotTold
from paperdesk.core.broker.commands import StopLoss, TakeProfit
from paperdesk.core.broker.fill_models import REALISTIC
from paperdesk.core.broker.margin_checks import InsufficientBuyingPower
from paperdesk.core.broker.orders import OrderClass, OrderStatus, OrderType, Side, TimeInForce, TriggerSource
from paperdesk.core.broker.terms import (
    LimitPriceNotAllowed,
    ProtectionNotAllowed,
    ProtectionOutOfRange,
    TriggerSourceNotAllowed,
)
from paperdesk.core.market.corporate_actions import Split
from tests.scenery import action_of, rules
from tests.stories import Story

STOP, TRAILING, TOUCHED = OrderType.STOP, OrderType.TRAILING_STOP, OrderType.MARKET_IF_TOUCHED
GTC = TimeInForce.GTC


@pytest.fixture
def story() -> Story:
    story = Story(cash="20000")
    story.open("100")
    return story


@pytest.fixture
def holder(story: Story) -> Story:
    story.buy("10")
    story.close("100")
    return story


def test_a_protected_market_order_fills_within_its_protection_and_waits_beyond_it(story: Story) -> None:
    bought = story.buy("10", protection_rate="0.02", time_in_force=GTC)
    assert story.order(bought).worst_price == Decimal(102)
    story.close("102.01")
    assert story.order(bought).status is OrderStatus.ACCEPTED
    story.range("90", "103")  # a range has no price to give, and it does not rest at its worst price
    story.close("101.50")
    assert story.order(bought).average_fill_price == Decimal("101.50")


def test_a_protected_sale_goes_no_lower_than_its_protection(holder: Story) -> None:
    sold = holder.sell("10", protection_rate="0.02", time_in_force=TimeInForce.IOC)
    holder.close("97.99")
    assert (holder.order(sold).status, holder.order(sold).closed_reason) == (
        OrderStatus.CANCELLED, "not_filled_at_once",
    )  # fmt: skip
    again = holder.sell("10", protection_rate="0.0205")
    assert holder.order(again).worst_price == Decimal("95.99")  # 95.981205, on the tick that is nearer to the market
    holder.close("95.99")
    assert holder.order(again).average_fill_price == Decimal("95.99")


def test_a_protected_buy_reserves_at_its_worst_price(story: Story) -> None:
    story.buy("100", protection_rate="0.02")
    assert story.account.held == Decimal(10_200)
    with pytest.raises(InsufficientBuyingPower):
        story.buy("98", protection_rate="0.02")
    story.buy("96", protection_rate="0.02")


def test_the_impact_of_a_protected_order_stays_inside_its_protection() -> None:
    story = Story(cash="10000000", rules=rules(REALISTIC))
    story.open("100")
    bought = story.buy("20000", protection_rate="0.0005")
    story.close("100", volume="1000000")
    order = story.order(bought)
    assert Decimal(0) < order.filled_quantity < Decimal(20_000)
    assert story.fills[-1].price <= Decimal("100.05")
    why = story.fills[-1].explanation
    assert why is not None
    assert "impact_within_limit" in why.rules


def test_a_protected_stop_goes_so_far_beyond_its_stop_price_and_no_further(holder: Story) -> None:
    sold = holder.sell("10", order_type=STOP, stop_price="95", protection_rate="0.02", time_in_force=GTC)
    assert holder.order(sold).worst_price == Decimal("93.1")
    holder.open("90")  # it gapped
    order = holder.order(sold)
    assert (order.status, order.triggered_at) == (OrderStatus.ACCEPTED, holder.at)
    holder.close("93.09")
    assert holder.order(sold).is_open
    holder.close("93.50")
    assert holder.order(sold).average_fill_price == Decimal("93.50")


def test_a_protected_stop_in_a_range_costs_what_an_unprotected_one_does() -> None:
    prices = []
    for rate in (None, "0.02"):
        story = Story(cash="20000", rules=rules(REALISTIC))
        story.open("100")
        terms = {} if rate is None else {"protection_rate": rate}
        bought = story.buy("10", order_type=STOP, stop_price="101", **terms)  # type: ignore[arg-type]
        story.range("99", "103")
        prices.append(story.order(bought).average_fill_price)
    assert prices == [Decimal("101.02")] * 2
    narrow = Story(cash="20000", rules=rules(REALISTIC))
    narrow.open("100")
    bought = narrow.buy("10", order_type=STOP, stop_price="101", protection_rate="0.0001")
    narrow.range("99", "103")
    assert narrow.order(bought).triggered_at is not None
    assert narrow.order(bought).is_open  # its costs are more than a hundredth of a percent


def test_protection_follows_a_trail_and_a_touched_price(holder: Story) -> None:
    sold = holder.sell("5", order_type=TRAILING, trail_amount="5", protection_rate="0.1")
    assert holder.order(sold).worst_price == Decimal("85.5")
    holder.range("99", "110")
    assert holder.order(sold).worst_price == Decimal("94.5")
    touched = holder.buy("5", order_type=TOUCHED, stop_price="99", protection_rate="0.01")
    assert holder.order(touched).worst_price == Decimal("99.99")


def test_a_split_moves_a_protection_along(story: Story) -> None:
    bought = story.buy("10", protection_rate="0.02", time_in_force=GTC)
    story.goes_ex(action_of(Split(Decimal(2), Decimal(1))))
    assert (story.order(bought).quantity, story.order(bought).worst_price) == (Decimal(20), Decimal(51))


def test_a_replaced_order_is_protected_from_the_price_that_stands_then(story: Story) -> None:
    bought = story.buy("10", protection_rate="0.02", time_in_force=GTC)
    story.close("110")
    again = story.replace(bought, quantity="5")
    assert (story.order(again).protection_rate, story.order(again).worst_price) == (Decimal("0.02"), Decimal("112.2"))
    with pytest.raises(LimitPriceNotAllowed):
        story.replace(again, limit_price="100")
    waiting = story.buy("1", order_type=STOP, stop_price="120", protection_rate="0.1", time_in_force=GTC)
    assert story.order(story.replace(waiting, stop_price="130")).worst_price == Decimal(143)


def test_only_the_entry_of_a_group_is_protected(story: Story) -> None:
    bought = story.buy(
        "10",
        protection_rate="0.02",
        time_in_force=GTC,
        order_class=OrderClass.BRACKET,
        take_profit=TakeProfit(Decimal(120)),
        stop_loss=StopLoss(Decimal(80)),
    )
    worst = {each.role: each.worst_price for each in story.account.orders.values()}
    assert [worst[role] for role in sorted(worst, key=str)] == [Decimal(102), None, Decimal(120)]
    assert story.order(bought).protection_rate == Decimal("0.02")


def test_protections_that_make_no_sense_are_refused(story: Story) -> None:
    with pytest.raises(ProtectionNotAllowed):
        story.buy("1", "100", protection_rate="0.02")
    with pytest.raises(ProtectionNotAllowed):
        story.buy("0", notional="100", protection_rate="0.02")
    for rate in ("0", "-0.1", "1"):
        with pytest.raises(ProtectionOutOfRange):
            story.buy("1", protection_rate=rate)
    with pytest.raises(NoPriceYet):
        Story().buy("1", protection_rate="0.02")


# --- what triggers --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "bid", "ask", "is_triggered"),
    [
        (TriggerSource.QUOTE, "100.9", "101", True),
        (TriggerSource.QUOTE, "100.8", "100.99", False),
        (TriggerSource.MID, "100.99", "101.01", True),
        (TriggerSource.MID, "100.9", "101", False),
        (TriggerSource.PRINT, "102", "103", False),
    ],
)
def test_a_stop_is_triggered_by_the_source_it_names(
    source: TriggerSource, bid: str, ask: str, *, is_triggered: bool
) -> None:
    story = Story(cash="20000")
    story.quote("99", "100")
    bought = story.buy("10", order_type=STOP, stop_price="101", trigger_source=source)
    story.quote(bid, ask)
    assert (story.order(bought).triggered_at is not None) is is_triggered


def test_a_stop_on_quotes_hears_no_prints_and_a_stop_on_prints_no_quotes() -> None:
    story = Story(cash="20000")
    story.quote("99", "100")
    on_mid = story.buy("1", order_type=STOP, stop_price="105", trigger_source=TriggerSource.MID)
    on_print = story.buy("1", order_type=STOP, stop_price="105", trigger_source=TriggerSource.PRINT)
    by_default = story.buy("1", order_type=STOP, stop_price="105")
    story.range("99", "110")
    story.close("106")
    assert story.order(on_mid).triggered_at is None
    assert story.order(on_print).triggered_at is not None
    assert story.order(on_print).triggered_at == story.order(by_default).triggered_at
    story.quote("105", "106")
    assert story.order(on_mid).status is OrderStatus.FILLED


def test_a_trail_follows_the_source_it_names_and_a_replacement_keeps_it(holder: Story) -> None:
    holder.quote("100", "101")
    trailing = holder.sell("5", order_type=TRAILING, trail_amount="5", trigger_source=TriggerSource.MID)
    holder.close("120")
    assert holder.order(trailing).watermark == Decimal(100)
    holder.quote("110", "112")
    assert (holder.order(trailing).watermark, holder.order(trailing).stop_price) == (Decimal(111), Decimal(106))
    again = holder.replace(trailing, trail="4")
    assert holder.order(again).trigger_source is TriggerSource.MID


def test_a_source_that_the_tape_never_tells_is_refused(story: Story) -> None:
    for source in (TriggerSource.QUOTE, TriggerSource.MID):
        with pytest.raises(TriggerNotTold, match="no quotes"):  # a quote that was made from a bar is none
            story.buy("1", order_type=STOP, stop_price="105", trigger_source=source)
    silent = Story(has_prints=False)
    silent.quote("99", "100")
    with pytest.raises(TriggerNotTold, match="no prints"):
        silent.buy("1", order_type=STOP, stop_price="105", trigger_source=TriggerSource.PRINT)
    with pytest.raises(TriggerSourceNotAllowed):
        silent.buy("1", trigger_source=TriggerSource.MID)
    assert silent.place(Side.BUY, "1") is not None
