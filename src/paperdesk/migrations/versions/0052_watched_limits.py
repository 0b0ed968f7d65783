"""Accounts are watched by limits; what was told of them stays, numbered for each account, with who took note of it."""

from alembic import op

revision = "0052"
down_revision = "0051"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the limits and what was told of them."""
    op.execute("""
        create table watched_limits (
          id uuid primary key,
          tenant_id uuid not null references tenants,
          owner_id uuid not null,
          account_id uuid not null references accounts on delete cascade,
          tape_id uuid not null,
          kind text not null,
          symbol text,
          instrument_id uuid,
          value numeric not null,
          warning numeric not null,
          critical numeric not null,
          breached numeric not null,
          is_enabled boolean not null,
          reached text not null,
          since timestamptz,
          measured numeric,
          reason text,
          is_boundless boolean not null,
          looked_at timestamptz,
          set_at timestamptz not null,
          recorded_at timestamptz not null
        )
    """)
    op.execute("create index on watched_limits (account_id)")
    op.execute("""
        create table limit_alerts (
          account_id uuid not null references accounts on delete cascade,
          number bigint not null,
          tenant_id uuid not null references tenants,
          id uuid not null unique,
          limit_id uuid not null,
          kind text not null,
          symbol text,
          state text not null,
          value numeric not null,
          threshold numeric not null,
          measured numeric,
          reason text,
          at timestamptz not null,
          recorded_at timestamptz not null,
          acknowledged_at timestamptz,
          acknowledged_by text,
          primary key (account_id, number)
        )
    """)
    for table in ("watched_limits", "limit_alerts"):
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(f"create policy mine on {table} using ({MINE}) with check ({MINE})")
        op.execute(f"grant select, insert, update, delete on {table} to paperdesk_app, paperdesk_system")
