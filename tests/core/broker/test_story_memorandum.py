"""The memorandum account of Regulation T from day to day, and the day-trading rule that was."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.margin_checks import DayTradingRestricted, InsufficientBuyingPower
from paperdesk.core.broker.margin_rules import MarginRegime, MarginRules
from tests.scenery import REG_T, reg_t, rules
from tests.stories import Story

LEGACY = reg_t(MarginRegime.LEGACY_PDT)


def margined(cash: str = "10000", margin: MarginRules = REG_T) -> Story:
    story = Story(cash=cash, rules=rules(margin=margin))
    story.open("100")
    return story


@pytest.fixture
def short() -> Story:
    """Tell of a hundred units sold short at 100."""
    story = margined()
    story.sell("100")
    story.close("100")
    return story


def test_the_memorandum_account_gives_half_and_gets_it_back(short: Story) -> None:
    """A short sale of 10,000 takes 5,000; buying it back at 90 releases 4,500, and the close lifts it to the excess."""
    assert short.account.book.memorandum == Decimal(5_000)
    short.buy("100")
    short.close("90")
    assert short.account.book.memorandum == Decimal(9_500)
    short.session_closes()
    assert short.account.book.memorandum == Decimal(11_000)


def test_falling_prices_never_lower_the_memorandum_account() -> None:
    story = margined()
    story.buy("100")
    story.close("100")
    story.close("120")
    story.session_closes()
    assert (story.account.book.memorandum, story.account.book.excess_at_close) == (Decimal(6_000), Decimal(9_000))
    story.close("80")
    story.session_closes()
    assert (story.account.book.memorandum, story.account.book.excess_at_close) == (Decimal(6_000), Decimal(6_000))


def test_a_session_without_a_change_strikes_nothing(short: Story) -> None:
    short.session_closes()
    before = len(short.events)
    short.session_opens()
    short.session_closes()
    assert len(short.events) == before


def day_traded(cash: str, times: int) -> Story:
    story = margined(cash, LEGACY)
    for _ in range(times):
        story.buy("10")
        story.close("100")
        story.sell("10")
        story.close("100")
    return story


def test_a_pattern_day_trader_needs_the_equity_for_it() -> None:
    story = day_traded("20000", 3)
    story.buy("10")
    story.close("100")
    story.sell("10")
    story.close("100")
    with pytest.raises(DayTradingRestricted) as refusal:
        story.buy("1")
    assert refusal.value.facts == {"needed": "25000", "available": "20000"}


def test_a_pattern_day_trader_has_four_times_the_excess_of_the_last_close() -> None:
    story = day_traded("30000", 4)
    story.session_closes()
    story.session_opens()
    story.close("100")
    story.buy("1200", "100")
    with pytest.raises(InsufficientBuyingPower) as refusal:
        story.buy("1", "100")
    assert refusal.value.facts == {"needed": "25", "available": "0", "rule": "legacy_pdt"}


def test_day_trades_are_forgotten_after_five_sessions() -> None:
    story = day_traded("30000", 4)
    for day in range(5):
        story.session_closes()
        assert len(story.account.book.day_trades) == (4 if day < 4 else 0)
        story.session_opens()


def test_a_position_of_another_session_is_no_day_trade() -> None:
    story = margined("30000", LEGACY)
    story.buy("10")
    story.close("100")
    story.session_closes()
    story.session_opens()
    story.sell("10")
    story.open("100")
    assert story.account.book.day_trades == ()
