"""The servers under test: the real desk as `paperdesk up` starts it, and rivals over the same database."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.load import BenchFailed
from paperdesk.infra.home import Home
from paperdesk.infra.postgres_cluster import PORT, known_home, living_postmaster

ROOT = Path(__file__).resolve().parents[1]
STARTS_WITHIN_S = 60.0
STOPS_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: its address, process, and the environment it runs in."""

    url: str
    pid: int
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class DatabaseRun:
    """The database of the desk: its postmaster's process, and its address."""

    pid: int
    url: str


@contextmanager
def temporary_home() -> Iterator[Path]:
    """Yield a home that is gone afterwards; the user that runs the database can reach it."""
    folder = Path(tempfile.mkdtemp(prefix="desk-bench-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serving(words: list[str], port: int, environment: dict[str, str]) -> Iterator[Running]:
    """Run a server in the checkout until the block is left; yields once it takes connections."""
    log = Path(environment["PAPERDESK_HOME"]) / f"bench-{port}.log"
    with log.open("wb") as written:
        child = subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, env={**os.environ, **environment}, stdout=written, stderr=written
        )
        try:
            _until_open(child, port, log)
            yield Running(f"http://127.0.0.1:{port}", child.pid, environment)
        finally:
            child.terminate()
            try:
                child.wait(STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                child.kill()


def _until_open(child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and child.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise BenchFailed(f"The server on port {port} did not start; it wrote: {log.read_text()[-1000:]}")


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_of(home: Path) -> DatabaseRun:
    """Return the embedded database that the desk of a home runs."""
    found = known_home(Home(home).database)
    postmaster = found and living_postmaster(found)
    if not postmaster:
        raise BenchFailed("The desk runs no database.")
    return DatabaseRun(postmaster.pid, f"postgresql://paperdesk@/paperdesk?host={postmaster.socket}&port={PORT}")


def wait_for_credentials(home: Path) -> dict[str, str]:
    """Return the credentials of a new desk once it has greeted."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        kept = Home(home).credentials
        if kept is not None and "account_id" in kept and "sign_in" in kept:
            return kept
        time.sleep(0.05)
    raise BenchFailed("The desk was not founded in time.")
