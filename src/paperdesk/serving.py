"""Where the pieces are put together, once: settings to runtime to doors, and everything that runs by itself."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager, suppress
from importlib.metadata import version
from secrets import SystemRandom
from typing import Any

import uvicorn

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.ids import TenantId, UserId, uuid_from_text
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.doors.alpaca.app import dialect
from paperdesk.doors.cli.app import UpOptions
from paperdesk.doors.desk import Desk, Neighbour
from paperdesk.doors.elsewhere import Elsewhere
from paperdesk.doors.mcp.app import Door as Tools
from paperdesk.doors.mcp.tool_routes import router as tool_list
from paperdesk.doors.pages import SecurityHeaders
from paperdesk.doors.problems import RequestIds
from paperdesk.doors.rates import RequestRates
from paperdesk.doors.rest import build_app as build_rest
from paperdesk.doors.rest import gathered_routes
from paperdesk.doors.stream.app import MESSAGE_BYTES_MAX
from paperdesk.doors.stream.frames import FramedProtocol
from paperdesk.doors.stream.routes import router as stream
from paperdesk.doors.worker import Pump
from paperdesk.features.backtests.jobs import JOBS as BACKTEST_JOBS
from paperdesk.features.broker.jobs import JOBS as BROKER_JOBS
from paperdesk.features.broker.order_writer import OrderWriter
from paperdesk.features.broker.reconcile_closes import Auditor
from paperdesk.features.broker.warm_quotes import Warmer
from paperdesk.features.identity.access import Gate
from paperdesk.features.identity.found_desk import FoundDesk, found_desk
from paperdesk.features.identity.issue_sign_in_link import issue_sign_in_link
from paperdesk.features.identity.reseal_second_factors import reseal_second_factors
from paperdesk.features.marketdata.add_datasets import first_day_of
from paperdesk.features.marketdata.answers import CHANNEL
from paperdesk.features.marketdata.jobs import jobs_with
from paperdesk.features.marketdata.kept_sources import KeptSources
from paperdesk.features.marketdata.publication import Publication
from paperdesk.features.marketdata.record_live import Recorder
from paperdesk.features.marketdata.reseal_source_keys import reseal_source_keys
from paperdesk.features.marketdata.sources import Sources, routes_of
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.operations.jobs import JOBS as OPERATION_JOBS
from paperdesk.features.operations.jobs import SCHEDULES
from paperdesk.features.operations.seal_audit import Sealer
from paperdesk.features.operations.seed_demo import seed_demo
from paperdesk.features.research.jobs import JOBS as RESEARCH_JOBS
from paperdesk.features.watch.check_price_alerts import CHANNEL as ALERTS
from paperdesk.features.watch.check_price_alerts import Watcher
from paperdesk.features.watch.jobs import JOBS as WATCH_JOBS
from paperdesk.features.watch.numbered_news import NumberedNews
from paperdesk.features.watch.tell_of_orders import CHANNEL as NOTIFICATIONS
from paperdesk.features.watch.tell_of_orders import Teller
from paperdesk.features.watch.watch_limits import CHANNEL as LIMITS
from paperdesk.features.watch.watch_limits import LimitWatcher
from paperdesk.infra import notices
from paperdesk.infra.cache import keeper_of
from paperdesk.infra.clock import SystemClock
from paperdesk.infra.crypto import TokenHasher, Vault, load_pepper, load_sealing_keys
from paperdesk.infra.db import Server
from paperdesk.infra.home import Home
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.jobs import CHANNEL as JOBS
from paperdesk.infra.jobs import Work
from paperdesk.infra.memory import take_large_pages
from paperdesk.infra.notices import Herald, Notices
from paperdesk.infra.outbound import Surroundings
from paperdesk.infra.outbox import CHANNEL as EVENTS
from paperdesk.infra.outbox import Relay
from paperdesk.infra.postgres import EmbeddedPostgres
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.schema import bring_up_to_date
from paperdesk.infra.serving_others import require_fit_for_others
from paperdesk.infra.settings import Settings, keep_compiled
from paperdesk.infra.strategy_packages import bring_in
from paperdesk.infra.telemetry import configure_logs, log

STOP_S = 5
# How long a connection may be idle: longer than clients and proxies keep one, so that it is always they who close it.
# Where both wait equally long, as five seconds are usual, a request now and then meets a connection that is just going.
IDLE_S = 75
# Moving some hundred megabytes takes a third of a second, which the first requests after a start should not wait for.
SETTLE_S = 10
# Allocations before the collector looks at the youngest, and how often at the older; an order makes a few hundred
# values that go by themselves, so looking after every second order finds nothing.
COLLECT_AFTER = (10_000, 20, 20)


class AddressTaken(Conflict):
    """Another program listens on the address already."""


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


def listeners_of(
    elsewhere: Elsewhere, watcher: Watcher, teller: Teller, limits: LimitWatcher
) -> Mapping[str, Sequence[notices.Listener]]:
    """Return who is told of what the database tells, by channel and in that order."""
    pump, bus = elsewhere.pump, elsewhere.pump.runtime.bus
    return {
        CHANNEL: (pump.shelf.answers, Herald(bus, "tape"), elsewhere, watcher, limits, Herald(bus, "bots")),
        JOBS: (Herald(bus, "jobs"),),
        EVENTS: (pump.relay, teller, limits),
        ALERTS: (watcher, NumberedNews(bus, "alerts", "fired")),
        NOTIFICATIONS: (teller, NumberedNews(bus, "notifications", "told")),
        LIMITS: (limits, NumberedNews(bus, "limit_alerts", "told")),
    }


@asynccontextmanager
async def running_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Yield a desk with everything that runs by itself running: writer, relay, pump and jobs."""
    async with AsyncExitStack() as stack:
        server, owner = await stack.enter_async_context(database(settings))
        await bring_up_to_date(owner)
        for each in bring_in(settings.strategy_packages):
            log.warning("strategies_unusable", package=each.package, entry=each.entry, reason=each.reason)
        pepper = load_pepper(Home(settings.directory).secret)
        runtime = Runtime(settings, server, TokenHasher(pepper), vault_of(settings))
        stack.push_async_callback(runtime.close)
        shelf = Shelf(settings.datasets)
        sources = sources_of(runtime)
        stack.push_async_callback(sources.close)
        await reseal_source_keys(runtime, sources)
        await reseal_second_factors(runtime)
        relay = Relay(server, runtime.bus, runtime.metrics)
        writer, publication = OrderWriter(runtime, shelf, relay), Publication(shelf)
        stack.push_async_callback(writer.close)
        auditor = Auditor(runtime, shelf)
        pump = Pump(runtime, shelf, relay, publication, auditor, Recorder(runtime, shelf, sources))
        elsewhere, watcher, teller = Elsewhere(pump), Watcher(runtime, shelf), Teller(runtime, shelf)
        limits = LimitWatcher(runtime, shelf)
        rooms = (
            writer.run(),
            relay.run(),
            pump.run(),
            auditor.run(),
            publication.run(),
            elsewhere.run(),
            watcher.run(),
            teller.run(),
            limits.run(),
            Notices(server, listeners_of(elsewhere, watcher, teller, limits)).run(),
            Warmer(runtime, shelf, KeptSources(sources, runtime.cache, runtime.clock)).run(),
            Sealer(runtime).run(),
            runtime.postman.run(),
            Worker(runtime, jobs_of(sources), SCHEDULES).run(),
        )
        tasks = [asyncio.create_task(room) for room in rooms]
        stack.push_async_callback(_ended, tasks)
        stack.push_async_callback(_drained, writer)
        yield Desk(runtime, Gate(runtime), shelf, writer, sources, publication)


def jobs_of(sources: Sources) -> dict[str, Work]:
    """Return every kind of job that a desk does."""
    return {
        **jobs_with(sources), **BROKER_JOBS, **WATCH_JOBS, **BACKTEST_JOBS, **RESEARCH_JOBS, **OPERATION_JOBS,
    }  # fmt: skip


def sources_of(runtime: Runtime) -> Sources:
    """Return the sources of live prices of a desk, with the keys it can open."""
    around = Surroundings(runtime.clock, asyncio.sleep, SystemRandom().random, runtime.metrics)
    return Sources(runtime.settings, runtime.vault, around)


def vault_of(settings: Settings) -> Vault:
    """Return what seals the secrets of a desk and opens those it can."""
    given = settings.sealing_keys
    kept = Home(settings.directory).sealing_keys
    return Vault(load_sealing_keys(kept, None if given is None else given.get_secret_value()))


async def _drained(writer: OrderWriter) -> None:
    """Let the writer answer what it has taken; whoever waits for a database that is gone waits no longer than that."""
    with suppress(TimeoutError):
        async with asyncio.timeout(STOP_S):
            await writer.drain()


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


class Listener(uvicorn.Server):
    """A server that says when it answers, and leaves the signals to us: there is more to stop than itself."""

    def __init__(self, config: uvicorn.Config) -> None:
        """Prepare; `is_open` is set when the first request could be answered."""
        super().__init__(config)
        self.is_open = asyncio.Event()
        self._settling: asyncio.Task[None] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: raising them again after the last answer would skip stopping the database."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so. What stands by now stays, so it is put together and the collector is spared."""
        await super().startup(sockets=sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)
        if self.started:
            self.is_open.set()
        self._settling = asyncio.create_task(_settled())

    def stop_on_signals(self) -> None:
        """Finish on Ctrl-C or SIGTERM: answer what is being asked, then stop."""
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._finish)

    def _finish(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


async def _settled() -> None:
    """Put together what stands in memory, once those who waited for the start have what they wanted."""
    await asyncio.sleep(SETTLE_S)
    await asyncio.to_thread(take_large_pages)


@asynccontextmanager
async def tools_of(desk: Desk) -> AsyncIterator[Tools]:
    """Yield the door for models, whose sessions last as long as the block."""
    tools = Tools(desk, version("paperdesk"))
    room = asyncio.create_task(tools.run())
    try:
        yield tools
    finally:
        await _ended([room])


def listener_of(desk: Desk, *more: Neighbour) -> Listener:
    """Return the server of a desk's doors; it listens once it is told to serve."""
    config = uvicorn.Config(
        build_rest(desk, version("paperdesk"), gathered_routes([stream, tool_list]), [dialect(desk), *more]),
        proxy_headers=False,
        log_config=None,
        access_log=False,
        ws=FramedProtocol,
        ws_per_message_deflate=False,
        ws_max_size=MESSAGE_BYTES_MAX,
        timeout_graceful_shutdown=STOP_S,
        timeout_keep_alive=IDLE_S,
        server_header=False,
    )
    return Listener(config)


@asynccontextmanager
async def listening_for_models(settings: Settings, tools: Tools) -> AsyncIterator[None]:
    """Serve models on a port of their own as well, where one is set."""
    if settings.mcp_port is None:
        yield
        return
    with closing(bound(settings.model_copy(update={"port": settings.mcp_port}))) as listening:
        is_https = (settings.public_url or "").startswith("https:")
        guarded = SecurityHeaders(RequestRates(tools, tools.desk, [tools.neighbour]), is_https=is_https)
        app = RequestIds(guarded, tools.desk.runtime.metrics)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            ws="none",
            lifespan="off",
            server_header=False,
            timeout_keep_alive=IDLE_S,
        )
        listener = Listener(config)
        serving = asyncio.create_task(listener.serve(sockets=[listening]))
        try:
            await _either(serving, listener.is_open.wait())
            yield
        finally:
            listener.should_exit = listener.force_exit = True
            await serving


async def serve(settings: Settings, greet: Callable[[dict[str, Any]], None]) -> int:
    """Run the desk until it is told to stop; return the exit code."""
    home, listening = Home(settings.directory), bound(settings)
    url = f"http://{settings.host}:{listening.getsockname()[1]}"
    with home.taken(), closing(listening):
        async with running_desk(settings) as desk, tools_of(desk) as tools, listening_for_models(settings, tools):
            listener = listener_of(desk, tools.neighbour)
            listener.stop_on_signals()
            serving = asyncio.create_task(listener.serve(sockets=[listening]))
            await _either(serving, listener.is_open.wait())
            if not serving.done():
                kept = await welcome(desk, home, url)
                home.announce_server({"pid": os.getpid(), "url": url})
                greet(kept)
            await serving
            home.withdraw_server()
    return 0


def bound(settings: Settings) -> socket.socket:
    """Take the address, or say plainly that somebody has it."""
    listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        raise AddressTaken(
            f"{settings.host}:{settings.port} cannot be listened on ({error.strerror}); try --port.",
            host=settings.host,
            port=settings.port,
        ) from error
    return listening


async def _either(one: asyncio.Task[None], other: Coroutine[Any, Any, object]) -> None:
    waiting = asyncio.create_task(other)
    await asyncio.wait({one, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


def serve_here(options: UpOptions, greet: Callable[[dict[str, Any]], None]) -> int:
    """Run the desk in this process, on an event loop of its own."""
    given: dict[str, Any] = {"home": options.home, "host": options.host, "port": options.port}
    settings = Settings(**{name: value for name, value in given.items() if value is not None})
    require_fit_for_others(settings)
    configure_logs(settings.log_format, settings.log_level)
    keep_compiled(Home(settings.directory).compiled)
    # What stops the start stops it before anything has started.
    routes_of(settings), keeper_of(settings, SystemClock()), first_day_of(settings)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(serve(settings, greet))


def loop_factory() -> Any:  # noqa: ANN401 - uvloop is not typed and not there on every system
    """Return what makes the event loop: uvloop where it exists, else the standard one."""
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415 - does not exist on Windows

    return uvloop.new_event_loop
