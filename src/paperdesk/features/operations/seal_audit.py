"""Seal what the audit trail has got since: a room that does it every few seconds, outside of everybody's transaction.

Of several processes one seals at a time. A round takes so many rows and no more, so that a burst of orders is sealed
behind it and does not wait for it.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from paperdesk.core.kernel.ids import TenantId
from paperdesk.features.broker.unsealed_queries import note_sealed, unsealed_stretches
from paperdesk.features.operations import seal_store
from paperdesk.features.operations.audit_chain import BEFORE_THE_FIRST, Head, Seal, Stretch
from paperdesk.infra.db import Row
from paperdesk.infra.rooms import keep_serving
from paperdesk.infra.runtime import Runtime

EVERY_S: Final = 2.0
LINES_AT_ONCE: Final = 1_000
EVENTS_AT_ONCE: Final = 1_000


@dataclass(slots=True)
class _Fresh:
    """What one tenant has got since its last seal."""

    line_ids: list[UUID] = field(default_factory=list[UUID])
    stretches: list[Stretch] = field(default_factory=list[Stretch])
    lines: list[bytes] = field(default_factory=list[bytes])
    events: list[bytes] = field(default_factory=list[bytes])


@dataclass(frozen=True, slots=True)
class Sealer:
    """The room that seals."""

    runtime: Runtime

    async def run(self) -> None:
        """Seal until cancelled."""
        await keep_serving("sealer", self._serve)

    async def _serve(self) -> None:
        while True:
            await seal_audit(self.runtime)
            await asyncio.sleep(EVERY_S)


async def seal_audit(runtime: Runtime) -> int:
    """Seal what is there and not sealed, and return how many lines and events that was. Acts as the system."""
    async with runtime.as_system() as db:
        if not await seal_store.take_turn(db):
            return 0
        lines = await seal_store.unsealed_lines(db, LINES_AT_ONCE)
        owners, stretches = list[TenantId](), list[Stretch]()
        for tenant_id, account_id, first_seq, last_seq in await unsealed_stretches(db, EVENTS_AT_ONCE):
            owners.append(tenant_id)
            stretches.append(Stretch(account_id, first_seq, last_seq))
        events = await seal_store.events_of(db, stretches) if stretches else []
        for tenant_id, fresh in sorted(_by_tenant(lines, list(zip(owners, stretches, strict=True)), events).items()):
            head = await seal_store.head_of(db, tenant_id)
            await seal_store.add_seal(db, _sealed(tenant_id, fresh, head, runtime.clock.now()))
        await note_sealed(db, {each.account_id: each.last_seq for each in stretches})
    return len(lines) + len(events)


def _by_tenant(
    lines: list[Row], stretches: list[tuple[TenantId, Stretch]], events: list[Row]
) -> dict[TenantId, _Fresh]:
    fresh = defaultdict[TenantId, _Fresh](_Fresh)
    for row in lines:
        fresh[TenantId(row["tenant_id"])].line_ids.append(row["id"])
        fresh[TenantId(row["tenant_id"])].lines.append(row["digest"])
    for tenant_id, stretch in stretches:
        fresh[tenant_id].stretches.append(stretch)
    for row in events:
        fresh[stretches[row["place"] - 1][0]].events.append(row["digest"])
    return fresh


def _sealed(tenant_id: TenantId, fresh: _Fresh, head: Head | None, now: datetime) -> Seal:
    number, previous = (1, BEFORE_THE_FIRST) if head is None else (head.number + 1, head.hash)
    digests = b"".join([*fresh.lines, *fresh.events])
    return Seal(tenant_id, number, now, fresh.line_ids, fresh.stretches, digests, previous)
