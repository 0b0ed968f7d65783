"""The Greeks of an account now, as of a moment, and at every session's close, worked out from its ledger and its tape.

Nothing is sampled and stored: the ledger says what was held when, and the tape what that was worth.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from paperdesk.core.broker.portfolio_greeks import PortfolioGreeks, portfolio_greeks
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.features.broker.equity_history import holdings_at_closes
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.marks import TapeMarks
from paperdesk.features.marketdata.tapes import Tape
from paperdesk.infra.db import Row


@dataclass(frozen=True, slots=True)
class GreekPoint:
    """The Greeks of an account at an instant of its tape."""

    at: datetime
    greeks: PortfolioGreeks


def greeks_at(dataset: Dataset, held: Mapping[InstrumentId, Decimal], cursor: int) -> PortfolioGreeks:
    """Return the Greeks of what is held at a cursor."""
    names = {each: dataset.instruments[each].symbol for each in held}
    return portfolio_greeks(held, names, TapeMarks(dataset, cursor))


def greek_points(entries: Sequence[Row], tape: Tape, dataset: Dataset, opened_at: datetime) -> Iterator[GreekPoint]:
    """Yield the Greeks when opened, at every session's close since, and now; oldest first."""
    for at, cursor, book in holdings_at_closes(entries, tape, dataset, opened_at):
        yield GreekPoint(at, greeks_at(dataset, book.held, cursor))
