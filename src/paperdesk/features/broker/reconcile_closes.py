"""Reconcile accounts after every session's close: fold what is new since the last one, and compare it with the rows.

What an account's events come to is kept with the outcome, so that the next close begins there and not with the
account's opening. Nothing is ever mended: what differs is told at every close for as long as it does.
"""

import asyncio
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec

from paperdesk.core.broker.account import Account, AccountStatus, Position
from paperdesk.core.broker.claims import Claim
from paperdesk.core.broker.margin_book import MarginBook
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.errors import Problem
from paperdesk.core.kernel.ids import AccountId, InstrumentId, OrderId, TapeId, UserId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.sessions import Calendar
from paperdesk.features.broker import close_queries
from paperdesk.features.broker.account_store import keep_comparison
from paperdesk.features.broker.book_queries import Books
from paperdesk.features.broker.queries import events_after, market_of, read_account
from paperdesk.features.broker.reconcile import (
    BROKEN,
    ledger_balances,
    lots_add_up,
    orders_as_told,
    promises_kept,
    state_as_told,
    traces_as_told,
    untold,
)
from paperdesk.features.broker.rows import event_of
from paperdesk.features.broker.story import Story, blank_account
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.db import Row
from paperdesk.infra.rooms import keep_serving
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.telemetry import log
from paperdesk.infra.work import ReadOnly, jsonable

# How many events are folded at a time, however many there are.
EVENTS_AT_ONCE: Final = 1_000
# How many differences are kept of one comparison; more of them say no more.
PROBLEMS_KEPT: Final = 100
_NOBODY: Final = UserId(UUID(int=0))


@dataclass(frozen=True, slots=True)
class Folded:
    """What the events of an account come to after one of them: all that the next one needs."""

    cash: Decimal
    held: Decimal
    last_seq: int
    last_entry: int
    last_at: datetime
    epoch: int
    status: AccountStatus
    book: MarginBook
    positions: dict[InstrumentId, Position]
    orders: dict[OrderId, Order]
    claims: dict[UUID, Claim]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison found after a close: through which event, where it differs, and where the next goes on."""

    closed_at: datetime
    cursor: int
    through_seq: int
    problems: list[Problem]
    folded: str | None


@dataclass(frozen=True, slots=True)
class Auditor:
    """The room that compares: it is told of closes, and looks at one account after the other."""

    runtime: Runtime
    shelf: Shelf
    _closed: dict[TapeId, None] = field(default_factory=dict[TapeId, None])
    _rung: asyncio.Event = field(default_factory=asyncio.Event)

    def closed(self, tape_id: TapeId) -> None:
        """Learn that a session closed on a tape; several closes before there is time for one are compared at once."""
        self._closed[tape_id] = None
        self._rung.set()

    async def run(self) -> None:
        """Compare until cancelled; what a process that died had not compared comes with the next close."""
        await keep_serving("auditor", self._serve)

    async def _serve(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            while self._closed:
                tape_id = next(iter(self._closed))
                del self._closed[tape_id]
                await reconcile_closes(self.runtime, self.shelf, tape_id)


async def reconcile_closes(runtime: Runtime, shelf: Shelf, tape_id: TapeId) -> None:
    """Compare every account of a tape that has something new, and keep and tell what came of it."""
    async with runtime.as_system() as db:
        due = await close_queries.due_accounts(db, tape_id)
    for account_id, tenant_id in due:
        who = Principal(tenant_id, _NOBODY, frozenset({Scope.READ}))
        async with runtime.read(who) as work:
            found = await compare(work, shelf, account_id)
        if found is not None:
            await _keep(runtime, who, account_id, found)


async def compare(work: ReadOnly, shelf: Shelf, account_id: AccountId) -> Comparison | None:
    """Compare what is new of an account, None when no session has closed since the last comparison."""
    row = await read_account(work, account_id)
    tape, dataset = await market_of(work, shelf, row)
    closed_at = last_close_of(dataset.calendar, tape.at)
    last = await close_queries.last_comparison(work, account_id)
    if closed_at is None or (last is not None and last["closed_at"] >= closed_at):
        return None
    story = _begun(row, last)
    seq, epoch, problems = story.account.last_seq, story.account.epoch, list[Problem]()
    try:
        while told := await events_after(work, account_id, seq, limit=EVENTS_AT_ONCE):
            problems += await _followed(work, story, account_id, told)
            seq = told[-1]["seq"]
    except BROKEN as broken:
        kept = (0, None) if last is None else (last["through_seq"], last["folded"])
        return Comparison(closed_at, tape.cursor, kept[0], [*problems, untold(broken)], kept[1])
    problems += await _compared(work, story, row, epoch)
    return Comparison(closed_at, tape.cursor, story.account.last_seq, problems, folded_text(story.account))


async def _followed(work: ReadOnly, story: Story, account_id: AccountId, told: list[Row]) -> list[Problem]:
    """Go on with some events, and compare what they brought and what has ended by them; then let go of it."""
    theirs = [row for row in told if row["account_id"] != account_id]
    mine = told[len(theirs) :]
    await asyncio.to_thread(_take, story, theirs)
    story.forget()  # what an account brought about before the fork is compared with that one
    if not mine:
        return []
    cash, after = story.account.cash, story.account.last_seq
    await asyncio.to_thread(_take, story, mine)
    upto = story.account.last_seq
    ended = {order_id: order for order_id, order in story.orders.items() if not order.is_open}
    stored = await close_queries.orders_of_ids(work, account_id, list(ended))
    entries = await close_queries.entries_between(work, account_id, after, upto)
    fills = await close_queries.fills_between(work, account_id, after, upto)
    books = Books({"cash": story.account.cash}, mine, entries, stored, fills, [], [], [])
    found = [*ledger_balances(books, cash), *traces_as_told(books, story), *orders_as_told(stored, ended)]
    story.forget()
    return found


async def _compared(work: ReadOnly, story: Story, row: Row, epoch: int) -> list[Problem]:
    """Compare what goes on: cash and what the account remembers, open orders, positions, lots and claims."""
    orders = await close_queries.open_and(work, row["id"], list(story.orders))
    positions, lots, claims = await close_queries.held_since(work, row["id"], epoch)
    books = Books(row, [], [], orders, [], positions, lots, claims)
    return [*state_as_told(books, story), *promises_kept(books, story), *lots_add_up(books)]


def _begun(row: Row, last: Row | None) -> Story:
    """Return the story of an account where the last comparison left it, else before its first event."""
    blank = blank_account(row)
    if last is None or last["folded"] is None:
        return Story(blank)
    folded = msgspec.json.decode(last["folded"], type=Folded)
    account = replace(blank, **{each.name: getattr(folded, each.name) for each in fields(Folded)})
    return Story(account, orders=dict(account.orders))


def folded_text(account: Account) -> str:
    """Write what the events of an account come to as it is kept."""
    folded = Folded(**{each.name: getattr(account, each.name) for each in fields(Folded)})
    return msgspec.json.encode(folded).decode()


def _take(story: Story, told: list[Row]) -> None:
    for row in told:
        story.take(event_of(row["kind"], row["payload"]))


def last_close_of(market: Calendar, at: datetime) -> datetime | None:
    """Return the last close of a session at or before an instant."""
    return next((each.closes_at for each in market.begun(at) if each.closes_at <= at), None)


async def _keep(runtime: Runtime, who: Principal, account_id: AccountId, found: Comparison) -> None:
    """Keep the outcome, and tell operators where records differ."""
    problems = [{"code": each.code, "message": each.message} for each in found.problems[:PROBLEMS_KEPT]]
    async with runtime.work(who) as work:
        await keep_comparison(
            work,
            account_id,
            closed_at=found.closed_at,
            cursor=found.cursor,
            through_seq=found.through_seq,
            found=len(found.problems),
            problems=jsonable(problems),
            folded=found.folded,
        )
    outcome = "differs" if found.problems else "balanced"
    runtime.metrics.reconciled.labels(outcome).inc()
    if found.problems:
        log.error(
            "account_differs",
            account_id=str(account_id),
            closed_at=found.closed_at.isoformat(),
            found=len(found.problems),
            codes=sorted({each.code for each in found.problems}),
        )
