"""An order that was open when its account was forked is the fork's own, and names the order it was."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the column, and find the few orders that have it."""
    op.execute("""
        alter table orders add column inherited_from uuid;
        create index orders_inherited on orders (account_id) where inherited_from is not null
    """)
