"""What came of backtests as typed rows: what was one document a run is moved into tables, part by part."""

from typing import Final

from alembic import op

revision = "0046"
down_revision = "0045"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"

# Each table with its columns, as they are declared.
COLUMNS: Final = {
    "points": "at timestamptz not null, equity numeric, cash numeric not null, invested numeric",
    "orders": """id uuid not null, accepted_at timestamptz not null, symbol text not null, side text not null,
        type text not null, quantity numeric not null, limit_price numeric, stop_price numeric, status text not null,
        filled_quantity numeric not null, average_fill_price numeric, fees numeric not null, closed_reason text,
        tag text""",
    "fills": """at timestamptz not null, order_number integer not null, symbol text not null, side text not null,
        quantity numeric not null, price numeric not null, fee numeric not null, rule text,
        is_ambiguous boolean not null""",
    "round_trips": """symbol text not null, side text not null, decided_at timestamptz not null,
        entered_at timestamptz not null, delay_s double precision not null, left_at timestamptz,
        quantity numeric not null, entry_price numeric not null, exit_price numeric, gain numeric,
        gain_rate double precision, fees numeric not null, bars integer not null, adverse double precision,
        favourable double precision, entry_rule text, exit_rule text, exit_reason text, tag text, exit_tag text,
        is_ambiguous boolean not null""",
    "positions": "at timestamptz not null, symbol text not null, quantity numeric not null, average_price numeric",
    "events": """seq integer not null, at timestamptz not null, kind text not null, order_id uuid, symbol text,
        reason text, tag text""",
    "periods": """kind text not null, name text not null, began_at timestamptz not null, ended_at timestamptz not null,
        equity numeric, gain numeric, rate double precision, round_trips integer not null,
        round_trip_gain numeric not null""",
    "figures": "name text not null, value double precision, reason text",
}

# Where the rows of each table stood in the document of a run.
STOOD: Final = {
    "points": "report -> 'equity'",
    "orders": "report -> 'orders'",
    "fills": "report -> 'fill_rows'",
    "round_trips": "report -> 'round_trips'",
    "positions": "report -> 'positions'",
    "events": "report -> 'events'",
    "periods": """(
        select jsonb_agg(p.period || jsonb_build_object('kind', k.kind) order by k.kind, p.place)
        from jsonb_each(report -> 'periods') as k(kind, periods),
          jsonb_array_elements(k.periods) with ordinality as p(period, place)
      )""",
    "figures": """(
        select jsonb_agg(
          jsonb_build_object(
            'name', f.name, 'value', report -> 'figures' -> f.name, 'reason', report -> 'reasons' -> f.name
          )
          order by f.name
        ) from (
          select jsonb_object_keys(report -> 'figures') union select jsonb_object_keys(report -> 'reasons')
        ) as f(name)
      )""",
}
KEYS: Final = ("equity", "orders", "fill_rows", "round_trips", "positions", "events", "periods", "figures", "reasons")


def upgrade() -> None:
    """Make the tables, move what there is, and leave the rest of each document where it was."""
    op.execute("alter table backtests no force row level security")
    for name, columns in COLUMNS.items():
        _make(name, columns)
        _move(name, columns)
        op.execute(f"alter table backtest_{name} enable row level security, force row level security")
        op.execute(f"create policy mine on backtest_{name} using ({MINE}) with check ({MINE})")
        op.execute(f"grant select, insert, update, delete on backtest_{name} to paperdesk_app, paperdesk_system")
    keys = ", ".join(f"'{each}'" for each in KEYS)
    op.execute(f"update backtests set report = report - array[{keys}] where report is not null")  # noqa: S608 - constants
    op.execute("alter table backtests force row level security")


def _make(name: str, columns: str) -> None:
    op.execute(f"""
        create table backtest_{name} (
          backtest_id uuid not null references backtests on delete cascade,
          number integer not null,
          tenant_id uuid not null references tenants,
          owner_id uuid not null,
          {columns},
          primary key (backtest_id, number)
        )
    """)


def _move(name: str, columns: str) -> None:
    kinds = dict(each.removesuffix(" not null").split(maxsplit=1) for each in columns.split(","))
    told = ", ".join(f"(r.told ->> '{each}')::{kind}" for each, kind in kinds.items())
    op.execute(f"""
        insert into backtest_{name} (backtest_id, number, tenant_id, owner_id, {", ".join(kinds)})
        select b.id, r.place, b.tenant_id, b.owner_id, {told}
        from (
          select id, tenant_id, owner_id, {STOOD[name]} as found from backtests where report is not null
        ) as b cross join lateral jsonb_array_elements(
          case jsonb_typeof(b.found) when 'array' then b.found else '[]' end
        ) with ordinality as r(told, place)
    """)  # noqa: S608 - constants
