"""Reads of the broker. Numbers that need rules are worked out by the core, so every door shows the same."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Column, Table, Text, and_, cast, select

from paperdesk.core.broker.account import Position
from paperdesk.core.broker.engine import UnknownOrder
from paperdesk.core.broker.orders import OPEN_STATUSES, Order
from paperdesk.core.broker.valuation import PositionValue, Valuation, value_account
from paperdesk.core.kernel.ids import AccountId
from paperdesk.features.broker.marks import marks_at
from paperdesk.features.broker.order_writer import UnknownAccount
from paperdesk.features.broker.rows import order_of, position_of
from paperdesk.features.broker.tables import accounts, claims, entries, fills, lots, orders, positions
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.queries import read_tape
from paperdesk.features.marketdata.tapes import Shelf, Tape
from paperdesk.infra.db import Row, fetch_all, fetch_one
from paperdesk.infra.http import Line, PageParams, Serial
from paperdesk.infra.outbox import events
from paperdesk.infra.work import ReadOnly, owned


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders of an account are meant."""

    account_id: UUID
    status: Literal["open", "closed", "all"] = "all"
    symbol: Line | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """Everything stored of one account: the row itself, and the rest oldest first."""

    account: Row
    events: list[Row]
    entries: list[Row]
    orders: list[Row]
    fills: list[Row]
    positions: list[Row]
    lots: list[Row]
    claims: list[Row]


_OPEN = sorted(status.value for status in OPEN_STATUSES)


async def read_account(work: ReadOnly, account_id: UUID) -> Row:
    """Return the row of an account, or refuse an unknown or foreign one."""
    query = select(accounts).where(accounts.c.id == account_id, owned(accounts, work))
    row = await fetch_one(work.db, query)
    if row is None:
        raise UnknownAccount("There is no such account.", account_id=str(account_id))
    return row


async def list_accounts(work: ReadOnly, page: PageParams) -> tuple[list[Row], str | None]:
    """Return accounts in the order they were opened."""
    query = select(accounts).where(owned(accounts, work)).order_by(accounts.c.id).limit(page.limit + 1)
    after = page.after(tuple[UUID])
    if after is not None:
        query = query.where(accounts.c.id > after[0])
    rows = await fetch_all(work.db, query)
    return page.cut(rows, lambda row: (row["id"],))


async def market_of(work: ReadOnly, shelf: Shelf, account: Row) -> tuple[Tape, Dataset]:
    """Return the tape an account lives on, and its dataset."""
    tape = await read_tape(work, account["tape_id"])
    return tape, await shelf.dataset(tape.dataset_id)


async def value(work: ReadOnly, account: Row, tape: Tape, dataset: Dataset) -> Valuation:
    """Return what an account and its positions are worth at its tape's clock."""
    held = await _positions(work, account)
    marks = marks_at(dataset, [position.instrument_id for position in held], tape.cursor)
    return value_account(account["cash"], account["currency"], held, marks)


async def _positions(work: ReadOnly, account: Row) -> list[Position]:
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


async def read_order(work: ReadOnly, shelf: Shelf, order_id: UUID) -> tuple[Order, Tape, Dataset]:
    """Return an order with the market it was placed in."""
    query = select(orders).where(orders.c.id == order_id, owned(orders, work))
    row = await fetch_one(work.db, query)
    if row is None:
        raise UnknownOrder("There is no such order.", order_id=str(order_id))
    tape, dataset = await market_of(work, shelf, row)
    return order_of(row, dataset.instruments[row["instrument_id"]]), tape, dataset


async def account_of_order(work: ReadOnly, order_id: UUID) -> AccountId:
    """Return whose order it is, or refuse an unknown or foreign one."""
    query = select(orders.c.account_id).where(orders.c.id == order_id, owned(orders, work))
    row = await fetch_one(work.db, query)
    if row is None:
        raise UnknownOrder("There is no such order.", order_id=str(order_id))
    return AccountId(row["account_id"])


async def list_orders(
    work: ReadOnly, dataset: Dataset, chosen: OrderFilter, page: PageParams
) -> tuple[list[Order], str | None]:
    """Return an account's orders, newest first."""
    conditions = [orders.c.account_id == chosen.account_id]
    if chosen.status != "all":
        is_open = orders.c.status.in_(_OPEN)
        conditions.append(is_open if chosen.status == "open" else ~is_open)
    if chosen.symbol is not None:
        conditions.append(orders.c.symbol == chosen.symbol)
    after = page.after(tuple[Serial])
    if after is not None:
        conditions.append(orders.c.accepted_seq < after[0])
    query = select(orders).where(and_(*conditions), owned(orders, work)).order_by(orders.c.accepted_seq.desc())
    rows = await fetch_all(work.db, query.limit(page.limit + 1))
    found, cursor = page.cut(rows, lambda row: (row["accepted_seq"],))
    return [order_of(row, dataset.instruments[row["instrument_id"]]) for row in found], cursor


async def list_fills(work: ReadOnly, account_id: UUID, page: PageParams) -> tuple[list[Row], str | None]:
    """Return an account's fills, newest first."""
    query = select(fills).where(fills.c.account_id == account_id, owned(fills, work)).order_by(fills.c.seq.desc())
    after = page.after(tuple[Serial])
    if after is not None:
        query = query.where(fills.c.seq < after[0])
    rows = await fetch_all(work.db, query.limit(page.limit + 1))
    return page.cut(rows, lambda row: (row["seq"],))


async def list_entries(work: ReadOnly, account_id: UUID, page: PageParams) -> tuple[list[Row], str | None]:
    """Return an account's ledger, newest first."""
    query = select(entries).where(entries.c.account_id == account_id, owned(entries, work))
    after = page.after(tuple[Serial])
    if after is not None:
        query = query.where(entries.c.number < after[0])
    rows = await fetch_all(work.db, query.order_by(entries.c.number.desc()).limit(page.limit + 1))
    return page.cut(rows, lambda row: (row["number"],))


async def read_books(work: ReadOnly, account_id: UUID) -> Books:
    """Return everything stored of an account, or refuse an unknown or foreign one."""
    account = await read_account(work, account_id)

    async def rows(table: Table, order: Column[Any]) -> list[Row]:
        mine = select(table).where(table.c.account_id == account_id, owned(table, work))
        return await fetch_all(work.db, mine.order_by(order))

    return Books(
        account=account,
        events=await events_after(work, account_id, 0, limit=None),
        entries=await rows(entries, entries.c.number),
        orders=await rows(orders, orders.c.accepted_seq),
        fills=await rows(fills, fills.c.seq),
        positions=await rows(positions, positions.c.instrument_id),
        lots=await rows(lots, lots.c.opened_seq),
        claims=await rows(claims, claims.c.action_id),
    )


async def all_entries(work: ReadOnly, account_id: UUID) -> list[Row]:
    """Return what moved cash and units in an account, oldest first."""
    query = (
        select(entries.c.at, entries.c.postings, entries.c.cash_after)
        .where(entries.c.account_id == account_id, owned(entries, work))
        .order_by(entries.c.number)
    )
    return await fetch_all(work.db, query)


async def events_after(work: ReadOnly, account_id: UUID, seq: int, limit: int | None) -> list[Row]:
    """Return an account's events after a sequence number, oldest first; payloads as stored text."""
    query = (
        select(events, cast(events.c.payload, Text).label("payload_text"))
        .where(events.c.account_id == account_id, events.c.seq > seq, owned(events, work))
        .order_by(events.c.seq)
        .limit(limit)
    )
    return [{**row, "payload": row["payload_text"]} for row in await fetch_all(work.db, query)]
