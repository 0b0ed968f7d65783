"""A run may be watched by limits, which are kept with what was asked of it."""

from alembic import op

revision = "0054"
down_revision = "0053"


def upgrade() -> None:
    """Let runs have limits; those from before have none."""
    op.execute("alter table backtests add column limits jsonb not null default '[]'")
