"""Tapes can be saved by name: a dataset and a moment to begin at."""

from alembic import op

revision = "0005"
down_revision = "0004"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the presets, which belong to a tenant; its members see what is shared and what is theirs."""
    op.execute("""
        create table tape_presets (
          tenant_id uuid not null references tenants,
          name text not null,
          owner_id uuid not null,
          title text not null,
          summary text not null,
          dataset_id uuid not null references dataset_versions,
          starts_at timestamptz not null,
          warm_up int not null,
          shared boolean not null,
          recorded_at timestamptz not null,
          primary key (tenant_id, name)
        )
    """)
    op.execute("alter table tape_presets enable row level security, force row level security")
    op.execute(f"create policy mine on tape_presets using ({MINE}) with check ({MINE})")
    op.execute("grant select, insert, update, delete on tape_presets to paperdesk_app, paperdesk_system")
