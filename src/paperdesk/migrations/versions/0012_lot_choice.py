"""Orders say which lots they use up, where that is not for their account to say."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add a column; existing orders follow their accounts."""
    op.execute("alter table orders add column lot_choice text")
