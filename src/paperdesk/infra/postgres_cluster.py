"""A PostgreSQL cluster on disk: its home, its locks, its lock files and the processes that hold it.

    home/                 0700 (0711 and root's own when we are root; nothing in it is readable then)
      cluster/            what PostgreSQL calls the data directory; belongs to the user that runs it
      socket/             0700, the only way in (elsewhere when the path would be too long)
      owner.lock          held by the Paperdesk process that owns the server
      server.lock         held by the server: every one of its processes inherits it
      server.log

Both locks are flocks, which the kernel drops with the last process that holds them. So the server
lock is free exactly when no process of the server is left, neither a postmaster nor an orphaned
backend; zombies, reused process ids and containers cannot mislead it.

As root the home is the folder that was asked for, if the service user can reach it. Otherwise (a
folder under /root) it is a new folder in /var/lib/paperdesk, and the link `elsewhere` in the folder
that was asked for leads there. Never in a temporary place: a desk would lose its books.
"""

import errno
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from paperdesk.core.kernel.errors import Conflict, Forbidden, Invalid, PaperdeskError, Unavailable
from paperdesk.infra.postgres_binaries import Installation, UnprivilegedUser, run, unprivileged_user

OWNER = "paperdesk"
PORT = 5432  # names the socket file only; nothing listens on a port
SOCKET_FILE = f".s.PGSQL.{PORT}"
# A socket's path may have 107 bytes on Linux and 103 on macOS.
LONGEST_SOCKET_PATH = 103
SHORT_FOLDER = Path("/tmp")  # noqa: S108 - the folder made in it is 0700 and its owner is checked
ELSEWHERE = Path("/var/lib/paperdesk")
BUILTIN_LOCALE_SINCE = 17
LOG_LIMIT_BYTES = 16 * 1024 * 1024
_PROC = Path("/proc")
_STATUS_LINE = 7


class ClusterInUse(Conflict):
    """Another process runs this database; stop it, or use another home."""


class ClusterOfAnotherVersion(Conflict):
    """The database was made by another major version of PostgreSQL than any installed here."""


class ClusterOutOfReach(Forbidden):
    """The database's folder cannot be read, written or entered by the user that runs the server."""


class DiskFull(Unavailable):
    """The disk that holds the database has no space left."""


class SocketPathTooLong(Invalid):
    """No folder with a short enough path was found for the database's socket."""


class ServerDidNotStart(Unavailable):
    """PostgreSQL gave up while starting; its log says why."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder one cluster lives in, and the user that runs it (none: we do)."""

    path: Path
    user: UnprivilegedUser | None

    @property
    def cluster(self) -> Path:
        """Return the folder PostgreSQL calls the data directory."""
        return self.path / "cluster"

    @property
    def log(self) -> Path:
        """Return the server's log file."""
        return self.path / "server.log"

    @property
    def postmaster_file(self) -> Path:
        """Return the file in which a running postmaster writes its process id and state."""
        return self.cluster / "postmaster.pid"

    def major(self) -> int | None:
        """Return the major version that made the cluster, or nothing before the first start."""
        try:
            return int((self.cluster / "PG_VERSION").read_text().strip())
        except FileNotFoundError:
            return None


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What postmaster.pid says: the process, its socket folder, and starting, ready or stopping."""

    pid: int
    socket: Path
    status: str


@contextmanager
def disk_refusals(folder: Path) -> Iterator[None]:
    """Turn a full disk and refused permissions into errors that say what to do."""
    try:
        yield
    except OSError as refusal:
        if refusal.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(folder) from refusal
        if refusal.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise _out_of_reach(folder) from refusal
        raise


def settle(folder: Path) -> Home:
    """Choose and create the home of the cluster asked for in a folder; the same one every time."""
    folder = folder.absolute()
    with disk_refusals(folder):
        chosen = _existing_home(folder)
        if chosen is None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            user = unprivileged_user(folder / "cluster")
            chosen = Home(folder if user is None else _reachable_folder(folder, user), user)
        if chosen.user and not chosen.user.can_pass(chosen.path):
            raise _out_of_reach(chosen.path)
        return chosen


def known_home(folder: Path) -> Home | None:
    """Return the home that an earlier start chose for a folder, or nothing; creates nothing."""
    with disk_refusals(folder):
        return _existing_home(folder.absolute())


def _existing_home(folder: Path) -> Home | None:
    """Return the home in which a cluster was made before."""
    for path in (folder, folder / "elsewhere"):
        if (path / "cluster").is_dir():
            return Home(path.resolve(), unprivileged_user(path / "cluster"))
    return None


def _reachable_folder(folder: Path, user: UnprivilegedUser) -> Path:
    """Return a folder of root's that the service user can pass through, in the place asked for if possible."""
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(0o711)
    if user.can_pass(folder):
        return folder.resolve()
    link = folder / "elsewhere"
    if not link.is_symlink():
        ELSEWHERE.mkdir(parents=True, exist_ok=True)
        ELSEWHERE.chmod(0o711)
        made = Path(tempfile.mkdtemp(prefix="desk-", dir=ELSEWHERE))
        made.chmod(0o711)
        try:
            link.symlink_to(made)
        except FileExistsError:
            # Somebody else is starting here too and was first; the owner lock decides the rest.
            made.rmdir()
    if not link.is_dir():
        raise _out_of_reach(link)
    return link.resolve()


def socket_folder(home: Home, runtime: Path | None) -> Path:
    """Create and return the private folder of the socket: in the home, else in a folder with a shorter path."""
    name = sha256(os.fsencode(home.path)).hexdigest()[:16]
    for folder in (home.path / "socket", *(short / f"paperdesk-{name}" for short in (runtime, SHORT_FOLDER) if short)):
        if len(os.fsencode(folder / SOCKET_FILE)) > LONGEST_SOCKET_PATH:
            continue
        with disk_refusals(folder):
            _make_private(folder, home.user)
        if home.user is None or home.user.can_pass(folder):
            return folder
    raise SocketPathTooLong(
        f"The socket of {home.path} needs a path of at most {LONGEST_SOCKET_PATH} bytes; use a shorter home.",
        longest=LONGEST_SOCKET_PATH,
    )


def _make_private(folder: Path, user: UnprivilegedUser | None) -> None:
    """Create a 0700 folder of the user that runs the server, or check that it is just that."""
    uid = user.uid if user else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
        if user:
            os.chown(folder, user.uid, user.gid)
    except FileExistsError:
        # Whoever got here first in a shared folder would own the way in.
        if folder.is_symlink() or folder.stat().st_uid != uid:
            raise _out_of_reach(folder) from None
        folder.chmod(0o700)


def remove_if_empty(socket: str) -> None:
    """Remove the folder of a stopped server's socket, so that none piles up in a shared folder."""
    with suppress(OSError):
        Path(socket).rmdir()


def open_private(path: Path, flags: int) -> int:
    """Open or create a 0600 file of the home and return its descriptor, which programs we start do not inherit."""
    with disk_refusals(path.parent):
        descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        # Root leaves nothing behind that the home's own user cannot open later.
        owner = path.parent.stat()
        if os.geteuid() == 0:
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        return descriptor


def try_lock(path: Path) -> int | None:
    """Take a lock without waiting: its open descriptor, or nothing when it is held. Closing it gives it up."""
    descriptor = open_private(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def own(home: Home) -> int:
    """Become the one Paperdesk process that owns a cluster; returns the lock to close when done."""
    lock = try_lock(home.path / "owner.lock")
    if lock is None:
        raise in_use(home.path)
    return lock


def open_log(home: Home) -> int:
    """Open the server's log for appending; a long one is set aside first, and an older one dropped."""
    if home.log.exists() and home.log.stat().st_size > LOG_LIMIT_BYTES:
        home.log.replace(home.log.with_suffix(".log.1"))
    return open_private(home.log, os.O_WRONLY | os.O_APPEND)


def initialise(home: Home, installation: Installation, lock: int) -> None:
    """Make the cluster; a first start that is cut short leaves none. The lock is held until initdb has ended."""
    fresh = home.path / "cluster.new"
    with disk_refusals(home.path):
        shutil.rmtree(fresh, ignore_errors=True)
        _make_private(fresh, home.user)
        command = [installation.program("initdb"), "-D", str(fresh), "-U", OWNER, "--auth=trust", "--encoding=UTF8"]
        command += ["--locale=C", "--no-instructions"]
        if installation.major >= BUILTIN_LOCALE_SINCE:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = run(command, user=home.user, pass_fds=[lock])
        if done.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise diagnose(done.stderr, home)
        fresh.rename(home.cluster)


def read_postmaster(home: Home) -> Postmaster | None:
    """Read postmaster.pid; nothing when it is absent or not yet written in full."""
    try:
        lines = home.postmaster_file.read_text().splitlines()
        return Postmaster(int(lines[0]), Path(lines[4]), lines[_STATUS_LINE].strip())
    except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
        return None


def living_postmaster(home: Home) -> Postmaster | None:
    """Return the postmaster that runs this cluster now; a zombie, or a stranger with its number, is not one."""
    written = read_postmaster(home)
    return written if written and _runs_cluster(written.pid, home) else None


def kill_orphans(home: Home) -> None:
    """Kill what a dead postmaster left: backends too busy to notice. Never call this beside a living one."""
    # Each backend is a session of its own, so no process group names them; they all work in the cluster.
    if _PROC.joinpath("self", "stat").exists():
        for entry in _PROC.iterdir():
            if entry.name.isdecimal() and _runs_cluster(int(entry.name), home):
                with suppress(ProcessLookupError):
                    os.kill(int(entry.name), signal.SIGKILL)


def clear_lock_files(home: Home, socket: Path) -> None:
    """Remove what a dead server left; only for the holder of the server lock."""
    for path in (home.postmaster_file, socket / SOCKET_FILE, socket / f"{SOCKET_FILE}.lock"):
        path.unlink(missing_ok=True)


def _runs_cluster(pid: int, home: Home) -> bool:
    """Tell whether a process is a living postgres that works in this cluster."""
    if pid <= 1:
        return False
    if not _PROC.joinpath("self", "stat").exists():
        listed = subprocess.run(  # noqa: S603 - a number is all that varies
            ["/bin/ps", "-o", "stat=,comm=", "-p", str(pid)], check=False, capture_output=True, text=True
        )
        state, _, name = listed.stdout.strip().partition(" ")
        return bool(state) and not state.startswith("Z") and name.strip().endswith("postgres")
    try:
        status = _PROC.joinpath(str(pid), "stat").read_text(errors="replace")
        folder = _PROC.joinpath(str(pid), "cwd").readlink()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    name, _, state = status.partition("(")[2].rpartition(") ")
    return name == "postgres" and state[:1] not in ("Z", "X") and folder == home.cluster


def diagnose(text: str, home: Home) -> PaperdeskError:
    """Return the error behind what PostgreSQL wrote while it failed to start."""
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return disk_full(home.path)
    if "Permission denied" in text or "has wrong ownership" in text:
        return _out_of_reach(home.path)
    if "is still in use" in text or "already exists" in text:
        return in_use(home.path)
    lines = [line for line in text.splitlines() if "FATAL" in line or "PANIC" in line or "error:" in line]
    said = (lines or text.strip().splitlines() or ["nothing"])[-1]
    return ServerDidNotStart(f"PostgreSQL did not start; it said: {said} The log is {home.log}.", said=said)


def other_version(home: Home, major: int) -> ClusterOfAnotherVersion:
    """Return the error for a cluster that no installed PostgreSQL can read."""
    return ClusterOfAnotherVersion(
        f"The database in {home.path} was made by PostgreSQL {major}, which is not installed; install that version, "
        "or carry the books over with pg_dump, or move the folder away to begin afresh.",
        made_by=major,
    )


def in_use(folder: Path) -> ClusterInUse:
    """Return the error for a cluster that another process runs."""
    return ClusterInUse(
        f"Another process runs the database in {folder}; stop it with `paperdesk down`, or use another home.",
        folder=str(folder),
    )


def disk_full(folder: Path) -> DiskFull:
    """Return the error for a database whose disk is full."""
    return DiskFull(f"The disk that holds {folder} is full; free some space and start again.", folder=str(folder))


def _out_of_reach(folder: Path) -> ClusterOutOfReach:
    return ClusterOutOfReach(
        f"The database's folder {folder} cannot be used by the user that runs it; give it to that user, "
        "start Paperdesk as its owner, or use another home.",
        folder=str(folder),
    )
