"""A sweep may be for the ends of its trials alone, of which nothing else is measured."""

from alembic import op

revision = "0053"
down_revision = "0052"


def upgrade() -> None:
    """Say so of each; those that there are were measured."""
    op.execute("alter table sweeps add column only_end boolean not null default false")
    op.execute("alter table sweeps alter column only_end drop default")
