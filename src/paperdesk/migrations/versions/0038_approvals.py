"""Orders of keys that wait for a person to approve of them."""

from alembic import op

revision = "0038"
down_revision = "0037"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the table; of what a key calls by one name, one at most waits."""
    op.execute("""
        create table approvals (
          id uuid primary key,
          tenant_id uuid not null references tenants,
          account_id uuid not null references accounts on delete cascade,
          key_id uuid not null references api_keys on delete cascade,
          name text not null,
          command text not null,
          asked text not null,
          worth numeric not null,
          threshold numeric not null,
          currency text not null,
          status text not null,
          created_at timestamptz not null,
          expires_at timestamptz not null,
          decided_at timestamptz,
          decided_by text,
          reason text,
          order_id uuid
        )
    """)
    op.execute("create unique index approvals_waiting on approvals (account_id, key_id, name) where status = 'waiting'")
    op.execute("create index approvals_of_tenant on approvals (tenant_id, id)")
    op.execute("create index approvals_of_account on approvals (account_id, id)")
    op.execute("alter table approvals enable row level security, force row level security")
    op.execute(f"create policy mine on approvals using ({MINE}) with check ({MINE})")
    op.execute("grant select, insert, update on approvals to paperdesk_app, paperdesk_system")
