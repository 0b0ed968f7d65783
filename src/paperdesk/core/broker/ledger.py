"""Double entry: an entry whose postings do not sum to zero in every currency cannot be constructed.

Signs follow the books: cash, securities, claims, fees and funding grow with positive amounts, capital, income and
realised gains with negative ones. Corrections are new entries that reverse; nothing is ever edited.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from msgspec import Struct

from paperdesk.core.kernel.ids import EntryId, InstrumentId
from paperdesk.core.kernel.money import ZERO, is_in_cents


class Book(StrEnum):
    """The books of an account."""

    CASH = "cash"
    SECURITIES = "securities"
    FEES = "fees"
    REALISED = "realised"
    CAPITAL = "capital"
    CLAIMS = "claims"
    INCOME = "income"
    INTEREST = "interest"
    FUNDING = "funding"


# Named once, because every fill is posted to them.
_CASH: Final = Book.CASH
_SECURITIES: Final = Book.SECURITIES
_FEES: Final = Book.FEES


class EntryKind(StrEnum):
    """What caused an entry."""

    FILL = "fill"
    TRANSFER = "transfer"
    RESET = "reset"
    CASH_DIVIDEND = "cash_dividend"
    DIVIDEND_PAYMENT = "dividend_payment"
    SHARE_DIVIDEND = "share_dividend"
    SPLIT = "split"
    SPIN_OFF = "spin_off"
    MERGER = "merger"
    SYMBOL_CHANGE = "symbol_change"
    DELISTING = "delisting"
    OPTION_ADJUSTMENT = "option_adjustment"
    EXPIRY = "expiry"
    EXERCISE = "exercise"
    ASSIGNMENT = "assignment"
    INTEREST = "interest"
    BORROW_FEE = "borrow_fee"
    FUNDING = "funding"


class Posting(Struct, frozen=True, gc=False):
    """One line of an entry: an amount at the currency's exponent, with units when it moves an instrument.

    Where an account's fees are exact, those and the cash they take keep fractions of a cent.

    A line of fees names their kind; lines from before fees had kinds name none.
    """

    book: Book
    currency: str
    amount: Decimal
    instrument_id: InstrumentId | None = None
    quantity: Decimal | None = None
    fee_kind: str | None = None


class Entry(Struct, frozen=True, gc=False):
    """One balanced entry of the journal; `number` counts the entries of its account without gaps."""

    id: EntryId
    number: int
    at: datetime
    kind: EntryKind
    description: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        """Refuse postings that do not balance."""
        sums: dict[str, Decimal] = {}
        for posting in self.postings:
            sums[posting.currency] = sums.get(posting.currency, ZERO) + posting.amount
        assert not any(sums.values()), f"the entry does not balance: {sums}"

    @property
    def is_in_cents(self) -> bool:
        """Say whether every amount can be paid in its currency."""
        return not [each for each in self.postings if not is_in_cents(each.amount, each.currency)]

    def change(self, book: Book) -> Decimal:
        """Return by how much a book moves."""
        moved = ZERO
        for posting in self.postings:
            if posting.book is book:
                moved += posting.amount
        return moved

    def moved(self, instrument_id: InstrumentId) -> tuple[Decimal, Decimal]:
        """Return by how many units a position moves, and by how much its cost."""
        units, cost = ZERO, ZERO
        for line in self.postings:
            if line.book is _SECURITIES and line.instrument_id == instrument_id:
                units += line.quantity or ZERO
                cost += line.amount
        return units, cost


class Closing(Struct, frozen=True, gc=False):
    """The part of a fill that closes what was held: signed units that leave it, and what they had cost.

    `gross` is what they change hands for, positive when they are bought back.
    """

    quantity: Decimal
    gross: Decimal
    cost: Decimal


class Opening(Struct, frozen=True, gc=False):
    """The part of a fill that opens or adds to a position: signed units, and what they cost."""

    quantity: Decimal
    gross: Decimal


def filled(
    currency: str,
    instrument_id: InstrumentId,
    fees: Mapping[str, Decimal],
    closing: Closing | None,
    opening: Opening | None,
) -> tuple[Posting, ...]:
    """Post a fill: what it closes leaves at cost and realises the rest, what it opens enters at cost.

    Fees stand apart, each kind by itself, and cash moves once for all of it.
    """
    postings: list[Posting] = []
    paid = sum(fees.values(), ZERO)
    if closing is not None:
        gain = -closing.gross - closing.cost
        postings.append(Posting(_SECURITIES, currency, -closing.cost, instrument_id, closing.quantity))
        if gain:
            postings.append(Posting(Book.REALISED, currency, -gain, instrument_id))
        paid += closing.gross
    if opening is not None:
        postings.append(Posting(_SECURITIES, currency, opening.gross, instrument_id, opening.quantity))
        paid += opening.gross
    for kind, amount in fees.items():
        postings.append(Posting(_FEES, currency, amount, fee_kind=kind))
    postings.append(Posting(_CASH, currency, -paid))
    return tuple(postings)


def transferred(currency: str, amount: Decimal) -> tuple[Posting, ...]:
    """Post cash that comes from, or goes back to, its owner."""
    return (Posting(Book.CASH, currency, amount), Posting(Book.CAPITAL, currency, -amount))
