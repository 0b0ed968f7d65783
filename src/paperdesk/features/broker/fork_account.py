"""Fork an account: another begins as a copy of it as it stood, and shares its history up to there.

A fork of the present lives on the same tape. One of the past needs a tape that stands there: a branch is opened for it.
Keys and idempotency are not inherited.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from paperdesk.core.broker.evolution import evolve
from paperdesk.core.broker.forking import order_of_fork
from paperdesk.core.broker.life import fork
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker import store
from paperdesk.features.broker.account_store import inherit_orders, lock_account
from paperdesk.features.broker.changes import Cause, Change
from paperdesk.features.broker.lineage_queries import lineage_of
from paperdesk.features.broker.open_account import checked_name, new_number
from paperdesk.features.broker.past_queries import Moment, instant_after, last_seq_at, require_open_then
from paperdesk.features.broker.queries import events_after, market_of, read_account
from paperdesk.features.broker.store import insert_account
from paperdesk.features.broker.story import tell
from paperdesk.features.marketdata.rewind_tape import RewindTape, rewind_tape
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.db import Row, driver_connection
from paperdesk.infra.work import UnitOfWork


class TwoMoments(Invalid):
    """A fork begins at an instant or after an event, not at both."""


@dataclass(frozen=True, slots=True)
class ForkAccount:
    """Ask for a fork as of an instant of the tape, right after an event, or of the present; without a name its own."""

    account_id: AccountId
    name: str | None = None
    as_of: datetime | None = None
    seq: int | None = None


async def fork_account(work: UnitOfWork, shelf: Shelf, command: ForkAccount) -> AccountId:
    """Return the id of the fork, which is in the same commit as the branch it may need."""
    work.require(Scope.TRADE)
    if command.as_of is not None and command.seq is not None:
        raise TwoMoments("Give an instant or an event, not both.")
    row = await read_account(work, command.account_id)
    tape, _ = await market_of(work, shelf, row)
    at = command.as_of if command.seq is None else await instant_after(work, row, command.seq)
    if at is not None and at != tape.at:
        require_open_then(row, at)
        branch = await rewind_tape(work, shelf, RewindTape(tape.id, at))
        seq = await last_seq_at(work, row, Moment(at)) if command.seq is None else command.seq
        return await fork_onto(work, row, branch, seq, command.name)
    account, tape = await lock_account(work, command.account_id)
    seq = account.last_seq if command.seq is None else command.seq
    return await fork_onto(work, row, tape, seq, command.name)


async def fork_onto(work: UnitOfWork, row: Row, tape: Tape, seq: int, name: str | None = None) -> AccountId:
    """Fork an account right after an event onto a tape that stands there, and return the id of the fork."""
    told = await events_after(work, row["id"], 0, limit=None, until=seq)
    state = (await asyncio.to_thread(tell, row, told)).account
    lineage = await lineage_of(work, row["id"])
    parent_id = AccountId(lineage.owner_of(seq) if seq else lineage.root_id)
    fork_id = AccountId(work.new_id())
    event = fork(replace(state, id=parent_id), fork_id, tape.id, tape.at)
    after = evolve(state, event)
    values = {
        "id": fork_id,
        "number": new_number(),
        "name": checked_name(name or row["name"]),
        "owner_id": work.who.user_id,
        "parent_id": parent_id,
        "fork_seq": seq,
        "epoch": after.epoch,
        "status": after.status.value,
        "tape_id": tape.id,
        "last_at": after.last_at,
        **{same: row[same] for same in ("currency", "profile", "rules", "opened_at")},
    }
    await insert_account(work, values)
    change = Change(replace(after, last_seq=seq, positions={}, orders={}, claims={}), after)
    change.take((event,), Cause(work.who.subject, tape.cursor, origin=work.who.origin))
    await store.apply(await driver_connection(work.db), [change], work.now)
    open_ = (order_id for order_id, order in state.orders.items() if order.is_open)
    await inherit_orders(work, {order_of_fork(fork_id, order_id): order_id for order_id in open_})
    await work.record("fork_account", fork_id, {"parent_id": parent_id, "fork_seq": seq, "tape_id": tape.id})
    return fork_id
