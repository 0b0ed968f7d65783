"""What came of comparing an account's records at the close of a session, and where the next comparison goes on."""

from alembic import op

revision = "0019"
down_revision = "0018"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the table; only the newest row of an account keeps what its events come to."""
    op.execute("""
        create table reconciliations (
          account_id uuid not null,
          closed_at timestamptz not null,
          tenant_id uuid not null,
          cursor bigint not null,
          through_seq bigint not null,
          found int not null,
          problems jsonb not null,
          folded text,
          recorded_at timestamptz not null,
          primary key (account_id, closed_at)
        )
    """)
    op.execute("alter table reconciliations enable row level security, force row level security")
    op.execute(f"create policy mine on reconciliations using ({MINE}) with check ({MINE})")
    op.execute("grant select, insert, update, delete on reconciliations to paperdesk_app, paperdesk_system")
