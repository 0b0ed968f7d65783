"""What changes write: the rows they bring to each table, as one statement takes them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.events import AccountForked, OrderFilled, booking_of
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.lots import Lot
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.features.broker import statements
from paperdesk.features.broker.changes import Change
from paperdesk.features.broker.rows import KIND_OF, command_text

_json = msgspec.json.encode


def written_by(changes: Sequence[Change], recorded_at: datetime) -> tuple[statements.Shape, Iterable[Any]]:
    """Return the shape of what changes write, and its parameters."""
    rows = {
        "accounts": [_account_row(change.after) for change in changes],
        "events": list(_event_rows(changes, recorded_at)),
        "orders": list(_new_order_rows(changes, recorded_at)),
        "changed_orders": list(_changed_order_rows(changes)),
        "fills": list(_fill_rows(changes, recorded_at)),
        "entries": list(_entry_rows(changes, recorded_at)),
        "positions": list(_position_rows(changes)),
        "lots": list(_lot_rows(changes)),
        "claims": list(_claim_rows(changes)),
        "paid_claims": list(_paid_claim_rows(changes)),
    }
    shape = statements.shape_of({table: len(rows[table]) for table in statements.TABLES})
    written = (_parameters(table, rows[table], is_few=bool(few)) for table, few in shape)
    news = (
        array_text([change.after.id for change in changes]),
        array_text([change.before.last_seq + 1 for change in changes]),
        array_text([change.after.last_seq for change in changes]),
    )
    return shape, chain(chain.from_iterable(written), news if changes else ())


def array_text(values: Sequence[Any], *, are_json: bool = False) -> str:
    """Write a column as an array's text: the driver looks at every element of a list several times.

    JSON writes strings as an array does, but for the characters that it has names for; in JSON itself there are none.
    """
    text = _json(values)[1:-1].decode()
    if "\\" in text and not are_json:
        text = ",".join("null" if each is None else _quoted(str(each)) for each in values)
    return f"{{{text}}}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _parameters(table: str, rows: Sequence[tuple[Any, ...]], *, is_few: bool) -> Iterable[Any]:
    """Return rows as a statement takes them: field by field when they are few, else as columns."""
    if is_few:
        return _fields(rows, statements.DECIMALS[table])
    kinds = statements.KINDS[table]
    return [
        array_text(each, are_json=kind in statements.JSON_KINDS)
        for kind, each in zip(kinds, zip(*rows, strict=True), strict=True)
    ]


def _fields(rows: Sequence[tuple[Any, ...]], decimals: Iterable[int]) -> list[Any]:
    fields: list[Any] = []
    for row in rows:
        first = len(fields)
        fields += row
        for place in decimals:
            if row[place] is not None:
                fields[first + place] = str(row[place])
    return fields


_totals = attrgetter("id", "cash", "held", "last_seq", "last_entry", "last_at")


def _account_row(account: Account) -> tuple[Any, ...]:
    return *_totals(account), _json(account.book).decode()


def _event_rows(changes: Sequence[Change], recorded_at: datetime) -> Iterator[tuple[Any, ...]]:
    for change in changes:
        account = change.after
        for event, cause in change.events:
            kind, payload = KIND_OF[type(event)], _json(event).decode()
            asked = None if cause.command is None else command_text(cause.command)
            row = (account.id, event.seq, account.tenant_id, kind, cause.subject, event.at, recorded_at, payload)
            yield *row, cause.cursor, asked, cause.origin


def _paths(columns: Iterable[tuple[str, str]]) -> Iterator[str]:
    elsewhere = {"instrument_id": "instrument.id", "symbol": "instrument.symbol", "lot_choice": "lot_choice_text"}
    return (elsewhere.get(name, name) for name, _ in columns)


_order_row = attrgetter(*_paths(statements.ORDER))
_changed_order_row = attrgetter("id", *_paths(statements.CHANGED_ORDER))


def _new_order_rows(changes: Sequence[Change], recorded_at: datetime) -> Iterator[tuple[Any, ...]]:
    for change in changes:
        account = change.after
        for order in account.orders.values():
            if order.id not in change.before.orders:
                yield *_order_row(order), account.tenant_id, account.epoch, account.tape_id, recorded_at


def _changed_order_rows(changes: Sequence[Change]) -> Iterator[tuple[Any, ...]]:
    for change in changes:
        for order_id, before in change.before.orders.items():
            order = change.after.orders[order_id]
            if order is not before:
                yield _changed_order_row(order)


def _fill_rows(changes: Sequence[Change], recorded_at: datetime) -> Iterator[tuple[Any, ...]]:
    for change in changes:
        account = change.after
        for event, _ in change.events:
            if isinstance(event, OrderFilled):
                fill, order = event.fill, account.orders[event.fill.order_id]
                explanation = None if fill.explanation is None else _json(fill.explanation).decode()
                yield (
                    fill.id, account.tenant_id, account.id, order.id, fill.instrument_id, order.instrument.symbol,
                    order.side.value, fill.quantity, fill.price, fill.fee, fill.fact_seq, fill.reference, fill.rule,
                    fill.ambiguous, explanation, account.rules.fill_model.version, event.seq, event.at, recorded_at,
                )  # fmt: skip


def _entry_rows(changes: Sequence[Change], recorded_at: datetime) -> Iterator[tuple[Any, ...]]:
    for change in changes:
        account, cash = change.after, change.before.cash
        for event, _ in change.events:
            booking = booking_of(event)
            if booking is not None:
                entry = booking.entry
                moved = entry.change(Book.CASH)
                cash += moved
                yield (
                    entry.id, account.tenant_id, account.id, entry.number, event.seq, entry.kind.value,
                    entry.description, _json(entry.postings).decode(), moved, cash, entry.at, recorded_at,
                )  # fmt: skip


def _position_rows(changes: Sequence[Change]) -> Iterator[tuple[Any, ...]]:
    for change in changes:
        account = change.after
        for instrument_id, position in account.positions.items():
            if position is not change.before.positions.get(instrument_id):
                yield (
                    account.id, account.epoch, instrument_id, account.tenant_id, position.quantity, position.reserved,
                    position.cost, position.at_expiry.value,
                )  # fmt: skip


def _lot_rows(changes: Sequence[Change]) -> Iterator[tuple[Any, ...]]:
    """Yield each changed lot once, in its last state."""
    for change in changes:
        account = change.after
        latest: dict[Any, tuple[InstrumentId, Lot]] = {}
        for event, _ in change.events:
            booking = booking_of(event)
            for move in () if booking is None else booking.moves:
                latest |= {each.lot.id: (move.instrument_id, each.lot) for each in move.lot_changes}
            if isinstance(event, AccountForked):
                latest |= {lot.id: (key, lot) for key, held in account.positions.items() for lot in held.lots}
        for instrument_id, lot in latest.values():
            yield (
                lot.id, account.tenant_id, account.id, account.epoch, instrument_id, lot.opened_at, lot.opened_seq,
                lot.quantity, lot.cost,
            )  # fmt: skip


def _claim_rows(changes: Sequence[Change]) -> Iterator[tuple[Any, ...]]:
    for change in changes:
        account = change.after
        for action_id, claim in account.claims.items():
            if action_id not in change.before.claims:
                yield account.id, account.epoch, action_id, account.tenant_id, claim.instrument_id, claim.amount


def _paid_claim_rows(changes: Sequence[Change]) -> Iterator[tuple[Any, ...]]:
    for change in changes:
        for action_id in change.before.claims.keys() - change.after.claims.keys():
            yield change.after.id, change.after.epoch, action_id
