"""The runtime: settings, database and ports in one place, and the maker of units of work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from paperdesk.core.kernel.principal import Principal
from paperdesk.infra.bus import Bus
from paperdesk.infra.clock import Clock, SystemClock
from paperdesk.infra.crypto import TokenHasher
from paperdesk.infra.db import APP_ROLE, CONNECTION_ERRORS, SYSTEM_ROLE, DatabaseUnavailable, Server
from paperdesk.infra.settings import Settings
from paperdesk.infra.telemetry import Metrics
from paperdesk.infra.work import SET_TENANTS, ReadOnly, UnitOfWork, tenants_setting

OUTAGES: tuple[type[Exception], ...] = (*CONNECTION_ERRORS, PoolTimeoutError)


@dataclass(slots=True)
class Runtime:
    """Everything a request needs that is not in the request."""

    settings: Settings
    server: Server
    hasher: TokenHasher
    clock: Clock = field(default_factory=SystemClock)
    bus: Bus = field(default_factory=Bus)
    metrics: Metrics = field(default_factory=Metrics)
    app: AsyncEngine = field(init=False)
    system: AsyncEngine = field(init=False)

    def __post_init__(self) -> None:
        """Open the two pools; connections are made when first needed."""
        self.app = self.server.engine(APP_ROLE)
        self.system = self.server.engine(SYSTEM_ROLE, pool_size=4)

    @asynccontextmanager
    async def work(self, who: Principal) -> AsyncIterator[UnitOfWork]:
        """Open a writing unit of work for a caller; leaving the block commits."""
        async with database_errors(), self.app.begin() as connection:
            await connection.execute(SET_TENANTS, {"tenants": tenants_setting([who.tenant_id])})
            unit = UnitOfWork(who, self.clock.now(), connection)
            yield unit
        for topic, message in unit.announcements:
            self.bus.publish(topic, message)

    @asynccontextmanager
    async def read(self, who: Principal) -> AsyncIterator[ReadOnly]:
        """Open a unit of work that can only read."""
        async with database_errors(), self.app.connect() as connection:
            await connection.execution_options(postgresql_readonly=True)
            await connection.execute(SET_TENANTS, {"tenants": tenants_setting([who.tenant_id])})
            yield ReadOnly(who, self.clock.now(), connection)

    @asynccontextmanager
    async def as_system(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that sees every tenant; for worker, relay, pump and sign-in only."""
        async with database_errors(), self.system.begin() as connection:
            yield connection

    async def close(self) -> None:
        """Close both pools."""
        await self.app.dispose()
        await self.system.dispose()


@asynccontextmanager
async def database_errors() -> AsyncIterator[None]:
    """Turn a database that is gone, full or shutting down into the typed error that says so."""
    try:
        yield
    except OUTAGES as error:
        raise DatabaseUnavailable("The database cannot be reached; nothing was stored.") from error
    except DBAPIError as error:
        if error.connection_invalidated or is_outage(error):
            raise DatabaseUnavailable("The database cannot be reached; nothing was stored.") from error
        raise


def is_outage(error: BaseException) -> bool:
    """Say whether the cause of an error is the database's state rather than the statement."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, CONNECTION_ERRORS):
            return True
        cause = cause.__cause__
    return False
