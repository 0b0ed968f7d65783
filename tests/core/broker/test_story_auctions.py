"""On-open and on-close orders meet the print of their auction, and nothing else."""

from datetime import timedelta
from decimal import Decimal

import pytest

from paperdesk.core.broker.checks import NoAuctionAhead
from paperdesk.core.broker.engine import decide
from paperdesk.core.broker.fill_models import REALISTIC
from paperdesk.core.broker.orders import NOT_FILLED_IN_AUCTION, OrderStatus, OrderType, TimeInForce
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import Auction
from tests.scenery import FIRST_CLOSE, rules
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


def test_where_the_tape_has_the_print_of_an_auction_its_price_is_used_and_not_the_official_one() -> None:
    story = Story()
    story.open("100")
    closing = story.buy("10", time_in_force=CLS)
    assert story.auction(Auction.OPENING, "98") == ()
    story.auction(Auction.CLOSING, "102", volume="5000")
    opening = story.sell("10", time_in_force=OPG)
    story.session_closes()
    story.session_opens()
    story.auction(Auction.OPENING, "104")
    story.open("105")
    assert [story.order(each).average_fill_price for each in (closing, opening)] == [Decimal(102), Decimal(104)]
    assert [fill.rule for fill in story.fills] == ["closing_auction", "opening_auction"]
    told = story.fills[0].explanation
    assert told is not None
    assert told.sentence().startswith("The auction's price was 102; nothing was added: 102.")
    assert told.fact == "auction"
    assert "official_close_used" not in told.rules


def test_an_auction_gives_an_account_its_share_of_the_volume_and_the_rest_ends() -> None:
    story = Story(rules=replace(rules(), fill_model=REALISTIC))
    story.open("100")
    which = story.buy("50", time_in_force=CLS)
    story.auction(Auction.CLOSING, "102", volume="100")
    assert (story.order(which).filled_quantity, story.order(which).status) == (Decimal(10), OrderStatus.CANCELLED)
    told = story.fills[-1].explanation
    assert told is not None
    assert "volume_share" in told.rules


def test_a_limit_that_the_auction_does_not_reach_ends_with_it() -> None:
    story = Story()
    story.open("100")
    which = story.buy("10", "101", time_in_force=CLS)
    story.auction(Auction.CLOSING, "102")
    assert story.order(which).closed_reason == NOT_FILLED_IN_AUCTION


def test_the_print_of_an_auction_fills_and_triggers_nothing_else() -> None:
    story = Story()
    story.open("100")
    story.buy("10")
    story.open("100")
    story.buy("1", "120")
    story.sell("1", order_type=OrderType.STOP, stop_price="99")
    story.sell("1", order_type=OrderType.TRAILING_STOP, trail_amount="5")
    story.buy("1", time_in_force=TimeInForce.IOC)
    story.buy("0", notional="150")
    assert story.auction(Auction.CLOSING, "90") == ()
