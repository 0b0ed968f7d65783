"""Orders may keep their prices through dividends, and dividends are claims until they are paid."""

from alembic import op

revision = "0003"
down_revision = "0002"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the flag and the claims, which belong to their tenant like everything of an account."""
    op.execute("alter table orders add column do_not_reduce boolean not null default false")
    op.execute("""
        create table claims (
          account_id uuid not null,
          epoch int not null default 1,
          action_id uuid not null,
          tenant_id uuid not null,
          instrument_id uuid not null,
          amount numeric not null,
          primary key (account_id, epoch, action_id)
        )
    """)
    op.execute("alter table claims enable row level security, force row level security")
    op.execute(f"create policy mine on claims using ({MINE}) with check ({MINE})")
    op.execute("grant select, insert, update, delete on claims to paperdesk_app, paperdesk_system")
