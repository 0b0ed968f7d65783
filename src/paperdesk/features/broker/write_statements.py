"""The one statement that writes what a batch changed, whatever that is.

Each table's write is a data-modifying branch over new rows, a few of them written out and many as `unnest`ed columns;
the branches that a batch does not need are left out of its statement.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import lru_cache
from itertools import count, islice
from typing import TypeAlias

from paperdesk.features.broker.statements import ORDER

# What an event can change about an order; the rest stays as it was accepted.
CHANGEABLE = frozenset({
    "quantity", "limit_price", "stop_price", "trail_amount", "watermark", "triggered_at", "updated_at",
    "matched_through", "status", "filled_quantity", "filled_value", "fees", "hold_price", "closed_reason",
    "armed_quantity", "replaced_by", "held_units", "held_money", "protection_price",
})  # fmt: skip
CHANGED_ORDER = tuple(column for column in ORDER if column[0] in CHANGEABLE)

_ASSIGNED = ", ".join(f"{name} = n.{name}" for name, _ in CHANGED_ORDER)
# What of an order is not its account's.
OWN_ORDER = tuple(column for column in ORDER if column[0] != "account_id")

Columns: TypeAlias = tuple[tuple[str, str], ...]
# The tables a write concerns, each with the number of its rows when they are few, else zero.
Shape: TypeAlias = tuple[tuple[str, int], ...]
# So many rows a table of one account are sent as single parameters, which cost both sides less than arrays of one.
FEW = 2

# What the rows of an account have in common, as far as their tables ask for it; with a few rows it is sent once.
OWNER: Columns = (("account_id", "uuid"), ("tenant_id", "uuid"), ("epoch", "int"), ("recorded_at", "timestamptz"))

# One entry a table: what it takes of the owner, its own columns with their types, and what to do with new rows.
_WRITES: dict[str, tuple[tuple[str, ...], Columns, str]] = {
    "accounts": (
        ("account_id",),
        (("cash", "numeric"), ("held", "numeric"), ("last_seq", "bigint"), ("last_entry", "bigint"),
         ("last_at", "timestamptz"), ("book", "json")),
        """update accounts a set cash = n.cash, held = n.held, last_seq = n.last_seq, last_entry = n.last_entry,
           last_at = n.last_at, book = n.book from new n where a.id = n.account_id""",
    ),
    "events": (
        ("account_id", "tenant_id", "recorded_at"),
        (("seq", "bigint"), ("kind", "text"), ("subject", "text"), ("at", "timestamptz"), ("payload", "json"),
         ("cursor", "bigint"), ("command", "json"), ("origin", "text")),
        "insert into events ({columns}) select {columns} from new",
    ),
    "orders": (
        ("account_id", "tenant_id", "epoch", "recorded_at"),
        (*OWN_ORDER, ("tape_id", "uuid")),
        "insert into orders ({columns}) select {columns} from new",
    ),
    "changed_orders": (
        (),
        (("id", "uuid"), *CHANGED_ORDER),
        f"update orders o set {_ASSIGNED} from new n where o.id = n.id",
    ),
    "fills": (
        ("account_id", "tenant_id", "recorded_at"),
        (("id", "uuid"), ("order_id", "uuid"), ("instrument_id", "uuid"), ("symbol", "text"), ("side", "text"),
         ("quantity", "numeric"), ("price", "numeric"), ("fee", "numeric"), ("fact_seq", "bigint"),
         ("reference", "numeric"), ("rule", "text"), ("ambiguous", "boolean"), ("explanation", "json"),
         ("rules_version", "int"), ("seq", "bigint"), ("at", "timestamptz")),
        "insert into fills ({columns}) select {columns} from new",
    ),
    "entries": (
        ("account_id", "tenant_id", "recorded_at"),
        (("id", "uuid"), ("number", "bigint"), ("seq", "bigint"), ("kind", "text"), ("description", "text"),
         ("postings", "jsonb"), ("cash_change", "numeric"), ("cash_after", "numeric"), ("at", "timestamptz")),
        "insert into entries ({columns}) select {columns} from new",
    ),
    "positions": (
        ("account_id", "tenant_id", "epoch"),
        (("instrument_id", "uuid"), ("quantity", "numeric"), ("reserved", "numeric"), ("cost", "numeric"),
         ("at_expiry", "text")),
        """insert into positions ({columns}) select {columns} from new
           on conflict (account_id, epoch, instrument_id, book) do update
           set quantity = excluded.quantity, reserved = excluded.reserved, cost = excluded.cost,
             at_expiry = excluded.at_expiry""",
    ),
    "lots": (
        ("account_id", "tenant_id", "epoch"),
        (("id", "uuid"), ("instrument_id", "uuid"), ("opened_at", "timestamptz"), ("opened_seq", "bigint"),
         ("quantity", "numeric"), ("cost", "numeric")),
        """insert into lots ({columns}) select {columns} from new
           on conflict (id) do update set quantity = excluded.quantity, cost = excluded.cost""",
    ),
    "claims": (
        ("account_id", "tenant_id", "epoch"),
        (("action_id", "uuid"), ("instrument_id", "uuid"), ("amount", "numeric")),
        "insert into claims ({columns}) select {columns} from new",
    ),
    "paid_claims": (
        ("account_id", "epoch"),
        (("action_id", "uuid"),),
        """delete from claims c using (select * from new) n
           where (c.account_id, c.epoch, c.action_id) = (n.account_id, n.epoch, n.action_id)""",
    ),
}  # fmt: skip

TABLES = tuple(_WRITES)
# What is JSON, and what of it is kept as the text that it is written in.
JSON_KINDS = frozenset({"json", "jsonb"})
_KEPT_AS = {"json": "text"}
_OWNER_PLACES = {column: place for place, column in enumerate(OWNER)}
_OWNED = {table: tuple(each for each in OWNER if each[0] in owned) for table, (owned, _, _) in _WRITES.items()}
# What a table takes of the owner, by its places there, and the types of a row with it.
OWNED = {table: tuple(_OWNER_PLACES[each] for each in owned) for table, owned in _OWNED.items()}
KINDS = {table: tuple(kind for _, kind in (*_OWNED[table], *own)) for table, (_, own, _) in _WRITES.items()}
# Where the decimals of a row are, not counting what is its owner's.
DECIMALS = {
    table: tuple(place for place, (_, kind) in enumerate(own) if kind == "numeric")
    for table, (_, own, _) in _WRITES.items()
}

# The last branch of every write, one row for all of it: whose events the relay will find.
_OUTBOX = "insert into outbox (account_ids, first_seqs, last_seqs)"


class Guarded(Enum):
    """How a write makes sure that what the writer remembers still stands; the locks last as long as the transaction.

    All accounts may be locked and compared before anything is written; where it is one account and it changes, writing
    its row does both.
    """

    NO = ""
    BY_LOCKS = (
        "guard as materialized (select unmoved({}, {}::text::uuid[], {}::text::text[], {}::text::uuid[], "
        "{}::text::text[], {}, {}) as holds)"
    )
    BY_WRITING = (
        "guard as materialized (select unmoved({}, array[{}::uuid], array[{}::text], array[]::uuid[], array[]::text[], "
        "{}, {}) as holds)"
    )

    def with_parameters(self, parameters: Iterator[str]) -> list[str]:
        """Return the branch that asks, if any."""
        return [self.value.format(*islice(parameters, self.value.count("{}")))] if self.value else []


def shape_of(rows: Mapping[str, int]) -> Shape:
    """Return the shape of a write, given how many rows each table gets: a few of one account, or many."""
    is_small = rows["accounts"] == 1 and max(rows.values()) <= FEW
    return tuple((table, number if is_small else 0) for table, number in rows.items() if number)


@lru_cache(maxsize=1 << len(_WRITES))
def owner_places(shape: Shape) -> tuple[int, ...]:
    """Return which places of their owner are sent before a few rows, which is what any of them takes of it."""
    return tuple(sorted({place for table, few in shape if few for place in OWNED[table]}))


@lru_cache(maxsize=3 << len(_WRITES))
def write_statement(shape: Shape, guarded: Guarded = Guarded.NO) -> str:
    """Return one statement that writes rows to several tables at once; its answer is the version they now have.

    A guarded one takes the guard's parameters first, and a few rows those of their owner next. It writes all or, where
    the guard does not hold, nothing, and then its answer is null; it is a transaction by itself. What it asks for last
    runs first, so the guard locks before anything else is looked at.
    """
    parameters = map("${}".format, count(1))
    branches = guarded.with_parameters(parameters)
    known = next(parameters) if guarded is Guarded.BY_WRITING else ""
    owner = {OWNER[place]: next(parameters) for place in owner_places(shape)}
    for table, few in shape:
        _, own, action = _WRITES[table]
        columns = (*_OWNED[table], *own)
        rows = _few_rows(columns, few, owner, parameters) if few else [_many_rows(columns, parameters)]
        condition = _condition(guarded, table)
        new = " union all ".join(_select(what, source, condition) for what, source in rows)
        done = action.format(columns=", ".join(name for name, _ in columns)).replace("from new", f"from {table}_new")
        branches += [f"{table}_new as ({new})", f"{table}_done as ({done}{_comparison(table, known)})"]
    if shape:
        told = _told(owner.get(OWNER[0]), parameters)
        branches.append(f"outbox_done as ({_OUTBOX} {_select(told, '', _condition(guarded, 'outbox'))})")
    return f"with {', '.join(branches)} select {_ANSWERS[guarded]}"


_VERSION = "pg_current_xact_id()::xid::text"
_ANSWERS = {
    Guarded.NO: _VERSION,
    Guarded.BY_LOCKS: f"case when holds then {_VERSION} end from guard",
    Guarded.BY_WRITING: f"case when holds then (select {_VERSION} from accounts_done) end from guard",
}


def _told(account_id: str | None, parameters: Iterator[str]) -> str:
    """Return the accounts that something happened to, and which events it is, of one account without arrays."""
    if account_id is None:
        return "{}::text::uuid[], {}::text::bigint[], {}::text::bigint[]".format(*islice(parameters, 3))
    return "array[{}::uuid], array[{}::bigint], array[{}::bigint]".format(account_id, *islice(parameters, 2))


def _condition(guarded: Guarded, table: str) -> tuple[str, str]:
    """Return what a branch reads besides its rows, and the condition that holds there if anything may be written.

    It is read as a table: where a condition asks for it, the server goes through the whole statement each time.
    """
    match guarded:
        case Guarded.NO:
            return "", ""
        case Guarded.BY_WRITING if table != "accounts":
            return "accounts_done", ""
        case _:
            return "guard", " where holds"


def _comparison(table: str, known: str) -> str:
    """Return what else is asked of an account's row where writing it says whether it is the one that is known."""
    return f" and a.xmin::text = {known}::text returning true" if known and table == "accounts" else ""


def _select(what: str, source: str, condition: tuple[str, str]) -> str:
    read, holds = condition
    sources = ", ".join(filter(None, (source, read)))
    return f"select {what}" + (f" from {sources}" if sources else "") + holds


def _few_rows(
    columns: Columns, few: int, owner: Mapping[tuple[str, str], str], parameters: Iterator[str]
) -> list[tuple[str, str]]:
    """Return what to select for each of a few rows, written out; what is the owner's has its parameters already."""
    return [
        (", ".join(f"{owner.get(each) or next(parameters)}::{_sent_as(each[1])} as {each[0]}" for each in columns), "")
        for _ in range(few)
    ]


def _many_rows(columns: Columns, parameters: Iterator[str]) -> tuple[str, str]:
    """Return what to select for rows of which each column comes as an array's text, and from where."""
    names = ", ".join(name for name, _ in columns)
    arrays = ", ".join(f"{next(parameters)}::text::{_KEPT_AS.get(kind, kind)}[]" for _, kind in columns)
    return names, f"unnest({arrays}) as n({names})"


def _sent_as(kind: str) -> str:
    """Name the type of a parameter, and the one it gets when it is there.

    As text travel JSON, whose type the driver would look up otherwise, and decimals, which it takes to pieces digit by
    digit.
    """
    return f"text::{kind}" if kind in {"jsonb", "numeric"} else _KEPT_AS.get(kind, kind)
