"""The order writer: many commands, one commit.

No timer: whatever is waiting (bounded) is one transaction. It locks the accounts it needs, runs the
pure engine on each command in turn, writes everything with one statement, commits, and only then
answers. A refusal is its own command's answer; if the transaction fails, none of its commands happened.

Where all that is needed is remembered, the engine decides first, and that one statement is the whole
transaction: it locks, makes sure that nothing has moved, and writes, or else leaves it to the longer way.
"""

import asyncio
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from itertools import chain
from typing import TypeAlias, cast

import asyncpg

from paperdesk.core.broker.commands import (
    Command,
    ReplaceOrder,
)
from paperdesk.core.kernel.errors import PaperdeskError, Unavailable
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from paperdesk.features.broker import store
from paperdesk.features.broker.answers import (
    Answer,
    Answers,
    Prepare,
    own_answers,
)
from paperdesk.features.broker.day_queries import days_of
from paperdesk.features.broker.deciding import Batch, Waiting
from paperdesk.features.broker.guarded_write import Guard, apply_if_unmoved
from paperdesk.features.broker.remembered import Remembered, narrowed
from paperdesk.features.broker.repeats import earlier_of
from paperdesk.features.broker.spending_store import load_spending, save_spending
from paperdesk.features.broker.store import Locked, Touch
from paperdesk.features.broker.touching import touched, views_of
from paperdesk.features.broker.writer_connection import WriterConnection
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.outbox import Relay
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.work import tenants_setting

# What came of a batch, and what writes down how it left the accounts.
Decided: TypeAlias = tuple[Answers, Callable[[], None]]


class WriterBusy(Unavailable):
    """Too many commands are waiting; nothing was done, try again shortly."""


class OrderWriter:
    """One writer a process; any number of processes may run one against the same database."""

    def __init__(self, runtime: Runtime, shelf: Shelf, relay: Relay) -> None:
        """Prepare; the connection is made by the first batch."""
        self._runtime = runtime
        self._shelf = shelf
        self._relay = relay
        # What was handed over together is one entry; the bound counts commands.
        self._queue: asyncio.Queue[Sequence[Waiting]] = asyncio.Queue()
        self._depth = 0
        self._is_closed = False
        self._remembered = Remembered()
        self._connection = WriterConnection(runtime.server, self._forget)
        # A counter's labels are looked up once, not for every command.
        self._count_guess = cache(runtime.metrics.guesses.labels)
        self._count_command = cache(runtime.metrics.commands.labels)

    @property
    def runtime(self) -> Runtime:
        """Return what it runs on, for what is written beside its commands."""
        return self._runtime

    @property
    def depth(self) -> int:
        """Return how many commands wait to be decided."""
        return self._depth

    @property
    def takes_orders(self) -> bool:
        """Say whether another command would be taken."""
        return not self._is_closed and self._depth < self._runtime.settings.writer_queue_max

    async def submit(self, who: Principal, command: Command, prepare: Prepare | None = None) -> Answer:
        """Hand a command over and wait until it is committed or refused.

        `prepare` may be told of the answer before that, while the database writes; only if what it was told is what
        is returned then, it has come true.
        """
        (waiting,) = await self._awaited(who, [command])
        if prepare is None:
            self._enqueue([waiting])
            return await waiting.answer
        waiting.foreseen = asyncio.get_running_loop().create_future()
        self._enqueue([waiting])
        if (foreseen := await waiting.foreseen) is not None:
            prepare(foreseen)
        return await waiting.answer

    async def submit_approved(self, who: Principal, command: Command) -> Answer:
        """Hand over a command of a key that a person has approved of, and wait likewise."""
        (waiting,) = await self._awaited(who, [command])
        waiting.is_approved = True
        self._enqueue([waiting])
        return await waiting.answer

    async def submit_all(self, who: Principal, commands: Sequence[Command]) -> Answers:
        """Hand commands over side by side and return what came of each; all of them wait and share a commit, or none.

        A refusal is an answer in its place; a transaction that failed is raised, and then none of them happened.
        """
        waiting = await self._awaited(who, commands)
        self._enqueue(waiting)
        return own_answers(await asyncio.gather(*(each.answer for each in waiting), return_exceptions=True))

    async def _awaited(self, who: Principal, commands: Sequence[Command]) -> list[Waiting]:
        """Return commands with the promises of their answers, and with what their key has to be told of the day."""
        loop = asyncio.get_running_loop()
        waiting = [Waiting(who, command, loop.create_future()) for command in commands]
        if who.limits is not None and who.limits.budget is not None and who.limits.budget.loss_a_day is not None:
            days = await days_of(self._runtime, self._shelf, who, {command.account_id for command in commands})
            for each in waiting:
                each.day = days.get(each.command.account_id)
        return waiting

    def _enqueue(self, waiting: Sequence[Waiting]) -> None:
        if self._is_closed:
            raise WriterBusy("The desk is being stopped and takes no more orders.", retry_after_s=1)
        if self._depth + len(waiting) > self._runtime.settings.writer_queue_max:
            raise WriterBusy("Too many orders are waiting; try again shortly.", retry_after_s=1)
        self._depth += len(waiting)
        self._queue.put_nowait(waiting)

    async def run(self) -> None:
        """Commit batch after batch until cancelled; a failed batch fails its own commands only."""
        while True:
            asked = await self._gather()
            batch = Batch(list(chain.from_iterable(asked)))
            try:
                remember = await self._commit(batch)
            except Exception as failure:  # noqa: BLE001 - one of the eight places: a batch's failure is its commands' answer
                _fail(batch, failure)
            else:
                # Those who waited go first: they do not depend on what the next batch may be decided by.
                await asyncio.sleep(0)
                remember()
                self._relay.poke()
            for _ in asked:
                self._queue.task_done()

    async def drain(self) -> None:
        """Take nothing more, and wait until everything that was taken is committed or refused."""
        self._is_closed = True
        await self._queue.join()

    async def close(self) -> None:
        """Let go of the connection."""
        await self._connection.close()

    async def _gather(self) -> list[Sequence[Waiting]]:
        """Take what is waiting; what was handed over together stays together."""
        asked = [await self._queue.get()]
        number = len(asked[0])
        while number < self._runtime.settings.writer_batch_max and not self._queue.empty():
            asked.append(self._queue.get_nowait())
            number += len(asked[-1])
        self._depth -= number
        return asked

    async def _commit(self, batch: Batch) -> Callable[[], None]:
        """Decide a batch, store and answer it; return what writes down how it left the accounts."""
        # Counted while the database has its turn.
        asyncio.get_running_loop().call_soon(self._runtime.metrics.batch.observe, len(batch.commands))
        answers, remember = await self._by_memory(batch) or await self._by_loading(batch)
        for waiting, answer in zip(batch.commands, answers, strict=True):
            self._settle(waiting, answer)
        return remember

    async def _by_memory(self, asked: Batch) -> Decided | None:
        """Decide by what is remembered; None when that is not enough or has moved, and then nothing has happened."""
        # First the connection, because a new one makes everything forgotten.
        db = await self._connection.connected()
        guess = await self._guess(asked)
        if guess is None:
            return None
        batch, guard, touch = guess
        answers = batch.decided()
        statement = apply_if_unmoved(db, guard, batch.changed, self._runtime.clock.now())
        learned = cache(partial(self._remembered.learned, guard.found, batch.accounts, touch))
        # They go on when this has been sent, and have the time that the database takes for it.
        for waiting, answer in zip(asked.commands, answers, strict=True):
            waiting.foresee(answer)
        asyncio.get_running_loop().call_soon(learned)
        written = await self._connection.committed(statement)
        self._count_guess("moved" if written is None else "stood").inc()
        if written is None:
            return None
        return answers, partial(self._remembered.keep, guard.found, learned(), written)

    async def _guess(self, asked: Batch) -> tuple[Batch, Guard, Touch] | None:
        """Return the batch on the accounts as they are remembered, what has to stand for it, and what it touches."""
        tenants = asked.tenants
        recalled = self._remembered.recall(asked.account_ids, tenants)
        if recalled is None or asked.budgeted:
            return None
        found, commands = recalled.found, [waiting.command for waiting in asked.commands]
        views = await views_of(self._shelf, commands, found)
        touch = touched(commands, found.accounts, views)
        if (accounts := narrowed(recalled.known, touch)) is None:
            return None
        guard = Guard(tenants_setting(tenants), found, touch.client_orders)
        return Batch(asked.commands, accounts, views), guard, touch

    async def _by_loading(self, batch: Batch) -> Decided:
        """Lock and load what the batch touches, decide, write and commit."""
        written = None
        async with self._connection.transaction(batch.tenants) as db:
            found, touch = await self._load(db, batch)
            answers = batch.decided()
            if batch.changes:
                written = await store.apply(db, batch.changed, self._runtime.clock.now())
                await save_spending(db, batch.budgeted, batch.spent)
        learned = self._remembered.learned(found, batch.accounts, touch)
        return answers, partial(self._remembered.keep, found, learned, written)

    def _forget(self) -> None:
        self._remembered = Remembered()

    def _settle(self, waiting: Waiting, answer: Answer | PaperdeskError) -> None:
        outcome = answer.code if isinstance(answer, PaperdeskError) else "done"
        self._count_command(type(waiting.command).__name__, outcome).inc()
        waiting.foresee(None)
        if waiting.answer.done():
            return
        if isinstance(answer, PaperdeskError):
            waiting.answer.set_exception(answer)
        else:
            waiting.answer.set_result(answer)

    async def _load(self, db: asyncpg.Connection, batch: Batch) -> tuple[Locked, Touch]:
        found = await store.lock_accounts(db, batch.account_ids)
        commands = [waiting.command for waiting in batch.commands]
        batch.views = await views_of(self._shelf, commands, found)
        touch = touched(commands, found.accounts, batch.views)
        instruments: Mapping[InstrumentId, Instrument] = {}
        if touch.has_orders:
            datasets = [await self._shelf.dataset(tape.dataset_id) for tape in found.tapes.values()]
            # Chained and not copied: a tape with option chains knows more instruments than it counts.
            instruments = ChainMap(*cast("list[dict[InstrumentId, Instrument]]", [one.instruments for one in datasets]))
        batch.accounts = await store.load(db, found.accounts, touch, instruments)
        if any(isinstance(command, ReplaceOrder) for command in commands):
            # What a replacement is judged by is named by its order, which is known only now.
            batch.views = await views_of(self._shelf, commands, replace(found, accounts=batch.accounts))
        batch.by_client_id = await earlier_of(db, batch.accounts, touch.client_orders)
        batch.known_entries = await store.load_entries(db, touch.entries)
        batch.spent = await load_spending(db, batch.budgeted)
        return found, touch


def _fail(batch: Batch, failure: BaseException) -> None:
    """Give every command of a failed transaction the reason; none of them happened."""
    for waiting in batch.commands:
        waiting.foresee(None)
        if not waiting.answer.done():
            waiting.answer.set_exception(failure)
