"""What a backtest is measured by: a rate without risk, and a benchmark if one was named."""

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Add the columns; runs that were asked for before had neither."""
    op.execute("alter table backtests add column risk_free numeric not null default 0, add column benchmark text")
