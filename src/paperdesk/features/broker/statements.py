"""The SQL of the order path: prepared once, a handful of round trips for any number of commands.

Tapes are locked before accounts, and both in the order of their ids, by everyone; so nobody waits
in a circle. What is written is in `write_statements`.
"""

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
    a.last_at, a.epoch, a.status, a.book, a.xmin::text as version
  from accounts a where a.id = any($1) and (select count(*) from tapes) > 0 order by a.id for update
)
select l.*, t.tenant_id as tape_tenant_id, t.version as tape_version, {_TAPE}
from locked l join tapes t on t.id = l.tape_id
"""

LOCK_TAPE = f"select {TAPE_COLUMNS} from tape_runs t where t.id = $1 for update"

LOCK_ACCOUNTS_OF_TAPE = """
select id, tenant_id, tape_id, currency, rules::text as rules, cash, held, last_seq, last_entry, last_at, epoch,
  status, book
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

ORDER_COLUMNS = ", ".join(name for name, _ in ORDER)

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
select l.account_id, l.seq, e.command
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
