"""What the database alone needs for the rows of one order: one statement, one client, by pgbench.

The rows are those that the desk writes for an order that fills as it arrives, as long as they are there.
"""

import asyncio
import os
import statistics
import subprocess
import tempfile
from pathlib import Path

import asyncpg

from bench.load import BenchFailed, Reading
from paperdesk.infra.db import Server
from paperdesk.infra.postgres_binaries import pgbench_path

STATEMENT = Path(__file__).with_name("one_statement.sql")
TABLES = ("accounts", "orders", "fills", "entries", "lots", "positions", "events", "outbox")


async def prepare(server: Server) -> None:
    """Make empty twins of the broker's tables, indexes included, and number their accounts."""
    db = await server.connect()
    try:
        await db.execute("create schema bench")
        for table in TABLES:
            await db.execute(f"create table bench.{table} (like public.{table} including all)")
        # Which is no part of "all".
        await db.execute("alter table bench.events set (toast_tuple_target = 8160)")
        await _fill(db)
    finally:
        await db.close()


async def _fill(db: asyncpg.Connection) -> None:
    await db.execute(
        """insert into bench.accounts (id, tenant_id, number, name, currency, tape_id, rules, cash, held, last_seq,
             last_entry, last_at, opened_at, recorded_at, fork_seq)
           select gen_random_uuid(), gen_random_uuid(), 'N' || n, 'Load', 'USD', gen_random_uuid(), '{}', 0, 0, 0, 0,
             now(), now(), now(), n from generate_series(1, 1000) n"""
    )
    await db.execute("create unique index on bench.accounts (fork_seq)")


def take_statement(server: Server, seconds: float) -> Reading:
    """Run the statement with one client; latencies are exact, from the log of every transaction."""
    program = pgbench_path(os.environ.get("PATH", os.defpath))
    if program is None:
        raise BenchFailed("No pgbench was found beside PostgreSQL.")
    with tempfile.TemporaryDirectory() as folder:
        words = [str(program), "-n", "-M", "prepared", "-c1", f"-T{seconds:.0f}", "-l", "-f", str(STATEMENT)]
        words += [f"--log-prefix={folder}/log", server.psycopg_url]
        done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=seconds + 30)
        if done.returncode:
            raise BenchFailed(f"pgbench failed: {done.stderr.strip()[-300:]}")
        lines = "".join(path.read_text() for path in Path(folder).iterdir()).splitlines()
    latencies = sorted(int(line.split()[2]) / 1e3 for line in lines)
    return Reading(len(latencies) / seconds, statistics.median(latencies), latencies[len(latencies) * 99 // 100])


def prepare_here(server: Server) -> None:
    """Do `prepare` outside an event loop."""
    asyncio.run(prepare(server))
