"""Crypto pairs bought for more than the account brings: opened on their margin, called and sold when it is lost."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.commands import ChooseLeverage, PlaceOrder
from paperdesk.core.broker.events import Event, OrderCancelled
from paperdesk.core.broker.leverage_choice import (
    LeverageNotAllowed,
    LeverageNotOffered,
    LeverageOutOfRange,
    LeverageTooLow,
)
from paperdesk.core.broker.margin import buying_power, standing
from paperdesk.core.broker.margin_book import CallKind
from paperdesk.core.broker.margin_checks import (
    InsufficientBuyingPower,
    LeverageTooHigh,
    PositionsWithoutPrice,
    ShortNotAllowed,
)
from paperdesk.core.broker.margin_events import (
    LeverageChosen,
    LiquidationStarted,
    MarginCalled,
    MarginCallMet,
    MarginEvent,
)
from paperdesk.core.broker.margin_rules import InterestRates, MarginKind, MarginRegime, MarginRules
from paperdesk.core.broker.orders import Order, OrderStatus, OrderType, Side
from paperdesk.core.broker.preview import preview
from paperdesk.core.kernel.errors import PaperdeskError
from tests.scenery import COIN, GLOBEX, REG_T, free, order_id, reg_t, rules
from tests.stories import Story


def choose(story: Story, leverage: int, symbol: str = "COIN") -> None:
    story.asks(ChooseLeverage(story.account.id, symbol, leverage))


def desk(cash: str = "5000", leverage: int = 10, margin: MarginRules = REG_T, price: str = "50000") -> Story:
    story = Story(cash=cash, rules=rules(margin=margin))
    story.open(price, COIN)
    choose(story, leverage)
    return story


def bought(quantity: str = "1", cash: str = "5000", leverage: int = 10, margin: MarginRules = REG_T) -> Story:
    story = desk(cash, leverage, margin)
    story.buy(quantity, symbol="COIN")
    story.close("50000", COIN)
    return story


def excess(story: Story) -> Decimal:
    stands = standing(story.account, story.marks)
    assert stands is not None
    return stands.maintenance_excess


def liquidations(story: Story) -> list[Order]:
    return [each for each in story.account.orders.values() if each.client_order_id.startswith("liquidation")]


def of_margin(events: tuple[Event, ...] | list[Event]) -> list[type]:
    kinds = (MarginCalled, MarginCallMet, LiquidationStarted)
    return [type(each) for each in events if isinstance(each, MarginEvent) and isinstance(each, kinds)]


# --- opened -------------------------------------------------------------------------------------


def test_without_a_choice_a_pair_is_paid_in_full() -> None:
    story = Story(cash="10000", rules=rules(margin=REG_T))
    story.open("50000", COIN)
    with pytest.raises(InsufficientBuyingPower):
        story.buy("0.21", symbol="COIN")
    order = story.order(story.buy("0.2", symbol="COIN"))
    assert order.held_money == 10_000


@pytest.mark.parametrize("regime", MarginRegime)
def test_at_ten_times_a_tenth_of_the_cost_opens_in_every_regime(regime: MarginRegime) -> None:
    story = desk(margin=reg_t(regime))
    with pytest.raises(InsufficientBuyingPower):
        story.buy("1.00001", symbol="COIN")
    which = story.buy("1", symbol="COIN")
    assert story.order(which).held_money == 5000
    story.close("50000", COIN)
    assert story.order(which).status is OrderStatus.FILLED
    assert [story.account.cash, story.account.book.memorandum, excess(story)] == [-45_000, 0, 4750]
    with pytest.raises(InsufficientBuyingPower):
        story.buy("0.001", symbol="COIN")


def test_what_a_pair_was_opened_on_is_no_means_for_shares() -> None:
    story = bought(cash="8000")
    story.open("10", GLOBEX)
    stands = standing(story.account, story.marks)
    assert stands is not None
    assert [stands.initial, stands.maintenance, stands.set_aside] == [5000, 250, 4750]
    assert buying_power(story.account, stands) == 12_000
    with pytest.raises(InsufficientBuyingPower):
        story.buy("1201", symbol="GLOBEX")
    story.buy("1200", symbol="GLOBEX")


def test_two_orders_reserve_together_what_each_would_alone() -> None:
    story = desk()
    first, second = (story.buy("0.4", "50000", symbol="COIN") for _ in range(2))
    assert [story.order(each).held_money for each in (first, second)] == [2000, 2000]
    assert story.account.held == 4000
    choose(story, 50)
    assert [story.order(each).held_money for each in (first, second)] == [400, 400]
    assert story.account.held == 800


def test_an_order_that_the_market_ran_away_from_is_cancelled_when_it_would_fill() -> None:
    story = desk()
    which = story.buy("1", symbol="COIN")
    story.close("50001", COIN)
    assert any(isinstance(each, OrderCancelled) and each.order_id == which for each in story.events)
    assert story.order(which).closed_reason == "insufficient_buying_power_at_release"


def test_a_pair_still_cannot_be_sold_short() -> None:
    with pytest.raises(ShortNotAllowed):
        desk().sell("1", symbol="COIN")


def test_so_much_is_lent_only_up_to_the_end_of_a_tier() -> None:
    story = desk("100000", 125)
    with pytest.raises(LeverageTooHigh) as refused:
        story.buy("1.01", symbol="COIN")
    assert refused.value.facts == {"symbol": "COIN", "cost": "50500", "leverage": 125, "most": 50}
    story.buy("0.6", "50000", symbol="COIN")
    with pytest.raises(LeverageTooHigh):
        story.buy("0.4", "50000.05", symbol="COIN")
    story.buy("0.4", "50000", symbol="COIN")
    story.close("50000", COIN)
    with pytest.raises(LeverageTooHigh):
        story.buy("0.001", symbol="COIN")
    story.sell("0.5", "60000", symbol="COIN")  # what closes is never too much


def test_a_preview_tells_what_is_kept_apart() -> None:
    story = bought(cash="8000")
    wish = PlaceOrder(story.account.id, order_id(9), "COIN", Side.BUY, OrderType.LIMIT, Decimal("0.1"), Decimal(40_000))
    told = preview(story.account, wish, story.view)
    assert told.accepted is not None
    assert str(told.accepted.margin_reason).endswith("What pairs with leverage were opened on keeps 4750 more.")
    assert told.order is not None
    assert told.order.held_money == 400


# --- chosen -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("margin", "symbol", "leverage", "refusal"),
    [
        (free(MarginKind.CASH), "COIN", 10, LeverageNotAllowed),
        (free(MarginKind.PORTFOLIO), "COIN", 10, LeverageNotAllowed),
        (REG_T, "ACME", 2, LeverageNotOffered),
        (REG_T, "COIN", 0, LeverageOutOfRange),
        (REG_T, "COIN", 126, LeverageOutOfRange),
    ],
)
def test_leverage_is_refused_by_name(
    margin: MarginRules, symbol: str, leverage: int, refusal: type[PaperdeskError]
) -> None:
    story = Story(rules=rules(margin=margin))
    story.open("100", COIN)
    before = story.account
    with pytest.raises(refusal):
        choose(story, leverage, symbol)
    assert story.account is before


def test_the_same_choice_again_changes_nothing() -> None:
    story = desk()
    seq = story.account.last_seq
    choose(story, 10)
    assert story.account.last_seq == seq
    choose(story, 1)
    assert story.account.book.leverage == ()


def test_a_choice_needs_every_position_to_have_a_price() -> None:
    story = bought()
    story.quotes.clear()
    with pytest.raises(PositionsWithoutPrice):
        choose(story, 20)


def test_more_leverage_gives_margin_back_and_less_takes_it() -> None:
    story = bought(cash="10000")
    choose(story, 50)
    event = story.events[-1]
    assert isinstance(event, LeverageChosen)
    assert [event.memorandum, story.account.book.memorandum] == [4000, 9000]
    choose(story, 5)
    assert story.account.book.memorandum == 0
    with pytest.raises(LeverageTooLow) as refused:
        choose(story, 4)
    assert refused.value.facts == {"symbol": "COIN", "leverage": 4, "missing": "2500"}
    choose(story, 50)
    story.buy("0.00001", "1000", symbol="COIN")
    with pytest.raises(LeverageTooHigh):
        choose(story, 51)


def test_open_orders_hold_on_to_the_leverage_they_need() -> None:
    story = desk()
    story.buy("1", "50000", symbol="COIN")
    with pytest.raises(LeverageTooLow):
        choose(story, 9)
    assert story.account.held == 5000


# --- called and sold ----------------------------------------------------------------------------


@pytest.mark.parametrize("regime", MarginRegime)
def test_fifty_thousand_at_ten_times_are_sold_below_45_250(regime: MarginRegime) -> None:
    story = bought(margin=reg_t(regime))
    assert of_margin(story.close("45250", COIN)) == []
    assert excess(story) == 0
    assert of_margin(story.close("45249", COIN)) == [MarginCalled, LiquidationStarted]
    call = story.account.book.call(CallKind.MAINTENANCE)
    assert call is not None
    assert (call.amount, call.due_on) == (Decimal(1), call.issued_on)
    (order,) = liquidations(story)
    assert order.quantity == Decimal("0.004")
    assert of_margin(story.close("45249", COIN)) == [MarginCallMet]
    assert 0 <= excess(story) < Decimal("0.01")
    assert story.position(COIN).quantity == Decimal("0.996")


def test_what_is_still_missing_is_sold_too_and_nothing_twice() -> None:
    story = bought()
    story.close("45249", COIN)
    story.quote("45200", "45200", of=COIN)  # meets the first order, and more is missing
    first, second = liquidations(story)
    assert (first.quantity, story.order(first.id).status) == (Decimal("0.004"), OrderStatus.FILLED)
    assert second.quantity == Decimal("0.196")  # 49 of 249
    story.quote("44000", "44000", of=COIN)
    assert story.position(COIN).quantity == Decimal("0.8")
    story.quote("44000", "44000", of=COIN)
    assert (story.position(COIN).quantity, story.account.cash) == (Decimal(0), Decimal("-995.20"))


def test_a_large_position_frees_what_its_own_tier_needs_first() -> None:
    """1,000,000 need 17,250; 20,000 of them less need 400 less, because the highest tier goes first."""
    story = desk("40000", 25)
    story.buy("20", symbol="COIN")
    story.close("50000", COIN)
    assert excess(story) == 22_750
    story.close("48842.50", COIN)
    (order,) = liquidations(story)
    assert order.quantity == Decimal("0.4")
    story.close("48842.50", COIN)
    assert excess(story) == 0


def test_at_the_close_of_a_called_session_a_pair_is_sold_down_to_its_initial_margin() -> None:
    """Bought beside shares on maintenance alone, the account is short of 2,500 over the close."""
    story = Story(cash="10000", rules=rules(margin=REG_T))
    story.open("50000", COIN)
    story.open("10", GLOBEX)
    choose(story, 10)
    story.buy("1", symbol="COIN")
    story.buy("1500", symbol="GLOBEX")
    story.close("50000", COIN)
    story.close("10", GLOBEX)
    assert story.account.book.memorandum == -2500
    for _ in range(4):
        story.session_closes()
        story.session_opens()
    sold = {order.instrument.symbol: order.quantity for order in liquidations(story)}
    assert sold == {"GLOBEX": Decimal(500)}


def test_a_debit_costs_interest_like_any_other() -> None:
    margin = MarginRules(MarginKind.REG_T, interest=InterestRates(Decimal("0.072")))
    story = bought(cash="6000", margin=margin)
    story.session_closes()
    assert story.account.cash == Decimal("-44008.80")  # 44,000 for a night at 7.2 %
