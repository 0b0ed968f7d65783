"""The runtime: settings, database and ports in one place, and the maker of units of work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from paperdesk.core.kernel.key_limits import DryRun
from paperdesk.core.kernel.principal import Principal
from paperdesk.infra.bus import Bus
from paperdesk.infra.cache import Cache, keeper_of
from paperdesk.infra.clock import Clock, SystemClock
from paperdesk.infra.crypto import TokenHasher, Vault
from paperdesk.infra.db import (
    APP_ROLE,
    CONNECTION_ERRORS,
    SYSTEM_ROLE,
    UNAVAILABLE,
    DatabaseUnavailable,
    OutcomeUnknown,
    Server,
    is_outage,
)
from paperdesk.infra.mail import Postman, mailer_of
from paperdesk.infra.openid import OpenIdProvider
from paperdesk.infra.settings import Settings
from paperdesk.infra.telemetry import Metrics
from paperdesk.infra.work import SET_TENANTS, ReadOnly, UnitOfWork, tenants_setting

DRIVER_ERRORS = (DBAPIError, asyncpg.InterfaceError, asyncpg.InternalClientError, *CONNECTION_ERRORS)
# A reader sees one state of the database from its first statement to its last.
SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


@dataclass(slots=True)
class Runtime:
    """Everything a request needs that is not in the request."""

    settings: Settings
    server: Server
    hasher: TokenHasher
    vault: Vault
    clock: Clock = field(default_factory=SystemClock)
    bus: Bus = field(default_factory=Bus)
    metrics: Metrics = field(default_factory=Metrics)
    cache: Cache = field(init=False)
    postman: Postman = field(init=False)
    openid: OpenIdProvider | None = field(init=False)
    app: AsyncEngine = field(init=False)
    system: AsyncEngine = field(init=False)

    def __post_init__(self) -> None:
        """Open the two pools and the cache; connections are made when first needed."""
        self.cache = Cache(keeper_of(self.settings, self.clock), self.clock, self.metrics)
        url = self.settings.smtp_url
        self.postman = Postman(mailer_of(None if url is None else url.get_secret_value(), self.settings.mail_from))
        self.openid = None if self.settings.oidc_issuer is None else OpenIdProvider(self.settings, self.clock)
        self.app = self.server.engine(APP_ROLE)
        self.system = self.server.engine(SYSTEM_ROLE, pool_size=4)

    @asynccontextmanager
    async def work(self, who: Principal) -> AsyncIterator[UnitOfWork]:
        """Open a writing unit of work for a caller; leaving the block commits."""
        async with _transaction(self.app) as connection:
            await connection.execute(SET_TENANTS, {"tenants": tenants_setting([who.tenant_id])})
            unit = UnitOfWork(who, self.clock.now(), connection, allowed=self.settings.quotas)
            yield unit
            if who.is_dry_run:
                raise DryRun("This would have been done; the key only tries things out, and nothing was stored.")
        for topic, message in unit.announcements:
            self.bus.publish(topic, message)

    @asynccontextmanager
    async def read(self, who: Principal) -> AsyncIterator[ReadOnly]:
        """Open a unit of work that can only read, all of it at one instant."""
        async with database_errors(), self.app.connect() as connection:
            await connection.execution_options(**SNAPSHOT)
            await connection.execute(SET_TENANTS, {"tenants": tenants_setting([who.tenant_id])})
            yield ReadOnly(who, self.clock.now(), connection)

    @asynccontextmanager
    async def as_system(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that sees every tenant; for worker, relay, pump and sign-in only."""
        async with _transaction(self.system) as connection:
            yield connection

    async def close(self) -> None:
        """Close both pools, the cache and the way to the provider of sign-ins."""
        if self.openid is not None:
            await self.openid.close()
        await self.cache.close()
        await self.app.dispose()
        await self.system.dispose()


@asynccontextmanager
async def _transaction(pool: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Begin, commit on leaving, roll back on error."""
    async with database_errors(), pool.connect() as connection:
        yield connection
        async with commit_errors():
            await connection.commit()


@asynccontextmanager
async def database_errors() -> AsyncIterator[None]:
    """Turn a database that is gone, full or shutting down into DatabaseUnavailable; not for the commit itself."""
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseUnavailable(UNAVAILABLE) from error
    except DRIVER_ERRORS as error:
        if is_outage(error) or (isinstance(error, DBAPIError) and error.connection_invalidated):
            raise DatabaseUnavailable(UNAVAILABLE) from error
        raise


@asynccontextmanager
async def commit_errors() -> AsyncIterator[None]:
    """Turn a commit whose answer never came into OutcomeUnknown: the server may have made it durable or not."""
    try:
        async with database_errors():
            yield
    except DatabaseUnavailable as error:
        raise OutcomeUnknown(
            "The connection broke during the commit, so it may have been stored or not; send the same request again "
            "with the same key."
        ) from error.__cause__
