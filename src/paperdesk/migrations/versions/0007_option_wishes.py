"""What the holder of an option wants on its last day."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the wish to positions; those that are there want the usual."""
    op.execute("alter table positions add column at_expiry text not null default 'usual'")
