"""What a night costs, and what happens when an account has too little: warned, called, liquidated or frozen."""

from datetime import date
from decimal import Decimal

import pytest

from paperdesk.core.broker.events import Event
from paperdesk.core.broker.ledger import Book, EntryKind
from paperdesk.core.broker.margin_book import CallKind, MarginCall
from paperdesk.core.broker.margin_checks import AccountIsFrozen
from paperdesk.core.broker.margin_events import (
    AccountFrozen,
    LiquidationStarted,
    MarginCalled,
    MarginCallMet,
    MarginEased,
    MarginWarned,
)
from paperdesk.core.broker.margin_rules import BorrowTable, InterestRates, MarginKind, MarginRegime, MarginRules
from paperdesk.core.broker.orders import OrderStatus, Side
from paperdesk.core.kernel.values import replace
from tests.scenery import COIN, GLOBEX, REG_T, reg_t, rules
from tests.stories import Story

COSTLY = MarginRules(
    MarginKind.REG_T,
    borrow=BorrowTable(Decimal("0.003"), {"GLOBEX": Decimal("0.36")}),
    interest=InterestRates(Decimal("0.072"), Decimal("0.036")),
)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2020, 3, day) for day in (16, 17, 18, 19))


def margined(cash: str = "10000", margin: MarginRules = REG_T) -> Story:
    story = Story(cash=cash, rules=rules(margin=margin))
    story.open("100")
    return story


def bought(quantity: str, margin: MarginRules = REG_T, cash: str = "10000") -> Story:
    story = margined(cash, margin)
    story.buy(quantity)
    story.close("100")
    return story


def nights(story: Story) -> list[tuple[EntryKind, str, Decimal]]:
    kinds = {EntryKind.INTEREST, EntryKind.BORROW_FEE}
    return [(each.kind, each.description, each.change(Book.CASH)) for each in story.entries if each.kind in kinds]


def of_margin(events: list[Event]) -> list[type]:
    kinds = (MarginWarned, MarginEased, MarginCalled, MarginCallMet, LiquidationStarted, AccountFrozen)
    return [type(each) for each in events if isinstance(each, kinds)]


# --- what a night costs -------------------------------------------------------------------------


def test_a_debit_is_charged_interest_once_it_has_settled() -> None:
    """20,000 are bought with 10,000: from the day the fill settles 10,000 are owed, 72 a year on 1,000."""
    story = bought("200", COSTLY)
    story.session_closes()
    assert nights(story) == [(EntryKind.INTEREST, "Interest on a balance of 10000 for one night at 3.6 %", Decimal(1))]
    story.session_opens()
    story.session_closes()
    assert nights(story)[1:] == [
        (EntryKind.INTEREST, "Interest on a debit of 9999 for one night at 7.2 %", Decimal("-2.00"))
    ]


def test_proceeds_of_a_short_sale_earn_nothing_and_what_was_borrowed_costs() -> None:
    """Credit 20,000 less 10,000 of short value earns 3.6 %; the borrowed 10,000 cost 0.3 %."""
    story = margined(margin=COSTLY)
    story.sell("100")
    story.close("100")
    story.session_closes()
    story.session_opens()
    story.session_closes()
    assert nights(story)[-2:] == [
        (EntryKind.INTEREST, "Interest on a balance of 10000.92 for one night at 3.6 %", Decimal("1.00")),
        (EntryKind.BORROW_FEE, "Borrowing ACME worth 10000 for one night at 0.3 %", Decimal("-0.08")),
    ]


def test_what_is_hard_to_borrow_costs_what_its_table_says_over_a_weekend_too() -> None:
    story = margined(margin=COSTLY)
    for _ in range(4):
        story.session_closes()
        story.session_opens()
    story.open("10", GLOBEX)
    story.sell("100", symbol="GLOBEX")
    story.close("10", GLOBEX)
    story.session_closes()  # a Friday
    assert nights(story)[-1] == (
        EntryKind.BORROW_FEE,
        "Borrowing GLOBEX worth 1000 for 3 nights at 36 %",
        Decimal("-3.00"),
    )


def test_a_cash_account_is_charged_nothing() -> None:
    story = Story()
    story.open("100")
    story.buy("10")
    story.close("100")
    story.session_closes()
    assert nights(story) == []


# --- warnings and calls -------------------------------------------------------------------------


def test_a_small_excess_is_warned_of_once_and_eased_once() -> None:
    story = bought("200")
    story.close("68")  # equity 3,600 over 3,400: less than a tenth
    story.close("67.50")
    story.close("80")
    story.close("81")
    assert of_margin(story.events) == [MarginWarned, MarginEased]
    assert not story.account.book.is_warned


def test_a_deficit_is_called_and_due_two_sessions_later() -> None:
    story = bought("200")
    story.close("60")  # equity 2,000, maintenance 3,000
    call = MarginCall(CallKind.MAINTENANCE, Decimal(1000), MONDAY, WEDNESDAY)
    assert story.account.book.calls == (call,)
    assert of_margin(story.events) == [MarginWarned, MarginCalled]


def test_a_call_is_met_by_the_market_or_by_a_deposit() -> None:
    story = bought("200")
    story.close("60")
    story.close("90")
    assert story.account.book.calls == ()
    story.close("60")
    story.transfer("1500")
    story.close("60")
    assert of_margin(story.events).count(MarginCallMet) == 2
    assert story.account.book.calls == ()


def test_a_call_that_is_not_met_closes_what_is_needed_and_no_more() -> None:
    story = bought("200")
    story.close("60")
    for _ in range(3):
        story.session_closes()
        story.session_opens()
    (order,) = [each for each in story.account.orders.values() if each.is_open]
    assert (order.side, order.quantity) == (Side.SELL, Decimal(67))  # 1,000 / (25 % of 60)
    assert of_margin(story.events)[-1] is LiquidationStarted
    assert story.position().reserved == Decimal(67)
    story.open("60")
    assert story.order(order.id).status is OrderStatus.FILLED
    story.close("60")
    assert story.account.book.calls == ()
    assert story.position().quantity == Decimal(133)


def test_a_liquidation_on_its_way_is_not_ordered_twice() -> None:
    story = bought("200")
    story.close("60")
    for _ in range(4):
        story.session_closes()
        story.session_opens()
    assert of_margin(story.events).count(LiquidationStarted) == 1


def test_what_needs_most_is_closed_first() -> None:
    story = margined("20000")
    story.open("50", GLOBEX)
    story.buy("100", symbol="GLOBEX")
    story.sell("300")
    story.close("50", GLOBEX)
    story.close("100")
    story.close("155")  # equity 3,500 over 13,950 and 1,250
    for _ in range(3):
        story.session_closes()
        story.session_opens()
    (order,) = [each for each in story.account.orders.values() if each.is_open]
    assert (order.instrument.symbol, order.side, order.quantity) == ("ACME", Side.BUY, Decimal(252))


def test_when_one_position_is_not_enough_the_next_follows() -> None:
    story = margined("10000")
    story.open("100", GLOBEX)
    story.buy("200")
    story.buy("190", symbol="GLOBEX")
    story.close("100", GLOBEX)
    story.close("100")
    story.close("70")
    story.close("70", GLOBEX)
    for _ in range(3):
        story.session_closes()
        story.session_opens()
    found = {each.instrument.symbol: each.quantity for each in story.account.orders.values() if each.is_open}
    assert found == {"ACME": Decimal(200), "GLOBEX": Decimal(190)}


def test_positions_over_the_close_need_half_and_the_shortfall_is_called() -> None:
    """300 units of 100 are carried during the session; at the close 15,000 of initial margin meet 10,000."""
    story = bought("300")
    story.session_closes()
    assert list(story.account.book.calls) == [MarginCall(CallKind.REG_T, Decimal(5000), MONDAY, THURSDAY)]
    story.transfer("5000")
    story.session_opens()
    story.session_closes()
    assert list(story.account.book.calls) == []


def test_a_small_shortfall_at_the_close_is_not_called() -> None:
    story = bought("219")
    story.session_closes()
    assert story.account.book.calls == ()


def test_a_shortfall_at_the_close_that_is_not_met_is_closed_at_twice_its_amount() -> None:
    story = bought("300")
    for _ in range(4):
        story.session_closes()
        story.session_opens()
    (order,) = [each for each in story.account.orders.values() if each.is_open]
    assert order.quantity == Decimal(100)  # 5,000 / (50 % of 100)
    story.open("100")
    story.session_closes()
    assert story.account.book.calls == ()


def test_during_a_day_a_deficit_freezes_the_account_when_it_is_not_met() -> None:
    story = bought("200", reg_t(MarginRegime.INTRADAY_CALL))
    story.close("50")  # equity 0, maintenance 2,500
    (call,) = story.account.book.calls
    assert (call.kind, call.amount, call.due_on) == (CallKind.INTRADAY, Decimal(2500), date(2020, 3, 23))
    for _ in range(8):
        story.session_closes()
        story.session_opens()
    assert of_margin(story.events)[-1] is AccountFrozen
    assert story.account.book.frozen_until == date(2020, 6, 21)
    story.open("100")
    with pytest.raises(AccountIsFrozen) as refusal:
        story.buy("1", "50")
    assert refusal.value.facts == {"until": "2020-06-21"}
    story.sell("1")
    assert story.position().reserved == 1


def test_a_small_deficit_during_a_day_is_not_called() -> None:
    story = bought("200", reg_t(MarginRegime.INTRADAY_CALL))
    story.close("66.50")  # a deficit of 25 of 3,300 equity
    assert of_margin(story.events) == [MarginWarned]


def test_what_has_no_price_is_not_called() -> None:
    story = bought("200")
    story.quotes.clear()
    story.open("10", COIN)
    story.session_closes()
    assert of_margin(story.events) == []


def test_rules_are_values_and_their_sources_are_stated() -> None:
    assert {COSTLY.borrow.source, COSTLY.interest.source} == {"rule of the account"}
    assert replace(COSTLY, kind=MarginKind.CASH).is_margined is False
