"""Bring the database to the schema of this version; forward only, one straight line."""

from importlib.resources import files

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from paperdesk.infra.db import Server

# Two processes that start at once must not both migrate.
_MIGRATION_LOCK = 2080


def migrate(owner: Server) -> bool:
    """Apply what is missing, as the owner of the tables; say whether anything was."""
    config = Config()
    config.set_main_option("script_location", str(files("paperdesk") / "migrations"))
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(owner.psycopg_url))
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("select pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
            connection.commit()
            newest = ScriptDirectory.from_config(config).get_current_head()
            if MigrationContext.configure(connection).get_current_revision() == newest:
                return False
            connection.commit()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            return True
    finally:
        engine.dispose()
