"""A tape can skip closed hours, play as fast as it can, and run ahead until something happens."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what a tape's owner can ask of its clock; a speed that is absent has no limit."""
    op.execute("""
        alter table tape_runs
          alter column speed drop not null,
          add column skip_closed boolean not null default false,
          add column awaits text,
          add column awaits_account uuid,
          add column stopped_by text
    """)
