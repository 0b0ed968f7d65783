"""Whether a run leaves everything before it ends."""

from alembic import op

revision = "0047"
down_revision = "0046"


def upgrade() -> None:
    """Add the column; what was run before went on holding to its end."""
    for table in ("backtests", "sweeps", "studies"):
        op.execute(f"alter table {table} add column close_at_end boolean not null default false")
