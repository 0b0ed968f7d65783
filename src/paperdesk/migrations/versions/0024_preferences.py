"""What people prefer, and the account they start from."""

from alembic import op

revision = "0024"
down_revision = "0023"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add both tables; the second is the broker's, which knows accounts."""
    op.execute("""
        create table preferences (
          tenant_id uuid not null references tenants,
          user_id uuid not null references users,
          time_zone text not null,
          base_currency text not null,
          locale text not null,
          number_format text not null,
          primary key (tenant_id, user_id)
        )
    """)
    op.execute("""
        create table default_accounts (
          tenant_id uuid not null references tenants,
          user_id uuid not null references users,
          account_id uuid not null references accounts,
          primary key (tenant_id, user_id)
        )
    """)
    for table in ("preferences", "default_accounts"):
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(f"create policy mine on {table} using ({MINE}) with check ({MINE})")
        op.execute(f"grant select, insert, update, delete on {table} to paperdesk_app, paperdesk_system")
