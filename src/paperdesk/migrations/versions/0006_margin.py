"""Accounts may owe: what a margined account remembers, and what its orders reserve."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the margin book of accounts and the reservations of orders, and find the accounts of a tape."""
    op.execute("""
        alter table accounts add column book jsonb not null default '{}';
        alter table orders add column held_units numeric, add column held_money numeric;
        create index accounts_of_tape on accounts (tape_id)
    """)
