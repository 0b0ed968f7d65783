"""On-open and on-close orders meet the print of their auction, and nothing else."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from paperdesk.core.broker.checks import NoAuctionAhead
from paperdesk.core.broker.engine import decide
from paperdesk.core.broker.orders import NOT_FILLED_IN_AUCTION, OrderStatus, TimeInForce
from tests.scenery import FIRST_CLOSE
from tests.stories import Story

OPG, CLS = TimeInForce.OPG, TimeInForce.CLS


def test_an_on_open_order_fills_at_the_next_opening() -> None:
    story = Story()
    story.open("100")
    which = story.buy("10", time_in_force=OPG)
    assert (story.open("99"), story.range("90", "99"), story.quote("98", "99"), story.close("99")) == ((), (), (), ())
    story.session_closes()
    story.session_opens()
    story.open("101")
    assert (story.order(which).average_fill_price, story.fills[-1].rule) == (Decimal(101), "open")


def test_an_on_open_limit_out_of_reach_ends_with_the_opening() -> None:
    story = Story()
    which = story.buy("10", "90", time_in_force=OPG)
    story.session_closes()
    story.session_opens()
    story.open("91")
    assert (story.order(which).status, story.order(which).closed_reason) == (
        OrderStatus.CANCELLED,
        NOT_FILLED_IN_AUCTION,
    )


def test_an_opening_that_never_came_ends_it_at_the_close_of_its_session() -> None:
    story = Story()
    which = story.buy("10", "90", time_in_force=OPG)
    assert story.session_closes() == ()
    story.session_opens()
    story.session_closes()
    assert story.order(which).status is OrderStatus.EXPIRED


def test_an_on_close_order_fills_at_the_close_of_the_session_and_no_earlier_one() -> None:
    story = Story()
    story.open("100")
    which = story.buy("10", time_in_force=CLS)
    assert (story.close("99"), story.range("90", "101"), story.quote("98", "99")) == ((), (), ())
    story.closing("103")
    assert (story.order(which).average_fill_price, story.fills[-1].rule) == (Decimal(103), "close")


def test_an_on_close_order_cannot_use_the_close_it_has_seen() -> None:
    story = Story()
    story.closing("103")
    which = story.buy("10", time_in_force=CLS)
    assert story.order(which).auction_at == FIRST_CLOSE + timedelta(days=1)
    story.session_closes()
    story.session_opens()
    story.closing("104")
    assert story.order(which).average_fill_price == Decimal(104)


def test_an_on_close_limit_ends_unfilled_with_the_close() -> None:
    story = Story()
    which = story.buy("10", "90", time_in_force=CLS)
    story.closing("91")
    assert story.order(which).closed_reason == NOT_FILLED_IN_AUCTION


def test_without_a_next_opening_there_is_nothing_to_wait_for() -> None:
    story = Story()
    story.buy("1", "90", time_in_force=OPG)
    command, view = story.told[-1]  # type: ignore[misc]
    with pytest.raises(NoAuctionAhead):
        decide(replace(story.account, orders={}), command, replace(view, next_open_at=None))
