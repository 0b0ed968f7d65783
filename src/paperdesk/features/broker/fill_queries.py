"""Reads of fills: which of them, and what each realised."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from paperdesk.core.broker.ledger import Book
from paperdesk.core.kernel.ids import derived
from paperdesk.core.kernel.money import ZERO
from paperdesk.features.broker.lineage_queries import lineage_of
from paperdesk.features.broker.tables import entries, fills
from paperdesk.infra.db import Row, fetch_all
from paperdesk.infra.http import InstantText, PageParams, SymbolLine
from paperdesk.infra.keyset import part_of
from paperdesk.infra.work import ReadOnly, owned


@dataclass(frozen=True, slots=True)
class FillFilter:
    """Which fills of an account are meant: of a symbol, from an instant on, before another."""

    symbol: SymbolLine | None = None
    since: InstantText | None = None
    until: InstantText | None = None


async def list_fills(
    work: ReadOnly, account_id: UUID, chosen: FillFilter, page: PageParams
) -> tuple[list[Row], str | None]:
    """Return an account's fills with what each realised, newest first."""
    lineage = await lineage_of(work, account_id)
    history = (lineage.covers(fills.c.account_id, fills.c.seq), owned(fills, work))
    query = select(fills).where(*history)
    if chosen.symbol is not None:
        query = query.where(fills.c.symbol == chosen.symbol)
    if chosen.since is not None:
        query = query.where(fills.c.at >= chosen.since)
    if chosen.until is not None:
        query = query.where(fills.c.at < chosen.until)
    rows = await fetch_all(work.db, part_of(query, page, fills.c, fills.c.seq))
    found, following = page.cut(rows, lambda row: (row["seq"],))
    return await _with_realised(work, found), following


async def fills_since(work: ReadOnly, account_id: UUID, seq: int) -> list[Row]:
    """Return an account's fills after an event with what each realised, oldest first."""
    lineage = await lineage_of(work, account_id)
    history = (lineage.covers(fills.c.account_id, fills.c.seq), fills.c.seq > seq, owned(fills, work))
    found = await fetch_all(work.db, select(fills).where(*history).order_by(fills.c.seq))
    return await _with_realised(work, found)


async def _with_realised(work: ReadOnly, found: list[Row]) -> list[Row]:
    """Add what each fill realised, as its entry in the ledger says."""
    entry_ids = {derived(row["id"], "entry"): row["id"] for row in found}
    query = select(entries.c.id, entries.c.postings).where(entries.c.id.in_(entry_ids), owned(entries, work))
    realised = {entry_ids[row["id"]]: _realised(row["postings"]) for row in await fetch_all(work.db, query)}
    return [{**row, "realised": realised[row["id"]]} for row in found]


def _realised(postings: list[Row]) -> Decimal:
    return -sum((Decimal(each["amount"]) for each in postings if each["book"] == Book.REALISED), ZERO)
