"""A hand-traded account may meet the standing real quote the moment its order arrives."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.engine import UnknownOrder, arrived
from paperdesk.core.broker.fill_models import REALISTIC
from paperdesk.core.broker.orders import OrderStatus, TimeInForce
from tests.scenery import order_id, rules
from tests.stories import Story


@pytest.fixture
def story() -> Story:
    """Tell of a standing quote, six units on either side."""
    quoted = Story(rules=rules(REALISTIC, fill_on_arrival=True))
    quoted.quote("99", "100", sizes=("6", "6"))
    return quoted


def test_a_market_order_takes_the_standing_ask(story: Story) -> None:
    which = story.buy("5")
    (event,) = story.arrives(which)
    assert story.order(which).status is OrderStatus.FILLED
    assert (story.fills[0].price, story.fills[0].fact_seq) == (Decimal(100), story.cursor)
    assert event.seq == story.account.last_seq


def test_what_the_quote_does_not_hold_waits_for_later_facts_only(story: Story) -> None:
    which = story.buy("10")
    story.arrives(which)
    order = story.order(which)
    assert (order.status, order.filled_quantity) == (OrderStatus.PARTIALLY_FILLED, Decimal(6))
    assert order.matched_through == story.cursor
    story.quote("99", "101", sizes=("4", "4"))
    assert story.order(which).average_fill_price == Decimal("100.4")


def test_a_limit_out_of_reach_rests(story: Story) -> None:
    which = story.buy("5", limit="99")
    assert story.arrives(which) == ()
    assert story.order(which).status is OrderStatus.ACCEPTED


@pytest.mark.parametrize(("time_in_force", "filled"), [(TimeInForce.IOC, 6), (TimeInForce.FOK, 0)])
def test_an_order_that_must_fill_at_once_ends_at_once(story: Story, time_in_force: TimeInForce, filled: int) -> None:
    which = story.buy("10", time_in_force=time_in_force)
    story.arrives(which)
    order = story.order(which)
    assert (order.status, order.filled_quantity) == (OrderStatus.CANCELLED, Decimal(filled))


def test_a_price_nobody_quoted_never_fills_on_arrival(story: Story) -> None:
    story.close("100")
    which = story.buy("5")
    assert story.arrives(which) == ()


def test_an_order_that_never_arrived_is_unknown(story: Story) -> None:
    with pytest.raises(UnknownOrder):
        arrived(story.account, order_id(99), story.quotes, story.cursor)


def test_whoever_waits_for_facts_or_for_the_open_meets_nothing_yet(story: Story) -> None:
    patient = Story(rules=rules(REALISTIC))
    patient.quote("99", "100", sizes=("6", "6"))
    assert patient.arrives(patient.buy("5")) == ()
    story.is_open = False
    assert story.arrives(story.buy("5")) == ()
