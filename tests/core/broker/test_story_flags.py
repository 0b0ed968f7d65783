"""Orders by money, orders to a date, and orders that only give or only reduce."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from paperdesk.core.broker.checks import NoPriceYet, PostOnlyWouldCross
from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.broker.fill_models import REALISTIC
from paperdesk.core.broker.orders import LESS_THAN_ONE_LOT, OrderStatus, TimeInForce
from paperdesk.core.kernel.errors import PaperdeskError
from tests.order_terms import PlacedTerms
from tests.scenery import FIRST_CLOSE, GLOBEX, PER_SHARE, reg_t, rules
from tests.stories import Story


def test_an_order_by_money_learns_its_quantity_when_it_meets_a_price() -> None:
    story = Story()
    which = story.buy("0", notional="100", symbol="GLOBEX")
    assert story.account.held == Decimal(100)
    assert story.range("10", "40", GLOBEX) == ()
    story.open("30", GLOBEX)
    order = story.order(which)
    assert (order.status, order.quantity) == (OrderStatus.FILLED, Decimal("3.333"))
    assert (story.account.cash, story.account.held) == (Decimal("9900.01"), Decimal(0))


def test_the_commission_comes_out_of_the_money() -> None:
    story = Story(cash="100", rules=rules(fees=PER_SHARE))
    which = story.buy("0", notional="100")
    story.open("10")
    assert (story.order(which).filled_quantity, story.account.cash) == (Decimal(9), Decimal(9))


def test_where_price_and_commission_both_round_up_the_last_lot_stays_out() -> None:
    story = Story(cash="1.99", rules=rules(fees=FeeSchedule("dear", per_share=Decimal("1.99"))))
    which = story.buy("0", notional="1.99", symbol="GLOBEX")
    story.open("1.99", GLOBEX)
    assert (story.order(which).filled_quantity, story.account.cash) == (Decimal("0.499"), Decimal("0.01"))


def test_money_spent_in_parts_follows_the_price() -> None:
    story = Story()
    which = story.buy("0", notional="1000")
    story.quote("99", "100", sizes=("4", "4"))
    assert (story.order(which).quantity, story.account.held) == (Decimal(10), Decimal(600))
    story.quote("119", "120")
    assert (story.order(which).status, story.order(which).filled_quantity) == (OrderStatus.FILLED, Decimal(9))


def test_the_same_price_leaves_the_quantity_as_it_was() -> None:
    story = Story()
    which = story.buy("0", notional="1000")
    story.quote("99", "100", sizes=("4", "4"))
    (event,) = story.quote("99", "100", sizes=("6", "6"))
    assert story.order(which).status is OrderStatus.FILLED
    assert event.seq == story.account.last_seq


def test_money_buys_nothing_where_nothing_is_asked_and_waits_for_a_price() -> None:
    story = Story()
    which = story.buy("0", notional="100")
    story.quote("0", "0")
    assert story.order(which).is_open
    story.quote("9.99", "10.00")
    assert story.order(which).filled_quantity == 10


def test_on_margin_money_is_not_taken_where_nothing_is_asked() -> None:
    story = Story(rules=rules(margin=reg_t()))
    story.quote("0", "0")
    with pytest.raises(NoPriceYet, match="asks anything"):
        story.buy("0", notional="100")


def test_money_for_less_than_one_lot_buys_nothing() -> None:
    story = Story()
    which = story.buy("0", notional="50")
    story.open("50.01")
    assert story.order(which).closed_reason == LESS_THAN_ONE_LOT


def test_a_dated_order_works_until_the_close_of_its_date() -> None:
    story = Story()
    on = (FIRST_CLOSE + timedelta(days=1)).date()
    which = story.buy("1", "90", time_in_force=TimeInForce.GTD, expires_on=on)
    assert story.session_closes() == ()
    story.session_opens()
    story.session_closes()
    assert story.order(which).status is OrderStatus.EXPIRED


@pytest.mark.parametrize(
    ("time_in_force", "on", "code"),
    [
        (TimeInForce.GTD, None, "expiry_date_missing"),
        (TimeInForce.GTD, date(1990, 1, 1), "expiry_date_out_of_range"),
        (TimeInForce.GTD, (FIRST_CLOSE - timedelta(days=1)).date(), "expiry_date_out_of_range"),
        (TimeInForce.GTD, (FIRST_CLOSE + timedelta(days=99)).date(), "expiry_date_out_of_range"),
        (TimeInForce.DAY, FIRST_CLOSE.date(), "expiry_date_not_allowed"),
    ],
)
def test_a_date_must_be_there_when_it_is_meant_and_within_reach(
    time_in_force: TimeInForce, on: date | None, code: str
) -> None:
    terms: PlacedTerms = {"time_in_force": time_in_force}
    if on is not None:
        terms["expires_on"] = on
    story = Story()
    with pytest.raises(PaperdeskError) as refused:
        story.buy("1", "90", **terms)
    assert refused.value.code == code


@pytest.mark.parametrize(("limit", "crosses"), [("100", True), ("101", True), ("99.99", False)])
def test_a_post_only_order_that_would_take_from_the_standing_quote_is_refused(limit: str, *, crosses: bool) -> None:
    story = Story()
    story.quote("99", "100")
    if crosses:
        with pytest.raises(PostOnlyWouldCross):
            story.buy("1", limit, post_only=True)
    else:
        assert story.order(story.buy("1", limit, post_only=True)).is_open


def test_a_post_only_sell_mirrors_it() -> None:
    story = Story()
    story.open("100")
    story.buy("1")
    story.quote("99", "100")
    with pytest.raises(PostOnlyWouldCross):
        story.sell("1", "99", post_only=True)


def test_a_post_only_order_rests_where_nobody_quoted_and_gives_at_its_limit_never_better() -> None:
    story = Story(rules=rules(REALISTIC))
    story.close("100")
    which = story.buy("3", "101", post_only=True)
    assert story.quote("100", "101") == ()
    story.quote("99", "100", sizes=("1", "1"))
    story.open("90")
    assert {fill.price for fill in story.fills} == {Decimal(101)}
    assert story.order(which).status is OrderStatus.FILLED


def test_a_reduce_only_order_is_cut_down_to_what_there_is_to_reduce() -> None:
    story = Story()
    story.open("100")
    story.buy("10")
    story.close("100")
    story.sell("4", "120")
    which = story.sell("10", "130", reduce_only=True)
    assert story.order(which).quantity == 6
    for place in (story.sell, story.buy):
        with pytest.raises(PaperdeskError) as refused:
            place("1", "130", reduce_only=True)
        assert refused.value.code == "nothing_to_reduce"
