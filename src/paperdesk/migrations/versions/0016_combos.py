"""Orders can be combos: a leg says its intent beside its ratio, and a combo which structure its legs make."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add two columns, empty for every order that is no combo."""
    op.execute("alter table orders add column intent text, add column structure text")
