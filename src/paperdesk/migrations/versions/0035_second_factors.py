"""A code besides the password: the sealed key of a person's app, and their recovery codes as hashes."""

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Add both tables; like passwords they belong to a person, and no request may look at them."""
    op.execute("""
        create table second_factors (
          user_id uuid primary key references users,
          sealed_with text not null,
          box bytea not null,
          confirmed_at timestamptz,
          last_step bigint not null,
          failures integer not null,
          waits_until timestamptz
        )
    """)
    op.execute("""
        create table recovery_codes (
          user_id uuid not null references users,
          code_hash bytea not null,
          primary key (user_id, code_hash)
        )
    """)
    op.execute("grant select, insert, update, delete on second_factors, recovery_codes to paperdesk_system")
