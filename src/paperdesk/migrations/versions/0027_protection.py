"""Orders can be protected from a price too far from the market."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add how far an order may go through the market, and the price that makes for one that waits for none."""
    op.execute("alter table orders add column protection_rate numeric, add column protection_price numeric")
