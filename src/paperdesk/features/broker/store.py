"""The broker's state: loaded for the work at hand, locked, and written back with what changed.

`load` and `apply` are the only way the order path touches the database; both take any number of
accounts, and a single order is a batch of one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import and_, func, insert, select

from paperdesk.core.broker.account import Account, AccountStatus, Position
from paperdesk.core.broker.claims import Claim
from paperdesk.core.broker.ledger import Entry
from paperdesk.core.broker.lots import Lot
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.kernel.ids import AccountId, EntryId, InstrumentId, OrderId, TapeId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.tiers import require_room
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from paperdesk.features.broker import statements, tables
from paperdesk.features.broker.changed_rows import written_by
from paperdesk.features.broker.changes import Change
from paperdesk.features.broker.rows import (
    account_of,
    claim_of,
    lot_of,
    order_of,
    position_of,
    stored_entry,
)
from paperdesk.features.broker.write_statements import write_statement
from paperdesk.features.identity.queries import require_quota, tier_for_one_more
from paperdesk.features.marketdata.pump import Move
from paperdesk.features.marketdata.tapes import Stop, Tape, TapeState, tape_of
from paperdesk.infra.db import Connection
from paperdesk.infra.work import ReadOnly, UnitOfWork, owned

Row: TypeAlias = asyncpg.Record
Instruments = Mapping[InstrumentId, Instrument]
Holding = tuple[AccountId, InstrumentId]
# What the database calls one state of a row: whoever writes the row moves it. Only to be compared.
Version: TypeAlias = str


@dataclass(slots=True)
class Touch:
    """What a batch needs of its accounts: `units` are the most that it may close of a position.

    Of the accounts in `books` every position is needed, because a margined account is judged as a whole.
    """

    holdings: set[Holding] = field(default_factory=set)
    units: defaultdict[Holding, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    orders: set[OrderId] = field(default_factory=set)
    client_orders: set[tuple[AccountId, str]] = field(default_factory=set)
    open_orders: set[tuple[AccountId, str | None]] = field(default_factory=set)
    books: set[AccountId] = field(default_factory=set)
    entries: set[EntryId] = field(default_factory=set)
    alike: set[tuple[AccountId, int]] = field(default_factory=set)

    @property
    def has_orders(self) -> bool:
        """Say whether any order that was placed before is needed."""
        return bool(self.orders or self.client_orders or self.open_orders or self.alike)


@dataclass(frozen=True, slots=True)
class Held:
    """An instrument that an account holds, or None where it has only cash; whether it may owe, or pays funding."""

    account_id: AccountId
    instrument_id: InstrumentId | None
    is_margined: bool
    is_funded: bool


@dataclass(frozen=True, slots=True)
class Locked:
    """Accounts and their tapes as they stand, and the version of each one's row."""

    accounts: dict[AccountId, Account]
    tapes: dict[TapeId, Tape]
    versions: dict[AccountId | TapeId, Version]


async def lock_accounts(db: Connection, account_ids: Iterable[AccountId]) -> Locked:
    """Lock accounts and their tapes for this transaction; those that are not visible are left out."""
    rows = await db.fetch(statements.LOCK_ACCOUNTS, list(account_ids))
    by_tape = {TapeId(row["tape_id"]): row for row in rows}
    return Locked(
        accounts={AccountId(row["id"]): account_of(row) for row in rows},
        tapes={
            tape_id: tape_of({**row, "id": tape_id, "tenant_id": row["tape_tenant_id"]})
            for tape_id, row in by_tape.items()
        },
        versions={AccountId(row["id"]): row["version"] for row in rows}
        | {tape_id: row["tape_version"] for tape_id, row in by_tape.items()},
    )


async def load(
    db: Connection, accounts: Mapping[AccountId, Account], touch: Touch, instruments: Instruments
) -> dict[AccountId, Account]:
    """Return locked accounts with what the batch touches: orders, lots, and positions, empty where there are none."""
    orders = await _load_orders(db, touch, instruments)
    for each in (order for known in orders.values() for order in known.values()):
        if each.side is Side.SELL:
            touch.holdings.add((each.account_id, each.instrument.id))
    positions = await _load_positions(db, touch)
    if touch.books:
        accounts = {**accounts, **await load_claims(db, {each: accounts[each] for each in touch.books})}
    return {
        account_id: replace(account, positions=positions[account_id], orders=orders[account_id])
        for account_id, account in accounts.items()
    }


async def _load_positions(db: Connection, touch: Touch) -> defaultdict[AccountId, dict[InstrumentId, Position]]:
    found: defaultdict[AccountId, dict[InstrumentId, Position]] = defaultdict(dict)
    if not touch.holdings and not touch.books:
        return found
    for account_id, instrument_id in touch.holdings:
        found[account_id][instrument_id] = Position(instrument_id)
    rows = await db.fetch(statements.LOAD_POSITIONS, *_columns(touch.holdings, 2))
    if touch.books:
        rows += await db.fetch(statements.LOAD_BOOKS, list(touch.books))
    lots = await _load_lots(db, touch)
    for row in rows:
        holding = (AccountId(row["account_id"]), InstrumentId(row["instrument_id"]))
        found[holding[0]][holding[1]] = position_of(row, tuple(lots[holding]))
    return found


async def _load_lots(db: Connection, touch: Touch) -> defaultdict[Holding, list[Lot]]:
    lots: defaultdict[Holding, list[Lot]] = defaultdict(list)
    wanted = [(*holding, units) for holding, units in touch.units.items() if units]
    if wanted:
        for row in await db.fetch(statements.LOAD_LOTS, *_columns(wanted, 3)):
            lots[AccountId(row["account_id"]), InstrumentId(row["instrument_id"])].append(lot_of(row))
    return lots


async def _load_orders(
    db: Connection, touch: Touch, instruments: Instruments
) -> defaultdict[AccountId, dict[OrderId, Order]]:
    found: defaultdict[AccountId, dict[OrderId, Order]] = defaultdict(dict)
    if touch.has_orders:
        wanted = (*_columns(touch.client_orders, 2), *_columns(touch.open_orders, 2), *_columns(touch.alike, 2))
        rows = await db.fetch(statements.LOAD_ORDERS, list(touch.orders), *wanted)
        for row in rows:
            # An order of another market was named by mistake: it belongs to no account of this batch.
            if row["instrument_id"] in instruments:
                order = order_of(row, instruments[row["instrument_id"]])
                found[AccountId(row["account_id"])][order.id] = order
    return found


async def load_claims(db: Connection, accounts: Mapping[AccountId, Account]) -> dict[AccountId, Account]:
    """Return locked accounts with the dividends that they have earned, or owe, and that are not paid yet."""
    found: defaultdict[AccountId, dict[UUID, Claim]] = defaultdict(dict)
    for row in await db.fetch(statements.LOAD_CLAIMS, list(accounts)):
        found[AccountId(row["account_id"])][row["action_id"]] = claim_of(row)
    return {account_id: replace(account, claims=found[account_id]) for account_id, account in accounts.items()}


async def load_entries(db: Connection, entry_ids: Collection[EntryId]) -> dict[EntryId, Entry]:
    """Load ledger entries by their ids; used to recognise a transfer that was asked for before."""
    if not entry_ids:
        return {}
    rows = await db.fetch(statements.LOAD_ENTRIES, list(entry_ids))
    return {EntryId(row["id"]): stored_entry(row) for row in rows}


async def apply(db: Connection, changes: Sequence[Change], recorded_at: datetime) -> Version:
    """Write everything that changed, in one statement: rows, entries and events together; return the new version."""
    shape, written = written_by(changes, recorded_at)
    version: Version = await db.fetchval(write_statement(shape), *written)
    return version


def _columns(rows: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Turn rows into columns, also when there are none."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


async def count_accounts(work: ReadOnly) -> int:
    """Return how many accounts the caller's tenant has that are not closed."""
    theirs = and_(owned(tables.accounts, work), tables.accounts.c.status != AccountStatus.CLOSED)
    found: int = (await work.db.execute(select(func.count()).select_from(tables.accounts).where(theirs))).scalar_one()
    return found


async def insert_account(work: UnitOfWork, values: Mapping[str, Any]) -> None:
    """Write a new, empty account of the caller. Raises TierLimitReached, QuotaReached."""
    account = tables.accounts.c
    theirs = and_(
        owned(tables.accounts, work), account.owner_id == work.who.user_id, account.status != AccountStatus.CLOSED
    )
    count = select(func.count()).select_from(tables.accounts).where(theirs)
    require_room(await tier_for_one_more(work), "accounts", (await work.db.execute(count)).scalar_one())
    await require_quota(work, "accounts", count_accounts)
    blank = {"epoch": 1, "cash": ZERO, "held": ZERO, "last_seq": 0, "last_entry": 0, "status": "open"}
    owner = {"tenant_id": work.who.tenant_id, "recorded_at": work.now}
    await work.db.execute(insert(tables.accounts).values(**{**blank, **values, **owner}))


async def moving_tapes(db: Connection) -> list[TapeId]:
    """Read which tapes the pump has something to do for."""
    return [TapeId(row["id"]) for row in await db.fetch(statements.MOVING_TAPES)]


async def lock_tape(db: Connection, tape_id: TapeId) -> Tape | None:
    """Lock a tape to move it; no order can be placed on it until the transaction ends."""
    row = await db.fetchrow(statements.LOCK_TAPE, tape_id)
    return None if row is None else tape_of(row)


async def holdings_of_tape(db: Connection, tape_id: TapeId) -> list[Held]:
    """Read who holds what on a tape, long or short, or has cash that earns interest; not locked yet."""
    rows = await db.fetch(statements.LOAD_HELD, tape_id)
    return [
        Held(AccountId(row["account_id"]), row["instrument_id"], row["is_margined"], row["is_funded"]) for row in rows
    ]


async def claimants_of_tape(db: Connection, tape_id: TapeId) -> list[AccountId]:
    """Read who has earned, or owes, a dividend that is not paid yet, not locked yet."""
    return [AccountId(row["account_id"]) for row in await db.fetch(statements.LOAD_CLAIMANTS, tape_id)]


async def working_orders(db: Connection, tape_id: TapeId) -> list[Row]:
    """Read whom a tape's facts concern: its open orders, not locked yet."""
    rows: list[Row] = await db.fetch(statements.LOAD_WORKING, tape_id)
    return rows


async def lock_accounts_of_tape(db: Connection, account_ids: Sequence[AccountId]) -> dict[AccountId, Account]:
    """Lock accounts whose tape this transaction holds already."""
    rows = await db.fetch(statements.LOCK_ACCOUNTS_OF_TAPE, account_ids)
    return {AccountId(row["id"]): account_of(row) for row in rows}


async def move_tape(db: Connection, tape: Tape, move: Move) -> None:
    """Write where a tape stands now; one that has ended no longer plays, nor waits for anything."""
    state = TapeState.PAUSED if move.has_ended else tape.state
    stopped_by = move.stopped_by or (Stop.END if move.has_ended and tape.awaits else None)
    await db.execute(statements.MOVE_TAPE, tape.id, move.cursor, move.at, move.has_ended, state.value, stopped_by)
