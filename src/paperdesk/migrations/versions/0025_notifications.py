"""People are told of orders by rules of their own; what was told stays, numbered for each person and account."""

from alembic import op

revision = "0025"
down_revision = "0024"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the rules and what was told by them, each event of an order once by a rule."""
    op.execute("""
        create table notification_rules (
          id uuid primary key,
          tenant_id uuid not null references tenants,
          owner_id uuid not null,
          account_id uuid not null references accounts on delete cascade,
          name text not null,
          events text[] not null,
          states text[] not null,
          symbols text[] not null,
          channels text[] not null,
          url text,
          told_seq bigint not null,
          recorded_at timestamptz not null
        )
    """)
    op.execute("create index on notification_rules (account_id)")
    op.execute("""
        create table notifications (
          account_id uuid not null references accounts on delete cascade,
          owner_id uuid not null,
          number bigint not null,
          tenant_id uuid not null references tenants,
          id uuid not null unique,
          rule_id uuid not null,
          rule text not null,
          seq bigint not null,
          event text not null,
          order_id uuid not null,
          symbol text not null,
          state text not null,
          quantity numeric not null,
          filled_quantity numeric not null,
          at timestamptz not null,
          job_id uuid,
          recorded_at timestamptz not null,
          primary key (account_id, owner_id, number)
        )
    """)
    for table in ("notification_rules", "notifications"):
        op.execute(f"alter table {table} enable row level security, force row level security")
        op.execute(f"create policy mine on {table} using ({MINE}) with check ({MINE})")
        op.execute(f"grant select, insert, update, delete on {table} to paperdesk_app, paperdesk_system")
    op.execute("revoke update on notifications from paperdesk_app")
