"""What every test stands on, and what it may ask for.

Floats never mix with decimals. `pytest --hypothesis-profile=nightly` searches for long; without it a
run stays short. The database is the embedded one, started once a worker when a test first asks for
it; its tables are emptied before each test that does.
"""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import settings
from sqlalchemy.ext.asyncio import AsyncEngine

from paperdesk.core.kernel.money import trap_floats
from paperdesk.features.identity.access import Gate
from paperdesk.features.identity.found_desk import Desk, FoundDesk, found_desk
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.crypto import TokenHasher, Vault
from paperdesk.infra.db import APP_ROLE, SYSTEM_ROLE, Server
from paperdesk.infra.postgres import EmbeddedPostgres
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.schema import migrate
from paperdesk.infra.settings import Settings
from tests.cheap_passwords import hash_cheaply
from tests.loglines import write_logs

settings.register_profile("short", deadline=None, max_examples=50, stateful_step_count=30, print_blob=True)
settings.register_profile("nightly", deadline=None, max_examples=2000, stateful_step_count=50, print_blob=True)
settings.load_profile("short")


def keep_what_is_made() -> None:
    """Let what one process makes of the sources, bytecode and machine code, serve all that this run starts."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).parents[1] / ".pytest_cache" / "compiled"))


keep_what_is_made()
trap_floats()
hash_cheaply()


class BeyondThisMachine(RuntimeError):
    """A test tried to reach something that is not on this machine."""


HERE = frozenset({"", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::", None})
_REACHES = frozenset({"socket.connect", "socket.sendto", "socket.getaddrinfo"})


def stay_here(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse whatever would leave the machine; what this process opens through Python is told beforehand."""
    if event in _REACHES:
        address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        host = address[0] if isinstance(address, tuple) else address if event == "socket.getaddrinfo" else ""
        name = host.decode() if isinstance(host, bytes) else host
        if name not in HERE and not str(name).startswith("127."):
            raise BeyondThisMachine(f"{event} to {name}: no test needs a network")


# For the whole of a worker's life: an audit hook is never taken away.
sys.addaudithook(stay_here)

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
# Reading the environment takes longer than most of what a test does.
SETTINGS = Settings()

# What a run begins with: what compiles, so that others find it compiled, then what takes longest, so that no worker is
# left alone with it in the end.
COMPILES = "/test_compiled"
FIRST = (COMPILES, "tests/browser/", "tests/crash/")
COMPILES_WITHIN_S = 600


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put some tests first; the others stay in the order they were shuffled into."""
    for each in items:
        if COMPILES in each.nodeid:
            each.add_marker(pytest.mark.timeout(COMPILES_WITHIN_S))
    items.sort(key=lambda item: next((place for place, part in enumerate(FIRST) if part in item.nodeid), len(FIRST)))


# Lists the tables that a test may have filled; the schema's own version is not one of them.
TABLES = "select tablename from pg_tables where schemaname = 'public' and tablename <> 'alembic_version'"


@dataclass(frozen=True, slots=True)
class TestDatabase:
    """A migrated database, the pools that every runtime of this worker shares, and a broom."""

    __test__ = False

    server: Server
    app: AsyncEngine
    system: AsyncEngine
    owner: asyncpg.Connection
    sweep: str

    async def clean(self) -> None:
        """Empty every table, in any order; much quicker than truncating small tables."""
        await self.owner.execute(self.sweep)


@pytest.fixture(autouse=True)
def logs() -> None:
    """Write log lines the way a machine reads them, from warnings up, whatever level the test before asked for."""
    write_logs("WARNING")


@pytest.fixture(scope="session")
async def server() -> AsyncIterator[Server]:
    """A migrated database on a server of this worker's own."""
    top = Path(tempfile.mkdtemp(prefix="desk-"))
    top.chmod(0o711)  # as root the server runs as another user, who must be able to pass
    postgres = EmbeddedPostgres(top / "pg")
    await postgres.start()
    try:
        found = Server(postgres.connect_kwargs)
        await asyncio.to_thread(migrate, found)
        yield found
    finally:
        await postgres.stop()
        shutil.rmtree(top)


@pytest.fixture(scope="session")
async def database(server: Server) -> AsyncIterator[TestDatabase]:
    """The worker's database with its pools; nothing a test commits has to survive a power cut."""
    owner = await server.connect()
    await owner.execute("alter database paperdesk set synchronous_commit = off")
    # Foreign keys are triggers, and a replica fires none.
    deletes = "".join(f"delete from {row['tablename']};" for row in await owner.fetch(TABLES))
    app, system = server.engine(APP_ROLE), server.engine(SYSTEM_ROLE)
    yield TestDatabase(server, app, system, owner, f"set session_replication_role = replica; {deletes}")
    await app.dispose()
    await system.dispose()
    await owner.close()


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands at noon of a Monday until it is moved."""
    return FrozenClock(NOON)


@pytest.fixture
async def runtime(database: TestDatabase, clock: FrozenClock, tmp_path: Path) -> Runtime:
    """A runtime on an empty database."""
    await database.clean()
    secrets = TokenHasher(b"test" * 8), Vault({"first": bytes(32)})
    fresh = Runtime(SETTINGS.model_copy(update={"home": tmp_path}), database.server, *secrets, clock)
    fresh.app, fresh.system = database.app, database.system  # connections outlive tests, nothing else does
    return fresh


@pytest.fixture
def gate(runtime: Runtime) -> Gate:
    """A gate that knows nobody yet."""
    return Gate(runtime)


@pytest.fixture
async def found(runtime: Runtime) -> Desk:
    """A desk: tenant, user, principal and key."""
    return await found_desk(runtime, FoundDesk())


@pytest.fixture
async def second(runtime: Runtime) -> Desk:
    """Another desk, whose rows the first must never see."""
    return await found_desk(runtime, FoundDesk("Second", "second@paperdesk.local", "Second"))
