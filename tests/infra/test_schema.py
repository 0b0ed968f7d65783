"""The tables are what the code believes, and each tenant sees its own rows alone."""

import re
from typing import Any

import pytest
from sqlalchemy import Column, Dialect, text

from paperdesk.infra.db import Server, metadata
from paperdesk.infra.postgres import EmbeddedPostgres
from paperdesk.infra.runtime import Runtime
from paperdesk.infra.schema import bring_up_to_date
from paperdesk.infra.work import SET_TENANTS, tenants_setting
from tests.desk import RunningDesk, desk, markets
from tests.served import new_home

__all__ = ["desk", "markets"]

COLUMNS = """
select column_name, data_type, is_nullable = 'YES' as is_nullable, column_default is not null as has_default,
  udt_name
from information_schema.columns where table_schema = 'public' and table_name = :table
"""
OWNED = """
select table_name from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
where table_schema = 'public' and column_name = 'tenant_id' and table_type = 'BASE TABLE' order by table_name
"""
# What the database calls what SQLAlchemy compiles to.
NAMES = {"int": "integer", "timestamp with time zone": "timestamp with time zone", "float": "double precision"}


def kind(column: Column[Any], dialect: Dialect) -> str:
    compiled = column.type.compile(dialect).lower()
    plain = re.sub(r"\(.*\)", "", compiled)
    return "array" if plain.endswith("[]") else NAMES.get(plain, plain)


@pytest.mark.parametrize("name", sorted(metadata.tables))
async def test_a_table_is_what_the_code_believes(runtime: Runtime, name: str) -> None:
    async with runtime.as_system() as db:
        found = {row.column_name: row for row in await db.execute(text(COLUMNS), {"table": name})}
    table = metadata.tables[name]
    for column in table.columns:
        assert column.name in found, f"{name}.{column.name} is not in the database"
        there = found.pop(column.name)
        assert (there.data_type.lower(), there.is_nullable) == (
            kind(column, runtime.system.dialect),
            bool(column.nullable),
        ), column
    # What only the database knows must not be missed when a row is written.
    assert [left for left, row in found.items() if not (row.is_nullable or row.has_default)] == []


CATALOGUE = """
select 'column' as what, table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable
  || ' ' || coalesce(column_default, '') as said
from information_schema.columns where table_schema = 'public'
union all select 'index', indexdef from pg_indexes where schemaname = 'public'
union all select 'policy', concat_ws(' ', tablename, policyname, qual, with_check)
from pg_policies where schemaname = 'public'
union all select 'constraint', conrelid::regclass || ' ' || pg_get_constraintdef(oid)
from pg_constraint where connamespace = 'public'::regnamespace
union all select 'trigger', tgrelid::regclass || ' ' || tgname from pg_trigger where not tgisinternal
order by 1, 2
"""


async def catalogue(server: Server) -> list[tuple[str, str]]:
    """Return everything that a database says of its schema."""
    connection = await server.connect()
    try:
        return [(row["what"], row["said"]) for row in await connection.fetch(CATALOGUE)]
    finally:
        await connection.close()


async def test_one_schema_serves_the_suite_an_embedded_desk_and_a_served_one(server: Server) -> None:
    of_suite = await catalogue(server)
    with new_home() as home:
        embedded = EmbeddedPostgres(home / "pg")
        await embedded.start()
        try:
            of_desk = Server(embedded.connect_kwargs)
            assert await bring_up_to_date(of_desk)
            assert not await bring_up_to_date(of_desk), "once is enough"
            owner = await of_desk.connect()
            await owner.execute("create database elsewhere")
            await owner.close()
            socket, user = of_desk.arguments["host"], of_desk.arguments["user"]
            served = Server.at(f"postgresql://{user}@/elsewhere?host={socket}")
            assert await bring_up_to_date(served)
            assert await catalogue(of_desk) == of_suite
            assert await catalogue(served) == of_suite
        finally:
            await embedded.stop()
    assert len(of_suite) > 100


async def test_each_tenant_sees_no_row_of_another_in_any_table(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "2")
    await desk.mine.step(tape_id)
    await desk.mine.order(account_id, "sell", "1")
    await desk.mine.ask("POST", "/v1/datasets", params={"name": "Nova"}, content=b"x")
    await desk.mine.post("/v1/accounts", {"name": "Keyed", "tape_id": tape_id}, **{"Idempotency-Key": "k"})
    unseen: dict[str, int] = {}
    async with desk.runtime.as_system() as db:
        tables = list((await db.execute(text(OWNED))).scalars())
        mine = {table: await _count(db, table, desk.first.tenant_id) for table in tables}
    async with desk.runtime.app.connect() as db:
        await db.execute(SET_TENANTS, {"tenants": tenants_setting([desk.second.tenant_id])})
        for table in set(tables) - {"sign_in_links"}:
            unseen[table] = await _count(db, table, desk.first.tenant_id)
    assert {table: seen for table, seen in unseen.items() if seen} == {}
    filled = {"accounts", "orders", "fills", "entries", "events", "positions", "lots", "audit", "jobs", "api_keys",
              "memberships", "idempotency_keys", "tape_runs"}  # fmt: skip
    assert {table for table in filled if mine[table]} == filled
    async with desk.runtime.app.connect() as db:
        await db.execute(SET_TENANTS, {"tenants": tenants_setting([desk.second.tenant_id])})
        assert (await db.execute(text("select count(*) from postings"))).scalar_one() == 0


async def _count(db: Any, table: str, tenant_id: object) -> int:  # noqa: ANN401
    query = text(f"select count(*) from {table} where tenant_id = :tenant_id")
    found: int = (await db.execute(query, {"tenant_id": tenant_id})).scalar_one()
    return found
