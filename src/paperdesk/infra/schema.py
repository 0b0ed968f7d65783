"""Bring the database to the schema of this version; forward only, one straight line."""

import asyncio
from importlib.resources import files

import asyncpg

from paperdesk.infra.db import Server

# Two processes that start at once must not both migrate.
_MIGRATION_LOCK = 2080


async def bring_up_to_date(owner: Server) -> bool:
    """Apply what is missing, as the owner of the tables; say whether anything was."""
    if await _revision(owner) == newest_revision():
        return False
    return await asyncio.to_thread(migrate, owner)


def newest_revision() -> str:
    """Return the revision this version needs; a revision's file begins with its number."""
    names = (file.name for file in (files("paperdesk") / "migrations" / "versions").iterdir())
    return max(name.split("_")[0] for name in names if name[:1].isdigit())


async def _revision(owner: Server) -> str | None:
    connection = await owner.connect()
    try:
        revision: str | None = await connection.fetchval("select version_num from alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    else:
        return revision
    finally:
        await connection.close()


def migrate(owner: Server) -> bool:
    """Migrate under a lock; the tools are imported here, because a start that is up to date needs none."""
    import psycopg  # noqa: PLC0415
    import sqlalchemy as sa  # noqa: PLC0415
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(files("paperdesk") / "migrations"))
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(owner.psycopg_url))
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("select pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
            connection.commit()
            if MigrationContext.configure(connection).get_current_revision() == newest_revision():
                return False
            connection.commit()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            return True
    finally:
        engine.dispose()
