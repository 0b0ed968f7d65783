"""Events are stored as they are written: to compress each as it comes took the database longer than to write it."""

from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """Let a row of events be as long as a page before anything of it is compressed; what is stored stays as it is."""
    op.execute("alter table events set (toast_tuple_target = 8160)")
