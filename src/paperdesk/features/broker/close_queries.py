"""Reads for the reconciliation after a session's close: whom it is due of, where it goes on, what is stored since."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from paperdesk.core.broker.orders import OPEN_STATUSES
from paperdesk.core.kernel.ids import AccountId, TapeId, TenantId
from paperdesk.features.broker.tables import accounts, claims, entries, fills, lots, orders, positions, reconciliations
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.work import ReadOnly, owned

# How many closes are shown with a reconciliation; older ones stay stored.
CLOSES_SHOWN = 30
_OPEN = sorted(status.value for status in OPEN_STATUSES)
_SHOWN = ("closed_at", "through_seq", "found", "problems", "recorded_at")


async def due_accounts(db: AsyncConnection, tape_id: TapeId) -> list[tuple[AccountId, TenantId]]:
    """Return the accounts of a tape that have events which were not compared yet, or that differed the last time."""
    newest = (
        select(reconciliations.c.through_seq, reconciliations.c.found)
        .where(reconciliations.c.account_id == accounts.c.id)
        .order_by(reconciliations.c.closed_at.desc())
        .limit(1)
        .lateral()
    )
    is_due = or_(accounts.c.last_seq > func.coalesce(newest.c.through_seq, 0), newest.c.found > 0)
    query = (
        select(accounts.c.id, accounts.c.tenant_id)
        .outerjoin(newest, onclause=true())
        .where(accounts.c.tape_id == tape_id, is_due)
        .order_by(accounts.c.id)
    )
    return [(AccountId(row["id"]), TenantId(row["tenant_id"])) for row in await fetch_all(db, query)]


async def last_comparison(work: ReadOnly, account_id: UUID) -> Row | None:
    """Return the newest comparison of an account, with what its events came to then."""
    mine = (reconciliations.c.account_id == account_id, owned(reconciliations, work))
    query = select(reconciliations).where(*mine).order_by(reconciliations.c.closed_at.desc()).limit(1)
    return await fetch_one(work.db, query)


async def last_closes(work: ReadOnly, account_id: UUID) -> list[Row]:
    """Return what the comparisons at the last closes found, newest first."""
    mine = (reconciliations.c.account_id == account_id, owned(reconciliations, work))
    shown = select(*(reconciliations.c[name] for name in _SHOWN)).where(*mine)
    return await fetch_all(work.db, shown.order_by(reconciliations.c.closed_at.desc()).limit(CLOSES_SHOWN))


async def fills_between(work: ReadOnly, account_id: UUID, after: int, upto: int) -> list[Row]:
    """Return the fills of an account that some of its events brought, in their order."""
    return await _rows(work, fills, account_id, fills.c.seq, fills.c.seq > after, fills.c.seq <= upto)


async def entries_between(work: ReadOnly, account_id: UUID, after: int, upto: int) -> list[Row]:
    """Return the entries of an account that some of its events brought, in their order."""
    return await _rows(work, entries, account_id, entries.c.number, entries.c.seq > after, entries.c.seq <= upto)


async def orders_of_ids(work: ReadOnly, account_id: UUID, ids: Collection[UUID]) -> list[Row]:
    """Return some of an account's orders."""
    return await _rows(work, orders, account_id, orders.c.accepted_seq, orders.c.id.in_(ids)) if ids else []


async def open_and(work: ReadOnly, account_id: UUID, ids: Collection[UUID]) -> list[Row]:
    """Return the open orders of an account, and some by their ids."""
    chosen = or_(orders.c.status.in_(_OPEN), orders.c.id.in_(ids))
    return await _rows(work, orders, account_id, orders.c.accepted_seq, chosen)


async def held_since(work: ReadOnly, account_id: UUID, epoch: int) -> tuple[list[Row], list[Row], list[Row]]:
    """Return the positions, open lots and claims of an account from one of its epochs on."""
    return (
        await _rows(work, positions, account_id, positions.c.instrument_id, positions.c.epoch >= epoch),
        await _rows(work, lots, account_id, lots.c.opened_seq, lots.c.epoch >= epoch, lots.c.quantity != 0),
        await _rows(work, claims, account_id, claims.c.action_id, claims.c.epoch >= epoch),
    )


async def _rows(
    work: ReadOnly, table: Table, account_id: UUID, order: ColumnElement[Any], *which: ColumnElement[bool]
) -> list[Row]:
    mine = select(table).where(table.c.account_id == account_id, owned(table, work), *which)
    return await fetch_all(work.db, mine.order_by(order))
