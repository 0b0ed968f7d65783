"""The usual way, written for the comparison: one ORM session and one transaction a request.

It stores the same rows as the order writer, decided by the same engine, but leaves no word for the relay:
that much it is spared.
"""

from typing import Any, cast

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import Command, PlaceOrder
from paperdesk.core.broker.events import Event, OrderAccepted, OrderFilled
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.kernel.values import replace
from paperdesk.features.broker import tables
from paperdesk.features.broker.answers import Answer, Placed, Prepare
from paperdesk.features.broker.changes import Cause
from paperdesk.features.broker.deciding import Batch, Waiting, decide_one
from paperdesk.features.broker.order_writer import OrderWriter
from paperdesk.features.broker.rows import KIND_OF, command_text, position_of, read_account_of
from paperdesk.features.marketdata.tables import tape_runs
from paperdesk.features.marketdata.tapes import Shelf, tape_of
from paperdesk.infra.outbox import Relay, events
from paperdesk.infra.runtime import Runtime, database_errors
from paperdesk.infra.work import SET_TENANTS, tenants_setting


class Base(DeclarativeBase):
    """The base of the mapped classes."""


class AccountRow(Base):
    """A mapped account."""

    __table__ = tables.accounts


class TapeRow(Base):
    """A mapped tape."""

    __table__ = tape_runs


class PositionRow(Base):
    """A mapped position."""

    __table__ = tables.positions


class OrderRow(Base):
    """A mapped order."""

    __table__ = tables.orders


class FillRow(Base):
    """A mapped fill."""

    __table__ = tables.fills


class EntryRow(Base):
    """A mapped entry of the ledger."""

    __table__ = tables.entries


class LotRow(Base):
    """A mapped lot."""

    __table__ = tables.lots


class EventRow(Base):
    """A mapped event."""

    __table__ = events


class OrmWriter(OrderWriter):
    """Stores each order by itself, through the unit of work of an ORM."""

    def __init__(self, runtime: Runtime, shelf: Shelf, relay: Relay) -> None:
        """Take the runtime's pool of connections."""
        super().__init__(runtime, shelf, relay)
        self._pool = runtime.app
        self._now = runtime.clock.now
        self._view_of = shelf.view

    async def submit(self, who: Principal, command: Command, prepare: Prepare | None = None) -> Answer:  # noqa: ARG002
        """Lock and load, decide, store and commit, for one order."""
        assert isinstance(command, PlaceOrder), "the benchmark only places orders"
        async with database_errors(), AsyncSession(self._pool) as session, session.begin():
            await session.execute(SET_TENANTS, {"tenants": tenants_setting([who.tenant_id])})
            row: Any = await session.get_one(AccountRow, command.account_id, with_for_update=True)
            tape = tape_of(_members(await session.get_one(TapeRow, row.tape_id)))
            view = await self._view_of(tape, (command.symbol,))
            bare = read_account_of(_members(row))
            place = (bare.id, bare.epoch, view.instrument(command.symbol).id, "net")
            held = await session.get(PositionRow, place)
            account = bare if held is None else replace(bare, positions={place[2]: position_of(_members(held))})
            # The queue's promise of an answer is not needed: whoever asked is waiting right here.
            waiting = Waiting(who, command, cast("Any", None))
            batch = Batch([waiting], {account.id: account}, {account.tape_id: view})
            answer = decide_one(batch, waiting)
            if isinstance(answer, PaperdeskError):
                raise answer
            change = batch.changes[account.id]
            _store(session, (row, held), change.after, [event for event, _ in change.events])
            session.add_all(_rows(change.after, change.events, self._now()))
        assert isinstance(answer, Placed), "an order was placed"
        return answer


def _members(row: object) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in cast("Any", type(row)).__table__.columns}


def _store(session: AsyncSession, rows: tuple[Any, Any], after: Account, happened: list[Event]) -> None:
    """Write the account's totals, and the position that a fill moved."""
    row, held = rows
    for name in ("cash", "held", "last_seq", "last_entry", "last_at"):
        setattr(row, name, getattr(after, name))
    row.book = _text(after.book)
    for event in happened:
        if isinstance(event, OrderFilled):
            position = after.positions[event.fill.instrument_id]
            if held is None:
                held = PositionRow(**_owned(after, event.fill.instrument_id), epoch=after.epoch, book="net")
                session.add(held)
            held.quantity, held.reserved, held.cost = position.quantity, position.reserved, position.cost
            held.at_expiry = position.at_expiry


def _text(told: object) -> str:
    return msgspec.json.encode(told).decode()


def _owned(account: Account, instrument_id: InstrumentId) -> dict[str, Any]:
    return {"tenant_id": account.tenant_id, "account_id": account.id, "instrument_id": instrument_id}


def _rows(account: Account, happened: list[tuple[Event, Cause]], recorded_at: Any) -> list[Base]:  # noqa: ANN401 - an instant, like its column
    """Return the new rows of what happened."""
    rows: list[Base] = []
    for event, cause in happened:
        stamp = {"seq": event.seq, "at": event.at, "recorded_at": recorded_at}
        ours = {"tenant_id": account.tenant_id, "account_id": account.id}
        rows.append(EventRow(**ours, **stamp, **_told(event, cause)))
        if isinstance(event, OrderAccepted):
            rows.append(_order_row(account, account.orders[event.order.id], recorded_at))
        if isinstance(event, OrderFilled):
            rows += _fill_rows(account, event, stamp)
    return rows


def _told(event: Event, cause: Cause) -> dict[str, Any]:
    """Return what an event says, and what of its command and origin stands with it."""
    return {
        "kind": KIND_OF[type(event)],
        "subject": cause.subject,
        "payload": _text(event),
        "cursor": cause.cursor,
        "command": None if cause.command is None else command_text(cause.command),
        "origin": cause.origin,
    }


def _order_row(account: Account, order: Order, recorded_at: Any) -> OrderRow:  # noqa: ANN401 - an instant, like its column
    same = [column.key for column in tables.orders.columns if hasattr(order, column.key)]
    values = {name: getattr(order, name) for name in same}
    place = {**_owned(account, order.instrument.id), "epoch": account.epoch, "tape_id": account.tape_id}
    return OrderRow(**values | place, symbol=order.instrument.symbol, recorded_at=recorded_at)


def _fill_rows(account: Account, event: OrderFilled, stamp: dict[str, Any]) -> list[Base]:
    fill, entry, order = event.fill, event.entry, account.orders[event.fill.order_id]
    owned = {"tenant_id": account.tenant_id, "account_id": account.id}
    same = ("id", "order_id", "quantity", "price", "fee", "fact_seq", "reference", "rule", "ambiguous")
    values = {name: getattr(fill, name) for name in same} | {"explanation": _text(fill.explanation)}
    values["rules_version"] = account.rules.fill_model.version
    moved = {"cash_change": entry.change(Book.CASH), "cash_after": account.cash}
    told = {"kind": entry.kind, "description": entry.description, "postings": msgspec.to_builtins(entry.postings)}
    return [
        FillRow(
            **_owned(account, fill.instrument_id), **stamp, **values, symbol=order.instrument.symbol, side=order.side,
        ),
        EntryRow(**owned, **stamp, **moved, **told, id=entry.id, number=entry.number),
        *(
            LotRow(
                **owned, id=lot.id, epoch=account.epoch, instrument_id=fill.instrument_id, opened_at=lot.opened_at,
                opened_seq=lot.opened_seq, quantity=lot.quantity, cost=lot.cost,
            )
            for lot in (each.lot for each in event.lot_changes)
        ),
    ]  # fmt: skip
