"""The open orders of an account, found without reading those that have ended."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the index; it holds open orders only, so it stays small however long an account's history is."""
    op.execute(
        "create index orders_open on orders (account_id, symbol) where status in ('accepted', 'partially_filled')"
    )
