"""Results are typed rows: what REST tells of a run is what a query of its rows comes to, and they go with their run."""

import asyncio
import json
from collections.abc import Mapping
from decimal import Decimal
from importlib.resources import files
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB

from paperdesk.features.backtests.result_store import PARTS, load_results
from paperdesk.infra.db import Server
from tests.desk import FIRST_CLOSE, RunningDesk
from tests.features.backtests.at_once import ran_backtest

BEFORE, AFTER = "0045", "0046"


@pytest.fixture
async def run(desk: RunningDesk) -> tuple[RunningDesk, str]:
    """A run of crossing averages over forty days, and its id."""
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    terms = {"fees": {"per_share": "0.01"}, "fill_model": "ideal", "starts_at": FIRST_CLOSE}
    return desk, await ran_backtest(desk, tape_id, "sma_cross", parameters={"fast": 3, "slow": 8}, **terms)


async def asked(desk: RunningDesk, query: str, **values: Any) -> Mapping[str, Any]:  # noqa: ANN401 - any values
    """Return the one row of a query."""
    async with desk.runtime.as_system() as db:
        return dict((await db.execute(text(query), values)).mappings().one())


async def test_what_came_of_a_run_can_be_queried_by_type(run: tuple[RunningDesk, str]) -> None:
    desk, run_id = run
    path = f"/v1/backtests/{run_id}"
    results, trips = await desk.mine.get(f"{path}/results"), await desk.mine.rows(f"{path}/round-trips")
    fills = "select count(*) as fills, sum(fee) as fees from backtest_fills where backtest_id = :id"
    assert await asked(desk, fills, id=run_id) == {"fills": results["fills"], "fees": Decimal(results["fees"])}
    gained = """
        select sum(gain) as gain, max(left_at - entered_at) > interval '1 day' as is_long
        from backtest_round_trips where backtest_id = :id and left_at is not null
    """
    gain = sum((Decimal(each["gain"]) for each in trips if each["gain"] is not None), Decimal(0))
    assert await asked(desk, gained, id=run_id) == {"gain": gain, "is_long": True}
    last = "select equity from backtest_points where backtest_id = :id order by at desc limit 1"
    assert (await asked(desk, last, id=run_id))["equity"] == Decimal(results["equity_after"])
    figure = "select value from backtest_figures where backtest_id = :id and name = 'sharpe'"
    assert (await asked(desk, figure, id=run_id))["value"] == results["figures"]["sharpe"]
    joined = """
        select count(*) as found from backtest_fills f join backtest_orders o using (backtest_id)
        where o.number = f.order_number and o.symbol = f.symbol and backtest_id = :id
    """
    assert (await asked(desk, joined, id=run_id))["found"] == results["fills"]
    rest = "select report from backtests where id = :id"
    assert not {*PARTS, "reasons"} & (await asked(desk, rest, id=run_id))["report"].keys()


async def test_rows_go_with_their_run(run: tuple[RunningDesk, str]) -> None:
    desk, run_id = run
    counted = " + ".join(f"(select count(*) from {part.table.name})" for part in PARTS.values())
    assert (await asked(desk, f"select {counted} as rows"))["rows"] > 0
    assert (await desk.mine.ask("DELETE", f"/v1/backtests/{run_id}")).status_code == 204
    assert (await asked(desk, f"select {counted} as rows"))["rows"] == 0


def migrated(owner: Server, upto: str) -> None:
    """Bring a database to a revision."""
    config = Config()
    config.set_main_option("script_location", str(files("paperdesk") / "migrations"))
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(owner.psycopg_url))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, upto)
        connection.commit()
    engine.dispose()


async def test_what_was_one_document_becomes_rows_and_none_is_lost(
    run: tuple[RunningDesk, str], server: Server
) -> None:
    desk, run_id = run
    rows = {
        part.table.name: f"select jsonb_agg(to_jsonb(t) order by number) as rows from {part.table.name} t"
        for part in PARTS.values()
    }
    wanted = {name: (await asked(desk, query))["rows"] for name, query in rows.items()}
    async with desk.runtime.read(desk.first.principal) as work:
        parts = await load_results(work, UUID(run_id), PARTS)
    whole = text("update backtests set report = report || :parts where id = :id").bindparams(
        sa.bindparam("parts", parts, JSONB), id=UUID(run_id)
    )
    async with desk.runtime.as_system() as db:
        await db.execute(whole)
    of_run = (await asked(desk, "select to_jsonb(b)::text as said from backtests b"))["said"]
    tenant = "select to_jsonb(t)::text as said from tenants t where id = :id"
    of_tenant = (await asked(desk, tenant, id=desk.first.tenant_id))["said"]
    owner = await server.connect()
    await owner.execute("create database of_before")
    before = Server({**server.arguments, "database": "of_before"})
    try:
        await asyncio.to_thread(migrated, before, BEFORE)
        old = await before.connect()
        # Neither the tape of the run nor who asked for it comes along.
        await old.execute("set session_replication_role = replica")
        for table, said in (("tenants", of_tenant), ("backtests", of_run)):
            await old.execute(f"insert into {table} select * from jsonb_populate_record(null::{table}, $1)", said)
        await asyncio.to_thread(migrated, before, AFTER)
        for name, query in rows.items():
            assert by_name(await old.fetchval(query)) == by_name(wanted[name]), name
        left = json.loads(await old.fetchval("select report::text from backtests"))
        assert left == {name: each for name, each in json.loads(of_run)["report"].items() if name not in parts}
        await old.close()
    finally:
        await owner.execute("drop database of_before with (force)")
        await owner.close()


def by_name(rows: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON or its text
    """Return rows without their numbers, in an order of their own, for documents had none of kinds and names."""
    found = json.loads(rows) if isinstance(rows, str) else rows
    told = [{name: each for name, each in row.items() if name != "number"} for row in found]
    return sorted(told, key=lambda row: json.dumps(row, sort_keys=True))
