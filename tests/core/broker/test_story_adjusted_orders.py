"""What companies do reaches open orders too: scaled, reduced, or cancelled by a reason."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.commands import StopLoss, TakeProfit
from paperdesk.core.broker.events import OrderAdjusted
from paperdesk.core.broker.holds import held_cash
from paperdesk.core.broker.orders import (
    ADJUSTED_TO_NOTHING,
    PARTNER_CANCELLED,
    SERIES_ADJUSTED,
    UNKNOWN_DISTRIBUTION,
    OrderClass,
    OrderStatus,
    OrderType,
    Role,
    TimeInForce,
)
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import (
    ActionTerms,
    AdjustedSeries,
    CashDividend,
    Delisting,
    Merger,
    ShareDividend,
    SpinOff,
    Split,
    SymbolChange,
)
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.options import parse_occ
from tests.scenery import GLOBEX, action_of, instrument, leg
from tests.stories import Story

GTC = TimeInForce.GTC
ONE, TWO, TEN = Decimal(1), Decimal(2), Decimal(10)
TWO_FOR_ONE = Split(TWO, ONE)


def holder(units: str = "10") -> Story:
    """Tell of an account that bought ACME at 100."""
    story = Story()
    story.open("100")
    story.buy(units)
    story.close("100")
    return story


def option(strike: int) -> Instrument:
    symbol = f"ACME200619C00{strike:03}000"
    return replace(instrument(symbol, Kind.OPTION), contract=parse_occ(symbol))


def told(*numbers: Decimal | None) -> list[str]:
    return [plain(number or ZERO) for number in numbers]


def test_what_waits_below_the_market_falls_with_the_dividend() -> None:
    story = holder(units="40")
    below = [
        story.buy("1", "90", time_in_force=GTC),
        story.buy("1", order_type=OrderType.MARKET_IF_TOUCHED, stop_price="90", time_in_force=GTC),
        story.sell("1", order_type=OrderType.STOP, stop_price="90", time_in_force=GTC),
        story.sell("1", "89", order_type=OrderType.STOP_LIMIT, stop_price="90", time_in_force=GTC),
        story.sell("1", order_type=OrderType.TRAILING_STOP, trail_amount="10", time_in_force=GTC),
    ]
    others = [
        story.buy("1", "90"),
        story.buy("1", "90", time_in_force=GTC, do_not_reduce=True),
        story.buy("1", order_type=OrderType.STOP, stop_price="110", time_in_force=GTC),
        story.sell("1", "110", time_in_force=GTC),
    ]
    before = [story.order(each) for each in others]
    story.goes_ex(action_of(CashDividend(Decimal("0.255"))))
    assert [story.order(each) for each in others] == before
    prices = [(story.order(each).limit_price, story.order(each).stop_price) for each in below]
    fallen = Decimal("89.74")
    assert prices == [(fallen, None), (None, fallen), (None, fallen), (Decimal("88.74"), fallen), (None, fallen)]
    assert story.order(below[4]).watermark == Decimal("99.74")
    assert story.account.held == sum((held_cash(story.account, order) for order in story.account.orders.values()), ZERO)


def test_a_stop_that_came_true_and_rests_as_a_limit_follows_its_side() -> None:
    story = holder()
    sells = story.sell("1", "99", order_type=OrderType.STOP_LIMIT, stop_price="98", time_in_force=GTC)
    buys = story.buy("1", "97", order_type=OrderType.STOP_LIMIT, stop_price="97.50", time_in_force=GTC)
    story.range("97.80", "97.90")
    assert [story.order(each).is_waiting for each in (sells, buys)] == [False, False]
    story.goes_ex(action_of(CashDividend(ONE)))
    assert [story.order(each).limit_price for each in (sells, buys)] == [Decimal(99), Decimal(96)]


def test_an_order_whose_price_falls_to_nothing_is_cancelled() -> None:
    story = holder()
    which = story.buy("1", "0.50", time_in_force=GTC)
    story.goes_ex(action_of(CashDividend(Decimal("0.50"))))
    assert story.order(which).closed_reason == ADJUSTED_TO_NOTHING


def test_a_split_scales_units_and_prices_of_every_open_order() -> None:
    story = holder()
    buys = story.buy("10", "90.01")
    sells = story.sell("4", order_type=OrderType.TRAILING_STOP, trail_amount="10", time_in_force=GTC)
    money = story.buy("0", notional="500")
    story.goes_ex(action_of(Split(Decimal(3), TWO)))
    bought, sold, spent = (story.order(each) for each in (buys, sells, money))
    assert told(bought.quantity, bought.limit_price, bought.hold_price) == ["15", "60", "60"]
    assert told(sold.quantity, sold.stop_price, sold.trail_amount) == ["6", "60", "6.66"]
    assert told(spent.quantity, spent.notional) == ["0", "500"]
    assert story.position().reserved == 6


def test_what_was_filled_before_a_split_stays_and_only_the_rest_is_scaled() -> None:
    story = Story()
    which = story.buy("10", "100")
    story.quote("99", "100", ("5", "4"))
    story.goes_ex(action_of(TWO_FOR_ONE))
    order = story.order(which)
    assert told(order.filled_quantity, order.quantity, order.remaining) == ["4", "16", "12"]
    assert story.position().quantity == 8


def test_units_of_an_order_are_cut_to_whole_lots_and_nothing_is_cancelled_by_name() -> None:
    story = holder(units="15")
    rests, goes = story.sell("13", "200", time_in_force=GTC), story.sell("2", "200", time_in_force=GTC)
    story.goes_ex(action_of(Split(ONE, TEN)))
    assert (story.order(rests).quantity, story.order(rests).limit_price) == (ONE, Decimal(2000))
    assert story.order(goes).closed_reason == ADJUSTED_TO_NOTHING
    assert story.position().reserved == ONE


def bracket(story: Story, units: str) -> list[OrderId]:
    which = story.buy(
        units,
        "95",
        time_in_force=GTC,
        order_class=OrderClass.BRACKET,
        take_profit=TakeProfit(Decimal(110)),
        stop_loss=StopLoss(Decimal(90)),
    )
    return [which, leg(which, Role.TAKE_PROFIT), leg(which, Role.STOP_LOSS)]


def test_a_group_is_scaled_together_also_when_its_entry_is_partly_filled() -> None:
    story = Story()
    members = bracket(story, "10")
    story.quote("94", "95", ("5", "4"))
    story.goes_ex(action_of(TWO_FOR_ONE))
    entry, target, loss = (story.order(each) for each in members)
    assert told(entry.remaining, target.quantity, target.workable, loss.workable) == ["12", "20", "8", "8"]
    assert (target.limit_price, loss.stop_price) == (Decimal(55), Decimal(45))
    story.quote("47", "47.50", ("50", "50"))
    assert story.order(members[0]).status is OrderStatus.FILLED
    assert story.order(members[1]).workable == story.position().quantity == 20


def test_a_group_that_does_not_come_out_in_whole_lots_is_cancelled() -> None:
    story = Story()
    members = bracket(story, "5")
    story.goes_ex(action_of(Split(Decimal(3), TWO)))
    reasons = {story.order(each).closed_reason for each in members}
    assert ADJUSTED_TO_NOTHING in reasons
    assert not any(story.order(each).is_open for each in members)


def test_one_cancels_other_of_an_odd_ratio_ends_together() -> None:
    story = holder(units="5")
    which = story.sell("5", "110", order_class=OrderClass.OCO, stop_loss=StopLoss(Decimal(90)))
    story.goes_ex(action_of(ShareDividend(Decimal("0.1"))))
    partner = story.order(leg(which, Role.STOP_LOSS))
    assert (story.order(which).closed_reason, partner.closed_reason) == (ADJUSTED_TO_NOTHING, PARTNER_CANCELLED)


def test_a_spin_off_of_known_worth_reduces_and_one_of_unknown_worth_cancels() -> None:
    known, unknown = holder(), holder()
    orders = [(each.buy("1", "90", time_in_force=GTC), each.buy("1", "90")) for each in (known, unknown)]
    known.goes_ex(action_of(SpinOff(GLOBEX, Decimal("0.5")), in_lieu_price="8"))
    unknown.goes_ex(action_of(SpinOff(GLOBEX, Decimal("0.5"))))
    assert known.order(orders[0][0]).limit_price == Decimal(86)
    assert unknown.order(orders[1][0]).closed_reason == UNKNOWN_DISTRIBUTION
    assert [each.order(pair[1]).limit_price for each, pair in zip((known, unknown), orders, strict=True)] == [90, 90]


@pytest.mark.parametrize(
    ("terms", "reason"),
    [(Merger(cash=TEN), "merger"), (SymbolChange(GLOBEX), "symbol_change"), (Delisting(), "delisting")],
)
def test_what_ends_takes_its_open_orders_with_it(terms: ActionTerms, reason: str) -> None:
    story = holder()
    which, other = story.sell("1", "110", time_in_force=GTC), story.buy("1", "10", symbol="GLOBEX", time_in_force=GTC)
    story.goes_ex(action_of(terms))
    assert story.order(which).closed_reason == reason
    assert story.order(other).is_open


def test_open_orders_in_an_adjusted_series_are_cancelled() -> None:
    story = holder()
    which = story.buy("1", "10", symbol="GLOBEX")
    series = (AdjustedSeries(replace(GLOBEX, contract=option(50).contract), option(25)),)
    story.goes_ex(action_of(CashDividend(ONE, is_special=True), series=series))
    assert story.order(which).closed_reason == SERIES_ADJUSTED


def test_an_adjusted_order_meets_the_market_at_its_new_price() -> None:
    story = holder()
    which = story.buy("5", "90", time_in_force=GTC)
    story.goes_ex(action_of(TWO_FOR_ONE))
    story.open("44")
    order = story.order(which)
    assert order.status is OrderStatus.FILLED
    assert told(order.filled_quantity, order.average_fill_price) == ["10", "44"]
    (adjusted,) = [event for event in story.events if isinstance(event, OrderAdjusted)]
    assert told(adjusted.quantity, adjusted.limit_price) == ["10", "45"]
