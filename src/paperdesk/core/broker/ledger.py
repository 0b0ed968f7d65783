"""Double entry: an entry whose postings do not sum to zero in every currency cannot be constructed.

Signs follow the books: cash, securities and fees grow with positive amounts, capital and realised
gains with negative ones. Corrections are new entries that reverse; nothing is ever edited.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from paperdesk.core.kernel.ids import EntryId, InstrumentId
from paperdesk.core.kernel.money import ZERO, money


class Book(StrEnum):
    """The books of an account."""

    CASH = "cash"
    SECURITIES = "securities"
    FEES = "fees"
    REALISED = "realised"
    CAPITAL = "capital"


class EntryKind(StrEnum):
    """What caused an entry."""

    FILL = "fill"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry: an amount at the currency's exponent, with units when it moves an instrument."""

    book: Book
    currency: str
    amount: Decimal
    instrument_id: InstrumentId | None = None
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One balanced entry of the journal; `number` counts the entries of its account without gaps."""

    id: EntryId
    number: int
    at: datetime
    kind: EntryKind
    description: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        """Refuse postings that do not balance or that carry fractions of a cent."""
        sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
        for posting in self.postings:
            assert posting.amount == money(posting.amount, posting.currency), f"{posting} is finer than its currency"
            sums[posting.currency] += posting.amount
        assert not any(sums.values()), f"the entry does not balance: {dict(sums)}"

    def change(self, book: Book) -> Decimal:
        """Return by how much a book moves."""
        return sum((posting.amount for posting in self.postings if posting.book is book), ZERO)


def bought(currency: str, gross: Decimal, fee: Decimal, units: tuple[InstrumentId, Decimal]) -> tuple[Posting, ...]:
    """Post a purchase: securities at cost, the fee apart, cash for both."""
    return (
        Posting(Book.SECURITIES, currency, gross, *units),
        *_fee(currency, fee),
        Posting(Book.CASH, currency, -gross - fee),
    )


def sold(
    currency: str, gross: Decimal, fee: Decimal, units: tuple[InstrumentId, Decimal], cost: Decimal
) -> tuple[Posting, ...]:
    """Post a sale: securities leave at cost, and what is above or below the cost is realised."""
    instrument_id, quantity = units
    gain = gross - cost
    return (
        Posting(Book.SECURITIES, currency, -cost, instrument_id, -quantity),
        *((Posting(Book.REALISED, currency, -gain, instrument_id),) if gain else ()),
        *_fee(currency, fee),
        Posting(Book.CASH, currency, gross - fee),
    )


def transferred(currency: str, amount: Decimal) -> tuple[Posting, ...]:
    """Post cash that comes from, or goes back to, its owner."""
    return (Posting(Book.CASH, currency, amount), Posting(Book.CAPITAL, currency, -amount))


def _fee(currency: str, fee: Decimal) -> tuple[Posting, ...]:
    return (Posting(Book.FEES, currency, fee),) if fee else ()
