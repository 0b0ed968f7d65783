"""Events say how far their tape was, and the first one that a command brought carries the command."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add two columns; events from before know neither, so that what they tell is not asked again."""
    op.execute("alter table events add column cursor bigint, add column command jsonb")
