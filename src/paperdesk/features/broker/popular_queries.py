"""What is popular on a tape: instruments that accounts hold or have working orders in."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from paperdesk.core.broker.orders import OPEN_STATUSES
from paperdesk.core.kernel.ids import InstrumentId, TapeId
from paperdesk.features.broker.tables import accounts, orders, positions
from paperdesk.infra.db import fetch_all


async def popular_instruments(db: AsyncConnection, tape_ids: Sequence[TapeId]) -> dict[TapeId, list[InstrumentId]]:
    """Return what is held or ordered on tapes, of all tenants, by how many accounts it matters to."""
    held = (
        select(accounts.c.tape_id, accounts.c.id, positions.c.instrument_id)
        .join(positions, (positions.c.account_id == accounts.c.id) & (positions.c.epoch == accounts.c.epoch))
        .where(accounts.c.tape_id.in_(tape_ids), positions.c.quantity != 0)
    )
    ordered = select(orders.c.tape_id, orders.c.account_id, orders.c.instrument_id).where(
        orders.c.tape_id.in_(tape_ids), orders.c.status.in_([each.value for each in OPEN_STATUSES])
    )
    counts: dict[TapeId, Counter[InstrumentId]] = {}
    for row in await fetch_all(db, union(held, ordered)):
        counts.setdefault(TapeId(row["tape_id"]), Counter())[InstrumentId(row["instrument_id"])] += 1
    return {tape: [each for each, _ in found.most_common()] for tape, found in counts.items()}
