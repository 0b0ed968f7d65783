"""Events live for ever in one table; the outbox is the part of it that was not published yet.

They are appended in the transaction of the change itself. One relay publishes what committed, in
order per account and at least once: consumers keep the last sequence number they saw.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from paperdesk.core.kernel.time import instant_text
from paperdesk.infra.bus import Bus
from paperdesk.infra.db import SYSTEM_ROLE, Instant, Server, metadata
from paperdesk.infra.rooms import keep_serving
from paperdesk.infra.telemetry import Metrics

BATCH = 2000
# How long to wait for a poke before looking anyway: another process may have written.
IDLE_S = 1.0

events = Table(
    "events",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("tenant_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("is_published", Boolean, nullable=False),
)

_TAKE = """
with waiting as (
  select account_id, seq from events where not is_published order by account_id, seq limit $1
)
update events e set is_published = true from waiting w
where e.account_id = w.account_id and e.seq = w.seq
returning e.account_id, e.seq, e.kind, e.at, case when e.account_id = any($2) then e.payload::text end as payload
"""


def account_topic(account_id: object) -> str:
    """Name the topic of one account's events."""
    return f"account:{account_id}"


def message_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Render a row of events as the stream's message."""
    return {
        "topic": "account",
        "id": str(row["account_id"]),
        "seq": row["seq"],
        "event": row["kind"],
        "at": instant_text(row["at"]),
        "payload": msgspec.Raw(row["payload"].encode()),
    }


class Relay:
    """Publishes committed events; `poke` tells it that there are some."""

    def __init__(self, server: Server, bus: Bus, metrics: Metrics) -> None:
        """Prepare; the connection is made by `run`."""
        self._server = server
        self._bus = bus
        self._metrics = metrics
        self._poked = asyncio.Event()

    def poke(self) -> None:
        """Say that something committed."""
        self._poked.set()

    async def run(self) -> None:
        """Publish until cancelled; a database that goes away is waited for."""
        await keep_serving("relay", self._serve)

    async def _serve(self) -> None:
        connection = await self._server.connect(SYSTEM_ROLE)
        try:
            while True:
                self._poked.clear()
                while await self.publish(connection) == BATCH:
                    await asyncio.sleep(0)
                await self._until_poked()
        finally:
            await connection.close(timeout=1)

    async def _until_poked(self) -> None:
        try:
            async with asyncio.timeout(IDLE_S):
                await self._poked.wait()
        except TimeoutError:
            return

    async def publish(self, connection: asyncpg.Connection) -> int:
        """Publish one batch; only accounts that somebody watches are rendered."""
        watched = self._bus.ids_of("account:")
        rows = await connection.fetch(_TAKE, BATCH, watched)
        for row in sorted(rows, key=lambda row: (row["account_id"], row["seq"])):
            if row["payload"] is not None:
                self._bus.publish(account_topic(row["account_id"]), message_of(row))
        self._metrics.published.inc(len(rows))
        return len(rows)
