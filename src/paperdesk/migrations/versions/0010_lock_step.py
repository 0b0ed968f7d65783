"""A tape can go in lock-step with the strategies attached to it."""

from alembic import op

revision = "0010"
down_revision = "0009"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the strategies of a tape; the tape itself keeps how far the last of them has come."""
    op.execute("alter table tape_runs add column acknowledged bigint")
    op.execute("""
        create table tape_strategies (
          tape_id uuid not null references tape_runs,
          name text not null,
          tenant_id uuid not null,
          acknowledged bigint not null,
          recorded_at timestamptz not null,
          primary key (tape_id, name)
        )
    """)
    op.execute("alter table tape_strategies enable row level security, force row level security")
    op.execute(f"create policy mine on tape_strategies using ({MINE}) with check ({MINE})")
    op.execute("grant select, insert, update, delete on tape_strategies to paperdesk_app, paperdesk_system")
