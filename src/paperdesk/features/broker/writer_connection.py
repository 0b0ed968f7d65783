"""The connection of the order writer: a transaction of several statements, or one statement that is one.

After any failure the connection goes, and the transaction with it: a server that dies in the middle of a statement
leaves a connection that is neither usable nor closed.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from paperdesk.core.kernel.ids import TenantId
from paperdesk.infra.db import APP_ROLE, ORDER_PATH, Connection, Server
from paperdesk.infra.runtime import commit_errors, database_errors
from paperdesk.infra.work import tenants_setting


class WriterConnection:
    """One connection, made anew when the last one broke."""

    def __init__(self, server: Server, on_broken: Callable[[], None]) -> None:
        """Prepare; `on_broken` is called before a connection is made, when what the last one said holds no longer."""
        self._server = server
        self._on_broken = on_broken
        self._db: Connection | None = None

    @asynccontextmanager
    async def transaction(self, tenants: Sequence[TenantId]) -> AsyncIterator[Connection]:
        """Begin for these tenants, commit on leaving, and tell when the outcome is unknown."""
        async with AsyncExitStack() as failure:
            async with database_errors():
                db = await self._connected()
                failure.callback(db.terminate)
                setting = tenants_setting(tenants)
                await db.execute(f"begin; select set_config('paperdesk.tenants', '{setting}', true)")
                yield db
            async with commit_errors():
                await db.execute("commit")
            failure.pop_all()

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Connection]:
        """Let one statement be a transaction by itself; like a commit it tells when its outcome is unknown."""
        async with database_errors():
            db = await self._connected()
        async with AsyncExitStack() as failure:
            failure.callback(db.terminate)
            async with commit_errors():
                yield db
            failure.pop_all()

    async def close(self) -> None:
        """Let go of the connection."""
        if self._db is not None and not self._db.is_closed():
            await self._db.close(timeout=1)

    async def _connected(self) -> Connection:
        if self._db is None or self._db.is_closed():
            self._on_broken()
            self._db = await self._server.connect(APP_ROLE, ORDER_PATH)
        return self._db
