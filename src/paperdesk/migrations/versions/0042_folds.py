"""Walks forward: a sweep with a plan, and what came of each of its folds."""

from alembic import op

revision = "0042"
down_revision = "0041"

MINE = "tenant_id = any((select nullif(current_setting('paperdesk.tenants', true), '')::uuid[])::uuid[])"


def upgrade() -> None:
    """Add the column and the table; sweeps that there are have no plan."""
    op.execute("alter table sweeps add column walk jsonb")
    op.execute("""
        create table folds (
          sweep_id uuid not null references sweeps on delete cascade,
          number integer not null,
          tenant_id uuid not null references tenants,
          parameters jsonb,
          trials integer not null,
          sharpe_before double precision,
          return_before double precision,
          sharpe double precision,
          total_return double precision,
          max_drawdown double precision,
          orders integer,
          reason text,
          at double precision[] not null,
          equity double precision[] not null,
          primary key (sweep_id, number)
        )
    """)
    op.execute("alter table folds enable row level security, force row level security")
    op.execute(f"create policy mine on folds using ({MINE}) with check ({MINE})")
    op.execute("grant select, insert, update, delete on folds to paperdesk_app, paperdesk_system")
