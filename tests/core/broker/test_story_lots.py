"""A position is its lots: they leave first in, first out, at exactly what they cost."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.ledger import Book
from tests.scenery import COIN, GLOBEX
from tests.stories import Story


@pytest.fixture
def holder() -> Story:
    """Tell of ten units at 100 and ten at 110."""
    story = Story()
    story.open("100")
    story.buy("10")
    story.close("100")
    story.buy("10")
    story.open("110")
    return story


def realised(story: Story) -> list[Decimal]:
    return [-line.amount for line in story.postings if line.book is Book.REALISED]


def test_every_purchase_opens_a_lot(holder: Story) -> None:
    lots = holder.position().lots
    assert [(lot.quantity, lot.cost) for lot in lots] == [(Decimal(10), Decimal(1000)), (Decimal(10), Decimal(1100))]
    assert lots[0].opened_at < lots[1].opened_at
    assert lots[0].opened_seq < lots[1].opened_seq
    assert holder.position().cost == Decimal(2100)


def test_a_sale_takes_the_oldest_units_first_and_realises_the_difference(holder: Story) -> None:
    holder.sell("15")
    holder.close("120")
    assert realised(holder) == [Decimal("250.00")]
    assert [(lot.quantity, lot.cost) for lot in holder.position().lots] == [(Decimal(5), Decimal(550))]
    assert (holder.position().quantity, holder.position().cost) == (Decimal(5), Decimal(550))


def test_a_loss_is_realised_as_one(holder: Story) -> None:
    holder.sell("10")
    holder.close("90")
    assert realised(holder) == [Decimal("-100.00")]


def test_a_sale_at_cost_realises_nothing_and_posts_no_line_for_it(holder: Story) -> None:
    holder.sell("10")
    holder.close("100")
    assert realised(holder) == []


def test_a_position_sold_out_has_no_units_no_lots_and_no_cost(holder: Story) -> None:
    holder.sell("20")
    holder.close("105")
    position = holder.position()
    assert (position.quantity, position.reserved, position.cost, position.lots) == (
        Decimal(0),
        Decimal(0),
        Decimal(0),
        (),
    )
    assert holder.account.cash == Decimal(10000)


def test_fractions_cost_what_they_cost_to_the_cent() -> None:
    story = Story()
    story.open("33.33", GLOBEX)
    story.buy("0.777", symbol="GLOBEX")
    story.close("33.33", GLOBEX)
    assert story.position(GLOBEX).cost == Decimal("25.90")
    for part in ("0.333", "0.333", "0.111"):
        story.sell(part, symbol="GLOBEX")
        story.open("33.33", GLOBEX)
    costs = [-line.amount for line in story.postings if line.book is Book.SECURITIES][1:]
    assert costs == [Decimal("11.10"), Decimal("11.10"), Decimal("3.70")]
    assert story.position(GLOBEX).cost == 0


def test_coins_are_held_to_nine_places() -> None:
    story = Story()
    story.open("50000.12345678", COIN)
    story.buy("0.000000123", symbol="COIN")
    story.close("50000.12345678", COIN)
    assert story.position(COIN).quantity == Decimal("0.000000123")
    assert story.position(COIN).cost == Decimal("0.01")
