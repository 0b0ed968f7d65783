"""People keep watchlists, and alerts wait for prices on tapes; what has fired stays."""

from alembic import op

revision = "0022"
down_revision = "0021"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the lists, the alerts and their firings, which are numbered for each person and tape."""
    op.execute("""
        create table watchlists (
          id uuid primary key,
          tenant_id uuid not null references tenants,
          owner_id uuid not null,
          name text not null,
          symbols text[] not null,
          created_at timestamptz not null,
          changed_at timestamptz not null
        )
    """)
    op.execute("create index on watchlists (tenant_id, owner_id)")
    op.execute("""
        create table price_alerts (
          id uuid primary key,
          tenant_id uuid not null references tenants,
          owner_id uuid not null,
          tape_id uuid not null references tape_runs on delete cascade,
          instrument_id uuid not null,
          symbol text not null,
          condition text not null,
          level numeric not null,
          rearms boolean not null,
          is_armed boolean not null,
          is_beyond boolean not null,
          checked_cursor bigint not null,
          version int not null,
          set_at timestamptz not null,
          recorded_at timestamptz not null
        )
    """)
    op.execute("create index on price_alerts (tenant_id, owner_id)")
    op.execute("create index on price_alerts (tape_id) where is_armed")
    op.execute("""
        create table price_alert_firings (
          tape_id uuid not null references tape_runs on delete cascade,
          owner_id uuid not null,
          seq bigint not null,
          tenant_id uuid not null references tenants,
          alert_id uuid not null,
          symbol text not null,
          condition text not null,
          level numeric not null,
          cursor bigint not null,
          at timestamptz not null,
          price numeric not null,
          change_percent numeric,
          recorded_at timestamptz not null,
          primary key (tape_id, owner_id, seq)
        )
    """)
    for table in ("watchlists", "price_alerts", "price_alert_firings"):
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(f"create policy mine on {table} using ({MINE}) with check ({MINE})")
        op.execute(f"grant select, insert, update, delete on {table} to paperdesk_app, paperdesk_system")
    op.execute("revoke insert, update, delete on price_alert_firings from paperdesk_app")
