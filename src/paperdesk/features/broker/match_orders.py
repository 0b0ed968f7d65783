"""Move a tape forward and let its working orders meet every fact on the way, in one transaction.

The tape's row is locked for the whole move, so no order can miss its fact: an order is either placed
before the move and met by it, or placed after and has seen what the move delivered.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from paperdesk.core.broker import engine
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.ids import AccountId, InstrumentId, OrderId, TapeId
from paperdesk.core.market.facts import MarketFact, SessionClosed, SessionOpened
from paperdesk.features.broker import store
from paperdesk.features.broker.store import Change, Row, Touch
from paperdesk.features.marketdata.feeds.recorded import Dataset
from paperdesk.features.marketdata.pump import FACTS_MAX, Move, next_move
from paperdesk.features.marketdata.tapes import Shelf, Tape, TapeState
from paperdesk.infra.db import Connection

SUBJECT = "tape"


@dataclass(frozen=True, slots=True)
class Moved:
    """A tape as it stood before a move, and the move."""

    tape: Tape
    move: Move

    @property
    def has_far_to_go(self) -> bool:
        """Say whether the tape has not reached its target; a tape that plays has none."""
        before, move = self.tape, self.move
        if before.state is TapeState.PLAYING or move.has_ended:
            return False
        return move.cursor < before.target_cursor or move.at < before.target_at


async def moving_tapes(db: Connection) -> list[TapeId]:
    """Return the tapes that play or have a target to reach."""
    return await store.moving_tapes(db)


async def match_orders(
    db: Connection, shelf: Shelf, tape_id: TapeId, elapsed: timedelta, recorded_at: datetime
) -> Moved | None:
    """Move a tape one piece of its way inside the caller's transaction; None when it is where it should be."""
    tape = await store.lock_tape(db, tape_id)
    if tape is None:
        return None
    dataset = await shelf.dataset(tape.dataset_id)
    working = await store.working_orders(db, tape.id)
    move = next_move(tape, dataset, elapsed, FACTS_MAX if working else None)
    if move is None:
        return None
    if working and move.cursor > tape.cursor:
        await _deliver(db, working, dataset, range(tape.cursor, move.cursor), recorded_at)
    await store.move_tape(db, tape, move)
    return Moved(tape, move)


async def _deliver(db: Connection, working: list[Row], dataset: Dataset, facts: range, recorded_at: datetime) -> None:
    accounts = await _accounts(db, working, dataset)
    changes = {account_id: Change(account, account) for account_id, account in accounts.items()}
    instruments = frozenset(InstrumentId(row["instrument_id"]) for row in working)
    interested = _interested(working)
    for fact in dataset.facts_between(facts.start, facts.stop, instruments):
        for account_id in _concerned(fact, interested, changes):
            _react(changes[account_id], fact)
    changed = [change for change in changes.values() if change.events]
    if changed:
        await store.apply(db, changed, recorded_at)


async def _accounts(db: Connection, working: list[Row], dataset: Dataset) -> dict[AccountId, Account]:
    """Lock and load the accounts with working orders, and what those orders can change."""
    touch = Touch()
    for row in working:
        holding = (AccountId(row["account_id"]), InstrumentId(row["instrument_id"]))
        touch.holdings.add(holding)
        if row["side"] == Side.SELL.value:
            touch.units[holding] += row["quantity"] - row["filled_quantity"]
    bare = await store.lock_accounts_of_tape(db, sorted({AccountId(row["account_id"]) for row in working}))
    # Orders are read again under the lock of their accounts: the first look only said whom to lock.
    touch.orders = {OrderId(row["id"]) for row in working}
    return await store.load(db, bare, touch, dataset.instruments)


def _interested(working: list[Row]) -> Mapping[InstrumentId, set[AccountId]]:
    interested: defaultdict[InstrumentId, set[AccountId]] = defaultdict(set)
    for row in working:
        interested[InstrumentId(row["instrument_id"])].add(AccountId(row["account_id"]))
    return interested


def _concerned(
    fact: MarketFact, interested: Mapping[InstrumentId, set[AccountId]], changes: Mapping[AccountId, Change]
) -> list[AccountId]:
    """Return whom a fact concerns, in the order of their ids: a session's end concerns everyone."""
    match fact:
        case SessionOpened():
            return []
        case SessionClosed():
            return sorted(changes)
        case _:
            return sorted(interested.get(fact.instrument_id, ()))


def _react(change: Change, fact: MarketFact) -> None:
    events = engine.react(change.after, fact)
    if events:
        change.after = engine.fold(change.after, events)
        change.events += [(event, SUBJECT) for event in events]
