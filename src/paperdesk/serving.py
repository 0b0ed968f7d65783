"""Where the pieces are put together, once: settings to runtime to doors, and everything that runs by itself."""

import asyncio
import os
import sys
import webbrowser
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from typing import Any

import uvicorn
from rich.console import Console

from paperdesk.core.kernel.ids import TenantId, UserId, uuid_from_text
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.doors.cli.app import UpOptions
from paperdesk.doors.rest import Desk
from paperdesk.doors.rest import build_app as build_rest
from paperdesk.doors.stream.app import stream
from paperdesk.doors.worker import Pump
from paperdesk.features.broker.order_writer import OrderWriter
from paperdesk.features.identity.access import Gate
from paperdesk.features.identity.found_desk import FoundDesk, found_desk
from paperdesk.features.identity.issue_sign_in_link import issue_sign_in_link
from paperdesk.features.marketdata.jobs import JOBS
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.operations.seed_demo import seed_demo
from paperdesk.infra.crypto import TokenHasher, load_pepper
from paperdesk.infra.db import Server
from paperdesk.infra.home import Home
from paperdesk.infra.jobs import Worker
from paperdesk.infra.outbox import Relay
from paperdesk.infra.postgres import EmbeddedPostgres
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.schema import bring_up_to_date
from paperdesk.infra.settings import Settings
from paperdesk.infra.telemetry import configure_logs

STOP_S = 5


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[tuple[Server, Server]]:
    """Yield the server for the app and the one for its owner; embedded unless a URL says otherwise."""
    if settings.database_url is not None:
        server = Server.at(settings.database_url.get_secret_value())
        admin = settings.admin_database_url or settings.database_url
        yield server, Server.at(admin.get_secret_value())
        return
    folder = Home(settings.directory).database
    embedded = EmbeddedPostgres(folder, runtime=settings.runtime_folder, search_path=settings.search_path)
    await embedded.start()
    watch = asyncio.create_task(embedded.watch())
    try:
        server = Server(dict(embedded.connect_kwargs))
        yield server, server
    finally:
        await embedded.stop()
        await watch


@asynccontextmanager
async def running_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Yield a desk with everything that runs by itself running: writer, relay, pump and jobs."""
    async with AsyncExitStack() as stack:
        server, owner = await stack.enter_async_context(database(settings))
        await bring_up_to_date(owner)
        pepper = load_pepper(Home(settings.directory).secret)
        runtime = Runtime(settings, server, TokenHasher(pepper))
        stack.push_async_callback(runtime.close)
        shelf = Shelf(settings.datasets)
        relay = Relay(server, runtime.bus, runtime.metrics)
        writer = OrderWriter(runtime, shelf, relay)
        stack.push_async_callback(writer.close)
        rooms = (writer.run(), relay.run(), Pump(runtime, shelf, relay).run(), Worker(runtime, JOBS).run())
        tasks = [asyncio.create_task(room) for room in rooms]
        stack.push_async_callback(_ended, tasks)
        yield Desk(runtime, Gate(runtime), shelf, writer)


async def _ended(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def welcome(desk: Desk, home: Home, url: str) -> dict[str, Any]:
    """Return address, key and a fresh sign-in link; founds and seeds the desk the first time."""
    kept = home.credentials
    if kept is None:
        founded = await found_desk(desk.runtime, FoundDesk())
        kept = {
            "key_id": founded.key.prefix,
            "secret": founded.key.secret,
            "tenant_id": str(founded.tenant_id),
            "user_id": str(founded.user_id),
        }
        home.keep_credentials(kept)
    who = Principal(
        TenantId(uuid_from_text(kept["tenant_id"])), UserId(uuid_from_text(kept["user_id"])), frozenset(Scope)
    )
    if "account_id" not in kept:
        demo = await seed_demo(desk.runtime, desk.shelf, desk.writer, who)
        kept = {**kept, "account_id": str(demo.account_id), "symbol": demo.symbol}
    link = f"{url}/sign-in#token={await issue_sign_in_link(desk.runtime, who)}"
    kept = {**kept, "url": url, "sign_in": link}
    home.keep_credentials(kept)
    return kept


def greet(console: Console, kept: dict[str, Any]) -> None:
    """Print what a newcomer needs: where, how to sign in, the key, and three things to try."""
    key = f"{kept['key_id']}.{kept['secret']}"
    order = f'{{"account_id":"{kept["account_id"]}","symbol":"{kept["symbol"]}","side":"buy","type":"market","quantity":"5"}}'
    console.print(f"\n[bold]Paperdesk[/] is open at [bold]{kept['url']}[/]\n", highlight=False)
    lines = (
        ("Sign in (works once)", kept["sign_in"]),
        ("API key", key),
        ("API reference", f"{kept['url']}/docs"),
    )
    for name, text in lines:
        console.print(f"  {name:<22}{text}", highlight=False, soft_wrap=True)
    console.print("\nThree things to try, in another terminal:\n", highlight=False)
    tries = (
        f"curl -s {kept['url']}/v1/orders -H 'Authorization: Bearer {key}' -d '{order}'",
        "paperdesk tapes step session",
        "paperdesk positions",
    )
    for number, line in enumerate(tries, 1):
        console.print(f"  {number}. {line}", highlight=False, soft_wrap=True, markup=False)
    console.print("\nCtrl-C stops everything.\n", highlight=False)


class Listener(uvicorn.Server):
    """A server that greets once it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        """Prepare; `is_open` is set when the first request could be answered."""
        super().__init__(config)
        self.is_open = asyncio.Event()

    async def startup(self, sockets: list[Any] | None = None) -> None:
        """Bind, then say so."""
        await super().startup(sockets=sockets)
        if self.started:
            self.is_open.set()


def listener_of(desk: Desk, settings: Settings) -> Listener:
    """Return the server of a desk's doors; it listens once it is told to serve."""
    config = uvicorn.Config(
        build_rest(desk, version("paperdesk"), stream),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=STOP_S,
        server_header=False,
    )
    return Listener(config)


async def serve(settings: Settings, *, opens_browser: bool) -> int:
    """Run the desk until it is told to stop; return the exit code."""
    home, url = Home(settings.directory), f"http://{settings.host}:{settings.port}"
    settings.directory.mkdir(parents=True, exist_ok=True)
    async with running_desk(settings) as desk:
        listener = listener_of(desk, settings)
        serving = asyncio.create_task(listener.serve())
        opened = asyncio.create_task(listener.is_open.wait())
        await asyncio.wait({serving, opened}, return_when=asyncio.FIRST_COMPLETED)
        if listener.is_open.is_set():
            kept = await welcome(desk, home, url)
            home.announce_server({"pid": os.getpid(), "url": url})
            greet(Console(), kept)
            if opens_browser:
                webbrowser.open(kept["sign_in"])
        await serving
        home.withdraw_server()
        opened.cancel()
        return 0 if listener.started else 1


def serve_here(options: UpOptions) -> int:
    """Run the desk here, until Ctrl-C."""
    given: dict[str, Any] = {"home": options.home, "host": options.host, "port": options.port}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    configure_logs(settings.log_format, settings.log_level)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(serve(settings, opens_browser=options.opens_browser))


def loop_factory() -> Any:  # noqa: ANN401 - uvloop is not typed and not there on every system
    """Return what makes the event loop: uvloop where it exists, else the standard one."""
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415 - does not exist on Windows

    return uvloop.new_event_loop
