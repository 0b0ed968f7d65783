"""What an account realised by lot, and the lots it still has; worked out from its events and stored nowhere.

Both are those of the present epoch.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from paperdesk.core.broker.gains import Gain, Resizing, TaxBook, tax_book
from paperdesk.core.broker.tax_lots import TaxLot
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.market.corporate_actions import CorporateAction, ShareDividend, Split
from paperdesk.features.broker.lineage_queries import lineage_of
from paperdesk.features.broker.queries import market_of
from paperdesk.features.broker.rows import event_of
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.db import Row, fetch_all
from paperdesk.infra.outbox import events
from paperdesk.infra.work import ReadOnly, owned

# The kinds of events that open, close or change lots.
_MOVING: Final = ("order_filled", "option_expired", "option_exercised", "option_assigned", "corporate_action_applied")


@dataclass(frozen=True, slots=True)
class NamedGain:
    """A gain with the symbol of its instrument."""

    symbol: str
    gain: Gain


@dataclass(frozen=True, slots=True)
class NamedLot:
    """An open lot with the symbol of its instrument."""

    symbol: str
    lot: TaxLot


@dataclass(frozen=True, slots=True)
class Sought:
    """Which gains are meant: closed later than an instant, earlier than another, of one symbol."""

    after: datetime | None = None
    until: datetime | None = None
    symbol: str | None = None

    def means(self, named: NamedGain) -> bool:
        """Say whether a gain is among those that are meant."""
        at = named.gain.closed_at
        return (
            (self.after is None or at > self.after)
            and (self.until is None or at < self.until)
            and self.symbol in {None, named.symbol}
        )


async def gains(work: ReadOnly, shelf: Shelf, account: Row, sought: Sought) -> list[NamedGain]:
    """Return the gains of an account that are meant, oldest first; a later purchase may still wash the last ones."""
    book, symbols = await _read(work, shelf, account)
    named = (NamedGain(symbols[each.instrument_id], each) for each in book.gains)
    return [each for each in named if sought.means(each)]


async def open_lots(work: ReadOnly, shelf: Shelf, account: Row) -> list[NamedLot]:
    """Return the lots that an account still has, by symbol and age."""
    book, symbols = await _read(work, shelf, account)
    found = [NamedLot(symbols[each], lot) for each, lots in book.lots.items() for lot in lots]
    return sorted(found, key=place_of_lot)


def place_of_lot(named: NamedLot) -> tuple[str, int, UUID]:
    """Return where a lot stands among others: by symbol and age."""
    lot = named.lot.lot
    return named.symbol, lot.opened_seq, lot.id


def _resizings(actions: Iterable[CorporateAction]) -> dict[InstrumentId, list[Resizing]]:
    """Return what changes the number of units; one that is yet to come changes nothing that was bought by now."""
    found: defaultdict[InstrumentId, list[Resizing]] = defaultdict(list)
    for each in actions:
        if isinstance(each.terms, Split | ShareDividend):
            found[each.instrument.id].append(Resizing(each.ex_on, each.terms.ratio))
    return found


async def _read(work: ReadOnly, shelf: Shelf, account: Row) -> tuple[TaxBook, dict[object, str]]:
    _, dataset = await market_of(work, shelf, account)
    lineage = await lineage_of(work, account["id"])
    mine = (lineage.covers(events.c.account_id, events.c.seq), owned(events, work))
    began = select(func.coalesce(func.max(events.c.seq), 0)).where(*mine, events.c.kind == "account_reset")
    query = (
        select(events.c.kind, events.c.payload)
        .where(*mine, events.c.kind.in_(_MOVING), events.c.seq > began.scalar_subquery())
        .order_by(events.c.seq)
    )
    told = [event_of(row["kind"], row["payload"]) for row in await fetch_all(work.db, query)]
    book = tax_book(told, account["currency"], dataset.calendar.day_of, _resizings(dataset.actions))
    named = {each.instrument_id for each in book.gains} | book.lots.keys()
    return book, {each: dataset.instruments[each].symbol for each in named}
