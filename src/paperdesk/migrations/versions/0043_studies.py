"""Studies of one strategy: cross-validations, looks for leaks, and jitter."""

from alembic import op

revision = "0043"
down_revision = "0042"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the table, laid out as that of backtests."""
    op.execute("""
        create table studies (
          id uuid primary key,
          tenant_id uuid not null references tenants,
          owner_id uuid not null references users,
          job_id uuid not null,
          kind text not null,
          name text not null,
          tape_id uuid not null references tape_runs,
          dataset_id uuid not null references dataset_versions,
          strategy text not null,
          version integer not null,
          symbols text[] not null,
          parameters jsonb not null,
          rules text not null,
          mode text not null,
          currency text not null,
          cash numeric not null,
          risk_free numeric not null,
          benchmark text,
          after_cursor bigint not null,
          upto_cursor bigint not null,
          plan jsonb not null,
          report jsonb,
          asked_at timestamptz not null,
          ended_at timestamptz
        )
    """)
    op.execute("create index on studies (tenant_id, id desc)")
    op.execute("alter table studies enable row level security, force row level security")
    op.execute(f"create policy mine on studies using ({MINE}) with check ({MINE})")
    op.execute("grant select, insert, update, delete on studies to paperdesk_app, paperdesk_system")
