"""A market order waits for the next price and pays the spread."""

from decimal import Decimal

from paperdesk.core.broker.engine import react
from paperdesk.core.broker.events import OrderCancelled, OrderFilled
from paperdesk.core.broker.fill_models import REALISTIC
from paperdesk.core.broker.orders import AT_RELEASE, OrderStatus
from paperdesk.core.market.facts import OpenFact, QuoteFact
from tests.scenery import ACME, GLOBEX, rules
from tests.stories import Story


def test_it_waits_overnight_for_the_next_open() -> None:
    story = Story()
    story.close("100")
    story.session_closes()
    order_id = story.buy("10")
    assert story.session_opens() == ()
    assert story.order(order_id).status is OrderStatus.ACCEPTED
    story.open("101")
    assert story.order(order_id).status is OrderStatus.FILLED
    assert [(fill.price, fill.rule) for fill in story.fills] == [(Decimal(101), "open")]


def test_it_does_not_meet_the_price_its_sender_had_already_seen() -> None:
    story = Story()
    story.open("100")
    order_id = story.buy("10")
    assert story.order(order_id).accepted_fact == story.cursor
    assert story.fills == []


def test_a_range_has_no_price_to_give_it() -> None:
    story = Story()
    story.open("100")
    order_id = story.buy("10")
    assert story.range("90", "110") == ()
    story.close("105")
    assert story.order(order_id).average_fill_price == Decimal(105)


def test_the_spread_is_paid_both_ways() -> None:
    story = Story(rules=rules(REALISTIC))
    story.open("100")
    story.buy("10")
    story.close("100")
    story.sell("10")
    story.open("100")
    assert [(fill.price, fill.reference) for fill in story.fills] == [
        (Decimal("100.01"), Decimal(100)),
        (Decimal("99.99"), Decimal(100)),
    ]
    assert story.account.cash == Decimal("9999.80")


def test_a_real_quote_is_met_as_it_stands() -> None:
    story = Story(rules=rules(REALISTIC))
    story.quote("99.90", "100.10")
    story.buy("10")
    story.quote("99.95", "100.15")
    assert story.fills[0].price == Decimal("100.15")


def test_prices_of_another_instrument_leave_it_alone() -> None:
    story = Story()
    story.open("100")
    story.buy("10")
    assert story.close("50", GLOBEX) == ()
    assert story.position().quantity == 0


def test_an_opening_too_dear_for_the_free_cash_cancels_it_at_release() -> None:
    story = Story(cash="1000")
    story.close("100")
    story.session_closes()
    order_id = story.buy("10")
    story.session_opens()
    (event,) = story.open("100.01")
    assert isinstance(event, OrderCancelled)
    assert event.reason == AT_RELEASE == "insufficient_buying_power_at_release"
    assert story.order(order_id).status is OrderStatus.CANCELLED
    assert (story.account.cash, story.account.held) == (Decimal(1000), Decimal(0))


def test_an_opening_that_takes_the_last_cent_fills() -> None:
    story = Story(cash="1000.10")
    story.close("100")
    story.buy("10")
    story.open("100.01")
    assert (story.account.cash, story.account.held, story.position().quantity) == (Decimal(0), Decimal(0), Decimal(10))


def test_a_dear_opening_does_not_take_cash_reserved_for_another_order() -> None:
    story = Story(cash="1500")
    story.close("100")
    dear = story.buy("10")
    resting = story.buy("5", limit="99")
    story.open("101")
    assert story.order(dear).closed_reason == "insufficient_buying_power_at_release"
    story.range("98", "102")
    assert story.order(resting).status is OrderStatus.FILLED


def test_a_dear_part_fill_ends_the_rest_before_it_takes_cash_reserved_for_another_order() -> None:
    story = Story(cash="1000")
    story.quote("99", "100")
    dear = story.buy("5")
    resting = story.buy("5", limit="100")
    filled, cancelled = story.quote("179", "180", sizes=("2", "2"))
    assert isinstance(filled, OrderFilled)
    assert isinstance(cancelled, OrderCancelled)
    assert story.order(dear).closed_reason == "insufficient_buying_power_at_release"
    story.quote("99", "100")
    assert story.order(resting).status is OrderStatus.FILLED
    assert story.account.cash == Decimal(140)


def test_orders_fill_in_the_order_they_were_accepted() -> None:
    story = Story()
    story.open("100", ACME)
    first, second = story.buy("1"), story.buy("2")
    events = story.close("100")
    assert [event.fill.order_id for event in events if isinstance(event, OrderFilled)] == [first, second]


def test_what_one_order_takes_of_a_quote_the_next_does_not_get() -> None:
    story = Story()
    story.quote("99", "100")
    first, second, third = story.buy("4"), story.buy("4"), story.buy("4")
    story.quote("99", "100", sizes=("6", "6"))
    assert [story.order(each).filled_quantity for each in (first, second, third)] == [4, 2, 0]
    story.quote("99", "100", sizes=("6", "6"))
    assert [story.order(each).status for each in (first, second, third)] == [OrderStatus.FILLED] * 3


def test_buys_and_sells_do_not_share_a_size() -> None:
    story = Story()
    story.open("100")
    story.buy("5")
    story.close("100")
    story.sell("5")
    story.buy("5")
    story.quote("99", "101", sizes=("5", "5"))
    assert [(fill.quantity, fill.price) for fill in story.fills[1:]] == [
        (Decimal(5), Decimal(99)),
        (Decimal(5), Decimal(101)),
    ]


def test_a_fact_delivered_again_after_a_restart_fills_nothing_twice() -> None:
    story = Story()
    story.quote("99", "100")
    story.buy("10")
    story.quote("99", "100", sizes=("4", "4"))
    again = story.told[-1]
    assert isinstance(again, QuoteFact)
    assert react(story.account, again) == ()


def test_the_fact_its_sender_had_seen_is_not_met_when_it_is_delivered_again() -> None:
    story = Story()
    story.open("100")
    seen = story.told[-1]
    assert isinstance(seen, OpenFact)
    story.buy("10")
    assert react(story.account, seen) == ()
