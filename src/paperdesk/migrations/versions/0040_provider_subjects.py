"""Who somebody is at a provider of sign-ins."""

from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Add the table; one subject a person and provider. Like passwords, no request may look at it."""
    op.execute("""
        create table provider_subjects (
          issuer text not null,
          subject text not null,
          user_id uuid not null references users,
          linked_at timestamptz not null,
          primary key (issuer, subject),
          unique (user_id, issuer)
        )
    """)
    op.execute("grant select, insert, delete on provider_subjects to paperdesk_system")
