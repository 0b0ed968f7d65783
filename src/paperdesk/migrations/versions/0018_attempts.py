"""How often a job was begun."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the count."""
    op.execute("alter table jobs add column attempts integer not null default 0")
