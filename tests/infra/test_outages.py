"""What is an outage and what is a mistake; what a broken commit may claim; a database that stays away for long."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Integer, cast, literal, select, text
from sqlalchemy.exc import DBAPIError

from paperdesk.features.identity.found_desk import Desk
from paperdesk.infra import postgres as embedded
from paperdesk.infra.db import DatabaseUnavailable, OutcomeUnknown, Server
from paperdesk.infra.postgres import EmbeddedPostgres
from paperdesk.infra.runtime import Runtime, database_errors


async def test_an_argument_that_the_driver_refuses_is_not_an_outage(runtime: Runtime, found: Desk) -> None:
    with pytest.raises(DBAPIError) as refusal:
        async with runtime.read(found.principal) as work:
            await work.db.execute(select(cast(literal("one", Integer), Integer)))
    assert isinstance(refusal.value.__cause__.__cause__, asyncpg.DataError)  # type: ignore[union-attr]


async def test_a_missing_file_is_not_an_outage(runtime: Runtime, found: Desk) -> None:
    with pytest.raises(FileNotFoundError):
        async with runtime.work(found.principal):
            Path("no such file").read_bytes()


async def test_a_server_that_is_not_there_is_an_outage(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable):
        await Server({"host": str(tmp_path), "user": "nobody", "database": "none"}).connect()


async def test_what_is_asked_on_a_closed_connection_is_an_outage_and_known_by_its_class(server: Server) -> None:
    db = await server.connect()
    await _end(server, await db.fetchval("select pg_backend_pid()"))
    for _ in range(2):  # once while it breaks, once when it is known to have
        for ask in (db.execute, db.fetch, db.fetchrow, db.fetchval):
            with pytest.raises(DatabaseUnavailable):
                async with database_errors():
                    await ask("select 1")
        with pytest.raises(DatabaseUnavailable):
            async with database_errors():
                await db.executemany("select $1::int", [(1,)])


async def test_a_second_statement_before_the_first_has_ended_is_a_mistake_and_no_outage(server: Server) -> None:
    db = await server.connect()
    first = asyncio.create_task(db.execute("select pg_sleep(0.2)"))
    await asyncio.sleep(0)  # it is on its way, and nobody has read its answer
    with pytest.raises(asyncpg.InterfaceError):
        async with database_errors():
            await db.execute("select 1")
    await first
    await db.close()


async def test_a_connection_that_breaks_before_the_commit_stored_nothing(
    runtime: Runtime, found: Desk, server: Server
) -> None:
    async def cut_off() -> None:
        async with runtime.work(found.principal) as work:
            await _end(server, (await work.db.execute(text("select pg_backend_pid()"))).scalar_one())
            await work.db.execute(text("select 1"))

    with pytest.raises(DatabaseUnavailable):
        await cut_off()


async def test_a_connection_that_breaks_during_the_commit_claims_nothing(
    runtime: Runtime, found: Desk, server: Server
) -> None:
    with pytest.raises(OutcomeUnknown):
        async with runtime.work(found.principal) as work:
            await _end(server, (await work.db.execute(text("select pg_backend_pid()"))).scalar_one())


async def _end(server: Server, backend: int) -> None:
    owner = await server.connect()
    await owner.execute("select pg_terminate_backend($1, 5000)", backend)
    await owner.close()


async def test_a_reader_sees_one_state_throughout(runtime: Runtime, found: Desk) -> None:
    names = text("select count(*) from audit")
    async with runtime.read(found.principal) as reading:
        before = (await reading.db.execute(names)).scalar_one()
        async with runtime.work(found.principal) as work:
            await work.record("look")
        assert (await reading.db.execute(names)).scalar_one() == before


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database's user can reach."""
    top = Path(tempfile.mkdtemp(prefix="desk-test-"))
    top.chmod(0o711)
    yield top / "pg"
    shutil.rmtree(top)


async def test_a_database_is_revived_however_often_that_failed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LONGEST_PAUSE", 0.02)
    postgres = EmbeddedPostgres(folder)
    await postgres.start()
    watching = asyncio.create_task(postgres.watch())
    control = folder / "cluster" / "global" / "pg_control"
    control.rename(control.with_suffix(".away"))
    owner = await asyncpg.connect(**postgres.connect_kwargs)
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await owner.execute("select pg_terminate_backend(0); checkpoint")  # panics without its control file
    owner.terminate()
    async with asyncio.timeout(60):
        while (folder / "server.log").read_text(errors="replace").count("could not find the database system") < 10:
            assert not watching.done()
            await asyncio.sleep(0.02)
        control.with_suffix(".away").rename(control)
        await postgres.wait_ready()
    await postgres.stop()
    await watching
