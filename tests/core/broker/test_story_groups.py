"""Entries with exits: they are armed as the entry fills, and one cancels the other."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.checks import InsufficientShares
from paperdesk.core.broker.commands import StopLoss, TakeProfit
from paperdesk.core.broker.events import OrderAccepted, OrderFilled, OrderReplaced
from paperdesk.core.broker.evolution import order_after
from paperdesk.core.broker.fill_models import REALISTIC
from paperdesk.core.broker.orders import (
    ENTRY_ENDED,
    PARTNER_CANCELLED,
    PARTNER_FILLED,
    OrderClass,
    OrderStatus,
    OrderType,
    Role,
    Side,
    TimeInForce,
)
from paperdesk.core.kernel.ids import OrderId
from tests.scenery import leg, rules
from tests.stories import Story

GTC = TimeInForce.GTC
TARGET, LOSS = TakeProfit(Decimal(110)), StopLoss(Decimal(90))


def bracket(story: Story, limit: str | None = "100", *, stop_price: str | None = None) -> tuple[OrderId, ...]:
    """Place a bracket for ten units; return the ids of entry, take-profit and stop-loss."""
    if stop_price is None:
        which = story.buy("10", limit, order_class=OrderClass.BRACKET, take_profit=TARGET, stop_loss=LOSS)
    else:
        which = story.buy(
            "10",
            order_type=OrderType.STOP,
            stop_price=stop_price,
            order_class=OrderClass.BRACKET,
            take_profit=TARGET,
            stop_loss=LOSS,
        )
    return which, leg(which, Role.TAKE_PROFIT), leg(which, Role.STOP_LOSS)


@pytest.fixture
def holder() -> Story:
    """Tell of an account that bought ten units at 100."""
    story = Story()
    story.open("100")
    story.buy("10")
    story.close("100")
    return story


def oco(story: Story) -> tuple[OrderId, OrderId]:
    which = story.sell("10", "110", order_class=OrderClass.OCO, stop_loss=LOSS)
    return which, leg(which, Role.STOP_LOSS)


def test_a_bracket_is_three_orders_of_one_group() -> None:
    story = Story()
    entry, target, loss = (story.order(each) for each in bracket(story))
    assert {each.group_id for each in (entry, target, loss)} == {entry.id}
    assert [each.parent_id for each in (entry, target, loss)] == [None, entry.id, entry.id]
    assert [each.leg for each in (entry, target, loss)] == [0, 1, 2]
    assert [each.type for each in (target, loss)] == [OrderType.LIMIT, OrderType.STOP]
    assert [each.armed_quantity for each in (entry, target, loss)] == [None, 0, 0]
    assert story.account.held == Decimal(1000)


def test_exits_sell_nothing_before_the_entry_has_bought() -> None:
    story = Story()
    bracket(story, "95")
    assert story.range("96", "120") == ()
    assert story.position().reserved == 0


def test_exits_are_armed_for_what_the_entry_has_bought() -> None:
    story = Story()
    _, target, loss = bracket(story)
    story.quote("99", "100", sizes=("4", "4"))
    assert [story.order(each).workable for each in (target, loss)] == [Decimal(4)] * 2
    assert (story.position().quantity, story.position().reserved) == (Decimal(4), Decimal(4))


def test_a_partial_take_profit_shrinks_the_stop() -> None:
    story = Story()
    _, target, loss = bracket(story)
    story.open("100")
    story.quote("110", "111", sizes=("3", "3"))
    assert story.order(target).filled_quantity == 3
    assert (story.order(loss).quantity, story.order(loss).workable) == (Decimal(7), Decimal(7))
    assert (story.position().quantity, story.position().reserved) == (Decimal(7), Decimal(7))
    story.open("85")
    assert story.order(loss).status is OrderStatus.FILLED
    assert (story.order(target).status, story.order(target).closed_reason) == (OrderStatus.CANCELLED, PARTNER_FILLED)
    assert (story.position().quantity, story.position().reserved) == (Decimal(0), Decimal(0))


def test_an_exit_that_sold_all_there_was_sells_again_when_the_entry_buys_more() -> None:
    story = Story()
    entry, target, loss = bracket(story)
    story.quote("99", "100", sizes=("4", "4"))
    story.quote("110", "111")
    assert story.order(target).status is OrderStatus.PARTIALLY_FILLED
    assert story.order(loss).workable == 0
    story.quote("99", "100")
    assert story.order(entry).status is OrderStatus.FILLED
    story.open("80")
    assert [story.order(each).filled_quantity for each in (target, loss)] == [Decimal(4), Decimal(6)]


def test_one_exit_filled_cancels_the_other() -> None:
    story = Story()
    _, target, loss = bracket(story)
    story.open("100")
    story.range("99", "111")
    assert story.order(target).status is OrderStatus.FILLED
    assert story.order(loss).closed_reason == PARTNER_FILLED
    assert not story.fills[-1].ambiguous


def test_with_both_exits_in_reach_the_stop_goes_first_and_says_so() -> None:
    story = Story()
    _, target, loss = bracket(story)
    story.open("100")
    story.range("89", "111")
    assert story.order(loss).status is OrderStatus.FILLED
    assert story.order(target).closed_reason == PARTNER_FILLED
    assert story.fills[-1].ambiguous


def test_a_stop_limit_exit_that_is_only_triggered_still_goes_before_the_target() -> None:
    story = Story(rules=rules(REALISTIC))
    which = story.buy(
        "10",
        "100",
        order_class=OrderClass.BRACKET,
        take_profit=TARGET,
        stop_loss=StopLoss(Decimal(90), Decimal(90)),
    )
    story.open("99")
    story.replace(leg(which, Role.TAKE_PROFIT), limit_price="109")
    story.range("89", "111")
    assert story.position().quantity == 10
    assert story.order(leg(which, Role.STOP_LOSS)).triggered_at is not None


def test_in_the_range_a_limit_entry_fills_in_the_stop_fires_and_the_target_waits_for_the_close() -> None:
    story = Story()
    _, target, loss = bracket(story)
    story.range("95", "115")
    assert (story.position().quantity, story.order(target).is_open) == (Decimal(10), True)
    story.close("112")
    assert (story.order(target).average_fill_price, story.order(loss).closed_reason) == (Decimal(112), PARTNER_FILLED)

    stopped = Story()
    _, _, loss = bracket(stopped)
    stopped.range("89", "115")
    assert stopped.order(loss).average_fill_price == Decimal(90)
    assert not stopped.fills[-1].ambiguous


def test_behind_a_stop_entry_the_stop_loss_is_ambiguous() -> None:
    story = Story()
    bracket(story, stop_price="105")
    story.range("89", "106")
    assert [(fill.price, fill.ambiguous) for fill in story.fills] == [(Decimal(105), False), (Decimal(90), True)]


def test_exits_leave_the_print_that_filled_the_entry_alone() -> None:
    story = Story()
    _, _, loss = bracket(story)
    story.open("85")
    assert story.order(loss).is_open
    story.close("86")
    assert story.order(loss).status is OrderStatus.FILLED


def test_cancelling_the_entry_cancels_the_exits() -> None:
    story = Story()
    entry, target, loss = bracket(story)
    story.cancel(entry)
    assert [story.order(each).closed_reason for each in (target, loss)] == [ENTRY_ENDED] * 2


def test_cancelling_a_part_filled_entry_keeps_what_was_bought_protected() -> None:
    story = Story()
    entry, target, loss = bracket(story)
    story.quote("99", "100", sizes=("4", "4"))
    story.cancel(entry)
    assert [story.order(each).quantity for each in (target, loss)] == [Decimal(4)] * 2
    story.open("120")
    assert story.order(target).status is OrderStatus.FILLED
    assert story.position().quantity == 0


def test_cancelling_an_exit_cancels_its_partner_and_an_entry_that_would_go_on_unprotected() -> None:
    story = Story()
    entry, target, loss = bracket(story)
    story.quote("99", "100", sizes=("4", "4"))
    story.cancel(target)
    assert [story.order(each).closed_reason for each in (entry, loss)] == [PARTNER_CANCELLED] * 2
    assert (story.position().closable(Side.SELL), story.account.held) == (Decimal(4), Decimal(0))


def test_an_entry_that_expires_takes_its_exits_with_it_and_members_in_force_expire_together() -> None:
    story = Story()
    entry, target, loss = bracket(story)
    story.session_closes()
    assert story.order(entry).status is OrderStatus.EXPIRED
    assert [story.order(each).closed_reason for each in (target, loss)] == [ENTRY_ENDED] * 2

    bought = Story()
    _, target, loss = bracket(bought)
    bought.open("100")
    bought.session_closes()
    assert [bought.order(each).status for each in (target, loss)] == [OrderStatus.EXPIRED] * 2
    assert bought.position().closable(Side.SELL) == 10


def test_one_triggers_another_has_one_exit() -> None:
    story = Story()
    which = story.buy("10", "100", order_class=OrderClass.OTO, stop_loss=LOSS)
    story.open("100")
    story.open("89")
    assert story.order(leg(which, Role.STOP_LOSS)).status is OrderStatus.FILLED
    other = story.buy("10", "100", order_class=OrderClass.OTO, take_profit=TARGET)
    story.open("100")
    story.open("111")
    assert story.order(leg(other, Role.TAKE_PROFIT)).average_fill_price == Decimal(111)


def test_one_cancels_the_other_and_both_reserve_the_units_once(holder: Story) -> None:
    target, loss = oco(holder)
    assert (holder.position().reserved, holder.position().closable(Side.SELL)) == (Decimal(10), Decimal(0))
    assert holder.order(target).role is Role.TAKE_PROFIT
    with pytest.raises(InsufficientShares):
        holder.sell("1", "120")
    holder.quote("110", "111", sizes=("4", "4"))
    assert (holder.position().quantity, holder.position().reserved) == (Decimal(6), Decimal(6))
    holder.open("80")
    assert holder.order(loss).filled_quantity == 6
    assert holder.order(target).closed_reason == PARTNER_FILLED


def test_cancelling_one_of_two_exits_cancels_the_other_and_frees_the_units(holder: Story) -> None:
    target, loss = oco(holder)
    holder.cancel(loss)
    assert holder.order(target).closed_reason == PARTNER_CANCELLED
    assert holder.position().closable(Side.SELL) == 10


def test_the_entry_that_cannot_be_paid_takes_its_exits_with_it() -> None:
    story = Story(cash="1000")
    story.close("100")
    _, target, _ = bracket(story, None)
    story.open("101")
    assert story.order(target).closed_reason == ENTRY_ENDED


def test_members_share_quantity_time_and_account() -> None:
    story = Story()
    which = story.buy(
        "10", "100", time_in_force=GTC, order_class=OrderClass.BRACKET, take_profit=TARGET, stop_loss=LOSS
    )
    entry, loss = story.order(which), story.order(leg(which, Role.STOP_LOSS))
    assert loss.expires_at == entry.expires_at
    assert (loss.quantity, loss.time_in_force, loss.account_id) == (entry.quantity, GTC, entry.account_id)


def test_one_order_follows_what_happens_to_it_as_its_account_does() -> None:
    story = Story()
    first = story.buy("10", "90")
    second = story.replace(first, limit_price="95")
    story.open("94")
    alone = {event.order.id: event.order for event in story.events if isinstance(event, OrderAccepted | OrderReplaced)}
    for event in story.events:
        if isinstance(event, OrderFilled):
            alone[second] = order_after(alone[second], event)
        elif isinstance(event, OrderReplaced):
            alone[first] = order_after(alone[first], event)
    assert alone == {which: story.order(which) for which in (first, second)}
