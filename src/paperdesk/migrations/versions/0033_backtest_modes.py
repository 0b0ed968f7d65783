"""Which driver runs a backtest."""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Add the column; what was run so far was run event by event."""
    op.execute("alter table backtests add column mode text not null default 'events'")
    op.execute("alter table backtests alter column mode drop default")
