"""What a key may spend in a day is never passed, whatever comes in which order, and what closes is free."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.day_result import DayResult, Span
from paperdesk.core.broker.key_budgets import Asked, KeyBudgetSpent, KeyLossUnknown, Spent, charged
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.kernel.key_limits import KeyBudget
from paperdesk.core.kernel.values import replace
from tests.stories import Story

NOON = datetime(2024, 6, 3, 16, tzinfo=UTC)


def asked(story: Story, side: Side, quantity: str, limit: str, at: datetime = NOON) -> Asked:
    """Return an order as the writer has it before it charges a key, in an account as it was before."""
    before = story.account
    made: Order = story.order(story.place(side, quantity, limit=limit))
    story.account = before
    view = replace(story.view, at=at)
    return Asked(before, (replace(made, accepted_at=at),), (), view)


def day(result: str | None) -> DayResult:
    """Return what a day has brought."""
    brought = None if result is None else Decimal(result)
    return DayResult(Span(NOON, NOON), None, brought, None if result else "ACME has no price", {})


ORDERS = st.lists(st.tuples(st.integers(1, 20), st.integers(1, 30)), min_size=1, max_size=12)


@given(ORDERS, st.integers(0, 900), st.integers(0, 8))
def test_no_sequence_of_orders_passes_a_budget(sent: list[tuple[int, int]], notional: int, orders: int) -> None:
    story = Story(cash="1000000")
    budget, spent = KeyBudget(orders, Decimal(notional)), None
    accepted: list[Decimal] = []
    for quantity, price in sent:
        try:
            spent = charged(budget, spent, asked(story, Side.BUY, str(quantity), str(price)), None)
        except KeyBudgetSpent:
            continue
        else:
            accepted.append(Decimal(quantity * price))
    assert len(accepted) <= orders
    assert sum(accepted) <= notional
    assert spent is None or (spent.orders, spent.notional) == (len(accepted), sum(accepted))


def test_a_new_day_begins_with_all_of_it_and_an_old_one_never_comes_again() -> None:
    story, budget = Story(), KeyBudget(orders_a_day=1)
    spent = charged(budget, None, asked(story, Side.BUY, "1", "10"), None)
    with pytest.raises(KeyBudgetSpent):
        charged(budget, spent, asked(story, Side.BUY, "1", "10"), None)
    tomorrow = asked(story, Side.BUY, "1", "10", NOON + timedelta(days=1))
    spent = charged(budget, spent, tomorrow, None)
    assert spent == Spent(NOON.date() + timedelta(days=1), 1, Decimal(10))
    with pytest.raises(KeyBudgetSpent):  # the market of another instrument may still be at yesterday
        charged(budget, spent, asked(story, Side.BUY, "1", "10"), None)


def test_what_closes_is_free_of_money_and_of_losses() -> None:
    story = Story(cash="10000")
    story.open("100")
    story.place(Side.BUY, "10")
    story.open("100")
    budget = KeyBudget(notional_a_day=Decimal(0), loss_a_day=Decimal(1))
    assert charged(budget, None, asked(story, Side.SELL, "10", "90"), None).notional == 0
    with pytest.raises(KeyBudgetSpent) as refused:
        charged(budget, None, asked(story, Side.BUY, "1", "90"), None)
    assert refused.value.facts == {"needed": "90", "available": "0", "rule": "notional_a_day"}


def test_an_order_by_money_needs_that_money() -> None:
    story = Story()
    before = story.account
    made = story.order(story.buy("0", notional="150"))
    order = Asked(before, (replace(made, accepted_at=NOON),), (), replace(story.view, at=NOON))
    assert charged(KeyBudget(notional_a_day=Decimal(150)), None, order, None).notional == Decimal(150)
    with pytest.raises(KeyBudgetSpent):
        charged(KeyBudget(notional_a_day=Decimal(149)), None, order, None)


@pytest.mark.parametrize(("result", "may"), [("5", True), ("-99.99", True), ("-100", False), ("-100.01", False)])
def test_a_loss_is_measured_against_the_budget(result: str, *, may: bool) -> None:
    order = asked(Story(), Side.BUY, "1", "10")
    if may:
        assert charged(KeyBudget(loss_a_day=Decimal(100)), None, order, day(result)).orders == 1
        return
    with pytest.raises(KeyBudgetSpent, match="opens nothing more"):
        charged(KeyBudget(loss_a_day=Decimal(100)), None, order, day(result))


@pytest.mark.parametrize("known", [None, day(None)])
def test_a_loss_that_cannot_be_told_is_no_small_one(known: DayResult | None) -> None:
    with pytest.raises(KeyLossUnknown):
        charged(KeyBudget(loss_a_day=Decimal(100)), None, asked(Story(), Side.BUY, "1", "10"), known)
