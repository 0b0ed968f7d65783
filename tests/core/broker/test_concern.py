"""Whom a fact of the market concerns: asked of an account as it stands."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.concern import has_something, instruments_of_concern, is_concerned
from paperdesk.core.broker.margin_rules import InterestRates
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import SessionClosed, SessionOpened
from tests.pit import HIGH, LOW, VERTICAL, desk
from tests.scenery import ACME, FIRST_CLOSE, FIRST_OPEN, GLOBEX, REG_T, fact_close, rules
from tests.stories import Story

OPENS, CLOSES = SessionOpened(1, FIRST_OPEN, FIRST_OPEN.date()), SessionClosed(1, FIRST_CLOSE, FIRST_CLOSE.date())


@pytest.fixture
def holder() -> Story:
    """Tell of an account that bought ten units, and waits for nothing."""
    story = Story()
    story.open("100")
    story.buy("10")
    story.open("100")
    return story


def test_no_fact_concerns_an_account_with_nothing() -> None:
    account = Story().account
    assert not any(is_concerned(account, fact) for fact in (OPENS, CLOSES, fact_close("100")))


def test_the_close_concerns_whoever_has_something_and_the_open_nobody(holder: Story) -> None:
    assert is_concerned(holder.account, CLOSES)
    assert not is_concerned(holder.account, OPENS)


def test_an_order_is_something_and_waits_for_the_prices_of_its_instrument() -> None:
    story = Story()
    order = story.buy("1", "90")
    assert has_something(story.account)
    assert is_concerned(story.account, fact_close("100"))
    assert not is_concerned(story.account, fact_close("100", of=GLOBEX))
    story.cancel(order)
    assert not has_something(story.account)


def test_cash_that_earns_interest_is_something() -> None:
    earning = rules(margin=replace(REG_T, interest=InterestRates(credit_rate=Decimal("0.01"))))
    assert has_something(Story(rules=earning).account)


def test_a_holding_is_judged_by_its_prices_only_where_the_account_may_owe(holder: Story) -> None:
    assert instruments_of_concern(holder.account) == frozenset()
    margined = replace(holder.account, rules=rules(margin=REG_T))
    assert instruments_of_concern(margined) == {ACME.id}
    assert [is_concerned(each, fact_close("100")) for each in (holder.account, margined)] == [False, True]
    assert not is_concerned(margined, fact_close("100", of=GLOBEX))


def test_a_combo_waits_for_the_prices_of_its_legs() -> None:
    story = desk()
    story.combo(VERTICAL, "1.00")
    assert instruments_of_concern(story.account) == {LOW.id, HIGH.id}
