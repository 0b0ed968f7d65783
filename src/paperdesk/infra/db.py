"""The database: engines by role, exact column types, and the metadata all tables register in.

Three roles: the owner migrates; `paperdesk_app` serves requests with row-level security forced;
`paperdesk_system` bypasses it and is used only by the worker, the relay, the pump and sign-in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import asyncpg
from sqlalchemy import DateTime, Dialect, Executable, MetaData, Numeric, TypeDecorator, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from paperdesk.core.kernel.errors import Unavailable
from paperdesk.core.kernel.time import utc

APP_ROLE = "paperdesk_app"
SYSTEM_ROLE = "paperdesk_system"
POOL_SIZE = 8

metadata = MetaData()

Row: TypeAlias = dict[str, Any]
Connection: TypeAlias = asyncpg.Connection

Exact = Numeric(asdecimal=True)


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached or cannot write; nothing was stored, try again."""


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

    async def connect(self, role: str | None = None) -> asyncpg.Connection:
        """Open one connection of our own, acting as a role."""
        settings = {"application_name": "paperdesk", "jit": "off"} | ({"role": role} if role else {})
        return await asyncpg.connect(**self.arguments, server_settings=settings)

    def engine(self, role: str, pool_size: int = POOL_SIZE) -> AsyncEngine:
        """Return a pool of connections that act as a role."""
        return create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: self.connect(role),
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


# What tells that the server is gone, shutting down, full, or not there yet.
CONNECTION_ERRORS: tuple[type[Exception], ...] = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.CannotConnectNowError,
    asyncpg.InternalClientError,
)


async def ping(db: AsyncConnection) -> None:
    """Ask the database for a sign of life."""
    await db.execute(text("select 1"))


async def fetch_all(db: AsyncConnection, query: Executable) -> list[Row]:
    """Return every row of a query by column name."""
    return [{str(name): row[name] for name in row} for row in (await db.execute(query)).mappings()]


async def fetch_one(db: AsyncConnection, query: Executable) -> Row | None:
    """Return the only row of a query, or None when there is none."""
    row = (await db.execute(query)).mappings().one_or_none()
    return None if row is None else {str(name): row[name] for name in row}


async def is_leader(db: Connection, duty: str) -> bool:
    """Say whether this connection has taken on a duty that one process does for all; it ends with the connection."""
    taken: bool = await db.fetchval("select pg_try_advisory_lock(hashtext($1))", f"paperdesk:{duty}")
    return taken
