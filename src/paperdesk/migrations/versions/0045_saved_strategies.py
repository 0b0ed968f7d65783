"""Strategies that people save: their versions, and which backtests were run of which."""

from alembic import op

revision = "0045"
down_revision = "0044"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the tables."""
    op.execute("""
        create table saved_strategies (
          id uuid primary key,
          tenant_id uuid not null references tenants,
          owner_id uuid not null references users,
          name text not null,
          strategy text not null,
          version integer not null,
          is_active boolean not null,
          is_published boolean not null,
          created_at timestamptz not null,
          changed_at timestamptz not null,
          unique (tenant_id, owner_id, name)
        )
    """)
    op.execute("""
        create table strategy_versions (
          saved_strategy_id uuid not null references saved_strategies on delete cascade,
          number integer not null,
          tenant_id uuid not null references tenants,
          code_version integer not null,
          symbols text[] not null,
          parameters jsonb not null,
          note text not null,
          made_at timestamptz not null,
          primary key (saved_strategy_id, number)
        )
    """)
    op.execute("""
        create table strategy_runs (
          backtest_id uuid primary key references backtests on delete cascade,
          tenant_id uuid not null references tenants,
          saved_strategy_id uuid not null references saved_strategies on delete cascade,
          version integer not null
        )
    """)
    op.execute("create index strategy_runs_of_saved on strategy_runs (saved_strategy_id)")
    for table in ("saved_strategies", "strategy_versions", "strategy_runs"):
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(f"create policy mine on {table} using ({MINE}) with check ({MINE})")
        op.execute(f"grant select, insert, update, delete on {table} to paperdesk_app, paperdesk_system")
