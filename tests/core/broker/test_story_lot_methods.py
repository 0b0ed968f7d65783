"""An account chooses which lots leave, and an order may choose otherwise; what there is stays the same."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.commands import StopLoss, TakeProfit
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.lot_choice import AverageCostNotAllowed, LotNotHeld, LotsTooSmall
from paperdesk.core.broker.lots import LotChoice, LotMethod
from paperdesk.core.broker.orders import OrderClass
from paperdesk.core.kernel.ids import LotId, derived
from paperdesk.core.kernel.money import ZERO
from tests.scenery import CASH_ONLY, FUND, HERE, REG_T, rules
from tests.stories import Step, Story
from tests.strategies import asked, market_moves


def holder(method: LotMethod = LotMethod.FIFO, symbol: str = "ACME") -> Story:
    """Tell of ten units at 100, ten at 120 and ten at 110."""
    story = Story(rules=rules(lot_method=method))
    of = FUND if symbol == "FUND" else story.view.instruments[symbol]
    story.open("100", of)
    for price in ("100", "120", "110"):
        story.buy("10", symbol=symbol)
        story.open(price, of)
    return story


def realised(story: Story) -> Decimal:
    return -sum((line.amount for line in story.postings if line.book is Book.REALISED), ZERO)


@pytest.mark.parametrize(
    ("method", "gain"),
    [
        (LotMethod.FIFO, "200"),
        (LotMethod.LIFO, "100"),
        (LotMethod.HIGHEST_COST, "50"),
        (LotMethod.LOWEST_COST, "250"),
        (LotMethod.AVERAGE, "150"),
    ],
)
def test_a_sale_of_a_lot_and_a_half_realises_what_its_method_says(method: LotMethod, gain: str) -> None:
    story = holder(method, "FUND")
    story.sell("15", symbol="FUND")
    story.open("120", FUND)
    assert realised(story) == Decimal(gain)
    assert story.position(FUND).cost - realised(story) == Decimal(3300 - 1800)


def test_an_account_that_averages_takes_the_oldest_of_what_is_no_fund() -> None:
    story = holder(LotMethod.AVERAGE)
    story.sell("10")
    story.open("120")
    assert realised(story) == Decimal(200)


def test_an_order_may_have_a_method_of_its_own_and_its_exits_take_it_over() -> None:
    story = holder()
    dear = LotChoice(LotMethod.HIGHEST_COST)
    story.buy(
        "5",
        order_class=OrderClass.BRACKET,
        take_profit=TakeProfit(Decimal(130)),
        stop_loss=StopLoss(Decimal(90)),
        lot_choice=dear,
    )
    story.open("110")
    story.open("131")
    assert realised(story) == Decimal(5 * (131 - 120))


def test_a_replaced_order_keeps_its_lots() -> None:
    story = holder()
    newest = LotChoice(named=(story.position().lots[2].id,))
    which = story.sell("10", "125", lot_choice=newest)
    story.replace(which, limit_price="120")
    story.open("120")
    assert realised(story) == Decimal(100)


def test_named_lots_that_are_gone_by_then_are_made_up_for_by_the_oldest() -> None:
    story = holder()
    second = story.position().lots[1].id
    waits = story.sell("10", "130", lot_choice=LotChoice(named=(second,)))
    story.sell("10", lot_choice=LotChoice(LotMethod.HIGHEST_COST))
    story.open("120")
    assert second not in {lot.id for lot in story.position().lots}
    story.open("130")
    assert story.order(waits).filled_quantity == Decimal(10)
    assert realised(story) == Decimal(300)


def test_an_order_cannot_average_shares() -> None:
    with pytest.raises(AverageCostNotAllowed):
        holder().sell("10", lot_choice=LotChoice(LotMethod.AVERAGE))


def test_an_order_cannot_name_lots_that_are_not_there_or_that_it_would_add_to() -> None:
    story = holder()
    with pytest.raises(LotNotHeld):
        story.sell("10", lot_choice=LotChoice(named=(LotId(derived(HERE, "no lot")),)))
    with pytest.raises(LotNotHeld):
        story.buy("10", lot_choice=LotChoice(named=(story.position().lots[0].id,)))


def test_an_order_cannot_close_more_than_the_lots_that_it_names() -> None:
    story = holder()
    first, second, _ = story.position().lots
    with pytest.raises(LotsTooSmall) as refused:
        story.sell("11", lot_choice=LotChoice(named=(first.id, first.id)))
    assert refused.value.facts == {"needed": "11", "available": "10"}
    story.sell("20", lot_choice=LotChoice(named=(second.id, first.id)))


def test_short_lots_can_be_named_too() -> None:
    story = Story(rules=rules(margin=REG_T))
    story.open("100")
    for price in ("100", "120"):
        story.sell("10")
        story.open(price)
    story.buy("10", lot_choice=LotChoice(named=(story.position().lots[1].id,)))
    story.open("110")
    assert realised(story) == Decimal(100)


@given(st.lists(st.one_of(asked, market_moves), max_size=30), st.booleans())
def test_realised_and_unrealised_together_do_not_depend_on_the_method(steps: list[Step], is_margined: bool) -> None:  # noqa: FBT001 - hypothesis names it
    outcomes: list[tuple[object, ...]] = []
    for method in LotMethod:
        story = Story(cash="100000", rules=rules(lot_method=method, margin=REG_T if is_margined else CASH_ONLY))
        for step in steps:
            step.tell(story)
        positions = {key: each.quantity for key, each in story.account.positions.items()}
        cost = sum((each.cost for each in story.account.positions.values()), ZERO)
        for each in story.account.positions.values():
            assert each.quantity == sum((lot.quantity for lot in each.lots), ZERO)
            assert each.cost == sum((lot.cost for lot in each.lots), ZERO)
        outcomes.append((story.account.cash, positions, realised(story) - cost))
    assert outcomes == [outcomes[0]] * len(outcomes)
