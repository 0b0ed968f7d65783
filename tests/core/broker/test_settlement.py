"""When cash of a fill changes hands: settlement days, the cycles of the years, and good faith."""

from datetime import date
from decimal import Decimal

import pytest

from paperdesk.core.broker.events import Event
from paperdesk.core.broker.fees import RulesAsOf
from paperdesk.core.broker.good_faith import SettledCashOnly, restricted_until
from paperdesk.core.broker.margin_book import MarginBook, Unsettled
from paperdesk.core.broker.margin_events import AccountFrozen, GoodFaithViolated
from paperdesk.core.broker.settlement import nights, settled_cash, settles_on
from paperdesk.core.broker.settlement_cycles import is_bank_holiday
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.sessions import ALWAYS, XNYS, calendar
from tests.scenery import CASH_ONLY, COIN, rules
from tests.stories import Story

MONDAY, TUESDAY = date(2020, 3, 16), date(2020, 3, 17)


@pytest.mark.parametrize(
    ("on", "today", "then"),
    [
        (date(1995, 6, 6), date(1995, 6, 7), date(1995, 6, 13)),  # five days of custom
        (date(1995, 6, 7), date(1995, 6, 8), date(1995, 6, 12)),  # three by the rule
        (date(2017, 9, 5), date(2017, 9, 6), date(2017, 9, 7)),  # two
        (date(2024, 5, 24), date(2024, 5, 28), date(2024, 5, 29)),  # over Memorial Day
        (date(2024, 5, 28), date(2024, 5, 29), date(2024, 5, 29)),  # one
        (date(2024, 10, 11), date(2024, 10, 15), date(2024, 10, 15)),  # Columbus Day is a session, and banks are shut
        (date(2027, 12, 31), date(2027, 12, 31), date(2027, 12, 31)),  # the calendar ends
    ],
)
def test_a_fill_settles_by_the_rule_of_today_or_of_its_date(on: date, today: date, then: date) -> None:
    assert settles_on(RulesAsOf.OPENING, on) == today
    assert settles_on(RulesAsOf.TAPE_DATE, on) == then


def test_banks_are_shut_on_two_sessions_of_the_exchange() -> None:
    shut = [date(2024, 10, 14), date(2024, 11, 11), date(2018, 11, 12), date(2019, 11, 11)]
    open_ = [date(2024, 10, 7), date(2024, 10, 15), date(2024, 11, 12), date(2018, 11, 11), date(2024, 7, 5)]
    assert [is_bank_holiday(day) for day in (*shut, *open_)] == [True] * 4 + [False] * 5


def test_a_balance_stands_until_the_next_session() -> None:
    assert nights(calendar(XNYS), date(2024, 5, 24)) == 4  # a long weekend
    assert nights(calendar(XNYS), date(2024, 5, 28)) == 1
    assert nights(calendar(ALWAYS), date(2024, 5, 25)) == 1
    assert nights(calendar(XNYS), date(2027, 12, 31)) == 1


def sold_and_bought_again() -> Story:
    """Tell of shares sold for 1,000 and of others bought with the same money a minute later."""
    story = Story(cash="1000")
    story.open("100")
    story.buy("10")
    story.close("100")
    story.session_closes()
    story.session_opens()
    story.sell("10")
    story.open("100")
    story.buy("8")
    story.close("100")
    return story


def violations(events: list[Event]) -> list[tuple[date, date]]:
    return [(each.on, each.settles_on) for each in events if isinstance(each, GoodFaithViolated)]


def test_cash_on_its_way_is_counted_by_the_day_it_comes() -> None:
    story = sold_and_bought_again()
    book = story.account.book
    assert book.unsettled == (Unsettled(date(2020, 3, 18), Decimal(1000), Decimal(800)),)
    assert book.unsettled_cash(TUESDAY) == Decimal(1000)
    assert (story.account.cash, settled_cash(story.account, TUESDAY)) == (Decimal(200), Decimal(0))
    assert settled_cash(story.account, date(2020, 3, 18)) == Decimal(200)


def test_what_settles_on_different_days_stays_apart() -> None:
    story = Story(rules=rules(margin=replace(CASH_ONLY, rules_as_of=RulesAsOf.TAPE_DATE)))
    for price in ("100", "101"):
        story.session_opens()
        story.open(price)
        story.buy("1")
        story.close(price)
        story.session_closes()
    coming = story.account.book.unsettled
    assert len(coming) == 2
    assert coming[0].on < coming[1].on
    assert [(each.received, each.paid) for each in coming] == [(ZERO, Decimal(100)), (ZERO, Decimal(101))]


def test_what_was_bought_with_unsettled_proceeds_and_sold_before_they_came_violates_good_faith() -> None:
    story = sold_and_bought_again()
    story.sell("8")
    story.close("100")
    assert violations(story.events) == [(TUESDAY, date(2020, 3, 18))]
    assert story.account.book.violations == (TUESDAY,)
    assert story.account.book.unpaid == ()


def violated_three_times() -> Story:
    """Tell of what was bought with the same proceeds on their way, and sold at once, three times in one day."""
    story = sold_and_bought_again()
    for _ in range(2):
        story.sell("8")
        story.close("100")
        story.buy("8")
        story.close("100")
    story.sell("8")
    story.close("100")
    return story


def test_the_third_violation_in_a_year_restricts_the_account_to_settled_cash_for_ninety_days() -> None:
    story = violated_three_times()
    assert [each.until for each in story.events if isinstance(each, AccountFrozen)] == [date(2020, 6, 15)]
    with pytest.raises(SettledCashOnly) as refusal:
        story.buy("1", "100")
    assert refusal.value.facts == {"needed": "100", "available": "0", "until": "2020-06-15", "rule": "good_faith"}


def test_a_restricted_account_buys_with_what_has_settled_and_freely_once_its_time_is_over() -> None:
    story = violated_three_times()
    story.session_closes()
    story.session_opens()
    story.buy("10", "100")
    assert story.account.held == Decimal(1000)
    story.cancel_all()
    story.days_pass(91)
    story.open("100")
    story.buy("5")
    story.close("100")
    story.sell("5")
    story.close("100")
    story.buy("9", "100")


def test_only_violations_of_the_last_year_count_and_a_restriction_never_becomes_shorter() -> None:
    old, new = date(2019, 3, 17), date(2020, 3, 16)
    assert restricted_until(MarginBook(violations=(old, new, TUESDAY)), TUESDAY) is None
    three = MarginBook(violations=(new, new, TUESDAY))
    assert restricted_until(three, TUESDAY) == date(2020, 6, 15)
    frozen = MarginBook(violations=three.violations, frozen_until=date(2020, 6, 15))
    assert restricted_until(frozen, TUESDAY) is None


def test_once_the_proceeds_have_come_it_is_a_sale_like_any_other() -> None:
    story = sold_and_bought_again()
    story.session_closes()
    story.session_opens()
    story.sell("8")
    story.open("100")
    assert violations(story.events) == []


def test_settled_cash_buys_in_good_faith() -> None:
    story = Story(cash="2000")
    story.open("100")
    story.buy("10")
    story.close("100")
    story.sell("10")
    story.close("100")
    story.buy("10")
    story.close("100")
    story.sell("10")
    story.close("100")
    assert violations(story.events) == []


def test_a_coin_settles_at_once() -> None:
    story = Story(rules=rules())
    story.open("100", COIN)
    story.buy("1", symbol="COIN")
    story.close("100", COIN)
    assert story.account.book.unsettled == ()
