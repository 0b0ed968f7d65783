"""The database: engines by role, exact column types, and the metadata all tables register in.

Three roles: the owner migrates; `paperdesk_app` serves requests with row-level security forced;
`paperdesk_system` bypasses it and is used only by the worker, the relay, the pump and sign-in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy import (
    ARRAY,
    DateTime,
    Dialect,
    Executable,
    MetaData,
    Numeric,
    Table,
    TypeDecorator,
    bindparam,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from paperdesk.core.kernel.errors import Unavailable
from paperdesk.core.kernel.time import utc

APP_ROLE = "paperdesk_app"
SYSTEM_ROLE = "paperdesk_system"
POOL_SIZE = 8

# What tells that the server is gone, shutting down, full, or not there yet.
CONNECTION_ERRORS: tuple[type[Exception], ...] = (
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
# For connections that run the same few statements for ever: each is planned once, and by its indexes,
# whatever the tables looked like on the day they were empty.
ORDER_PATH: Mapping[str, str] = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"}
# Without a server there is no socket either, or nobody behind it, or no answer in time.
CONNECT_ERRORS: tuple[type[Exception], ...] = (OSError, *CONNECTION_ERRORS)
# After that long a statement on a pooled connection is given up by the server: it waits for a lock that nobody lets
# go, or does more than a request may ask for.
PATIENCE_S = 30.0
UNAVAILABLE = "The database cannot be reached or cannot write; nothing was stored."

metadata = MetaData()

Row: TypeAlias = dict[str, Any]
Connection: TypeAlias = asyncpg.Connection

Exact = Numeric(asdecimal=True)


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached or cannot write; nothing was stored, try again."""


class OutcomeUnknown(Unavailable):
    """The connection broke during the commit: stored or not, the same request with the same key can be sent again."""


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; naive ones are refused before they reach the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse naive instants on the way in."""
        return None if value is None else utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return UTC on the way out."""
        return None if value is None else value.astimezone(UTC)


class Line(asyncpg.Connection):  # type: ignore[misc]  # the driver is not typed
    """The driver's connection, which tells by an error's class that it has closed; by itself it does so in words."""

    async def execute(self, query: str, *args: Any, **terms: Any) -> Any:  # noqa: ANN401 - the driver's own
        """Run statements."""
        self._must_be_open()
        return await super().execute(query, *args, **terms)

    async def executemany(self, command: str, args: Any, **terms: Any) -> None:  # noqa: ANN401 - the driver's own
        """Run one statement for many rows."""
        self._must_be_open()
        await super().executemany(command, args, **terms)

    async def fetch(self, query: str, *args: Any, **terms: Any) -> Any:  # noqa: ANN401 - the driver's own
        """Return all rows."""
        self._must_be_open()
        return await super().fetch(query, *args, **terms)

    async def fetchrow(self, query: str, *args: Any, **terms: Any) -> Any:  # noqa: ANN401 - the driver's own
        """Return the first row, if there is one."""
        self._must_be_open()
        return await super().fetchrow(query, *args, **terms)

    async def fetchval(self, query: str, *args: Any, **terms: Any) -> Any:  # noqa: ANN401 - the driver's own
        """Return a value of the first row."""
        self._must_be_open()
        return await super().fetchval(query, *args, **terms)

    def _must_be_open(self) -> None:
        if self.is_closed():
            raise asyncpg.ConnectionDoesNotExistError("the connection has closed")


@dataclass(frozen=True, slots=True)
class Server:
    """Where a PostgreSQL server is, as keyword arguments that asyncpg understands."""

    arguments: Mapping[str, Any]

    @classmethod
    def at(cls, url: str) -> "Server":
        """Take the address from a URL such as postgresql://user:secret@host/database."""
        scheme = urlsplit(url).scheme.split("+")[0]
        if scheme not in ("postgres", "postgresql"):
            raise ValueError(f"a PostgreSQL URL starts with postgresql://, not {scheme}://")
        return cls({"dsn": "postgresql" + url[url.index("://") :]})

    async def connect(self, role: str | None = None, settings: Mapping[str, str] | None = None) -> asyncpg.Connection:
        """Open one connection of our own, acting as a role; raises DatabaseUnavailable while there is no server."""
        settings = {
            "application_name": "paperdesk",
            "jit": "off",
            **({"role": role} if role else {}),
            **(settings or {}),
        }
        try:
            return await asyncpg.connect(**self.arguments, server_settings=settings, connection_class=Line)
        except CONNECT_ERRORS as error:
            raise DatabaseUnavailable(UNAVAILABLE) from error

    def engine(self, role: str, pool_size: int = POOL_SIZE, patience_s: float = PATIENCE_S) -> AsyncEngine:
        """Return a pool of connections that act as a role; no statement on them takes longer than the patience."""
        settings = {"statement_timeout": f"{round(patience_s * 1000)}ms"}
        return create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: self.connect(role, settings),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            hide_parameters=True,
        )

    @property
    def psycopg_url(self) -> str:
        """Return the address in the form that the job queue and the migrations use."""
        if "dsn" in self.arguments:
            return str(self.arguments["dsn"])
        pairs = {"host": "host", "user": "user", "database": "dbname", "port": "port", "password": "password"}
        return " ".join(f"{pairs[key]}={value}" for key, value in self.arguments.items() if key in pairs)


def is_outage(error: BaseException) -> bool:
    """Say whether the cause of an error is the database's state, rather than what it was asked."""
    cause: BaseException | None = error
    while cause is not None:
        # What the driver calls an internal error is a statement on a connection that the server is just taking down.
        if isinstance(cause, CONNECTION_ERRORS) or type(cause) is asyncpg.InternalClientError:
            return True
        cause = cause.__cause__
    return False


async def driver_connection(db: AsyncConnection) -> Connection:
    """Return the driver's own connection below a pooled one; it is in the same transaction."""
    return (await db.get_raw_connection()).driver_connection


def insert_together(table: Table, shared: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Insert:
    """Return one statement that inserts rows, which share some values; each other column is sent as one array."""
    same = [literal(value, table.c[name].type) for name, value in shared.items()]
    columns = [table.c[name] for name in rows[0]]
    arrays = [bindparam(each.name, [row[each.name] for row in rows], ARRAY(each.type)) for each in columns]
    return insert(table).from_select([*shared, *rows[0]], select(*same, *map(func.unnest, arrays)))


async def fetch_all(db: AsyncConnection, query: Executable) -> list[Row]:
    """Return every row of a query by column name."""
    result = await db.execute(query)
    names = [str(name) for name in result.keys()]  # noqa: SIM118 - a result is no mapping
    return [dict(zip(names, row, strict=True)) for row in result]


async def fetch_one(db: AsyncConnection, query: Executable) -> Row | None:
    """Return the only row of a query, or None when there is none."""
    row = (await db.execute(query)).mappings().one_or_none()
    return None if row is None else {str(name): row[name] for name in row}


@dataclass(frozen=True, slots=True)
class PoolState:
    """How many connections a pool may open, and how many are in use."""

    name: str
    size: int
    in_use: int


def state_of_pool(name: str, engine: AsyncEngine) -> PoolState:
    """Return how a pool stands."""
    pool = engine.pool
    assert isinstance(pool, QueuePool), "every engine here has one"
    return PoolState(name, 2 * pool.size(), pool.checkedout())  # as many again are opened when all are in use


async def is_led(db: AsyncConnection, duty: str) -> bool:
    """Say whether some process has taken on a duty that one does for all."""
    query = """
    select exists (
      select from pg_locks where locktype = 'advisory' and granted and objsubid = 1
      and database = (select oid from pg_database where datname = current_database())
      and (classid::bigint << 32) | objid::bigint = hashtext(:duty)::bigint
    )
    """
    return bool((await db.execute(text(query), {"duty": f"paperdesk:{duty}"})).scalar_one())


async def is_leader(db: Connection, duty: str) -> bool:
    """Say whether this connection has taken on a duty that one process does for all; it ends with the connection."""
    taken: bool = await db.fetchval("select pg_try_advisory_lock(hashtext($1))", f"paperdesk:{duty}")
    return taken
