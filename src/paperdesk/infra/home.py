"""The home directory: what one installation keeps outside its database.

pg/                 the embedded database        run/server.json     who serves, while somebody does
datasets/<id>/      market facts, immutable      credentials.json    address and key of the demo user
uploads/            files on their way in        secret              the key that tokens are hashed with
sealing-keys        the keys that the keys of sources are sealed with
compiled/           machine code of backtests, made when it is first needed
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from paperdesk.core.kernel.errors import Conflict


class HomeTaken(Conflict):
    """Another server runs in the same home directory."""


@dataclass(frozen=True, slots=True)
class Home:
    """The home directory of one installation; secrets in it are readable by their owner alone."""

    folder: Path

    @property
    def database(self) -> Path:
        """Return where the embedded database lives."""
        return self.folder / "pg"

    @property
    def compiled(self) -> Path:
        """Return where machine code of backtests is kept."""
        return self.folder / "compiled"

    @property
    def secret(self) -> Path:
        """Return where the key that tokens are hashed with lives."""
        return self.folder / "secret"

    @property
    def sealing_keys(self) -> Path:
        """Return where the keys live that the keys of sources are sealed with."""
        return self.folder / "sealing-keys"

    @property
    def credentials(self) -> dict[str, Any] | None:
        """Return what the command line signs in with, once the desk was founded."""
        return _read(self.folder / "credentials.json")

    @property
    def server(self) -> dict[str, Any] | None:
        """Return who serves: process id and address; stale after an unclean death."""
        return _read(self.folder / "run" / "server.json")

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the home directory for one server; the lock ends with the process, however it dies."""
        path = self.folder / "run" / "server.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+") as file:
            if not _lock(file):
                raise HomeTaken(f"Another Paperdesk runs in {self.folder}; stop it with: paperdesk down.")
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    @property
    def taken_by(self) -> int | None:
        """Return the process id of the server that runs in this home directory, if one does."""
        path = self.folder / "run" / "server.lock"
        if not path.exists():
            return None
        with path.open("r+") as file:
            return None if _lock(file) else int(file.read() or 0) or None

    def keep_credentials(self, credentials: dict[str, Any]) -> None:
        """Write what the command line signs in with."""
        _write(self.folder / "credentials.json", credentials)

    def announce_server(self, server: dict[str, Any]) -> None:
        """Write who serves."""
        _write(self.folder / "run" / "server.json", server)

    def withdraw_server(self) -> None:
        """Say that nobody serves any more."""
        (self.folder / "run" / "server.json").unlink(missing_ok=True)


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _write(path: Path, content: dict[str, Any]) -> None:
    """Replace a file as a whole, so that nobody ever reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
    fresh.replace(path)
