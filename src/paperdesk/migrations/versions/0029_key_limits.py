"""A key may be kept to accounts, symbols, verbs and addresses, and it is known when it was used last."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Keep no key to anything that was not before, and know of none when it was used."""
    op.execute("alter table api_keys add column limits jsonb, add column last_used_at timestamptz")
