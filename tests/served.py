"""A desk as a person starts it, in a process of its own: for tests that visit it from outside.

A conftest that imports `served` offers it to the tests beside it.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

STARTS_WITHIN_S = 100


@pytest.fixture(scope="session")
def served() -> Iterator[dict[str, str]]:
    """Run `paperdesk up` in a new home directory; give back its credentials file."""
    with new_home() as home, desk_at(home, free_port()) as credentials:
        yield credentials


@contextmanager
def new_home() -> Iterator[Path]:
    """Make a home directory that the database can reach even when a test runs as root.

    Not one of pytest's own: each of its runs closes the folder above them to everybody else.
    """
    home = Path(tempfile.mkdtemp(prefix="desk-"))
    home.chmod(0o711)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def desk_at(home: Path, port: int, **settings: str) -> Iterator[dict[str, str]]:
    """Run a desk for as long as the block lasts, with settings from its environment; what it said is in up.log."""
    environment = os.environ | {f"PAPERDESK_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "paperdesk.main", "--home", str(home), "up", "--port", str(port), "--no-open"]
    with (home / "up.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            yield _credentials(home, process)
        finally:
            process.terminate()
            process.wait(timeout=20)


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _credentials(home: Path, process: "subprocess.Popen[bytes]") -> dict[str, str]:
    """Wait until the desk has greeted, which it does once it is seeded."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        if (home / "run" / "server.json").exists():
            found: dict[str, str] = json.loads((home / "credentials.json").read_text(encoding="utf-8"))
            httpx.get(f"{found['url']}/health/ready", timeout=STARTS_WITHIN_S).raise_for_status()
            return found
        time.sleep(0.05)
    raise AssertionError((home / "up.log").read_text(encoding="utf-8"))
