"""Reads of the broker. Numbers that need rules are worked out by the core, so every door shows the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.claims import Claim
from paperdesk.core.broker.engine import UnknownOrder
from paperdesk.core.broker.explanation import Explanation
from paperdesk.core.broker.ledger import EntryKind
from paperdesk.core.broker.margin import Standing, standing
from paperdesk.core.broker.orders import Order
from paperdesk.core.broker.position_margin import PositionMargin, position_margin
from paperdesk.core.broker.valuation import PositionValue, Valuation, value_account
from paperdesk.core.kernel.codes import is_right
from paperdesk.core.kernel.errors import Invalid, NotFound
from paperdesk.core.kernel.ids import AccountId, InstrumentId, OrderId, derived
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker import store
from paperdesk.features.broker.deciding import UnknownAccount
from paperdesk.features.broker.lineage_queries import lineage_of, lineage_of_row
from paperdesk.features.broker.rows import claim_of, explanation_of, order_of, position_of, read_account_of
from paperdesk.features.broker.tables import (
    account_keys,
    accounts,
    claims,
    default_accounts,
    entries,
    fills,
    orders,
    positions,
)
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.marks import TapeMarks
from paperdesk.features.marketdata.queries import read_tape
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.http import PageParams
from paperdesk.infra.keyset import part_of
from paperdesk.infra.outbox import events
from paperdesk.infra.work import ReadOnly, in_reach, owned

NUMBER_LENGTH = 10


class UnknownFill(NotFound):
    """There is no such fill, or it belongs to another tenant."""


class MalformedAccountNumber(Invalid):
    """An account number has ten letters and digits, the last of which checks the others."""


class FillNotExplained(NotFound):
    """The fill was made before fills were explained."""


async def read_account(work: ReadOnly, account_id: UUID) -> Row:
    """Return the row of an account, or refuse an unknown or foreign one."""
    query = select(accounts).where(accounts.c.id == account_id, owned(accounts, work), in_reach(accounts.c.id, work))
    row = await fetch_one(work.db, query)
    if row is None:
        raise UnknownAccount("There is no such account.", account_id=str(account_id))
    return row


async def has_accounts(work: ReadOnly) -> bool:
    """Say whether the caller's tenant has any account."""
    return (await work.db.execute(select(accounts.c.id).where(owned(accounts, work)).limit(1))).first() is not None


async def count_accounts(work: ReadOnly) -> int:
    """Return how many accounts the caller's tenant has that are not closed."""
    return await store.count_accounts(work)


async def account_spoken_for(work: ReadOnly) -> Row:
    """Return the account that the caller's key was bound to, else the caller's default, else the tenant's first."""
    is_bound = and_(account_keys.c.account_id == accounts.c.id, account_keys.c.key_id == work.who.key_id)
    theirs = default_accounts.c.user_id == work.who.user_id
    is_default = and_(default_accounts.c.account_id == accounts.c.id, theirs)
    query = (
        select(accounts)
        .outerjoin(account_keys, and_(is_bound, owned(account_keys, work)))
        .outerjoin(default_accounts, and_(is_default, owned(default_accounts, work)))
        .where(owned(accounts, work), in_reach(accounts.c.id, work))
        .order_by(account_keys.c.key_id.is_(None), default_accounts.c.user_id.is_(None), accounts.c.id)
    )
    row = await fetch_one(work.db, query.limit(1))
    if row is None:
        raise UnknownAccount("There is no account that this key could speak for; open one.")
    return row


async def default_account_of_caller(work: ReadOnly) -> UUID | None:
    """Return the id of the account that the caller chose to start from."""
    mine = and_(owned(default_accounts, work), default_accounts.c.user_id == work.who.user_id)
    found: UUID | None = (await work.db.execute(select(default_accounts.c.account_id).where(mine))).scalar_one_or_none()
    return found


async def list_accounts(work: ReadOnly, page: PageParams, owner_id: UUID | None = None) -> tuple[list[Row], str | None]:
    """Return accounts in the order they were opened, all or those of one owner."""
    mine = (owned(accounts, work), in_reach(accounts.c.id, work))
    query = select(accounts).where(*mine)
    if owner_id is not None:
        query = query.where(accounts.c.owner_id == owner_id)
    rows = await fetch_all(work.db, part_of(query, page, accounts.c, accounts.c.id, newest_first=False))
    return page.cut(rows, lambda row: (row["id"],))


@dataclass(frozen=True, slots=True)
class Capital:
    """What the owner gave an account in its present epoch: at its beginning, when that was, and all since, net."""

    starting_cash: Decimal
    contributed: Decimal
    began_at: datetime


def opening_of(account_id: UUID) -> UUID:
    """Return the id of the entry with the cash that an account was opened with."""
    return derived(account_id, "opening")


async def capital_of(work: ReadOnly, account: Row) -> Capital:
    """Return what the owner has put into an account, and not taken out, since its epoch began."""
    entry, given = entries.c, (EntryKind.TRANSFER.value, EntryKind.RESET.value)
    lineage = await lineage_of_row(work, account)
    mine = (lineage.covers(entry.account_id, entry.seq), owned(entries, work))
    began = select(func.coalesce(func.max(entry.number), 1)).where(*mine, entry.kind == EntryKind.RESET.value)
    begins = or_(entry.kind == EntryKind.RESET.value, entry.id == opening_of(lineage.root_id))
    query = select(
        func.coalesce(func.sum(entry.cash_change).filter(begins), 0).label("starting"),
        func.coalesce(func.sum(entry.cash_change), 0).label("contributed"),
        func.max(entry.at).filter(begins).label("began_at"),
    ).where(*mine, entry.kind.in_(given), entry.number >= began.scalar_subquery())
    row = await fetch_one(work.db, query)
    assert row is not None, "an aggregate has a row"
    return Capital(row["starting"], row["contributed"], row["began_at"] or account["opened_at"])


async def account_numbered(work: ReadOnly, number: str) -> Row:
    """Return the account of a public number; one that was mistyped is refused as that."""
    if len(number) != NUMBER_LENGTH or not is_right(number):
        raise MalformedAccountNumber(f"{number[:32]!r} is not an account number; was it mistyped?", number=number[:32])
    its = (accounts.c.number == number, owned(accounts, work), in_reach(accounts.c.id, work))
    row = await fetch_one(work.db, select(accounts).where(*its))
    if row is None:
        raise UnknownAccount("There is no such account.", number=number)
    return row


@dataclass(frozen=True, slots=True)
class Epoch:
    """One life of an account between two resets; the last has not ended."""

    epoch: int
    began_at: datetime
    first_seq: int
    starting_cash: Decimal
    ended_at: datetime | None = None
    ending_cash: Decimal | None = None


async def epochs_of(work: ReadOnly, account: Row) -> list[Epoch]:
    """Return the epochs of an account, oldest first."""
    entry = entries.c
    lineage = await lineage_of(work, account["id"])
    history = (lineage.covers(entry.account_id, entry.seq), owned(entries, work))
    mine = select(entries).where(*history).order_by(entry.number)
    begins = or_(entry.kind == EntryKind.RESET.value, entry.id == opening_of(lineage.root_id))
    rows = await fetch_all(work.db, mine.where(begins))
    resets = [row for row in rows if row["kind"] == EntryKind.RESET]
    before = await fetch_all(work.db, mine.where(entry.number.in_([row["number"] - 1 for row in resets])))
    left = {row["number"] + 1: row["cash_after"] for row in before}
    opening = sum((row["cash_change"] for row in rows if row["kind"] != EntryKind.RESET), ZERO)
    found = [Epoch(1, account["opened_at"], 1, opening)]
    for row in resets:
        found[-1] = replace(found[-1], ended_at=row["at"], ending_cash=left.get(row["number"], ZERO))
        found.append(Epoch(len(found) + 1, row["at"], row["seq"], row["cash_change"]))
    return found


async def left_behind(work: ReadOnly, account: Row) -> dict[int, list[Position]]:
    """Return what an account held when its past epochs ended, by epoch."""
    query = select(positions).where(
        positions.c.account_id == account["id"],
        positions.c.epoch < account["epoch"],
        positions.c.quantity != 0,
        owned(positions, work),
    )
    found: dict[int, list[Position]] = {}
    for row in await fetch_all(work.db, query):
        found.setdefault(row["epoch"], []).append(position_of(row))
    return found


async def market_of(work: ReadOnly, shelf: Shelf, account: Row) -> tuple[Tape, Dataset]:
    """Return the tape an account lives on, and its dataset."""
    tape = await read_tape(work, account["tape_id"])
    return tape, await shelf.dataset(tape.dataset_id)


@dataclass(frozen=True, slots=True)
class Worth:
    """An account with all its positions, what they are worth on a market day, and how it stands if it may owe."""

    account: Account
    valuation: Valuation
    standing: Standing | None
    on: date


async def value(work: ReadOnly, account: Row, tape: Tape, dataset: Dataset) -> Worth:
    """Return what an account and its positions are worth at its tape's clock."""
    held = await open_positions(work, account)
    whole = replace(read_account_of(account), positions={position.instrument_id: position for position in held})
    whole = replace(whole, claims={each.action_id: each for each in await _claims(work, account)})
    return worth_of(whole, tape, dataset)


def worth_of(whole: Account, tape: Tape, dataset: Dataset) -> Worth:
    """Return what an account that is known as a whole is worth at a tape's clock."""
    held = [position for position in whole.positions.values() if position.quantity]
    marks = TapeMarks(dataset, tape.cursor)  # what is written on something needs its price too, held or not
    stands = standing(whole, marks) if whole.rules.margin.is_margined else None
    on = dataset.calendar.day_of(tape.at)
    claimed = sum((each.amount for each in whole.claims.values()), ZERO)
    return Worth(whole, value_account(whole.cash, whole.currency, held, marks, claimed), stands, on)


async def _claims(work: ReadOnly, account: Row) -> list[Claim]:
    mine = (claims.c.account_id == account["id"], claims.c.epoch == account["epoch"], owned(claims, work))
    return [claim_of(row) for row in await fetch_all(work.db, select(claims).where(*mine))]


async def symbols_held(work: ReadOnly, shelf: Shelf, account: Row) -> list[str]:
    """Return what an account holds by its symbols: options first, because shares may cover them."""
    _, dataset = await market_of(work, shelf, account)
    held = [dataset.instruments[each.instrument_id] for each in await open_positions(work, account)]
    return [each.symbol for each in sorted(held, key=lambda each: (each.contract is None, each.symbol))]


async def open_positions(work: ReadOnly, account: Row) -> list[Position]:
    """Return what an account holds, long and short, without its lots."""
    query = select(positions).where(
        positions.c.account_id == account["id"],
        positions.c.epoch == account["epoch"],
        positions.c.quantity != 0,
        owned(positions, work),
    )
    return [position_of(row) for row in await fetch_all(work.db, query)]


def by_symbol(valuation: Valuation, dataset: Dataset) -> list[tuple[str, PositionValue]]:
    """Return valued positions with their symbols, in the order of those."""
    named = [(dataset.instruments[each.position.instrument_id].symbol, each) for each in valuation.positions]
    return sorted(named, key=lambda pair: pair[0])


def margins_of(worth: Worth, asked: Iterable[PositionValue], dataset: Dataset) -> dict[InstrumentId, PositionMargin]:
    """Return what the positions asked for need of their account; options and what they are written on are paired."""
    held = (dataset.instruments[each.position.instrument_id] for each in worth.valuation.positions)
    written_on = {each.moves_with for each in held if each.contract is not None}
    found: dict[InstrumentId, PositionMargin] = {}
    for each in asked:
        instrument = dataset.instruments[each.position.instrument_id]
        is_paired = instrument.moves_with in written_on
        found[instrument.id] = position_margin(worth.account, each, instrument, worth.standing, is_paired=is_paired)
    return found


async def read_order(work: ReadOnly, shelf: Shelf, order_id: UUID) -> tuple[Order, Tape, Dataset]:
    """Return an order with the market it was placed in."""
    query = select(orders).where(orders.c.id == order_id, owned(orders, work), in_reach(orders.c.account_id, work))
    row = await fetch_one(work.db, query)
    if row is None:
        raise UnknownOrder("There is no such order.", order_id=str(order_id))
    tape, dataset = await market_of(work, shelf, row)
    return order_of(row, dataset.instruments[row["instrument_id"]]), tape, dataset


async def account_of_order(work: ReadOnly, order_id: UUID) -> AccountId:
    """Return whose order it is, or refuse an unknown or foreign one."""
    found = await accounts_of_orders(work, [order_id])
    if not found:
        raise UnknownOrder("There is no such order.", order_id=str(order_id))
    return found[OrderId(order_id)]


async def accounts_of_orders(work: ReadOnly, order_ids: Iterable[UUID]) -> dict[OrderId, AccountId]:
    """Return whose orders these are; unknown and foreign ones are left out."""
    mine = (owned(orders, work), in_reach(orders.c.account_id, work))
    query = select(orders.c.id, orders.c.account_id).where(orders.c.id.in_(order_ids), *mine)
    return {OrderId(row["id"]): AccountId(row["account_id"]) for row in await fetch_all(work.db, query)}


async def orders_of_epoch(work: ReadOnly, dataset: Dataset, account: Row) -> list[Order]:
    """Return every order of an account's present epoch, oldest first."""
    mine = (orders.c.account_id == account["id"], orders.c.epoch == account["epoch"], owned(orders, work))
    rows = await fetch_all(work.db, select(orders).where(*mine).order_by(orders.c.accepted_seq))
    return [order_of(row, dataset.instruments[row["instrument_id"]]) for row in rows]


async def read_explanation(work: ReadOnly, fill_id: UUID) -> tuple[Row, Explanation]:
    """Return a fill and how it came about, or refuse an unknown, foreign or unexplained one."""
    its = (fills.c.id == fill_id, owned(fills, work), in_reach(fills.c.account_id, work))
    row = await fetch_one(work.db, select(fills).where(*its))
    if row is None:
        raise UnknownFill("There is no such fill.", fill_id=str(fill_id))
    told = explanation_of(row["explanation"])
    if told is None:
        raise FillNotExplained("The fill was made before fills were explained.", fill_id=str(fill_id))
    return row, told


async def list_entries(
    work: ReadOnly,
    account_id: UUID,
    page: PageParams,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> tuple[list[Row], str | None]:
    """Return an account's ledger, newest first, all of it or as it stood at an instant and was recorded by one."""
    lineage = await lineage_of(work, account_id)
    of_fill = and_(fills.c.account_id == entries.c.account_id, fills.c.seq == entries.c.seq)
    query = (
        select(entries, fills.c.order_id)
        .outerjoin(fills, of_fill)
        .where(lineage.covers(entries.c.account_id, entries.c.seq), owned(entries, work))
    )
    if as_of is not None:
        query = query.where(entries.c.at <= as_of)
    if known_at is not None:
        query = query.where(entries.c.recorded_at <= known_at)
    rows = await fetch_all(work.db, part_of(query, page, entries.c, entries.c.number))
    return page.cut(rows, lambda row: (row["number"],))


async def all_entries(work: ReadOnly, account_id: UUID) -> list[Row]:
    """Return what moved cash and units in an account, oldest first."""
    lineage = await lineage_of(work, account_id)
    wanted = ("number", "seq", "at", "kind", "postings", "cash_change", "cash_after")
    query = select(*(entries.c[name] for name in wanted)).where(
        lineage.covers(entries.c.account_id, entries.c.seq), owned(entries, work)
    )
    return await fetch_all(work.db, query.order_by(entries.c.number))


async def events_after(
    work: ReadOnly, account_id: UUID, seq: int, limit: int | None, until: int | None = None
) -> list[Row]:
    """Return an account's events after a sequence number, up to another, oldest first; payloads as stored text."""
    lineage = await lineage_of(work, account_id)
    query = (
        select(
            events,
            events.c.payload.label("payload_text"),
            events.c.command.label("command_text"),
        )
        .where(lineage.covers(events.c.account_id, events.c.seq), events.c.seq > seq, owned(events, work))
        .order_by(events.c.seq)
        .limit(limit)
    )
    if until is not None:
        query = query.where(events.c.seq <= until)
    return [{**row, "payload": row["payload_text"]} for row in await fetch_all(work.db, query)]
