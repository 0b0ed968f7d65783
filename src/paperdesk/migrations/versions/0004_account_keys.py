"""A key can speak for one account, at doors that know only one."""

from importlib.resources import files

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table of which key speaks for which account."""
    script = files("paperdesk.migrations.versions").joinpath("0004_account_keys.sql").read_text(encoding="utf-8")
    op.get_bind().connection.cursor().execute(script)
