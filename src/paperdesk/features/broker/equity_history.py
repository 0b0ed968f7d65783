"""The equity of an account at every session's close, worked out from its ledger and its tape.

Nothing is sampled and stored: the ledger says what was held when, the tape what that was worth.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from paperdesk.core.broker.ledger import Book, EntryKind
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO, money
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.marks import marks_at
from paperdesk.features.marketdata.tapes import Tape
from paperdesk.infra.db import Row

SESSIONS_MAX = 2520


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """What an account was worth at an instant; None where something had no price."""

    at: datetime
    cash: Decimal
    equity: Decimal | None


@dataclass(slots=True)
class Holdings:
    """What an account holds, as its ledger tells it entry by entry."""

    cash: Decimal = ZERO
    claims: Decimal = ZERO
    units: dict[InstrumentId, Decimal] = field(default_factory=dict[InstrumentId, Decimal])

    def take(self, entry: Row) -> None:
        """Go on with an entry."""
        self.cash = entry["cash_after"]
        if entry["kind"] == EntryKind.RESET:
            self.claims, self.units = ZERO, {}
        for posting in entry["postings"]:
            if posting["book"] == Book.CLAIMS:
                self.claims += Decimal(posting["amount"])
            if posting["quantity"] is not None:
                instrument_id = InstrumentId(UUID(posting["instrument_id"]))
                self.units[instrument_id] = self.units.get(instrument_id, ZERO) + Decimal(posting["quantity"])

    @property
    def held(self) -> dict[InstrumentId, Decimal]:
        """Return the units of what is held."""
        return {instrument_id: quantity for instrument_id, quantity in self.units.items() if quantity}

    def worth(self, dataset: Dataset, cursor: int, currency: str) -> Decimal | None:
        """Value what is held at its marks, as the account itself is valued."""
        held = self.held
        marks = marks_at(dataset, held, cursor)
        if len(marks) < len(held):
            return None
        return sum(
            (money(marks[each].worth(quantity), currency) for each, quantity in held.items()), self.cash + self.claims
        )


def equity_points(
    entries: Sequence[Row], tape: Tape, dataset: Dataset, opened_at: datetime, currency: str
) -> Iterator[EquityPoint]:
    """Yield what it was worth when opened, at every session's close since, and now; oldest first."""
    for at, cursor, book in holdings_at_closes(entries, tape, dataset, opened_at):
        yield EquityPoint(at, book.cash, book.worth(dataset, cursor, currency))


def holdings_at_closes(
    entries: Sequence[Row], tape: Tape, dataset: Dataset, opened_at: datetime
) -> Iterator[tuple[datetime, int, Holdings]]:
    """Yield an instant, its cursor and what was held then: when opened, at every close since, and now.

    The holdings go on with the next one that is asked for.
    """
    book, taken = Holdings(), 0
    sessions = dataset.calendar.sessions(dataset.calendar.day_of(opened_at), dataset.calendar.day_of(tape.at))
    closes = [session.closes_at for session in sessions if opened_at < session.closes_at <= tape.at]
    for at in sorted({opened_at, *closes[-SESSIONS_MAX:], tape.at}):
        while taken < len(entries) and entries[taken]["at"] <= at:
            book.take(entries[taken])
            taken += 1
        cursor = min(dataset.cursor_at(at), tape.cursor)
        yield at, cursor, book
