"""Fills carry their explanation, and orders say which of several alike they are.

Fills from before explain nothing: their column stays empty.
"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add two columns; existing rows are not touched."""
    op.execute("alter table fills add column explanation jsonb")
    op.execute("alter table orders add column nth int not null default 0")
