"""What is hard to borrow may be wanted back: recalled, given back in time, or bought in."""

from datetime import date
from decimal import Decimal

import pytest

from paperdesk.core.broker.engine import react
from paperdesk.core.broker.margin_book import Recall
from paperdesk.core.broker.margin_checks import BorrowRecalled
from paperdesk.core.broker.margin_events import BuyInStarted, MarginEvent, RecallMet, UnitsRecalled
from paperdesk.core.broker.margin_rules import BorrowTable, InterestRates, MarginKind, MarginRules
from paperdesk.core.broker.orders import OrderStatus, Side
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.facts import SessionClosed
from tests.scenery import ACME, rules
from tests.stories import Story

MONDAY, THURSDAY = date(2020, 3, 16), date(2020, 3, 19)
ALWAYS, NEVER = Decimal(1), ZERO


def short(recall_rate: Decimal = ALWAYS, rates: dict[str, Decimal | None] | None = None) -> Story:
    """Tell of a hundred units that are owed; borrowing costs nothing, and what is listed is hard to borrow."""
    table = BorrowTable(ZERO, {"ACME": ZERO} if rates is None else rates, recall_rate=recall_rate)
    margin = MarginRules(MarginKind.REG_T, borrow=table, interest=InterestRates(ZERO))
    story = Story(cash="20000", rules=rules(margin=margin))
    story.open("100")
    story.sell("100")
    story.close("100")
    return story


def kinds(story: Story) -> list[type]:
    told = (UnitsRecalled, RecallMet, BuyInStarted)
    return [type(each) for each in story.events if isinstance(each, MarginEvent) and isinstance(each, told)]


def a_session_passes(story: Story) -> None:
    story.session_opens()
    story.open("100")
    story.session_closes()


def test_what_is_hard_to_borrow_is_recalled_at_a_close_and_due_three_sessions_later() -> None:
    story = short()
    story.session_closes()
    assert story.account.book.recalls == (Recall(ACME.id, "ACME", Decimal(100), MONDAY, THURSDAY),)


def test_nothing_more_of_it_is_sold_short_until_it_was_given_back() -> None:
    story = short()
    story.session_closes()
    story.session_opens()
    with pytest.raises(BorrowRecalled) as refusal:
        story.sell("1")
    assert refusal.value.facts == {"symbol": "ACME", "recalled": "100", "due_on": "2020-03-19"}
    story.buy("100")
    story.open("100")
    story.session_closes()
    assert kinds(story) == [UnitsRecalled, RecallMet]
    assert story.account.book.recalls == ()


def test_what_is_not_given_back_in_time_is_bought_in_once() -> None:
    story = short()
    story.session_closes()
    for _ in range(3):
        a_session_passes(story)
    assert kinds(story) == [UnitsRecalled, BuyInStarted]
    (order,) = (each for each in story.account.orders.values() if each.is_open)
    assert (order.side, order.quantity, order.client_order_id) == (Side.BUY, Decimal(100), f"buy-in-{order.id}")
    story.session_opens()
    story.session_closes()  # nobody traded: the order goes on, and there is no second
    assert [each.is_open for each in story.account.orders.values()].count(True) == 1
    a_session_passes(story)
    assert (story.position().quantity, story.order(order.id).status) == (ZERO, OrderStatus.FILLED)
    assert kinds(story) == [UnitsRecalled, BuyInStarted, RecallMet]


@pytest.mark.parametrize(("recall_rate", "rates"), [(NEVER, None), (ALWAYS, {}), (ALWAYS, {"ACME": None})])
def test_nobody_recalls_by_no_chance_or_what_is_easy_to_borrow_or_not_lent_any_more(
    recall_rate: Decimal, rates: dict[str, Decimal | None] | None
) -> None:
    story = Story() if rates == {"ACME": None} else short(recall_rate, rates)
    story.session_closes()
    assert kinds(story) == []


def test_only_what_is_owed_can_be_recalled() -> None:
    story = short()
    story.buy("150")
    story.close("100")
    story.session_closes()
    assert kinds(story) == []


def test_chance_recalls_the_same_again_from_the_same_seed() -> None:
    stories = [short(Decimal("0.8")), short(Decimal("0.8"))]
    for story in stories:
        for _ in range(4):
            story.session_closes()
            story.session_opens()
    assert kinds(stories[0]) == kinds(stories[1])
    assert stories[0].account.book.recalls == stories[1].account.book.recalls != ()


def test_without_a_price_nothing_is_recalled_and_nothing_bought_in() -> None:
    story = short()
    story.session_closes()
    for _ in range(2):
        a_session_passes(story)
    end = SessionClosed(story.cursor + 1, story.at, THURSDAY)
    assert not [each for each in react(story.account, end) if isinstance(each, BuyInStarted)]
    fresh = short()
    assert not [
        each for each in react(fresh.account, SessionClosed(99, fresh.at, MONDAY)) if isinstance(each, UnitsRecalled)
    ]
