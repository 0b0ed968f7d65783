"""Everything that is stored of an account, for its reconciliation."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, select

from paperdesk.features.broker.queries import events_after, read_account
from paperdesk.features.broker.tables import claims, entries, fills, lots, orders, positions
from paperdesk.infra.db import Row, fetch_all
from paperdesk.infra.work import ReadOnly, owned


@dataclass(frozen=True, slots=True)
class Books:
    """Everything stored of one account, oldest first; of a fork the events of those it descends from as well."""

    account: Row
    events: list[Row]
    entries: list[Row]
    orders: list[Row]
    fills: list[Row]
    positions: list[Row]
    lots: list[Row]
    claims: list[Row]


async def read_books(work: ReadOnly, account_id: UUID) -> Books:
    """Return everything stored of an account, or refuse an unknown or foreign one."""
    account = await read_account(work, account_id)

    async def rows(table: Table, order: Column[Any]) -> list[Row]:
        mine = select(table).where(table.c.account_id == account_id, owned(table, work))
        return await fetch_all(work.db, mine.order_by(order))

    return Books(
        account=account,
        events=await events_after(work, account_id, 0, limit=None),
        entries=await rows(entries, entries.c.number),
        orders=await rows(orders, orders.c.accepted_seq),
        fills=await rows(fills, fills.c.seq),
        positions=await rows(positions, positions.c.instrument_id),
        lots=await rows(lots, lots.c.opened_seq),
        claims=await rows(claims, claims.c.action_id),
    )
