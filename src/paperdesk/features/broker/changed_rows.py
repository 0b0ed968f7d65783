"""What changes write: the rows they bring to each table, as one statement takes them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import Any, TypeAlias

import msgspec

from paperdesk.core.broker.events import AccountForked, OrderFilled, booking_of
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.lots import Lot
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.features.broker import write_statements
from paperdesk.features.broker.changes import Change
from paperdesk.features.broker.rows import KIND_OF, command_text

_json = msgspec.json.encode
# A row, and what is common to all of its account.
_Row: TypeAlias = tuple[tuple[Any, ...], tuple[Any, ...]]


def written_by(changes: Sequence[Change], recorded_at: datetime) -> tuple[write_statements.Shape, Iterable[Any]]:
    """Return the shape of what changes write, and its parameters."""
    rows: dict[str, list[_Row]] = {table: [] for table in write_statements.TABLES}
    for change in changes:
        owner = (change.after.id, change.after.tenant_id, change.after.epoch, recorded_at)
        for table, rows_of in _ROWS.items():
            rows[table] += [(owner, row) for row in rows_of(change)]
    shape = write_statements.shape_of({table: len(found) for table, found in rows.items()})
    written = (_fields(table, rows[table]) if few else _columns(table, rows[table]) for table, few in shape)
    common = [rows["accounts"][0][0][place] for place in write_statements.owner_places(shape)]
    return shape, chain(common, chain.from_iterable(written), _news(changes, is_of_one=bool(common)))


def _news(changes: Sequence[Change], *, is_of_one: bool) -> Iterable[Any]:
    """Return which events of which accounts these are; of one account that is known to be it, only the events."""
    firsts, lasts = [each.before.last_seq + 1 for each in changes], [each.after.last_seq for each in changes]
    if is_of_one:
        return *firsts, *lasts
    return (array_text([each.after.id for each in changes]), array_text(firsts), array_text(lasts)) if changes else ()


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


def _columns(table: str, rows: Sequence[_Row]) -> list[str]:
    """Return many rows as columns, with what they take of their owners."""
    owned, kinds = write_statements.OWNED[table], write_statements.KINDS[table]
    whole = ((*(owner[place] for place in owned), *row) for owner, row in rows)
    columns = zip(kinds, zip(*whole, strict=True), strict=True)
    return [array_text(each, are_json=kind in write_statements.JSON_KINDS) for kind, each in columns]


def _fields(table: str, rows: Sequence[_Row]) -> list[Any]:
    """Return a few rows of one owner field by field."""
    fields: list[Any] = []
    for _, row in rows:
        first = len(fields)
        fields += row
        for place in write_statements.DECIMALS[table]:
            if row[place] is not None:
                fields[first + place] = str(row[place])
    return fields


_totals = attrgetter("cash", "held", "last_seq", "last_entry", "last_at")


def _account_rows(change: Change) -> Iterator[tuple[Any, ...]]:
    yield *_totals(change.after), _json(change.after.book).decode()


def _event_rows(change: Change) -> Iterator[tuple[Any, ...]]:
    for event, cause in change.events:
        asked = None if cause.command is None else command_text(cause.command)
        payload = _json(event).decode()
        yield event.seq, KIND_OF[type(event)], cause.subject, event.at, payload, cause.cursor, asked, cause.origin


def _paths(columns: Iterable[tuple[str, str]]) -> Iterator[str]:
    elsewhere = {"instrument_id": "instrument.id", "symbol": "instrument.symbol", "lot_choice": "lot_choice_text"}
    return (elsewhere.get(name, name) for name, _ in columns)


_order_row = attrgetter(*_paths(write_statements.OWN_ORDER))
_changed_order_row = attrgetter("id", *_paths(write_statements.CHANGED_ORDER))


def _new_order_rows(change: Change) -> Iterator[tuple[Any, ...]]:
    for order in change.after.orders.values():
        if order.id not in change.before.orders:
            yield *_order_row(order), change.after.tape_id


def _changed_order_rows(change: Change) -> Iterator[tuple[Any, ...]]:
    for order_id, before in change.before.orders.items():
        order = change.after.orders[order_id]
        if order is not before:
            yield _changed_order_row(order)


def _fill_rows(change: Change) -> Iterator[tuple[Any, ...]]:
    account = change.after
    for event, _ in change.events:
        if isinstance(event, OrderFilled):
            fill, order = event.fill, account.orders[event.fill.order_id]
            explanation = None if fill.explanation is None else _json(fill.explanation).decode()
            yield (
                fill.id, order.id, fill.instrument_id, order.instrument.symbol, order.side.value, fill.quantity,
                fill.price, fill.fee, fill.fact_seq, fill.reference, fill.rule, fill.ambiguous, explanation,
                account.rules.fill_model.version, event.seq, event.at,
            )  # fmt: skip


def _entry_rows(change: Change) -> Iterator[tuple[Any, ...]]:
    cash = change.before.cash
    for event, _ in change.events:
        booking = booking_of(event)
        if booking is not None:
            entry = booking.entry
            moved = entry.change(Book.CASH)
            cash += moved
            yield (
                entry.id, entry.number, event.seq, entry.kind.value, entry.description,
                _json(entry.postings).decode(), moved, cash, entry.at,
            )  # fmt: skip


def _position_rows(change: Change) -> Iterator[tuple[Any, ...]]:
    for instrument_id, position in change.after.positions.items():
        if position is not change.before.positions.get(instrument_id):
            yield instrument_id, position.quantity, position.reserved, position.cost, position.at_expiry.value


def _lot_rows(change: Change) -> Iterator[tuple[Any, ...]]:
    """Yield each changed lot once, in its last state."""
    latest: dict[Any, tuple[InstrumentId, Lot]] = {}
    for event, _ in change.events:
        booking = booking_of(event)
        for move in () if booking is None else booking.moves:
            latest |= {each.lot.id: (move.instrument_id, each.lot) for each in move.lot_changes}
        if isinstance(event, AccountForked):
            positions = change.after.positions
            latest |= {lot.id: (key, lot) for key, held in positions.items() for lot in held.lots}
    for instrument_id, lot in latest.values():
        yield lot.id, instrument_id, lot.opened_at, lot.opened_seq, lot.quantity, lot.cost


def _claim_rows(change: Change) -> Iterator[tuple[Any, ...]]:
    for action_id, claim in change.after.claims.items():
        if action_id not in change.before.claims:
            yield action_id, claim.instrument_id, claim.amount


def _paid_claim_rows(change: Change) -> Iterator[tuple[Any, ...]]:
    for action_id in change.before.claims.keys() - change.after.claims.keys():
        yield (action_id,)


# What a change brings to each table, without what is its account's.
_ROWS: Mapping[str, Callable[[Change], Iterable[tuple[Any, ...]]]] = {
    "accounts": _account_rows,
    "events": _event_rows,
    "orders": _new_order_rows,
    "changed_orders": _changed_order_rows,
    "fills": _fill_rows,
    "entries": _entry_rows,
    "positions": _position_rows,
    "lots": _lot_rows,
    "claims": _claim_rows,
    "paid_claims": _paid_claim_rows,
}
