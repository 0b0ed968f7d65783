"""The connection of the order writer: a transaction of several statements, or one statement that is one.

After any failure the connection goes, and the transaction with it: a server that dies in the middle of a statement
leaves a connection that is neither usable nor closed.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from paperdesk.core.kernel.ids import TenantId
from paperdesk.infra.db import APP_ROLE, ORDER_PATH, Connection, Server
from paperdesk.infra.runtime import DRIVER_ERRORS, commit_errors, database_errors
from paperdesk.infra.work import tenants_setting

Answer = TypeVar("Answer")


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
            db = await self.connected()
            async with database_errors():
                failure.callback(db.terminate)
                setting = tenants_setting(tenants)
                await db.execute(f"begin; select set_config('paperdesk.tenants', '{setting}', true)")
                yield db
            async with commit_errors():
                await db.execute("commit")
            failure.pop_all()

    async def committed(self, statement: Awaitable[Answer]) -> Answer:
        """Await a statement that is a transaction by itself; like a commit it tells when its outcome is unknown."""
        is_known = False
        try:
            answer = await statement
            is_known = True
        except DRIVER_ERRORS:
            async with commit_errors():
                raise
        finally:
            if not is_known and self._db is not None:
                self._db.terminate()
        return answer

    async def close(self) -> None:
        """Let go of the connection."""
        if self._db is not None and not self._db.is_closed():
            await self._db.close(timeout=1)

    async def connected(self) -> Connection:
        """Return the connection, made now where there is none or where it broke."""
        if self._db is None or self._db.is_closed():
            self._on_broken()
            async with database_errors():
                self._db = await self._server.connect(APP_ROLE, ORDER_PATH)
        return self._db
