"""The SQL of the order path: prepared once, a handful of round trips for any number of commands.

Tapes are locked before accounts, and both in the order of their ids, by everyone; so nobody waits
in a circle. Each write is one data-modifying branch over new rows, a few of them written out and many
as `unnest`ed columns; the branches that a batch does not need are left out of its statement.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from itertools import count, islice
from typing import TypeAlias

_TAPE = """t.owner_id, t.dataset_id, t.name, t.shared, t.cursor, t.at, t.target_cursor, t.target_at, t.state, t.speed,
  t.skip_closed, t.awaits, t.awaits_account, t.stopped_by, t.acknowledged, t.has_ended, t.starts_at,
  t.parent_id"""
TAPE_COLUMNS = f"t.id, t.tenant_id, {_TAPE}"

# The count makes the planner finish locking the tapes before it touches an account.
LOCK_ACCOUNTS = f"""
with tapes as (
  select {TAPE_COLUMNS}, t.xmin::text as version
  from tape_runs t where t.id in (select tape_id from accounts where id = any($1))
  order by t.id for share
), locked as (
  select a.id, a.tenant_id, a.tape_id, a.currency, a.rules::text as rules, a.cash, a.held, a.last_seq, a.last_entry,
    a.last_at, a.epoch, a.status, a.book::text as book, a.xmin::text as version
  from accounts a where a.id = any($1) and (select count(*) from tapes) > 0 order by a.id for update
)
select l.*, t.tenant_id as tape_tenant_id, t.version as tape_version, {_TAPE}
from locked l join tapes t on t.id = l.tape_id
"""

LOCK_TAPE = f"select {TAPE_COLUMNS} from tape_runs t where t.id = $1 for update"

LOCK_ACCOUNTS_OF_TAPE = """
select id, tenant_id, tape_id, currency, rules::text as rules, cash, held, last_seq, last_entry, last_at, epoch,
  status, book::text as book
from accounts where id = any($1) order by id for update
"""

# `offset 0` keeps the planner to one look by the key for each position wanted; without statistics it reads them all.
LOAD_POSITIONS = """
select p.account_id, p.instrument_id, p.quantity, p.reserved, p.cost, p.at_expiry
from unnest($1::uuid[], $2::uuid[]) as w(account_id, instrument_id)
join accounts a on a.id = w.account_id
cross join lateral (
  select * from positions p
  where (p.account_id, p.epoch, p.instrument_id, p.book) = (a.id, a.epoch, w.instrument_id, 'net') offset 0
) p
"""

# Everything that margined accounts hold.
LOAD_BOOKS = """
select p.account_id, p.instrument_id, p.quantity, p.reserved, p.cost, p.at_expiry
from accounts a join positions p on (p.account_id, p.epoch, p.book) = (a.id, a.epoch, 'net')
where a.id = any($1) and p.quantity <> 0
"""

# Only the oldest lots that the units wanted can reach, however long the position's history is. Whoever may take
# others wants more units than there can be, and gets all.
LOAD_LOTS = """
select w.account_id, w.instrument_id, l.id, l.opened_at, l.opened_seq, l.quantity, l.cost
from unnest($1::uuid[], $2::uuid[], $3::numeric[]) as w(account_id, instrument_id, wanted)
cross join lateral (
  select o.*, sum(abs(o.quantity)) over (order by o.opened_seq, o.id) - abs(o.quantity) as older
  from lots o join accounts a on (a.id, a.epoch) = (o.account_id, o.epoch)
  where o.account_id = w.account_id and o.instrument_id = w.instrument_id and o.quantity <> 0
) l
where l.older < w.wanted
order by w.account_id, w.instrument_id, l.opened_seq, l.id
"""

# One order a row: every field of the value by its name; the instrument by id and symbol.
ORDER: tuple[tuple[str, str], ...] = (
    ("id", "uuid"), ("account_id", "uuid"), ("instrument_id", "uuid"), ("symbol", "text"), ("client_order_id", "text"),
    ("side", "text"), ("type", "text"), ("quantity", "numeric"), ("notional", "numeric"), ("limit_price", "numeric"),
    ("stop_price", "numeric"), ("trail_amount", "numeric"), ("trail_rate", "numeric"), ("watermark", "numeric"),
    ("trigger_source", "text"), ("triggered_at", "timestamptz"), ("time_in_force", "text"),
    ("auction_at", "timestamptz"), ("accepted_at", "timestamptz"), ("accepted_fact", "bigint"),
    ("accepted_seq", "bigint"), ("expires_at", "timestamptz"), ("updated_at", "timestamptz"),
    ("matched_through", "bigint"), ("status", "text"), ("filled_quantity", "numeric"), ("filled_value", "numeric"),
    ("fees", "numeric"), ("hold_price", "numeric"), ("closed_reason", "text"), ("post_only", "boolean"),
    ("reduce_only", "boolean"), ("do_not_reduce", "boolean"), ("order_class", "text"), ("group_id", "uuid"),
    ("parent_id", "uuid"), ("role", "text"), ("leg", "int"), ("armed_quantity", "numeric"), ("replaces", "uuid"),
    ("replaced_by", "uuid"), ("held_units", "numeric"), ("held_money", "numeric"), ("nth", "int"),
    ("lot_choice", "text"),
    ("ratio", "int"), ("intent", "text"), ("structure", "text"), ("protection_rate", "numeric"),
    ("protection_price", "numeric"),
)  # fmt: skip

# What an event can change about an order; the rest stays as it was accepted.
CHANGEABLE = frozenset({
    "quantity", "limit_price", "stop_price", "trail_amount", "watermark", "triggered_at", "updated_at",
    "matched_through", "status", "filled_quantity", "filled_value", "fees", "hold_price", "closed_reason",
    "armed_quantity", "replaced_by", "held_units", "held_money", "protection_price",
})  # fmt: skip
CHANGED_ORDER = tuple(column for column in ORDER if column[0] in CHANGEABLE)

_ASSIGNED = ", ".join(f"{name} = n.{name}" for name, _ in CHANGED_ORDER)

ORDER_COLUMNS = ", ".join(name for name, _ in ORDER)
# What of an order is not its account's.
OWN_ORDER = tuple(column for column in ORDER if column[0] != "account_id")

# The orders that are named, those of an account (in one instrument, or in all), those placed since a fact, which are
# its newest, and whoever is in a group with them.
LOAD_ORDERS = f"""
with named as (
  select id, group_id from orders where id = any($1)
  union
  select o.id, o.group_id from orders o join accounts a on (a.id, a.epoch) = (o.account_id, o.epoch),
    unnest($2::uuid[], $3::text[]) as w(account_id, client_order_id)
  where o.account_id = w.account_id and o.client_order_id = w.client_order_id
  union
  select o.id, o.group_id from orders o, unnest($4::uuid[], $5::text[]) as w(account_id, symbol)
  where o.account_id = w.account_id and (w.symbol is null or o.symbol = w.symbol)
    and o.status in ('accepted', 'partially_filled')
  union
  select o.id, o.group_id from orders o join accounts a on (a.id, a.epoch) = (o.account_id, o.epoch),
    unnest($6::uuid[], $7::bigint[]) as w(account_id, fact)
  where o.account_id = w.account_id and o.accepted_seq > coalesce(
    (select max(p.accepted_seq) from orders p where p.account_id = w.account_id and p.accepted_fact < w.fact), 0)
)
select {ORDER_COLUMNS} from orders where id in (select id from named)
union all
select {ORDER_COLUMNS} from orders
where group_id in (select group_id from named where group_id is not null) and id not in (select id from named)
"""

# What was asked for when orders were accepted: the command that stands at or next before their acceptance. Those that a
# fork has taken over were asked of whom it was forked from.
LOAD_ASKED = """
with recursive line as (
  select w.account_id, w.seq, w.account_id as lived_as
  from unnest($1::uuid[], $2::bigint[]) as w(account_id, seq)
  union all
  select l.account_id, l.seq, a.parent_id from line l join accounts a on a.id = l.lived_as where l.seq <= a.fork_seq
)
select l.account_id, l.seq, e.command::text as command
from line l cross join lateral (
  select command from events where account_id = l.lived_as and seq <= l.seq and command is not null
  order by seq desc limit 1
) e
"""

LOAD_ENTRIES = """
select id, number, at, kind, description, postings::text as postings from entries where id = any($1)
"""

LOAD_WORKING = f"""
select {ORDER_COLUMNS} from orders where tape_id = $1 and status in ('accepted', 'partially_filled')
"""

LOAD_HELD = """
select a.id as account_id, p.instrument_id, coalesce(a.rules #>> '{margin,kind}', 'cash') <> 'cash' as is_margined,
  coalesce(a.rules #>> '{margin,funding,daily_rate}', '0')::numeric <> 0 as is_funded
from accounts a left join positions p on (p.account_id, p.epoch) = (a.id, a.epoch) and p.quantity <> 0
where a.tape_id = $1
  and (p.quantity <> 0 or coalesce(a.rules #>> '{margin,interest,credit_rate}', '0')::numeric > 0)
"""

LOAD_CLAIMS = """
select c.account_id, c.action_id, c.instrument_id, c.amount
from accounts a join claims c on (c.account_id, c.epoch) = (a.id, a.epoch)
where a.id = any($1)
"""

LOAD_CLAIMANTS = """
select distinct c.account_id
from accounts a join claims c on (c.account_id, c.epoch) = (a.id, a.epoch)
where a.tape_id = $1
"""

MOVING_TAPES = """
select id from tape_runs
where state = 'playing' or cursor < target_cursor or at < target_at or awaits is not null order by id
"""

MOVE_TAPE = """
update tape_runs set cursor = $2, at = $3, has_ended = $4, state = $5, stopped_by = $6,
  target_cursor = greatest(target_cursor, $2), target_at = greatest(target_at, $3),
  awaits = case when $6::text is null then awaits end,
  awaits_account = case when $6::text is null then awaits_account end
where id = $1
"""

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
JSON_KINDS = frozenset({"json", "jsonb"})
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

# Says, with locks that last as long as the transaction, whether what the writer remembers still stands.
_GUARD = (
    "guard as materialized (select unmoved({}, {}::text::uuid[], {}::text::text[], {}::text::uuid[], "
    "{}::text::text[], {}, {}) as holds)"
)
_GUARD_PARAMETERS = 7


def shape_of(rows: Mapping[str, int]) -> Shape:
    """Return the shape of a write, given how many rows each table gets: a few of one account, or many."""
    is_small = rows["accounts"] == 1 and max(rows.values()) <= FEW
    return tuple((table, number if is_small else 0) for table, number in rows.items() if number)


@lru_cache(maxsize=1 << len(_WRITES))
def owner_places(shape: Shape) -> tuple[int, ...]:
    """Return which places of their owner are sent before a few rows, which is what any of them takes of it."""
    return tuple(sorted({place for table, few in shape if few for place in OWNED[table]}))


@lru_cache(maxsize=2 << len(_WRITES))
def write_statement(shape: Shape, *, is_guarded: bool = False) -> str:
    """Return one statement that writes rows to several tables at once; its answer is the version they now have.

    A guarded one takes the guard's parameters first, and a few rows those of their owner next. It writes all or, where
    the guard does not hold, nothing, and then its answer is null; it is a transaction by itself. What it asks for last
    runs first, so the guard locks before anything else is looked at.
    """
    parameters = map("${}".format, count(1))
    branches = [_GUARD.format(*islice(parameters, _GUARD_PARAMETERS))] if is_guarded else []
    select = partial(_select, is_guarded=is_guarded)
    owner = {OWNER[place]: next(parameters) for place in owner_places(shape)}
    for table, few in shape:
        _, own, action = _WRITES[table]
        columns = (*_OWNED[table], *own)
        rows = _few_rows(columns, few, owner, parameters) if few else [_many_rows(columns, parameters)]
        done = action.format(columns=", ".join(name for name, _ in columns)).replace("from new", f"from {table}_new")
        branches += [
            f"{table}_new as ({' union all '.join(select(*row) for row in rows)})",
            f"{table}_done as ({done})",
        ]
    if shape:
        told = "{}::text::uuid[], {}::text::bigint[], {}::text::bigint[]".format(*islice(parameters, 3))
        branches.append(f"outbox_done as ({_OUTBOX} {select(told)})")
    version = "pg_current_xact_id()::xid::text"
    answer = f"case when holds then {version} end from guard" if is_guarded else version
    return f"with {', '.join(branches)} select {answer}"


def _select(what: str, source: str = "", *, is_guarded: bool) -> str:
    """Return a query that finds nothing where the guard does not hold.

    It reads the guard as a table: where a condition asks for it, the server goes through the whole statement each time.
    """
    sources = ", ".join(filter(None, (source, "guard" if is_guarded else "")))
    return f"select {what}" + (f" from {sources}" if sources else "") + (" where holds" if is_guarded else "")


def _few_rows(
    columns: Columns, few: int, owner: Mapping[tuple[str, str], str], parameters: Iterator[str]
) -> list[tuple[str]]:
    """Return what to select for each of a few rows, written out; what is the owner's has its parameters already."""
    return [
        (", ".join(f"{owner.get(each) or next(parameters)}::{_sent_as(each[1])} as {each[0]}" for each in columns),)
        for _ in range(few)
    ]


def _many_rows(columns: Columns, parameters: Iterator[str]) -> tuple[str, str]:
    """Return what to select for rows of which each column comes as an array's text, and from where."""
    names = ", ".join(name for name, _ in columns)
    arrays = ", ".join(f"{next(parameters)}::text::{kind}[]" for _, kind in columns)
    return names, f"unnest({arrays}) as n({names})"


def _sent_as(kind: str) -> str:
    """Name the type of a parameter, and the one it gets when it is there.

    As text travel JSON, whose type the driver would look up otherwise, and decimals, which it takes to pieces digit by
    digit.
    """
    return f"text::{kind}" if kind in JSON_KINDS or kind == "numeric" else kind
