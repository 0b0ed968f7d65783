"""A desk with everything that runs by itself running, the small markets, and people who visit it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from paperdesk.core.kernel.ids import TapeId
from paperdesk.doors import worker
from paperdesk.doors.alpaca.app import dialect
from paperdesk.doors.desk import Desk as Rooms
from paperdesk.doors.elsewhere import Elsewhere
from paperdesk.doors.mcp.tool_routes import router as tool_list
from paperdesk.doors.rest import build_app, gathered_routes
from paperdesk.doors.stream.routes import router as stream
from paperdesk.features.broker.order_writer import OrderWriter
from paperdesk.features.broker.reconcile_closes import Auditor
from paperdesk.features.identity.access import Gate
from paperdesk.features.identity.found_desk import Desk
from paperdesk.features.marketdata.publication import Publication
from paperdesk.features.marketdata.record_live import Recorder
from paperdesk.features.marketdata.sources import Sources
from paperdesk.features.marketdata.store import insert_dataset
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.watch.check_price_alerts import Watcher
from paperdesk.features.watch.tell_of_orders import Teller
from paperdesk.features.watch.watch_limits import LimitWatcher
from paperdesk.infra.notices import Notices
from paperdesk.infra.outbound import Surroundings
from paperdesk.infra.outbox import Relay
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import UnitOfWork
from paperdesk.serving import listeners_of
from tests.small_markets import Market, markets
from tests.vendor_stand import VendorStand

__all__ = ["Market", "markets"]

HERE = "http://desk.test"
VERSION = "0.0.0"
# What each takes and answers is worked out when it is first looked for; desks are many and routes are the same.
ROUTES = gathered_routes([stream, tool_list])

FIRST_CLOSE = "2024-06-03T20:00:00Z"
LAST_CLOSE = "2024-06-12T20:00:00Z"


@dataclass
class Visitor:
    """Somebody at the desk's door: a client that shows a key, or nothing."""

    client: httpx.AsyncClient

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Send a request, whatever comes of it."""
        return await self.client.request(method, path, **more)

    async def get(self, path: str, **params: str | int) -> Any:  # noqa: ANN401 - any JSON
        """Read something that must be there."""
        return _good(await self.client.get(path, params=params))

    async def post(self, path: str, body: Any, **headers: str) -> Any:  # noqa: ANN401 - any JSON
        """Send something that must be accepted."""
        return _good(await self.client.post(path, json=body, headers=headers))

    async def rows(self, path: str, **params: str | int) -> list[dict[str, Any]]:
        """Read the rows of a list: one page of a limit that is given, else all pages."""
        page = await self.get(path, **params)
        found = cast("list[dict[str, Any]]", page["items"])
        while page.get("next_cursor") and "limit" not in params:
            page = await self.get(path, **params, cursor=page["next_cursor"])
            found += page["items"]
        return found

    async def open_tape(self, dataset_id: UUID, start_at: str = FIRST_CLOSE) -> str:
        """Open a tape and return its id."""
        body = {"dataset_id": str(dataset_id), "name": "A run", "start_at": start_at}
        return str((await self.post("/v1/tapes", body))["id"])

    async def open_account(self, tape_id: str, cash: str = "10000", **rules: Any) -> str:  # noqa: ANN401 - any JSON
        """Open an account and return its id."""
        body = {"name": "Practice", "tape_id": tape_id, "cash": cash, **rules}
        return str((await self.post("/v1/accounts", body))["id"])

    async def order(self, account_id: str, side: str, quantity: str, **terms: str) -> dict[str, Any]:
        """Place an order in ACME; it is a limit order when it has a limit price."""
        return cast("dict[str, Any]", await self.post("/v1/orders", wish(account_id, side, quantity, **terms)))

    async def control(self, tape_id: str, action: str, **terms: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
        """Press a button of a tape and return the tape where it then stands."""
        body = {"action": action, **terms}
        return cast("dict[str, Any]", await self.post(f"/v1/tapes/{tape_id}/control", body))

    async def ended(self, job_id: object) -> dict[str, Any]:
        """Return a job once it has ended."""
        async with asyncio.timeout(30):
            while not (job := await self.get(f"/v1/jobs/{job_id}"))["finished_at"]:
                await asyncio.sleep(0.02)
        return dict(job)

    async def step(self, tape_id: str, unit: str = "session", count: int = 1) -> dict[str, Any]:
        """Step a tape and return it."""
        return await self.control(tape_id, "step", unit=unit, count=count)


def wish(account_id: str, side: str, quantity: str, **terms: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Return the body of an order in ACME."""
    kind = "limit" if "limit_price" in terms else "market"
    asked = {"account_id": account_id, "symbol": "ACME", "side": side, "type": kind, "quantity": quantity}
    return asked | terms


def _good(answer: httpx.Response) -> Any:  # noqa: ANN401 - any JSON
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
    return answer.json()


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Return the problem that an answer must be."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert {"type", "title", "status", "code", "detail", "request_id"} <= problem.keys()
    return problem


def addresses(routes: Iterable[object]) -> Iterator[tuple[str, str]]:
    """Yield method and path of everything an app answers over HTTP, documented or not."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from addresses(included.routes)
        for method in sorted(getattr(route, "methods", None) or ()):
            if method != "HEAD":
                yield method, getattr(route, "path", "")


def filled(value: object, ids: Mapping[str, str]) -> object:
    """Put real ids where a call names them."""
    if isinstance(value, dict):
        return {name: filled(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, ids) for each in value]
    return value.format(**ids) if isinstance(value, str) else value


@dataclass(repr=False)  # a failing test has better to show
class RunningDesk:
    """A desk at work, and two tenants who each have a key to it."""

    runtime: Runtime
    rooms: Rooms
    relay: Relay
    pump: worker.Pump
    first: Desk
    second: Desk
    markets: dict[str, Market]
    owner: asyncpg.Connection
    vendors: VendorStand
    clients: list[httpx.AsyncClient] = field(default_factory=list[httpx.AsyncClient])

    @cached_property
    def app(self) -> FastAPI:
        """The whole app over this desk."""
        return build_app(self.rooms, VERSION, ROUTES, [dialect(self.rooms)])

    @cached_property
    def mine(self) -> Visitor:
        """A member of the first tenant, with every permission."""
        return self.visitor(self.first.key.token)

    @cached_property
    def theirs(self) -> Visitor:
        """A member of the second tenant."""
        return self.visitor(self.second.key.token)

    def visitor(self, token: str | None = None) -> Visitor:
        """Return somebody who shows a token, or nothing."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=HERE, headers=headers)
        self.clients.append(client)
        return Visitor(client)

    async def market(self, name: str = "daily", **rules: Any) -> tuple[str, str]:  # noqa: ANN401 - any JSON
        """Open a tape of mine on a market and an account on it; return both ids."""
        starts = {"quotes": "2024-06-03T14:00:00Z", "pit": "2024-06-03T14:00:00Z", "minutes": "2024-06-03T13:31:00Z"}
        tape_id = await self.mine.open_tape(self.markets[name].id, starts.get(name, FIRST_CLOSE))
        return tape_id, await self.mine.open_account(tape_id, **rules)

    async def all_told(self) -> None:
        """Wait until the relay has taken what was written."""
        async with asyncio.timeout(30):
            while await self.owner.fetchval("select count(*) from outbox"):
                await asyncio.sleep(0.01)

    async def seen_playing(self, tape_id: str) -> None:
        """Wait until the pump has seen a tape play, so that what the clock does next counts."""
        async with asyncio.timeout(30):
            while self.pump.moved_at.get(TapeId(UUID(tape_id))) != self.runtime.clock.now():
                await asyncio.sleep(0.01)

    async def footprint(self, account_id: str) -> list[str]:
        """Return everything an account has left in the database, to be compared before and after."""
        queries = (f"select t::text from {table} t where {key} = $1 order by 1" for table, key in _TRACES.items())
        return [row[0] for query in queries for row in await self.owner.fetch(query, UUID(account_id))]


_TRACES = {
    "accounts": "id",
    "orders": "account_id",
    "fills": "account_id",
    "positions": "account_id",
    "lots": "account_id",
    "entries": "account_id",
    # Whether the relay has been by is not the account's business.
    "(select account_id, seq, tenant_id, kind, subject, at, recorded_at, payload from events)": "account_id",
}


@pytest.fixture
async def desk(
    runtime: Runtime,
    found: Desk,
    second: Desk,
    markets: dict[str, Market],
    database: Any,  # noqa: ANN401 - a conftest cannot be imported
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RunningDesk]:
    """A desk with its writer, relay and pump at work, the markets on its shelf and two tenants."""
    _shelve(runtime, markets)
    await _record(runtime, found, markets, database.owner)
    monkeypatch.setattr(worker, "IDLE_S", 0.02)
    stand = VendorStand()
    async with at_work(runtime, stand) as (rooms, relay, pump):
        running = RunningDesk(runtime, rooms, relay, pump, found, second, markets, database.owner, stand)
        yield running
        for client in running.clients:
            await client.aclose()


def _shelve(runtime: Runtime, markets: dict[str, Market]) -> None:
    runtime.settings.datasets.mkdir(parents=True)
    for market in markets.values():
        shutil.copytree(market.folder, runtime.settings.datasets / market.folder.name)


async def _record(runtime: Runtime, found: Desk, markets: dict[str, Market], owner: asyncpg.Connection) -> None:
    """Write the rows of the markets: by the store the first time, and from what it wrote then ever after."""
    if await owner.fetchval("select to_regclass('pg_temp.kept_datasets') is not null"):
        await owner.execute(_RECORDED)
        return
    async with runtime.as_system() as db:
        for market in markets.values():
            await insert_dataset(UnitOfWork(found.principal, runtime.clock.now(), db), market.id, market.manifest, None)
    await owner.execute(_KEPT)


_OF_DATASETS = {"instruments": "instruments", "sources": "tape_sources", "datasets": "dataset_versions"}
_KEPT = "".join(f"create temp table kept_{name} as table {table};" for name, table in _OF_DATASETS.items())
_RECORDED = "".join(f"insert into {table} table kept_{name};" for name, table in _OF_DATASETS.items())


@asynccontextmanager
async def at_work(
    runtime: Runtime, stand: VendorStand | None = None
) -> AsyncIterator[tuple[Rooms, Relay, worker.Pump]]:
    """Let the rooms of a desk work for as long as the block lasts; they look around often."""
    sources = sources_at(runtime, stand or VendorStand())
    shelf = Shelf(runtime.settings.datasets)
    relay = Relay(runtime.server, runtime.bus, runtime.metrics)
    writer, publication = OrderWriter(runtime, shelf, relay), Publication(shelf)
    auditor = Auditor(runtime, shelf)
    pump = worker.Pump(runtime, shelf, relay, publication, auditor, Recorder(runtime, shelf, sources))
    elsewhere, watcher, teller = Elsewhere(pump), Watcher(runtime, shelf), Teller(runtime, shelf)
    limits = LimitWatcher(runtime, shelf, again_s=0.3)
    notices = Notices(runtime.server, listeners_of(elsewhere, watcher, teller, limits))
    works = (writer, relay, notices, pump, publication, elsewhere, auditor, watcher, teller, limits)
    tasks = [asyncio.create_task(work.run()) for work in works]
    try:
        yield Rooms(runtime, Gate(runtime), shelf, writer, sources, publication), relay, pump
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await writer.close()
        await sources.close()


def sources_at(runtime: Runtime, stand: VendorStand) -> Sources:
    """Return the sources of a desk whose vendors are all the one stand; nobody waits for them in real time."""
    around = Surroundings(runtime.clock, lambda _: asyncio.sleep(0), lambda: 1.0, runtime.metrics)
    connections = lambda: httpx.AsyncClient(transport=httpx.ASGITransport(stand))  # noqa: E731
    return Sources(runtime.settings, runtime.vault, around, connections, stand.opens_wire)
