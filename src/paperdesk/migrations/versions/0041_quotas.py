"""How much a tenant may have at once, beside how often its people may ask."""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Add the column; a tenant that has set neither has no row."""
    op.execute("alter table tenant_rates add column quotas jsonb, alter column rates set default '{}'")
