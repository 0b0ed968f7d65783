"""A tier says how much of a desk a person may use, and changing it is a permission of its own."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Leave everybody who is here unhindered, and every key that could administer able to change limits."""
    op.execute("alter table memberships add column tier text not null default 'professional'")
    op.execute("alter table memberships alter column tier drop default")
    op.execute("update api_keys set scopes = array_append(scopes, 'limits') where 'admin' = any(scopes)")
