"""Which events of accounts no seal of the audit trail stands for yet."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from paperdesk.core.kernel.ids import TenantId
from paperdesk.features.broker.tables import accounts, sealed_accounts


async def unsealed_stretches(db: AsyncConnection, limit: int) -> list[tuple[TenantId, UUID, int, int]]:
    """Return tenant, account, first and last event of what is new, so many events in all; for the system.

    An account's events follow each other without a gap, so that nothing committed late is passed over.
    """
    sealed = func.greatest(func.coalesce(sealed_accounts.c.last_seq, 0), func.coalesce(accounts.c.fork_seq, 0))
    query = (
        select(accounts.c.tenant_id, accounts.c.id, sealed.label("after"), accounts.c.last_seq)
        .outerjoin(sealed_accounts, sealed_accounts.c.account_id == accounts.c.id)
        .where(accounts.c.last_seq > sealed)
        .order_by(accounts.c.id)
        .limit(limit)
    )
    found = list[tuple[TenantId, UUID, int, int]]()
    for row in await db.execute(query):
        last_seq = min(row.last_seq, row.after + limit)
        found.append((TenantId(row.tenant_id), row.id, row.after + 1, last_seq))
        limit -= last_seq - row.after
        if limit <= 0:
            break
    return found


async def note_sealed(db: AsyncConnection, through: Mapping[UUID, int]) -> None:
    """Write through which event accounts are sealed; for the system."""
    if not through:
        return
    theirs = select(accounts.c.id, accounts.c.tenant_id).where(accounts.c.id.in_(through))
    rows = [
        {"account_id": row.id, "tenant_id": row.tenant_id, "last_seq": through[row.id]}
        for row in await db.execute(theirs)
    ]
    query = insert(sealed_accounts).values(rows)
    await db.execute(
        query.on_conflict_do_update(index_elements=["account_id"], set_={"last_seq": query.excluded.last_seq})
    )
