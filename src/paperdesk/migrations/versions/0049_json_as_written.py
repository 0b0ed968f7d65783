"""What events carry, explanations and books are kept as they were written: nobody asks inside of them.

To take them to pieces, sort their members and put them together again was a tenth of what an order takes the database.
"""

from alembic import op

revision = "0049"
down_revision = "0048"

COLUMNS = {"events": ("payload", "command"), "fills": ("explanation",), "accounts": ("book",)}


def upgrade() -> None:
    """Keep their text; what there is becomes text once."""
    for table, columns in COLUMNS.items():
        told = ", ".join(f"alter column {name} type json using {name}::text::json" for name in columns)
        op.execute(f"alter table {table} {told}")
