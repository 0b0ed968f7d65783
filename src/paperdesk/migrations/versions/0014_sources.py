"""Tenants keep keys of market-data sources, sealed, and choose whom to ask about what."""

from alembic import op

revision = "0014"
down_revision = "0013"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the keys, which only the sealing keys outside the database open, and the rows of sources."""
    op.execute("""
        create table source_keys (
          tenant_id uuid not null references tenants,
          vendor text not null,
          sealed_with text not null,
          box bytea not null,
          recorded_at timestamptz not null,
          primary key (tenant_id, vendor)
        )
    """)
    op.execute("""
        create table source_rows (
          tenant_id uuid not null references tenants,
          subject text not null,
          vendors text[] not null,
          recorded_at timestamptz not null,
          primary key (tenant_id, subject)
        )
    """)
    for table in ("source_keys", "source_rows"):
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(f"create policy mine on {table} using ({MINE}) with check ({MINE})")
        op.execute(f"grant select, insert, update, delete on {table} to paperdesk_app, paperdesk_system")
