"""A small desk behind a real socket, a home directory that knows it, and a way to speak to it."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from typer.testing import CliRunner, Result

from paperdesk.doors.cli.app import LocalCommands, UpOptions, build_app
from paperdesk.doors.cli.doctor import examine
from tests.doors.cli.small_desk import KEY, SmallDesk

# What a person's environment must not lend to a test: another desk, colours, a width.
BARE = {"PAPERDESK_URL": None, "PAPERDESK_KEY": None, "FORCE_COLOR": None, "COLUMNS": None, "TTY_COMPATIBLE": None}


@dataclass
class Asked:
    """What the local verbs were asked, in order."""

    up: list[UpOptions]
    down: list[Path]


@dataclass(frozen=True)
class Running:
    """A desk that answers: its state, its address, and a home directory that remembers both."""

    desk: SmallDesk
    url: str
    home: Path


Speak = Callable[..., Result]


@pytest.fixture
def asked() -> Asked:
    return Asked([], [])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def app(home: Path, asked: Asked) -> typer.Typer:
    def up(wish: UpOptions) -> int:
        asked.up.append(wish)
        return 0

    def down(place: Path) -> bool:
        asked.down.append(place)
        return len(asked.down) == 1

    local = LocalCommands(
        up=up, down=down, doctor=lambda place: examine(place, lambda: "PostgreSQL 16.2", list), bridge=print
    )
    return build_app(local, home)


@pytest.fixture
def speak(app: typer.Typer) -> Speak:
    """Return the command line as a function; a bug in it raises, only exits are answers."""
    runner = CliRunner(env=BARE)

    def run(*words: str, env: dict[str, str] | None = None, typed: str | None = None) -> Result:
        return runner.invoke(app, list(words), env=env, input=typed, catch_exceptions=False)

    return run


@dataclass
class Stage:
    """The one server of a test run, on which each test puts a desk of its own."""

    url: str = ""
    play: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.play is not None, "a request outside a test"
        await self.play(scope, receive, send)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    listener = socket.create_server(("127.0.0.1", 0))
    stage = Stage(f"http://127.0.0.1:{listener.getsockname()[1]}")
    server = uvicorn.Server(uvicorn.Config(stage, log_level="critical", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield stage
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def running(stage: Stage, home: Path) -> Running:
    desk = SmallDesk()
    stage.play = desk.app()
    remember(home, stage.url)
    return Running(desk, stage.url, home)


def remember(home: Path, url: str) -> None:
    (home / "run").mkdir(parents=True)
    (home / "run" / "server.json").write_text(json.dumps({"pid": 1, "url": url, "started": "2026-01-01T00:00:00Z"}))
    key_id, secret = KEY.split(".")
    credentials = home / "credentials.json"
    credentials.write_text(json.dumps({"url": url, "key_id": key_id, "secret": secret, "sign_in": "token"}))
    credentials.chmod(0o600)
