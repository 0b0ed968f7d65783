"""People have roles that can change, and a request sees those of its tenant, though never their passwords."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Say since when somebody belongs to a tenant, and let requests read and rename its people."""
    op.execute("alter table memberships add column verification text not null default 'verified'")
    op.execute("alter table memberships alter column verification drop default")
    op.execute("alter table memberships add column deactivated_at timestamptz")
    op.execute("alter table memberships add column joined_at timestamptz")
    op.execute("update memberships m set joined_at = u.created_at from users u where u.id = m.user_id")
    op.execute("alter table memberships alter column joined_at set not null")
    op.execute("create index memberships_by_user on memberships (user_id)")
    op.execute("alter table users enable row level security, force row level security")
    # The inner select is itself held to the tenants that the transaction named.
    op.execute("create policy members on users using (id in (select user_id from memberships))")
    op.execute("grant select (id, email, name, created_at), update (name) on users to paperdesk_app")
