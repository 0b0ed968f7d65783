"""Backtests: what was asked, and what came of it."""

from alembic import op

revision = "0031"
down_revision = "0030"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the table."""
    op.execute("""
        create table backtests (
          id uuid primary key,
          tenant_id uuid not null references tenants,
          owner_id uuid not null references users,
          job_id uuid not null,
          name text not null,
          tape_id uuid not null references tape_runs,
          dataset_id uuid not null references dataset_versions,
          strategy text not null,
          version integer not null,
          symbols text[] not null,
          parameters jsonb not null,
          rules text not null,
          currency text not null,
          cash numeric not null,
          after_cursor bigint not null,
          upto_cursor bigint not null,
          report jsonb,
          asked_at timestamptz not null,
          ended_at timestamptz
        )
    """)
    op.execute("create index backtests_of_tenant on backtests (tenant_id, id desc)")
    op.execute("alter table backtests enable row level security, force row level security")
    op.execute(f"create policy mine on backtests using ({MINE}) with check ({MINE})")
    op.execute("grant select, insert, update, delete on backtests to paperdesk_app, paperdesk_system")
