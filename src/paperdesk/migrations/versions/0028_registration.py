"""A link that was sent by mail proves the address of whoever uses it."""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Say of each link whether it was sent by mail; none of those that stand was."""
    op.execute("alter table sign_in_links add column proves_address boolean not null default false")
