"""Commissions are posted to their own book and counted in what an order needs."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.fees import FeeSchedule, commission
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.margin_checks import InsufficientBuyingPower
from paperdesk.core.broker.orders import OrderStatus
from tests.scenery import PER_SHARE, rules
from tests.stories import Story


@pytest.mark.parametrize(("quantity", "fee"), [("1", "1.00"), ("200", "1.00"), ("201", "1.00"), ("1000", "5.00")])
def test_a_commission_goes_by_the_share_with_a_minimum_and_is_rounded_to_the_cent(quantity: str, fee: str) -> None:
    assert str(commission(PER_SHARE, Decimal(quantity), "USD")) == fee


def test_the_default_is_free_of_commission() -> None:
    assert commission(FeeSchedule(), Decimal(10**6), "USD") == 0


def test_fees_are_paid_from_cash_and_stay_out_of_the_cost_of_the_lot() -> None:
    story = Story(rules=rules(fees=PER_SHARE))
    story.open("10")
    which = story.buy("400")
    story.close("10")
    assert story.order(which).fees == Decimal("2.00")
    assert story.account.cash == Decimal("5998.00")
    assert story.position().cost == Decimal("4000.00")
    assert [line.amount for line in story.postings if line.book is Book.FEES] == [Decimal("2.00")]


def test_the_fee_is_part_of_what_an_order_reserves() -> None:
    story = Story(cash="1000", rules=rules(fees=PER_SHARE))
    with pytest.raises(InsufficientBuyingPower) as refused:
        story.buy("10", limit="100")
    assert refused.value.facts["needed"] == "1001"
    story.buy("10", limit="99.90")
    assert story.account.held == Decimal(1000)


def test_a_sale_pays_its_fee_out_of_the_proceeds() -> None:
    story = Story(rules=rules(fees=PER_SHARE))
    story.open("10")
    story.buy("100")
    story.close("10")
    story.sell("100")
    story.open("11")
    assert story.account.cash == Decimal("10098.00")
    realised = [-line.amount for line in story.postings if line.book is Book.REALISED]
    assert realised == [Decimal("100.00")]


def test_the_minimum_is_paid_once_an_order_however_many_parts_it_fills_in() -> None:
    story = Story(cash="1001", rules=rules(fees=PER_SHARE))
    which = story.buy("10", limit="100")
    story.quote("99", "100", sizes=("4", "4"))
    assert (story.account.cash, story.account.held) == (Decimal(600), Decimal(600))
    story.quote("99", "100")
    assert story.order(which).status is OrderStatus.FILLED
    assert [fill.fee for fill in story.fills] == [Decimal(1), Decimal(0)]
    assert (story.account.cash, story.account.held) == (Decimal(0), Decimal(0))


def test_parts_pay_together_what_the_whole_would_have_paid() -> None:
    story = Story(rules=rules(fees=PER_SHARE))
    which = story.buy("300", limit="10")
    for size in ("100", "150", "50"):
        story.quote("9", "10", sizes=(size, size))
    assert [fill.fee for fill in story.fills] == [Decimal("1.00"), Decimal("0.25"), Decimal("0.25")]
    assert story.order(which).fees == commission(PER_SHARE, Decimal(300), "USD")


def test_a_fee_above_the_proceeds_is_a_named_cause_of_negative_cash_and_a_deposit_mends_it() -> None:
    story = Story(cash="2", rules=rules(fees=PER_SHARE))
    story.open("1")
    story.buy("1")
    story.close("1")
    story.sell("1")
    story.open("0.10")
    assert story.account.cash == Decimal("-0.90")
    story.transfer("0.50")
    assert story.account.cash == Decimal("-0.40")
