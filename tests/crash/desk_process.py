"""A desk in a process of its own, with ways to end it that nobody should use."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from paperdesk.infra import postgres_cluster
from paperdesk.infra.postgres import DATABASE, stop_left_behind

GLANCE_S = 0.01
OPENS_WITHIN_S = 120.0


@dataclass
class DeskProcess:
    """One desk: its home, its port, and the process that serves, while there is one."""

    home: Path
    log: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None
    credentials: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def authorization(self) -> dict[str, str]:
        """What a member shows."""
        return {"Authorization": f"Bearer {self.credentials['key_id']}.{self.credentials['secret']}"}

    def start(self) -> None:
        """Start the desk as a person would."""
        command = [sys.executable, "-m", "paperdesk.main", "--home", str(self.home), "up", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([*command, "--no-open"], stdout=log, stderr=log)

    async def until_greeted(self) -> None:
        """Wait until a new desk is founded and seeded."""
        async with asyncio.timeout(OPENS_WITHIN_S):
            while not (self.home / "run" / "server.json").exists():
                self._must_live()
                await asyncio.sleep(GLANCE_S)
        self.credentials = json.loads((self.home / "credentials.json").read_text(encoding="utf-8"))

    async def until_open(self) -> float:
        """Wait for the first request that succeeds; return how long it took, in seconds."""
        began = time.monotonic()
        async with asyncio.timeout(OPENS_WITHIN_S), httpx.AsyncClient(headers=self.authorization) as client:
            while True:
                self._must_live()
                try:
                    if (await client.get(f"{self.url}/v1/accounts", params={"limit": 1})).status_code == 200:
                        return time.monotonic() - began
                except httpx.TransportError:
                    await asyncio.sleep(GLANCE_S)

    def kill(self) -> None:
        """End the server without a warning; its database lives on."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End the server as a person would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)

    @property
    def cluster(self) -> postgres_cluster.Home:
        """The database's folder, wherever it was settled."""
        found = postgres_cluster.known_home(self.home / "pg")
        assert found is not None, "the desk was never started"
        return found

    @property
    def postmaster(self) -> int | None:
        """The process id of the database server, while it is ready."""
        living = postgres_cluster.living_postmaster(self.cluster)
        return living.pid if living is not None and living.status == "ready" else None

    def kill_database(self) -> int:
        """End the database server without a warning; return which process it was."""
        pid = self.postmaster
        assert pid is not None, "there is no database to kill"
        os.kill(pid, signal.SIGKILL)
        return pid

    async def until_revived(self, dead: int) -> None:
        """Wait until another database server is ready."""
        async with asyncio.timeout(OPENS_WITHIN_S):
            while self.postmaster in (dead, None):
                await asyncio.sleep(GLANCE_S)

    async def owner(self) -> asyncpg.Connection:
        """Connect to the database as its owner, past the server and past every policy."""
        written = postgres_cluster.read_postmaster(self.cluster)
        assert written is not None, "the database does not run"
        host, port = str(written.socket), postgres_cluster.PORT
        return await asyncpg.connect(host=host, port=port, user=postgres_cluster.OWNER, database=DATABASE)

    def _must_live(self) -> None:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text(encoding="utf-8")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def folder_for_a_desk() -> Iterator[Path]:
    """Give a folder that the database's user can reach, unlike pytest's own when we are root."""
    top = Path(tempfile.mkdtemp(prefix="crash-"))
    top.chmod(0o711)
    try:
        yield top
    finally:
        shutil.rmtree(top)


@asynccontextmanager
async def desk_process(home: Path, log: Path) -> AsyncIterator[DeskProcess]:
    """Start a desk on a home and wait until it is founded; in the end nothing of it runs any more."""
    desk = DeskProcess(home, log, free_port())
    desk.start()
    try:
        await desk.until_greeted()
        yield desk
    finally:
        if desk.process is not None and desk.process.poll() is None:
            desk.kill()
        await stop_left_behind(home / "pg")
