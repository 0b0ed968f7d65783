"""A desk as a person starts it, in a process of its own, for the browser to visit."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

STARTS_WITHIN_S = 60


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Run `paperdesk up` in a new home directory; give back its credentials file."""
    home = tmp_path_factory.mktemp("desk")
    for folder in (home, *home.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o111)  # as root the database runs as another user
    command = [
        sys.executable,
        "-m",
        "paperdesk.main",
        "--home",
        str(home),
        "up",
        "--port",
        str(_free_port()),
        "--no-open",
    ]
    with (home / "up.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield _credentials(home, process)
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def desk_url(served: dict[str, str]) -> str:
    """Where the desk is."""
    return served["url"]


@pytest.fixture(scope="session")
def sign_in_link(served: dict[str, str]) -> str:
    """The link that signs in, once."""
    return served["sign_in"]


def _free_port() -> int:
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
            httpx.get(f"{found['url']}/health/ready").raise_for_status()
            return found
        time.sleep(0.05)
    raise AssertionError((home / "up.log").read_text(encoding="utf-8"))
