"""Sweeps of parameters, and the ledger of all trials."""

from alembic import op

revision = "0039"
down_revision = "0038"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the tables; what was run before was not counted."""
    op.execute("""
        create table trials (
          run_id uuid not null,
          number integer not null,
          tenant_id uuid not null references tenants,
          strategy text not null,
          dataset_id uuid not null,
          symbols text[] not null,
          question text not null,
          after_cursor bigint not null,
          upto_cursor bigint not null,
          parameters jsonb not null,
          equity_after numeric,
          total_return double precision,
          cagr double precision,
          volatility double precision,
          sharpe double precision,
          max_drawdown double precision,
          calmar double precision,
          orders integer,
          refusals integer,
          reason text,
          periods_a_year double precision not null,
          returns integer,
          sums bytea,
          tried_at timestamptz not null,
          primary key (run_id, number)
        )
    """)
    op.execute("create index trials_of_family on trials (tenant_id, strategy, dataset_id, symbols)")
    op.execute("""
        create table sweeps (
          id uuid primary key,
          tenant_id uuid not null references tenants,
          owner_id uuid not null references users,
          job_ids uuid[] not null,
          name text not null,
          tape_id uuid not null references tape_runs,
          dataset_id uuid not null references dataset_versions,
          strategy text not null,
          version integer not null,
          symbols text[] not null,
          parameters jsonb not null,
          axes jsonb not null,
          search text not null,
          seed bigint not null,
          trials integer not null,
          objective text not null,
          rules text not null,
          mode text not null,
          currency text not null,
          cash numeric not null,
          risk_free numeric not null,
          benchmark text,
          after_cursor bigint not null,
          upto_cursor bigint not null,
          asked_at timestamptz not null
        )
    """)
    op.execute("create index sweeps_of_tenant on sweeps (tenant_id, id desc)")
    for table in ("trials", "sweeps"):
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(f"create policy mine on {table} using ({MINE}) with check ({MINE})")
        op.execute(f"grant select, insert, update, delete on {table} to paperdesk_app, paperdesk_system")
