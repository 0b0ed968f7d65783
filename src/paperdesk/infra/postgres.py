"""The embedded PostgreSQL server: started as our child, revived when it dies, stopped when we stop.

It listens on a private socket only and lives in a session of its own, so that Ctrl-C reaches us and
not it. When we are killed it lives on; the next start adopts it, and `stop_left_behind` stops it.
See `postgres_cluster` for the folder it lives in and `postgres_binaries` for what is run, also as root.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import TypedDict

import asyncpg

from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.infra import postgres_cluster as on_disk
from paperdesk.infra.postgres_binaries import (
    ENVIRONMENT,
    Installation,
    UnprivilegedUser,
    find_installation,
    missing,
    within_reach,
)
from paperdesk.infra.postgres_cluster import OWNER, PORT, Home, Postmaster, living_postmaster

DATABASE = "paperdesk"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_compression": "on",
    "autovacuum": "on",
    "restart_after_crash": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "logging_collector": "off",
}

# Seconds. Recovery after a crash may have a gigabyte of log to read on a slow disk.
START_WITHIN = 300.0
ORPHANS_WITHIN = 10.0
STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
STARTING_GLANCE = 0.01
SERVING_GLANCE = 0.05
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
FAILURES_COUNTED = 8


class ConnectArguments(TypedDict):
    """Arguments for `asyncpg.connect` and `asyncpg.create_pool`."""

    host: str
    port: int
    user: str
    database: str


class EmbeddedPostgres:
    """One PostgreSQL server on one folder, owned by one process at a time."""

    def __init__(self, folder: Path, *, runtime: Path | None = None, search_path: str = os.defpath) -> None:
        """Prepare a server on a folder; nothing is touched before `start`.

        `runtime` is the user's runtime folder, for the socket when the folder's path is too long for one;
        `search_path` is where to look for PostgreSQL when the wheel is not installed.
        """
        self._folder = folder
        self._runtime = runtime
        self._search_path = search_path
        self._home: Home | None = None
        self._socket: Path | None = None
        self._owner_lock: int | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._adopted: Postmaster | None = None
        self._serving = asyncio.Event()
        self._turn = asyncio.Lock()
        self._stopping = False

    @property
    def home(self) -> Path:
        """Return the folder the database really lives in, which as root may not be the one asked for."""
        return self._settled().path

    @property
    def adopted(self) -> bool:
        """Tell whether the running server was left behind by an earlier process and taken over."""
        return self._adopted is not None

    @property
    def pid(self) -> int | None:
        """Return the process id of the postmaster, or nothing when none runs."""
        if self._adopted:
            return self._adopted.pid
        return self._child.pid if self._child and self._child.poll() is None else None

    @property
    def connect_kwargs(self) -> ConnectArguments:
        """Return what `asyncpg.connect` needs to reach the desk's database as its owner."""
        assert self._socket is not None, "the server was not started"
        return {"host": str(self._socket), "port": PORT, "user": OWNER, "database": DATABASE}

    @property
    def dsn(self) -> str:
        """Return the same as a libpq URI, for clients that take one."""
        return f"postgresql://{OWNER}@/{DATABASE}?host={self.connect_kwargs['host']}&port={PORT}"

    async def start(self) -> None:
        """Serve: adopt a server left behind, else start one, making cluster and database on the first start.

        Raises ClusterInUse when another process owns it, and else what kept the server from starting.
        """
        assert self._owner_lock is None, "the server was started before"
        self._home = await asyncio.to_thread(on_disk.settle, self._folder)
        self._owner_lock = on_disk.own(self._home)
        self._stopping = False
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self.stop)
            async with self._turn:
                if not await self._adopt():
                    await self._launch()
            await self.create_database_if_missing()
            undo.pop_all()

    async def wait_ready(self) -> None:
        """Wait until the server takes connections; bound it with `asyncio.timeout`."""
        await self._serving.wait()

    async def watch(self) -> None:
        """Revive the server whenever it dies, until `stop`, however often that fails: a full disk may be freed."""
        from paperdesk.infra.telemetry import log  # noqa: PLC0415 - no other command than `up` watches

        failures = 0
        while not self._stopping:
            await asyncio.sleep(SERVING_GLANCE)
            if self._lives() or self._stopping:
                continue
            self._serving.clear()
            try:
                async with self._turn:
                    await self._revive()
                failures = 0
            except (PaperdeskError, OSError) as error:
                failures = min(failures + 1, FAILURES_COUNTED)
                log.warning("database_not_revived", reason=str(error))
                await asyncio.sleep(min(FIRST_PAUSE * 2**failures, LONGEST_PAUSE))

    async def stop(self) -> None:
        """Stop the server, also an adopted one, and give the cluster up; open transactions are rolled back."""
        self._stopping = True
        self._serving.clear()
        async with self._turn:
            pid = self.pid
            if pid is not None:
                await _shut_down(pid, self._lives)
                on_disk.remove_if_empty(self.connect_kwargs["host"])
            if self._home is not None and living_postmaster(self._home) is None:
                on_disk.kill_orphans(self._home)
            self._child = self._adopted = None
            if self._owner_lock is not None:
                os.close(self._owner_lock)
                self._owner_lock = None

    async def create_database_if_missing(self, name: str = DATABASE) -> bool:
        """Create a database of the owner's unless it exists; tells whether it was created."""
        connection = await self._connect("postgres")
        try:
            if await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
                return False
            quoted = name.replace('"', '""')
            await connection.execute(f'CREATE DATABASE "{quoted}"')
        except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
            # A start that was killed was still creating it, in its backend.
            return False
        except asyncpg.DiskFullError as refusal:
            raise on_disk.disk_full(self.home) from refusal
        else:
            return True
        finally:
            await connection.close()

    async def _connect(self, database: str) -> "asyncpg.Connection[asyncpg.Record]":
        """Connect as the owner, waiting while the server recovers from a crash of one of its processes."""
        arguments = self.connect_kwargs
        arguments["database"] = database
        async with _within(START_WITHIN, self._settled()):
            while True:
                try:
                    return await asyncpg.connect(**arguments)
                except asyncpg.CannotConnectNowError:
                    await asyncio.sleep(STARTING_GLANCE)

    def _settled(self) -> Home:
        assert self._home is not None, "the server was not started"
        return self._home

    def _lives(self) -> bool:
        """Tell whether the postmaster runs; polling our child also buries it."""
        if self._adopted:
            living = living_postmaster(self._settled())
            return living is not None and living.pid == self._adopted.pid
        return self._child is not None and self._child.poll() is None

    async def _adopt(self) -> bool:
        """Take over a server that runs on our cluster; one that is stopping is waited for and not taken."""
        home = self._settled()
        async with _within(START_WITHIN, home):
            while (living := living_postmaster(home)) is not None:
                if living.status == "ready":
                    self._adopted, self._socket = living, living.socket
                    self._serving.set()
                    return True
                await asyncio.sleep(STARTING_GLANCE)
        return False

    async def _revive(self) -> None:
        """Start a server in place of a dead one, unless we are being stopped."""
        if not self._stopping:
            self._adopted = None
            await self._launch()

    async def _launch(self) -> None:
        """Start the server as our child, once nothing of an earlier one is left."""
        home = self._settled()
        lock = await _lock_of_the_dead(home)
        try:
            installation = await asyncio.to_thread(_choose_installation, home, self._search_path)
            if home.major() is None:
                await asyncio.to_thread(on_disk.initialise, home, installation, lock)
            self._socket = await asyncio.to_thread(on_disk.socket_folder, home, self._runtime)
            on_disk.clear_lock_files(home, self._socket)
            log = on_disk.open_log(home)
            already_logged = os.fstat(log).st_size
            with on_disk.disk_refusals(home.path):
                self._child = _spawn(_command(installation, home, self._socket), home.user, log, lock)
        finally:
            # From here on the server alone holds the lock, with every process it starts.
            os.close(lock)
        await self._until_ready(self._child, already_logged)

    async def _until_ready(self, child: subprocess.Popen[bytes], already_logged: int) -> None:
        """Wait until our child says it is ready; raise what its log says when it ends instead."""
        home = self._settled()
        async with _within(START_WITHIN, home):
            while not self._stopping:
                if child.poll() is not None:
                    raise on_disk.diagnose(_read_from(home.log, already_logged), home)
                written = on_disk.read_postmaster(home)
                if written and written.pid == child.pid and written.status == "ready":
                    self._serving.set()
                    return
                await asyncio.sleep(STARTING_GLANCE)


async def stop_left_behind(folder: Path) -> bool:
    """Stop a server whose owning process died; tells whether there was one. Raises ClusterInUse while one owns it."""
    home = await asyncio.to_thread(on_disk.known_home, folder)
    if home is None:
        return False
    lock = on_disk.own(home)
    try:
        living = living_postmaster(home)
        if living is None:
            return False
        await _shut_down(living.pid, lambda: living_postmaster(home) is not None)
        on_disk.remove_if_empty(str(living.socket))
        return True
    finally:
        os.close(lock)


def _choose_installation(home: Home, search_path: str) -> Installation:
    """Return the installation that fits the cluster, or the best for a new one, where its user can run it."""
    major = home.major()
    found = find_installation(major, search_path)
    if found is None:
        raise missing() if major is None else on_disk.other_version(home, major)
    with on_disk.disk_refusals(home.path):
        return within_reach(found, home.user, home.path)


async def _lock_of_the_dead(home: Home) -> int:
    """Take the server lock, killing what a dead postmaster left; raise ClusterInUse when it stays held."""
    with suppress(TimeoutError):
        async with asyncio.timeout(ORPHANS_WITHIN):
            while living_postmaster(home) is None:
                lock = on_disk.try_lock(home.path / "server.lock")
                if lock is not None:
                    return lock
                on_disk.kill_orphans(home)
                await asyncio.sleep(STARTING_GLANCE)
    raise on_disk.in_use(home.path)


def _command(installation: Installation, home: Home, socket: Path) -> list[str]:
    """Return the server's command line; what it sets cannot be overridden by a file in the cluster."""
    command = [installation.program("postgres"), "-D", str(home.cluster), "-k", str(socket), "-p", str(PORT)]
    for name, setting in SETTINGS.items():
        command += ["-c", f"{name}={setting}"]
    return command


def _spawn(command: list[str], user: UnprivilegedUser | None, log: int, lock: int) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own; it inherits the lock and takes the log over."""
    try:
        return subprocess.Popen(  # noqa: S603 - the command is ours, without a shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,
            pass_fds=[lock],
            user=user.uid if user else None,
            group=user.gid if user else None,
            extra_groups=[] if user else None,
        )
    finally:
        os.close(log)


async def _shut_down(pid: int, lives: Callable[[], bool]) -> None:
    """Ask a postmaster to stop, then insist: fast, immediate, killed."""
    for request, seconds in STOP_STEPS:
        with suppress(ProcessLookupError):
            os.kill(pid, request)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while lives():
                    await asyncio.sleep(STARTING_GLANCE)
                return


def _read_from(path: Path, offset: int) -> str:
    """Return the end of a log, from where it ended before."""
    with path.open(errors="replace") as log:
        log.seek(offset)
        return log.read()


@asynccontextmanager
async def _within(seconds: float, home: Home) -> AsyncIterator[None]:
    """Bound a wait for the server; running out of it is a server that did not start."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise on_disk.diagnose(f"not ready within {seconds:.0f} s.", home) from None
