"""The stand of vendors behind a real socket on loopback, with everything a call needs under control.

A conftest that imports `stage`, `served_stand` and `around` offers them to the tests beside it.
"""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.outbound import Surroundings
from paperdesk.infra.telemetry import Metrics
from tests.vendor_stand import VendorStand


@dataclass
class Stage:
    """The one server of a test run, on which each test puts a stand of its own."""

    url: str = ""
    play: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.play is not None, "a request outside a test"
        await self.play(scope, receive, send)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """A server on loopback."""
    listener = socket.create_server(("127.0.0.1", 0))
    stage = Stage(f"http://127.0.0.1:{listener.getsockname()[1]}")
    # A body that breaks off is what some tests are about, and nothing to complain of.
    logging.getLogger("uvicorn.access").disabled = True  # it writes whole addresses, and some have a key in them
    server = uvicorn.Server(uvicorn.Config(stage, log_config=None, access_log=False, ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield stage
    server.should_exit = True
    server.force_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def served_stand(stage: Stage) -> VendorStand:
    """A stand of this test's own, behind the socket."""
    stand = VendorStand(stage.url)
    stage.play = stand
    return stand


@dataclass
class Waits:
    """Waiting that takes no time and moves the clock instead; it remembers how long each was."""

    clock: FrozenClock
    seconds: list[float] = field(default_factory=list[float])

    async def sleep(self, seconds: float) -> None:
        """Let the clock, and nobody else, wait."""
        self.seconds.append(seconds)
        self.clock.advance(timedelta(seconds=seconds))


@pytest.fixture
def waits(clock: FrozenClock) -> Waits:
    """What was waited."""
    return Waits(clock)


@pytest.fixture
def around(clock: FrozenClock, waits: Waits) -> Surroundings:
    """A clock that stands, waiting that takes no time, and chance that always says the same."""
    return Surroundings(clock, waits.sleep, lambda: 1.0, Metrics())
