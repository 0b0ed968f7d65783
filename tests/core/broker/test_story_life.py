"""An account begins anew, rests, wakes up and is closed."""

from decimal import Decimal

import pytest

from paperdesk.core.broker.account import Account, AccountStatus
from paperdesk.core.broker.events import AccountReset, AccountStatusChanged, OrderCancelled
from paperdesk.core.broker.evolution import fold
from paperdesk.core.broker.ledger import Book, EntryKind
from paperdesk.core.broker.life import (
    AccountClosed,
    AccountInactive,
    AccountNotEmpty,
    OpeningCashNegative,
    activate,
    begin_epoch,
    close,
    deactivate,
    end_orders,
)
from paperdesk.core.broker.margin_book import MarginBook
from paperdesk.core.broker.orders import ACCOUNT_RESET, OrderStatus
from paperdesk.core.broker.terms import AmountTooPrecise
from paperdesk.core.kernel.ids import EntryId, derived
from paperdesk.core.kernel.money import ZERO
from tests.scenery import ACME, HERE, REG_T, rules
from tests.stories import Story

ENTRY = EntryId(derived(HERE, "entry of the life"))


def _busy(story: Story | None = None) -> Story:
    story = story or Story()
    story.open("100")
    story.buy("10")
    story.open("100")
    story.buy("5", "90")
    story.sell("4", "120")
    return story


def _reset(account: Account, cash: str) -> tuple[Account, AccountReset]:
    account = fold(account, end_orders(account, account.last_at))
    event = begin_epoch(account, ENTRY, Decimal(cash), account.last_at)
    return fold(account, [event]), event


def test_a_reset_begins_with_cash_alone_and_numbers_on() -> None:
    before = _busy().account
    after, event = _reset(before, "5000")
    assert (after.epoch, after.cash, after.held, after.book) == (2, Decimal(5000), ZERO, MarginBook())
    assert (after.positions, after.orders, after.claims) == ({}, {}, {})
    assert (after.last_seq, after.last_entry) == (before.last_seq + 3, before.last_entry + 1)
    entry = event.booking.entry
    assert (entry.kind, entry.description) == (EntryKind.RESET, "Epoch 2 begins")
    assert (entry.change(Book.CASH), entry.change(Book.CAPITAL)) == (Decimal(5000), Decimal(-5000))


def test_open_orders_end_with_a_reason_of_their_own_and_promise_nothing() -> None:
    account = _busy().account
    ended = end_orders(account, account.last_at)
    assert [event.reason for event in ended if isinstance(event, OrderCancelled)] == [ACCOUNT_RESET] * 2
    account = fold(account, ended)
    assert {order.status for order in account.orders.values()} == {OrderStatus.FILLED, OrderStatus.CANCELLED}
    assert (account.held, account.position(ACME.id).reserved) == (ZERO, ZERO)
    assert account.position(ACME.id).quantity == 10


def test_what_a_margined_account_begins_with_counts_as_a_deposit() -> None:
    after, _ = _reset(_busy(Story(rules=rules(margin=REG_T))).account, "700")
    assert after.book == MarginBook(memorandum=Decimal(700))


def test_a_reset_may_leave_nothing() -> None:
    after, event = _reset(_busy().account, "0")
    assert (after.cash, event.booking.entry.change(Book.CASH)) == (ZERO, ZERO)


@pytest.mark.parametrize(("cash", "refusal"), [("-1", OpeningCashNegative), ("0.001", AmountTooPrecise)])
def test_an_epoch_begins_with_an_amount_that_can_be(cash: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        _reset(Story().account, cash)


def test_an_inactive_account_takes_no_orders_and_everything_else_goes_on() -> None:
    story = _busy()
    order = next(each for each in story.account.orders.values() if each.is_open)
    story.account = fold(story.account, deactivate(story.account, story.at))
    assert story.account.status is AccountStatus.INACTIVE
    assert deactivate(story.account, story.at) == ()
    with pytest.raises(AccountInactive):
        story.buy("1")
    with pytest.raises(AccountInactive):
        story.replace(order.id, quantity="6")
    story.cancel(order.id)
    story.transfer("10")
    story.closes_position(cancel_orders=True)
    story.open("101")
    assert story.position().quantity == 0
    story.account = fold(story.account, activate(story.account, story.at))
    assert activate(story.account, story.at) == ()
    story.buy("1")


def test_only_an_account_that_holds_nothing_but_cash_is_closed() -> None:
    story = _busy()
    with pytest.raises(AccountNotEmpty) as refusal:
        close(story.account, ENTRY, story.at)
    assert {**refusal.value.facts} == {"open_orders": 2, "positions": 1, "claims": 0, "cash": "9000"}


def test_closing_pays_out_and_a_closed_account_does_nothing_more() -> None:
    story = Story()
    story.account = fold(story.account, close(story.account, ENTRY, story.at))
    assert (story.account.status, story.account.cash) == (AccountStatus.CLOSED, ZERO)
    for ask in (lambda: story.transfer("1"), lambda: story.buy("1"), story.cancel_all):
        with pytest.raises(AccountClosed):
            ask()
    for change in (deactivate, activate, end_orders):
        with pytest.raises(AccountClosed):
            change(story.account, story.at)
    with pytest.raises(AccountClosed):
        close(story.account, ENTRY, story.at)


def test_an_account_without_cash_is_closed_without_an_entry() -> None:
    story = Story(cash="0")
    (event,) = close(story.account, ENTRY, story.at)
    assert event == AccountStatusChanged(1, story.at, AccountStatus.CLOSED)
