"""Double entry: what does not balance cannot be constructed."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.events import Booking, CashTransferred, Move
from paperdesk.core.broker.evolution import evolve
from paperdesk.core.broker.ledger import Book, Closing, Entry, EntryKind, Opening, Posting, filled, transferred
from paperdesk.core.kernel.ids import EntryId
from paperdesk.core.kernel.money import ZERO, UnknownCurrency
from tests.scenery import ACME, FIRST_OPEN, empty_account
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


def test_fractions_of_a_cent_are_told_from_whole_ones_by_their_currency() -> None:
    assert entry(cash("0.01"), capital("-0.01")).is_in_cents
    assert not entry(cash("0.001"), capital("-0.001")).is_in_cents
    assert not entry(cash("0.5", "JPY"), capital("-0.5", "JPY")).is_in_cents


def test_fractions_of_a_cent_cannot_be_booked_even_when_they_balance() -> None:
    for amount, currency in (("0.001", "USD"), ("0.5", "JPY")):
        fine = entry(cash(amount, currency), capital(f"-{amount}", currency))
        with pytest.raises(AssertionError, match="finer than its currency"):
            evolve(empty_account(), CashTransferred(1, fine.at, fine))


def test_a_currency_nobody_keeps_cannot_be_booked() -> None:
    gold = entry(cash("1", "XAU"), capital("-1", "XAU"))
    with pytest.raises(UnknownCurrency):
        evolve(empty_account(), CashTransferred(1, gold.at, gold))


@given(st.lists(cash_amounts, min_size=1, max_size=8), decimals(1, 10**6, 2))
def test_any_amounts_balance_with_their_opposite_and_with_nothing_else(amounts: list[Decimal], off: Decimal) -> None:
    lines = [Posting(Book.CASH, "USD", amount) for amount in amounts]
    total = sum(amounts, ZERO)
    assert entry(*lines, Posting(Book.CAPITAL, "USD", -total)).change(Book.CASH) == total
    with pytest.raises(AssertionError):
        entry(*lines, Posting(Book.CAPITAL, "USD", -total + off))


@given(gross_amounts, gross_amounts)
def test_a_purchase_costs_cash_for_the_units_and_the_fee(gross: Decimal, fee: Decimal) -> None:
    made = entry(*filled("USD", ACME.id, {"commission": fee}, None, Opening(TEN, gross)))
    assert made.change(Book.CASH) == -gross - fee
    assert made.change(Book.SECURITIES) == gross
    assert made.change(Book.FEES) == fee


@given(gross_amounts, gross_amounts, gross_amounts)
def test_a_sale_takes_units_out_at_cost_and_realises_the_rest(gross: Decimal, fee: Decimal, cost: Decimal) -> None:
    made = entry(*filled("USD", ACME.id, {"commission": fee}, Closing(-TEN, -gross, cost), None))
    assert made.change(Book.CASH) == gross - fee
    assert made.change(Book.SECURITIES) == -cost
    assert -made.change(Book.REALISED) == gross - cost
    assert [line.quantity for line in made.postings if line.book is Book.SECURITIES] == [-TEN]


def test_lines_of_zero_are_left_out() -> None:
    bought = filled("USD", ACME.id, {}, None, Opening(TEN, TEN))
    sold_at_cost = filled("USD", ACME.id, {}, Closing(-TEN, -TEN, TEN), None)
    assert [line.book for line in bought] == [line.book for line in sold_at_cost] == [Book.SECURITIES, Book.CASH]


def test_a_short_sale_brings_cash_and_what_it_brought_is_its_negative_cost() -> None:
    made = entry(*filled("USD", ACME.id, {"commission": Decimal(1)}, None, Opening(-TEN, Decimal(-1000))))
    assert made.change(Book.CASH) == Decimal(999)
    assert made.moved(ACME.id) == (-TEN, Decimal(-1000))


@given(gross_amounts, gross_amounts, gross_amounts)
def test_buying_back_realises_what_the_short_sale_brought_less_what_it_costs(
    gross: Decimal, fee: Decimal, brought: Decimal
) -> None:
    made = entry(*filled("USD", ACME.id, {"commission": fee}, Closing(TEN, gross, -brought), None))
    assert made.change(Book.CASH) == -gross - fee
    assert -made.change(Book.REALISED) == brought - gross
    assert made.moved(ACME.id) == (TEN, brought)


def test_a_fill_across_zero_closes_and_opens_in_one_entry() -> None:
    closing = Closing(-TEN, Decimal(-1200), Decimal(1000))
    made = entry(
        *filled(
            "USD", ACME.id, {"commission": Decimal(2), "sec": Decimal(1)}, closing, Opening(Decimal(-5), Decimal(-600))
        )
    )
    assert made.change(Book.CASH) == Decimal(1797)
    assert -made.change(Book.REALISED) == Decimal(200)
    assert made.moved(ACME.id) == (Decimal(-15), Decimal(-1600))


def test_a_booking_moves_the_units_that_its_entry_posts_and_no_others() -> None:
    made = entry(Posting(Book.SECURITIES, "USD", ZERO, ACME.id, TEN))
    assert Booking(made, (Move(ACME.id, TEN),)).entry is made
    with pytest.raises(AssertionError, match="not what is posted"):
        Booking(made, (Move(ACME.id, -TEN),))


@given(cash_amounts)
def test_a_transfer_is_owed_to_the_owner(amount: Decimal) -> None:
    made = entry(*transferred("USD", amount))
    assert made.change(Book.CASH) == amount == -made.change(Book.CAPITAL)
