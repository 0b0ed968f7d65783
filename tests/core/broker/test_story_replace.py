"""A new order takes the place of an old one, with its reservation."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.commands import StopLoss, TakeProfit
from paperdesk.core.broker.events import OrderReplaced
from paperdesk.core.broker.orders import OrderClass, OrderStatus, OrderType, Role, Side, TimeInForce
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import OrderId
from tests.order_terms import Changes
from tests.scenery import FIRST_CLOSE, leg, order_id
from tests.stories import Story

STOP_LIMIT, TRAILING = OrderType.STOP_LIMIT, OrderType.TRAILING_STOP


def refusal(story: Story, which: OrderId, changes: Changes) -> str:
    before = story.account
    with pytest.raises(PaperdeskError) as refused:
        story.replace(which, **changes)
    assert story.account is before
    return refused.value.code


@pytest.fixture
def holder() -> Story:
    """Tell of an account that bought ten units at 100."""
    story = Story()
    story.open("100")
    story.buy("10")
    story.close("100")
    return story


def test_the_new_order_is_chained_to_the_old_one_and_moves_its_reservation() -> None:
    story = Story(cash="1000")
    old = story.buy("10", "100")
    new = story.replace(old, limit_price="90")
    assert isinstance(story.events[-1], OrderReplaced)
    assert (story.order(old).status, story.order(old).replaced_by) == (OrderStatus.REPLACED, new)
    assert (story.order(new).replaces, story.order(new).limit_price) == (old, Decimal(90))
    assert story.account.held == Decimal(900)
    assert story.order(new).expires_at == FIRST_CLOSE


def test_its_own_reservation_is_never_in_its_way() -> None:
    story = Story(cash="1000")
    old = story.buy("10", "100")
    assert story.order(story.replace(old, quantity="8", limit_price="125")).is_open
    assert story.account.buying_power == 0
    assert refusal(story, order_id(3), {"quantity": "9"}) == "insufficient_buying_power"


def test_of_a_part_filled_order_the_new_one_works_for_the_rest() -> None:
    story = Story()
    old = story.buy("10", "100")
    story.quote("99", "100", sizes=("4", "4"))
    assert refusal(story, old, {"quantity": "4"}) == "quantity_already_filled"
    new = story.replace(old, quantity="12")
    assert (story.order(old).filled_quantity, story.order(new).quantity) == (Decimal(4), Decimal(8))
    assert story.account.held == Decimal(800)


def test_a_sell_can_be_replaced_up_to_what_is_held(holder: Story) -> None:
    old = holder.sell("6", "120")
    assert refusal(holder, old, {"quantity": "11"}) == "insufficient_shares"
    holder.replace(old, quantity="10")
    assert holder.position().closable(Side.SELL) == 0


def test_it_meets_only_later_facts_and_keeps_its_time_unless_asked(holder: Story) -> None:
    old = holder.sell("6", "120")
    new = holder.replace(old, time_in_force=TimeInForce.GTC)
    order = holder.order(new)
    assert (order.accepted_fact, order.time_in_force) == (holder.cursor, TimeInForce.GTC)
    assert order.expires_at > FIRST_CLOSE
    dated = holder.replace(new, time_in_force=TimeInForce.GTD, expires_on=FIRST_CLOSE.date())
    assert holder.order(dated).expires_at == FIRST_CLOSE
    assert refusal(holder, dated, {"time_in_force": TimeInForce.OPG, "expires_on": FIRST_CLOSE.date()}) == (
        "expiry_date_not_allowed"
    )


def test_a_trail_keeps_its_watermark_when_it_is_tightened(holder: Story) -> None:
    old = holder.sell("10", order_type=TRAILING, trail_amount="5")
    holder.open("110")
    new = holder.replace(old, trail="3")
    assert (holder.order(new).watermark, holder.order(new).stop_price) == (Decimal(110), Decimal(107))
    holder.cancel(new)
    by_rate = holder.sell("10", order_type=TRAILING, trail_rate="0.10")
    assert holder.order(holder.replace(by_rate, trail="0.20")).stop_price == Decimal(88)


def test_what_was_triggered_stays_triggered(holder: Story) -> None:
    old = holder.sell("10", "94", order_type=STOP_LIMIT, stop_price="95")
    holder.open("90")
    assert refusal(holder, old, {"stop_price": "92"}) == "not_replaceable"
    new = holder.replace(old, limit_price="91")
    assert holder.order(new).triggered_at == holder.order(old).triggered_at
    holder.close("91")
    assert holder.order(new).status is OrderStatus.FILLED


def test_of_an_exit_only_the_price_can_change_and_its_partner_stays(holder: Story) -> None:
    target = holder.sell("10", "110", order_class=OrderClass.OCO, reduce_only=True, stop_loss=StopLoss(Decimal(90)))
    loss = leg(target, Role.STOP_LOSS)
    assert refusal(holder, loss, {"quantity": "5"}) == "not_replaceable"
    assert refusal(holder, loss, {"time_in_force": TimeInForce.GTC}) == "not_replaceable"
    assert refusal(holder, loss, {"stop_price": "110"}) == "bracket_prices_inverted"
    tighter = holder.replace(loss, stop_price="95")
    assert holder.position().reserved == 10
    higher = holder.replace(target, limit_price="105")
    holder.open("95")
    assert holder.order(tighter).status is OrderStatus.FILLED
    assert holder.order(higher).status is OrderStatus.CANCELLED


def test_an_entry_is_replaced_between_its_exits_and_arms_them_as_before() -> None:
    story = Story()
    entry = story.buy(
        "10",
        "100",
        order_class=OrderClass.BRACKET,
        take_profit=TakeProfit(Decimal(110)),
        stop_loss=StopLoss(Decimal(90)),
    )
    assert refusal(story, entry, {"limit_price": "110"}) == "bracket_prices_inverted"
    story.quote("99", "100", sizes=("4", "4"))
    higher = story.replace(entry, limit_price="101")
    target = story.replace(leg(entry, Role.TAKE_PROFIT), limit_price="112")
    assert story.order(target).armed_quantity == 4
    story.quote("100", "101")
    assert story.order(higher).status is OrderStatus.FILLED
    assert story.order(target).armed_quantity == story.position().reserved == 10
    story.open("112")
    assert story.position().quantity == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "nothing_to_change"),
        ({"trail": "1"}, "trail_not_allowed"),
        ({"limit_price": "0"}, "price_not_positive"),
        ({"stop_price": "1"}, "stop_price_not_allowed"),
        ({"quantity": "-1"}, "quantity_already_filled"),
        ({"quantity": "1.5"}, "quantity_too_precise"),
        ({"limit_price": "100.001"}, "price_off_tick"),
        ({"time_in_force": TimeInForce.GTD}, "expiry_date_missing"),
        ({"quantity": "1000"}, "insufficient_buying_power"),
    ],
)
def test_a_replacement_passes_the_checks_of_a_placement(changes: Changes, code: str) -> None:
    story = Story()
    assert refusal(story, story.buy("10", "100"), changes) == code


def test_an_order_by_money_or_one_that_ended_cannot_be_replaced() -> None:
    story = Story()
    by_money = story.buy("0", notional="100")
    assert refusal(story, by_money, {"quantity": "5"}) == "not_replaceable"
    story.cancel(by_money)
    assert refusal(story, by_money, {"quantity": "5"}) == "order_already_closed"
    assert refusal(story, order_id(99), {"quantity": "5"}) == "unknown_order"


def test_an_order_id_used_twice_is_a_bug() -> None:
    story = Story()
    which = story.buy("10", "100")
    story.asked -= 1
    with pytest.raises(AssertionError, match="used once"):
        story.replace(which, quantity="5")
