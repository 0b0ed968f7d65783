"""The embedded server keeps what was committed, whoever dies: the postmaster, a backend or its owner."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from paperdesk.infra import postgres_binaries, postgres_cluster
from paperdesk.infra.postgres import EmbeddedPostgres, stop_left_behind
from paperdesk.infra.postgres_binaries import Installation, PostgresMissing, find_installation, pgbench_path, run
from paperdesk.infra.postgres_cluster import ClusterInUse, ClusterOfAnotherVersion, ClusterOutOfReach, DiskFull

AS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not AS_ROOT, reason="changes users")
NOBODY = 65534

# Serves until it is killed. With a user id, it becomes that user first, everything imported before.
OWNER_PROGRAM = """
import asyncio, concurrent.futures.thread, os, sys
from pathlib import Path
from paperdesk.infra.postgres import EmbeddedPostgres

async def serve(folder):
    postgres = EmbeddedPostgres(folder)
    await postgres.start()
    sys.stdout.write(f"{postgres.pid} {os.stat(f'/proc/{postgres.pid}').st_uid}\\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await postgres.stop()

if len(sys.argv) > 2:
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
asyncio.run(serve(Path(sys.argv[1])))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that the service user can reach, unlike pytest's own when we are root."""
    top = Path(tempfile.mkdtemp(prefix="desk-test-"))
    top.chmod(0o711)
    try:
        yield top / "pg"
    finally:
        asyncio.run(stop_left_behind(top / "pg"))
        shutil.rmtree(top)


@contextlib.asynccontextmanager
async def running(folder: Path) -> AsyncIterator[EmbeddedPostgres]:
    """Start and supervise a server, and stop it at the end."""
    postgres = EmbeddedPostgres(folder)
    await postgres.start()
    watching = asyncio.create_task(postgres.watch())
    try:
        yield postgres
    finally:
        await postgres.stop()
        await watching


@contextlib.contextmanager
def owner_process(folder: Path, *user: str) -> Iterator[tuple[subprocess.Popen[str], int, int]]:
    """Start a process that owns a server on the folder; with the server's process id and user id."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", OWNER_PROGRAM, str(folder), *user]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as process:
        assert process.stdout is not None
        pid, uid = process.stdout.readline().split()
        try:
            yield process, int(pid), int(uid)
        finally:
            process.kill()


async def write(postgres: EmbeddedPostgres, number: int) -> None:
    """Commit one row."""
    connection = await asyncpg.connect(**postgres.connect_kwargs)
    await connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
    await connection.execute("INSERT INTO kept VALUES ($1)", number)
    await connection.close()


async def kept(postgres: EmbeddedPostgres) -> list[int]:
    """Return the rows that were committed."""
    connection = await asyncpg.connect(**postgres.connect_kwargs)
    rows = await connection.fetch("SELECT number FROM kept ORDER BY number")
    await connection.close()
    return [row["number"] for row in rows]


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something outside this process has happened."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.002)


async def gone(pid: int) -> None:
    """Wait until a process has ended, be it buried or not."""
    await until(lambda: not Path(f"/proc/{pid}/cwd").exists())


async def revived(postgres: EmbeddedPostgres, dead: int) -> None:
    """Wait until another postmaster serves in place of a dead one."""
    await until(lambda: postgres.pid not in (dead, None))
    async with asyncio.timeout(30):
        await postgres.wait_ready()


def mode_of(path: Path) -> int:
    """Return who may do what with a path."""
    return path.stat().st_mode & 0o777


def process_state(pid: int) -> str:
    """Return the state of a process, such as Z for one that nobody has buried yet."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]


@pytest.mark.asyncio
async def test_a_restart_keeps_what_was_committed(folder: Path) -> None:
    pids = set()
    for number in (1, 2, 3):
        async with running(folder) as postgres:
            assert postgres.pid is not None
            assert not postgres.adopted
            pids.add(postgres.pid)
            await write(postgres, number)
            assert await kept(postgres) == list(range(1, number + 1))
    assert len(pids) == 3
    for pid in pids:
        await gone(pid)


@pytest.mark.asyncio
async def test_it_is_reached_by_its_private_socket_only(folder: Path) -> None:
    async with running(folder) as postgres:
        connection = await asyncpg.connect(postgres.dsn)
        assert await connection.fetchval("SHOW listen_addresses") == ""
        assert await connection.fetchval("SHOW fsync") == "on"
        assert await connection.fetchval("SHOW server_encoding") == "UTF8"
        assert await connection.fetchval("SELECT 'ÅÉ' = upper('åé')")
        await connection.close()
        assert mode_of(Path(postgres.connect_kwargs["host"])) == 0o700
        assert postgres.pid is not None
        assert os.getsid(postgres.pid) != os.getsid(0), "Ctrl-C in our terminal would reach the server"


@pytest.mark.asyncio
async def test_a_killed_postmaster_is_revived_with_all_committed_rows(folder: Path) -> None:
    async with running(folder) as postgres:
        for number in (1, 2, 3):
            await write(postgres, number)
            # Too busy to notice that its postmaster died, so that it keeps the shared memory.
            busy = await asyncpg.connect(**postgres.connect_kwargs)
            counting = asyncio.create_task(busy.execute("SELECT count(*) FROM generate_series(1, 1000000000)"))
            await asyncio.sleep(0.2)
            dead = postgres.pid
            assert dead is not None
            os.kill(dead, signal.SIGKILL)
            await revived(postgres, dead)
            with pytest.raises((asyncpg.PostgresConnectionError, OSError)):
                await counting
            busy.terminate()
            assert await kept(postgres) == list(range(1, number + 1))


@pytest.mark.asyncio
async def test_a_zombie_counts_as_dead(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder)
    await postgres.start()
    dead = postgres.pid
    assert dead is not None
    os.kill(dead, signal.SIGKILL)
    await until(lambda: process_state(dead) == "Z")
    home = postgres_cluster.known_home(folder)
    assert home is not None
    assert postgres_cluster.read_postmaster(home) is not None
    assert postgres_cluster.living_postmaster(home) is None
    await postgres.stop()


@pytest.mark.asyncio
async def test_a_server_whose_owner_was_killed_is_adopted(folder: Path) -> None:
    with owner_process(folder) as (owner, server, _):
        owner.kill()
        owner.wait()
    async with running(folder) as postgres:
        assert postgres.adopted
        assert postgres.pid == server
        await write(postgres, 1)
        os.kill(server, signal.SIGKILL)
        await revived(postgres, server)
        assert postgres.pid != server
        assert await kept(postgres) == [1]
    await gone(server)


@pytest.mark.asyncio
async def test_an_adopted_server_stops_with_its_new_owner(folder: Path) -> None:
    with owner_process(folder) as (owner, server, _):
        owner.kill()
        owner.wait()
    async with running(folder) as postgres:
        assert postgres.adopted
    await gone(server)


@pytest.mark.asyncio
async def test_a_server_left_behind_is_stopped_by_down(folder: Path) -> None:
    assert not await stop_left_behind(folder)
    with owner_process(folder) as (owner, server, _):
        with pytest.raises(ClusterInUse):
            await stop_left_behind(folder)
        owner.kill()
        owner.wait()
    assert await stop_left_behind(folder)
    await gone(server)
    assert not await stop_left_behind(folder)


@pytest.mark.asyncio
async def test_of_two_starts_at_once_one_serves_and_the_other_is_told(folder: Path) -> None:
    pair = [EmbeddedPostgres(folder), EmbeddedPostgres(folder)]
    outcomes = await asyncio.gather(*(one.start() for one in pair), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ClusterInUse", "NoneType"]
    await write(pair[outcomes.index(None)], 1)
    for one in pair:
        await one.stop()
    async with running(folder) as postgres:
        assert await kept(postgres) == [1]


@pytest.mark.asyncio
async def test_another_process_is_told_that_the_cluster_is_in_use(folder: Path) -> None:
    with owner_process(folder), pytest.raises(ClusterInUse, match="paperdesk down"):
        await EmbeddedPostgres(folder).start()


@pytest.mark.asyncio
async def test_a_stale_lock_file_with_the_number_of_a_stranger_is_removed(folder: Path) -> None:
    async with running(folder) as postgres:
        text = (folder / "cluster/postmaster.pid").read_text().splitlines()
        await write(postgres, 1)
    (folder / "cluster/postmaster.pid").write_text("\n".join([str(os.getpid()), *text[1:]]))
    async with running(folder) as postgres:
        assert not postgres.adopted
        assert await kept(postgres) == [1]


@pytest.mark.asyncio
async def test_a_first_start_that_was_cut_short_begins_again(folder: Path) -> None:
    (folder / "cluster.new/base").mkdir(parents=True)
    async with running(folder) as postgres:
        await write(postgres, 1)
    assert not (folder / "cluster.new").exists()


@pytest.mark.asyncio
async def test_a_start_given_up_leaves_nothing_running(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder)
    starting = asyncio.create_task(postgres.start())
    await until((folder / "cluster/postmaster.pid").exists)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert postgres.pid is None
    async with running(folder) as postgres:
        assert not postgres.adopted


@pytest.mark.asyncio
async def test_a_long_path_puts_the_socket_elsewhere(folder: Path) -> None:
    async with running(folder.parent / ("long" * 30)) as postgres:
        socket = Path(postgres.connect_kwargs["host"])
        await write(postgres, 1)
        assert socket.parent == postgres_cluster.SHORT_FOLDER
        assert mode_of(socket) == 0o700


@pytest.mark.asyncio
async def test_a_cluster_of_another_version_is_refused(folder: Path) -> None:
    (folder / "cluster").mkdir(parents=True, mode=0o700)
    (folder / "cluster/PG_VERSION").write_text("9\n")
    with pytest.raises(ClusterOfAnotherVersion, match="PostgreSQL 9"):
        await EmbeddedPostgres(folder).start()


@pytest.mark.asyncio
async def test_without_postgresql_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_binaries, "WHEEL", "a_package_that_is_not_installed")
    monkeypatch.setattr(postgres_binaries, "SYSTEM_FOLDERS", ())
    with pytest.raises(PostgresMissing, match="install"):
        await EmbeddedPostgres(folder, search_path="").start()


@pytest.mark.asyncio
async def test_a_database_is_created_once(folder: Path) -> None:
    async with running(folder) as postgres:
        assert await postgres.create_database_if_missing('a "quoted" name')
        assert not await postgres.create_database_if_missing('a "quoted" name')


@pytest.mark.asyncio
async def test_of_two_creations_at_once_one_succeeds(folder: Path) -> None:
    async with running(folder) as postgres:
        for name in ("first", "second", "third"):
            created = await asyncio.gather(*(postgres.create_database_if_missing(name) for _ in range(2)))
            assert sorted(created) == [False, True]


def test_the_wheel_brings_postgresql_18_and_pgbench() -> None:
    found = find_installation(None)
    assert found is not None
    assert found.major == 18
    assert pgbench_path() == found.programs / "pgbench"


def test_a_full_disk_is_named(folder: Path) -> None:
    home = postgres_cluster.settle(folder)
    said = "FATAL:  could not write lock file: No space left on device"
    assert isinstance(postgres_cluster.diagnose(said, home), DiskFull)


def test_a_socket_folder_of_somebody_else_is_refused(folder: Path) -> None:
    home = postgres_cluster.settle(folder)
    (folder / "socket").symlink_to(folder.parent)
    with pytest.raises(ClusterOutOfReach):
        postgres_cluster.socket_folder(home, None)


@only_root
def test_without_root_the_server_is_the_users_own(folder: Path) -> None:
    os.chown(folder.parent, NOBODY, NOBODY)
    with owner_process(folder, str(NOBODY)) as (owner, server, uid):
        assert uid == NOBODY
        owner.communicate("", timeout=20)
        assert owner.returncode == 0
        assert not Path(f"/proc/{server}").exists()


@only_root
def test_as_root_the_server_runs_without_rights(folder: Path) -> None:
    with owner_process(folder) as (_, _, uid):
        assert uid != 0
        assert folder.stat().st_uid == 0
        assert (folder / "cluster").stat().st_uid == uid


@only_root
@pytest.mark.asyncio
async def test_as_root_a_folder_out_of_reach_is_lived_in_elsewhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_cluster, "ELSEWHERE", folder.parent / "elsewhere")
    private = folder.parent / "private"
    private.mkdir(mode=0o700)
    for number in (1, 2):
        async with running(private / "pg") as postgres:
            assert postgres.home.parent == folder.parent / "elsewhere"
            await write(postgres, number)
            assert await kept(postgres) == list(range(1, number + 1))


@only_root
def test_as_root_programs_out_of_reach_are_copied(folder: Path) -> None:
    found = find_installation(None)
    home = postgres_cluster.settle(folder)
    assert found is not None
    assert home.user is not None
    assert postgres_binaries.within_reach(found, home.user, home.path) == found
    package = found.programs.parent.parent
    private = folder.parent / "private"
    private.mkdir(mode=0o700)
    shutil.copytree(found.programs.parent, private / package.name / found.programs.parent.name)
    shutil.copytree(package.with_name(f"{package.name}.libs"), private / f"{package.name}.libs")
    hidden = Installation(private / package.name / found.programs.parent.name / "bin", found.version, found.major)
    copied = postgres_binaries.within_reach(hidden, home.user, home.path)
    assert copied.programs.is_relative_to(home.path)
    shutil.rmtree(private)
    with_libraries = run([copied.program("pgbench"), "--version"], user=home.user)
    assert with_libraries.returncode == 0, with_libraries.stderr
    lock = postgres_cluster.own(home)
    postgres_cluster.initialise(home, copied, lock)
    os.close(lock)
    assert home.major() == found.major
