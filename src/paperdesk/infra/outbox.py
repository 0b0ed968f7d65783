"""Events live for ever in one table; the outbox says which of them were not published yet.

Both are written in the transaction of the change itself, the outbox with one row for all of it, so
that no event is ever touched again. One relay publishes what committed, in order per account and at
least once: consumers keep the last sequence number they saw. Of several processes on one database the relay
of any takes what was written; it tells the others whose accounts those were, and they read what they missed.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import asyncpg
import msgspec
from sqlalchemy import BigInteger, Column, Table, Text, Uuid

from paperdesk.core.kernel.time import instant_text
from paperdesk.infra.bus import Bus
from paperdesk.infra.db import ORDER_PATH, SYSTEM_ROLE, Instant, Server, metadata
from paperdesk.infra.personal import personal
from paperdesk.infra.rooms import keep_serving
from paperdesk.infra.telemetry import Metrics

CHANNEL = "paperdesk_events"

# The most commits that one look takes.
BATCH = 200
# How long to wait for a poke before looking anyway: another process may have written.
IDLE_S = 1.0
# Commits that follow each other at once are taken together; one look a commit would cost as much as the commit.
PAUSE_S = 0.02

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
    Column("payload", Text, nullable=False),
    Column("cursor", BigInteger),
    Column("command", Text),
    Column("origin", Text),
    info=personal("account_id"),
)

# The counts come even when nobody watches; an event that nobody watches is not read at all.
_TAKE = """
with taken as (
  delete from outbox where id in (select id from outbox order by id limit $1)
  returning account_ids, first_seqs, last_seqs
), ranges as (
  select n.* from taken, unnest(account_ids, first_seqs, last_seqs) as n(account_id, first_seq, last_seq)
), watched as (
  select e.account_id, e.seq, e.kind, e.at, e.payload
  from ranges r join events e on e.account_id = r.account_id and e.seq between r.first_seq and r.last_seq
  where r.account_id = any($2)
), told as (
  -- A payload has less than 8,000 bytes; what is not selected in the end would not be told.
  select pg_notify('paperdesk_events', $3::text || ' ' || string_agg(account_id::text, ','))
  from (
    select account_id, (row_number() over () - 1) / 200 as piece from (select distinct account_id from ranges) as one
  ) as every
  group by piece
), counted as (
  select (select count(*) from taken) as commits, (select count(*) from told) as notices,
    (select coalesce(sum(last_seq - first_seq + 1), 0)::bigint from ranges) as events
)
select c.commits, c.events, c.notices, w.* from counted c left join watched w on true order by w.account_id, w.seq
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
        self._process: int | None = None

    def poke(self) -> None:
        """Say that something committed."""
        self._poked.set()

    def told(self, payload: str) -> None:
        """Let those who watch accounts look for what the relay of another process has published."""
        sender, _, account_ids = payload.partition(" ")
        if int(sender) != self._process:
            self._missed(account_ids.split(","))

    def listening(self, *, is_on: bool) -> None:
        """Let everyone look once notices come, or come again."""
        if is_on:
            self._missed(self._bus.ids_of("account:"))

    def _missed(self, account_ids: Iterable[str]) -> None:
        for each in account_ids:
            self._bus.publish_latest(account_topic(each), {"topic": "missed", "id": each})

    async def run(self) -> None:
        """Publish until cancelled; a database that goes away is waited for."""
        await keep_serving("relay", self._serve)

    async def _serve(self) -> None:
        # Forgetting that something was published does no harm, so nobody waits for the disk here.
        connection = await self._server.connect(SYSTEM_ROLE, {**ORDER_PATH, "synchronous_commit": "off"})
        self._process = connection.get_server_pid()
        try:
            while True:
                self._poked.clear()
                while await self.publish(connection) == BATCH:
                    await asyncio.sleep(0)
                await self._until_poked()
                await asyncio.sleep(PAUSE_S)
        finally:
            await connection.close(timeout=1)

    async def _until_poked(self) -> None:
        try:
            async with asyncio.timeout(IDLE_S):
                await self._poked.wait()
        except TimeoutError:
            return

    async def publish(self, connection: asyncpg.Connection) -> int:
        """Publish what some commits brought, return their number; only accounts that somebody watches are rendered."""
        watched = self._bus.ids_of("account:")
        rows = await connection.fetch(_TAKE, BATCH, watched, str(connection.get_server_pid()))
        for row in rows:
            if row["payload"] is not None:
                self._bus.publish(account_topic(row["account_id"]), message_of(row))
        self._metrics.published.inc(rows[0]["events"])
        commits: int = rows[0]["commits"]
        return commits
