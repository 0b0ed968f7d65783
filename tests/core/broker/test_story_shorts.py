"""Selling short in a margined account: owed units, their price, and getting out again."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.checks import InsufficientCash, InsufficientShares, NothingToReduce
from paperdesk.core.broker.commands import StopLoss, TakeProfit
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.margin_checks import (
    EntryCloses,
    ExitOpens,
    InsufficientBuyingPower,
    MinimumEquityMissing,
    NotBorrowable,
    PositionsWithoutPrice,
    ShortNotAllowed,
)
from paperdesk.core.broker.margin_rules import BorrowTable, MarginRegime, MarginRules
from paperdesk.core.broker.orders import AT_RELEASE, OrderClass, OrderStatus, OrderType, Role, Side
from paperdesk.core.broker.terms import BracketPricesInverted, SideNotAllowed
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from tests.scenery import ACME, COIN, GLOBEX, PER_SHARE, REG_T, leg, reg_t, rules
from tests.stories import Story

INTRADAY = reg_t(MarginRegime.INTRADAY_CALL)


def margined(cash: str = "10000", margin: MarginRules = REG_T) -> Story:
    story = Story(cash=cash, rules=rules(margin=margin))
    story.open("100")
    return story


@pytest.fixture
def short() -> Story:
    """Tell of a hundred units sold short at 100."""
    story = margined()
    story.sell("100")
    story.close("100")
    return story


def realised(story: Story) -> list[Decimal]:
    return [-line.amount for line in story.postings if line.book is Book.REALISED]


def test_a_short_sale_brings_its_proceeds_and_owes_its_units(short: Story) -> None:
    position = short.position()
    assert (position.quantity, position.cost) == (Decimal(-100), Decimal(-10_000))
    assert [(lot.quantity, lot.cost) for lot in position.lots] == [(Decimal(-100), Decimal(-10_000))]
    assert short.account.cash == Decimal(20_000)


def test_buying_back_lower_is_a_gain(short: Story) -> None:
    short.buy("40")
    short.close("90")
    assert realised(short) == [Decimal("400.00")]
    assert (short.position().quantity, short.position().cost) == (Decimal(-60), Decimal(-6_000))


def test_buying_back_higher_is_a_loss(short: Story) -> None:
    short.buy("100")
    short.close("104")
    assert realised(short) == [Decimal("-400.00")]
    assert short.position().lots == ()


def test_a_short_sale_reserves_its_maintenance_while_it_works() -> None:
    story = margined()
    story.sell("100", "110")
    assert story.account.held == Decimal(3_300)
    assert story.position().reserved == 0


def test_margin_is_refused_beyond_what_the_account_could_carry() -> None:
    story = margined()
    story.buy("400", "100")
    with pytest.raises(InsufficientBuyingPower) as refusal:
        story.buy("1", "100")
    assert refusal.value.facts == {"needed": "25", "available": "0", "rule": "realtime_block"}


def test_an_initial_margin_regime_asks_for_half() -> None:
    story = margined(margin=INTRADAY)
    story.buy("200", "100")
    with pytest.raises(InsufficientBuyingPower) as refusal:
        story.buy("1", "100")
    assert refusal.value.facts == {"needed": "50", "available": "0", "rule": "intraday_call"}


def test_proceeds_of_a_short_sale_are_no_means(short: Story) -> None:
    """Equity is 10,000 and 3,000 of it are needed; the 10,000 that the sale brought count for nothing."""
    short.open("100", GLOBEX)
    with pytest.raises(InsufficientBuyingPower) as refusal:
        short.buy("1000", "100", symbol="GLOBEX")
    assert refusal.value.facts["available"] == "7000"


def test_a_purchase_on_credit_owes_cash(short: Story) -> None:
    story = margined()
    story.buy("150")
    story.close("100")
    assert story.account.cash == Decimal(-5_000)


def test_a_sale_across_zero_closes_first_and_reserves_margin_for_the_rest_alone() -> None:
    story = margined()
    story.buy("100")
    story.close("100")
    order_id = story.sell("150", "110")
    order = story.order(order_id)
    assert (order.held_units, order.held_money) == (Decimal(100), Decimal(1_650))
    assert (story.position().reserved, story.account.held) == (Decimal(100), Decimal(1_650))
    story.close("111")
    position = story.position()
    assert (position.quantity, position.cost) == (Decimal(-50), Decimal(-5_550))
    assert realised(story) == [Decimal("1100.00")]
    assert (position.reserved, story.account.held) == (ZERO, ZERO)


def test_a_purchase_across_zero_covers_first(short: Story) -> None:
    short.buy("150")
    short.close("90")
    assert (short.position().quantity, short.position().cost) == (Decimal(50), Decimal(4_500))
    assert realised(short) == [Decimal("1000.00")]


def test_across_zero_it_is_both_or_neither() -> None:
    story = margined()
    story.buy("100")
    story.close("100")
    before = story.account
    with pytest.raises(InsufficientBuyingPower):
        story.sell("1000")
    assert story.account is before


def test_closing_is_never_refused_for_margin() -> None:
    story = margined()
    story.buy("400")
    story.close("100")
    story.close("70")  # worth 28,000 against a debit of 30,000
    story.sell("400")
    story.close("70")
    assert story.position().quantity == 0
    assert story.account.cash == Decimal(-2_000)


def test_orders_are_needed_for_in_the_order_they_were_accepted() -> None:
    """A purchase and a short sale of the same units need no more together than the first of them."""
    story = margined()
    bought, sold = story.buy("100", "90"), story.sell("100", "110")
    assert [story.order(each).held_money for each in (bought, sold)] == [Decimal(2_250), ZERO]
    story.cancel(bought)
    assert story.order(sold).held_money == Decimal(3_300)
    assert story.account.held == Decimal(3_300)


def test_what_a_part_no_longer_needs_is_given_back() -> None:
    story = margined()
    order_id = story.sell("100", "100")
    story.quote("100", "100.10", ("40", "40"))
    assert story.order(order_id).held_money == Decimal(1_800)
    assert story.account.held == Decimal(1_800)


def test_a_market_that_ran_away_cancels_what_could_not_be_carried() -> None:
    story = margined()
    order_id = story.buy("380")
    story.open("120")  # 45,600 at maintenance need 11,400
    assert (story.order(order_id).status, story.order(order_id).closed_reason) == (OrderStatus.CANCELLED, AT_RELEASE)
    assert story.account.held == 0


def test_a_replacement_is_judged_without_the_old_order() -> None:
    story = margined()
    order_id = story.sell("300", "110")
    new = story.replace(order_id, limit_price="105")
    assert (story.order(new).held_money, story.account.held) == (Decimal(9_450), Decimal(9_450))


def test_a_short_position_is_closed_at_the_market(short: Story) -> None:
    order_id = short.closes_position(percent="50")
    assert (short.order(order_id).side, short.order(order_id).quantity) == (Side.BUY, Decimal(50))
    assert short.position().reserved == Decimal(50)
    with pytest.raises(InsufficientShares, match="buys back 100"):
        short.closes_position()
    short.closes_position(cancel_orders=True)
    short.close("95")
    assert short.position().quantity == 0


def test_an_order_that_only_reduces_buys_back_what_is_owed_and_no_more(short: Story) -> None:
    order_id = short.buy("500", "95", reduce_only=True)
    assert short.order(order_id).quantity == Decimal(100)
    with pytest.raises(NothingToReduce):
        short.sell("1", reduce_only=True)


def test_a_bracket_enters_short_and_protects_above() -> None:
    story = margined()
    entry = story.sell(
        "10",
        "100",
        order_class=OrderClass.BRACKET,
        take_profit=TakeProfit(Decimal(90)),
        stop_loss=StopLoss(Decimal(105)),
    )
    story.close("101")
    exits = [story.order(leg(entry, role)) for role in (Role.TAKE_PROFIT, Role.STOP_LOSS)]
    assert [(each.side, each.armed_quantity) for each in exits] == [(Side.BUY, Decimal(10))] * 2
    assert story.position().reserved == Decimal(10)
    story.close("106")
    assert story.position().quantity == 0
    assert story.order(leg(entry, Role.TAKE_PROFIT)).status is OrderStatus.CANCELLED


def test_the_exits_of_a_short_entry_stand_on_the_other_sides() -> None:
    story = margined()
    with pytest.raises(BracketPricesInverted, match="stop-loss at 90 must be above the entry at 120"):
        story.sell(
            "10",
            "120",
            order_class=OrderClass.BRACKET,
            take_profit=TakeProfit(Decimal(105)),
            stop_loss=StopLoss(Decimal(90)),
        )


def test_a_pair_of_exits_buys_back_a_short_position_once(short: Story) -> None:
    short.buy("100", "90", order_class=OrderClass.OCO, stop_loss=StopLoss(Decimal(110)))
    assert short.position().reserved == Decimal(100)
    with pytest.raises(ExitOpens):
        short.buy("1", "90", order_class=OrderClass.OCO, stop_loss=StopLoss(Decimal(110)))
    short.close("89")
    assert (short.position().quantity, short.position().reserved) == (ZERO, ZERO)


def test_an_exit_can_change_its_price_and_stays_on_its_side(short: Story) -> None:
    target = short.buy("100", "90", order_class=OrderClass.OCO, stop_loss=StopLoss(Decimal(110)))
    short.replace(target, limit_price="85")
    with pytest.raises(BracketPricesInverted):
        short.replace(leg(target, Role.STOP_LOSS), stop_price="80")


def test_an_entry_that_would_close_first_is_refused(short: Story) -> None:
    with pytest.raises(EntryCloses) as refusal:
        short.buy("10", "95", order_class=OrderClass.OTO, stop_loss=StopLoss(Decimal(90)))
    assert refusal.value.facts == {"symbol": "ACME", "closes": "10"}


def test_in_a_cash_account_no_group_enters_with_a_sale() -> None:
    story = Story()
    story.open("100")
    with pytest.raises(SideNotAllowed):
        story.sell("10", order_class=OrderClass.OTO, take_profit=TakeProfit(Decimal(90)))


def test_what_nobody_lends_cannot_be_sold_short() -> None:
    story = margined(margin=replace(REG_T, borrow=BorrowTable(rates={"ACME": None})))
    with pytest.raises(NotBorrowable):
        story.sell("1")
    story.buy("1")
    story.close("100")
    story.sell("1")


def test_a_coin_cannot_be_sold_short() -> None:
    story = margined()
    story.open("100", COIN)
    with pytest.raises(ShortNotAllowed):
        story.sell("1", symbol="COIN")
    story.buy("1", symbol="COIN")


def test_below_two_thousand_of_equity_everything_is_paid_in_full() -> None:
    story = margined("1999")
    with pytest.raises(MinimumEquityMissing) as refusal:
        story.sell("1")
    assert refusal.value.facts == {"needed": "2000", "available": "1999"}
    with pytest.raises(InsufficientBuyingPower) as broke:
        story.buy("20")
    assert broke.value.facts == {"needed": "2000", "available": "1999", "rule": "minimum_equity"}
    story.buy("19")
    story.close("100")
    assert story.position().quantity == Decimal(19)


def test_an_order_by_money_is_bought_on_margin() -> None:
    story = margined()
    order_id = story.buy("0", notional="20000")
    assert story.account.held == Decimal(5_000)
    story.close("100")
    assert story.order(order_id).filled_quantity == Decimal(200)
    assert (story.account.cash, story.account.held) == (Decimal(-10_000), ZERO)


def test_the_commission_is_reserved_beside_the_margin() -> None:
    story = Story(rules=rules(fees=PER_SHARE, margin=REG_T))
    story.open("100")
    story.sell("300", "100")
    assert story.account.held == Decimal("9001.50")


def test_a_withdrawal_leaves_what_the_positions_need(short: Story) -> None:
    with pytest.raises(InsufficientCash) as refusal:
        short.transfer("-5000.01")
    assert refusal.value.facts["available"] == "5000"
    short.transfer("-5000")
    assert short.account.book.memorandum == 0


def test_a_position_without_a_price_leaves_nothing_to_judge_by(short: Story) -> None:
    short.quotes.clear()
    short.open("10", GLOBEX)
    with pytest.raises(PositionsWithoutPrice):
        short.buy("1", symbol="GLOBEX")
    with pytest.raises(PositionsWithoutPrice):
        short.transfer("-1")


def test_the_kinds_of_orders_work_the_same_when_they_open_short() -> None:
    story = margined()
    stop = story.sell("10", order_type=OrderType.STOP, stop_price="95")
    trail = story.sell("10", order_type=OrderType.TRAILING_STOP, trail_amount="2")
    story.range("94", "101", ACME)
    assert {story.order(each).status for each in (stop, trail)} == {OrderStatus.FILLED}
    assert story.position().quantity == Decimal(-20)
