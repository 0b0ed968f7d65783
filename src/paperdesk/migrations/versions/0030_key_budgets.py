"""What a key has spent of its budget in an account on the latest day it placed orders there."""

from alembic import op

revision = "0030"
down_revision = "0029"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the table; one row a key and account, whatever the number of days."""
    op.execute("""
        create table key_spending (
          key_id uuid not null references api_keys on delete cascade,
          account_id uuid not null references accounts on delete cascade,
          tenant_id uuid not null references tenants,
          day date not null,
          orders integer not null,
          notional numeric not null,
          primary key (key_id, account_id)
        )
    """)
    op.execute("alter table key_spending enable row level security, force row level security")
    op.execute(f"create policy mine on key_spending using ({MINE}) with check ({MINE})")
    op.execute("grant select, insert, update, delete on key_spending to paperdesk_app, paperdesk_system")
