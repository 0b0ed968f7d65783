"""What events carry, explanations and books are the text that was written.

To read it as JSON, only to keep it as it is, was a twentieth of what an order takes the database.
"""

from alembic import op

revision = "0051"
down_revision = "0050"

COLUMNS = {"events": ("payload", "command"), "fills": ("explanation",), "accounts": ("book",)}


def upgrade() -> None:
    """Keep the same text; whoever asks inside of it says `::json`."""
    for table, columns in COLUMNS.items():
        told = ", ".join(f"alter column {name} type text using {name}::text" for name in columns)
        op.execute(f"alter table {table} {told}")
