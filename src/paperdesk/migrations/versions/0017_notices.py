"""The database tells whoever listens that a tape's row has changed, with the commit that changes it."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the trigger; its channel is named in features/marketdata/answers.py."""
    op.execute("""
        create function tell_of_tape() returns trigger language plpgsql as $$
        begin
          perform pg_notify('paperdesk_tapes', old.id::text);
          return null;
        end $$
    """)
    op.execute("create trigger told after update or delete on tape_runs for each row execute function tell_of_tape()")
