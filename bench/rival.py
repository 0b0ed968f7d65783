"""A server with the product's own doors and another writer behind them: `python -m bench.rival memory|orm port`.

The settings come from the environment, as everywhere; the accounts are those of a furnished desk.
"""

import asyncio
import sys

from fastapi import FastAPI
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.furnish import runtime_at
from bench.plain_orm import OrmWriter
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import Command, PlaceOrder
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import AccountId, TapeId
from paperdesk.core.kernel.money import trap_floats
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.kernel.values import replace
from paperdesk.doors.desk import Desk
from paperdesk.features.broker import tables
from paperdesk.features.broker.answers import Answer, Prepare
from paperdesk.features.broker.deciding import Batch, Waiting, decide_one
from paperdesk.features.broker.order_writer import OrderWriter
from paperdesk.features.broker.rows import read_account_of
from paperdesk.features.identity.access import Gate, caller
from paperdesk.features.marketdata.publication import Publication
from paperdesk.features.marketdata.tables import tape_runs
from paperdesk.features.marketdata.tapes import Shelf, Tape, tape_of
from paperdesk.infra.outbox import Relay
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.settings import Settings
from paperdesk.infra.telemetry import configure_logs
from paperdesk.serving import bound, listener_of, loop_factory, sources_of

TRIVIAL = "/bench/trivial"
OPEN = "/bench/open"


class MemoryWriter(OrderWriter):
    """Decides like the order writer, on accounts in a dictionary; nothing is stored."""

    def __init__(self, runtime: Runtime, shelf: Shelf, relay: Relay) -> None:
        """Start without accounts."""
        super().__init__(runtime, shelf, relay)
        self._view_of = shelf.view
        self._accounts: dict[AccountId, Account] = {}
        self._tapes: dict[TapeId, Tape] = {}

    async def load(self, runtime: Runtime) -> None:
        """Read every account and tape once."""
        async with runtime.as_system() as db:
            tapes = [tape_of(row) for row in (await db.execute(select(tape_runs))).mappings()]
            rows = (await db.execute(select(tables.accounts))).mappings()
            accounts = [read_account_of({str(name): row[name] for name in row}) for row in rows]
        self._tapes = {tape.id: tape for tape in tapes}
        self._accounts = {account.id: account for account in accounts}

    async def submit(self, who: Principal, command: Command, prepare: Prepare | None = None) -> Answer:
        """Decide at once; what happened is remembered as far as the next order can need it."""
        assert isinstance(command, PlaceOrder), "the benchmark only places orders"
        account = self._accounts[command.account_id]
        view = await self._view_of(self._tapes[account.tape_id], (command.symbol,))
        waiting = Waiting(who, command, asyncio.get_running_loop().create_future())
        batch = Batch([waiting], {account.id: account}, {account.tape_id: view})
        answer = decide_one(batch, waiting)
        if isinstance(answer, PaperdeskError):
            raise answer
        self._accounts[account.id] = _as_loaded(batch.accounts[account.id])
        if prepare is not None:
            prepare(answer)
        return answer


def _as_loaded(account: Account) -> Account:
    """Forget what the order writer would not load for a buy: earlier orders, and lots."""
    positions = {key: replace(position, lots=()) for key, position in account.positions.items()}
    return replace(account, orders={}, positions=positions)


async def _trivial(request: Request) -> Response:
    """Answer anybody who shows a key."""
    await caller(request)
    return await _open(request)


async def _open(_: Request) -> Response:
    """Answer anybody."""
    return Response(b'{"done":true}', media_type="application/json")


async def _memory(runtime: Runtime, shelf: Shelf, relay: Relay) -> OrderWriter:
    writer = MemoryWriter(runtime, shelf, relay)
    await writer.load(runtime)
    return writer


async def _orm(runtime: Runtime, shelf: Shelf, relay: Relay) -> OrderWriter:
    return OrmWriter(runtime, shelf, relay)


WRITERS = {"memory": _memory, "orm": _orm}


async def serve(kind: str, port: int) -> None:
    """Serve until told to stop."""
    settings = Settings().model_copy(update={"port": port})
    runtime, shelf = runtime_at(settings), Shelf(settings.datasets)
    writer = await WRITERS[kind](runtime, shelf, Relay(runtime.server, runtime.bus, runtime.metrics))
    listener = listener_of(Desk(runtime, Gate(runtime), shelf, writer, sources_of(runtime), Publication(shelf)))
    app = listener.config.app
    assert isinstance(app, FastAPI), "the doors are an app"
    app.router.routes[:0] = [Route(TRIVIAL, _trivial, methods=["POST"]), Route(OPEN, _open, methods=["POST"])]
    listener.stop_on_signals()
    await listener.serve([bound(settings)])
    await runtime.close()


def main() -> None:
    """Serve as the command line says."""
    trap_floats()
    configure_logs("console", "WARNING")
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(serve(sys.argv[1], int(sys.argv[2])))


if __name__ == "__main__":
    main()
