"""Double entry: what does not balance cannot be constructed."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.ledger import Book, Entry, EntryKind, Posting, bought, sold, transferred
from paperdesk.core.kernel.ids import EntryId
from paperdesk.core.kernel.money import ZERO, UnknownCurrency
from tests.scenery import ACME, FIRST_OPEN
from tests.strategies import decimals

TEN = Decimal(10)
cash_amounts = decimals(-(10**12), 10**12, 2)
gross_amounts = decimals(0, 10**12, 2)


def entry(*postings: Posting) -> Entry:
    return Entry(EntryId(UUID(int=1)), 1, FIRST_OPEN, EntryKind.TRANSFER, "An entry", postings)


def cash(amount: str, currency: str = "USD") -> Posting:
    return Posting(Book.CASH, currency, Decimal(amount))


def capital(amount: str, currency: str = "USD") -> Posting:
    return Posting(Book.CAPITAL, currency, Decimal(amount))


def test_a_balanced_entry_moves_its_books() -> None:
    made = entry(cash("10.00"), capital("-10.00"))
    assert made.change(Book.CASH) == TEN
    assert made.change(Book.CAPITAL) == -TEN
    assert made.change(Book.FEES) == ZERO


def test_an_unbalanced_entry_cannot_be_constructed() -> None:
    with pytest.raises(AssertionError, match="does not balance"):
        entry(cash("10.00"), capital("-9.99"))


def test_every_currency_balances_by_itself() -> None:
    with pytest.raises(AssertionError, match="does not balance"):
        entry(cash("10.00"), capital("-10.00", "EUR"))
    assert entry(cash("1"), capital("-1"), cash("2", "EUR"), capital("-2", "EUR")).change(Book.CASH) == Decimal(3)


def test_fractions_of_a_cent_cannot_be_posted_even_when_they_balance() -> None:
    with pytest.raises(AssertionError, match="finer than its currency"):
        entry(cash("0.001"), capital("-0.001"))
    with pytest.raises(AssertionError, match="finer than its currency"):
        entry(cash("0.5", "JPY"), capital("-0.5", "JPY"))


def test_a_currency_nobody_keeps_cannot_be_posted() -> None:
    with pytest.raises(UnknownCurrency):
        entry(cash("1", "XAU"), capital("-1", "XAU"))


@given(st.lists(cash_amounts, min_size=1, max_size=8), decimals(1, 10**6, 2))
def test_any_amounts_balance_with_their_opposite_and_with_nothing_else(amounts: list[Decimal], off: Decimal) -> None:
    lines = [Posting(Book.CASH, "USD", amount) for amount in amounts]
    total = sum(amounts, ZERO)
    assert entry(*lines, Posting(Book.CAPITAL, "USD", -total)).change(Book.CASH) == total
    with pytest.raises(AssertionError):
        entry(*lines, Posting(Book.CAPITAL, "USD", -total + off))


@given(gross_amounts, gross_amounts)
def test_a_purchase_costs_cash_for_the_units_and_the_fee(gross: Decimal, fee: Decimal) -> None:
    made = entry(*bought("USD", gross, fee, (ACME.id, TEN)))
    assert made.change(Book.CASH) == -gross - fee
    assert made.change(Book.SECURITIES) == gross
    assert made.change(Book.FEES) == fee


@given(gross_amounts, gross_amounts, gross_amounts)
def test_a_sale_takes_units_out_at_cost_and_realises_the_rest(gross: Decimal, fee: Decimal, cost: Decimal) -> None:
    made = entry(*sold("USD", gross, fee, (ACME.id, TEN), cost))
    assert made.change(Book.CASH) == gross - fee
    assert made.change(Book.SECURITIES) == -cost
    assert -made.change(Book.REALISED) == gross - cost
    assert [line.quantity for line in made.postings if line.book is Book.SECURITIES] == [-TEN]


def test_lines_of_zero_are_left_out() -> None:
    assert [line.book for line in bought("USD", TEN, ZERO, (ACME.id, TEN))] == [Book.SECURITIES, Book.CASH]
    assert [line.book for line in sold("USD", TEN, ZERO, (ACME.id, TEN), TEN)] == [Book.SECURITIES, Book.CASH]


@given(cash_amounts)
def test_a_transfer_is_owed_to_the_owner(amount: Decimal) -> None:
    made = entry(*transferred("USD", amount))
    assert made.change(Book.CASH) == amount == -made.change(Book.CAPITAL)
