"""What alembic runs: the connection is handed over by infra/schema.py, so there is nothing to configure."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
