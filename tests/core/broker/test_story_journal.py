"""The journal: every movement is an entry that balances, numbered without gaps."""

from decimal import Decimal

from paperdesk.core.broker.ledger import Book, EntryKind
from paperdesk.core.kernel.money import ZERO
from tests.scenery import ACME, PER_SHARE, rules
from tests.stories import Story


def told() -> Story:
    story = Story(rules=rules(fees=PER_SHARE))
    story.open("100")
    story.buy("10")
    story.close("100")
    story.sell("4")
    story.open("105.50")
    story.transfer("-250")
    return story


def test_the_journal_reads_like_a_statement() -> None:
    assert [(entry.kind, entry.description, entry.change(Book.CASH)) for entry in told().entries] == [
        (EntryKind.TRANSFER, "Deposit", Decimal(10000)),
        (EntryKind.FILL, "Bought 10 ACME at 100", Decimal("-1001.00")),
        (EntryKind.FILL, "Sold 4 ACME at 105.5", Decimal("421.00")),
        (EntryKind.TRANSFER, "Withdrawal", Decimal(-250)),
    ]


def test_entries_are_numbered_without_gaps_and_have_ids_of_their_own() -> None:
    story = told()
    assert [entry.number for entry in story.entries] == [1, 2, 3, 4]
    assert len({entry.id for entry in story.entries}) == 4
    assert story.account.last_entry == 4


def test_all_books_together_sum_to_zero_and_cash_is_what_its_book_says() -> None:
    story = told()
    sums = {book: sum((line.amount for line in story.postings if line.book is book), ZERO) for book in Book}
    books = {book: total for book, total in sums.items() if total}
    assert sum(books.values()) == 0
    assert books == {
        Book.CASH: story.account.cash,
        Book.SECURITIES: story.position().cost,
        Book.FEES: Decimal("2.00"),
        Book.REALISED: Decimal("-22.00"),
        Book.CAPITAL: Decimal(-9750),
    }


def test_lines_that_move_units_name_them() -> None:
    moved = [(line.instrument_id, line.quantity) for line in told().postings if line.quantity is not None]
    assert moved == [(ACME.id, Decimal(10)), (ACME.id, Decimal(-4))]


def test_nothing_happens_before_what_happened_last() -> None:
    story = told()
    instants = [event.at for event in story.events]
    assert instants == sorted(instants)
    story.at = story.events[0].at
    story.transfer("1")
    assert story.account.last_at == instants[-1]
