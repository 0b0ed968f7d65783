"""The database tells whoever listens whose jobs have changed, with the commit that changes them."""

from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Add the trigger, whose channel is named in infra/jobs.py, and an index of what has not ended."""
    op.execute("create index jobs_open on jobs (tenant_id, id desc) where state in ('waiting', 'running')")
    op.execute("""
        create function tell_of_job() returns trigger language plpgsql as $$
        begin
          perform pg_notify('paperdesk_jobs', coalesce(new.tenant_id, old.tenant_id)::text);
          return null;
        end $$
    """)
    op.execute(
        "create trigger told after insert or update or delete on jobs for each row execute function tell_of_job()"
    )
