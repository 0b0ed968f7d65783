"""Two desks on one database: who follows a tape at the one that does not move it misses nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from paperdesk.core.kernel.values import replace
from paperdesk.doors import worker
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.runtime import Runtime
from tests.desk import RunningDesk, at_work
from tests.doors.stream.conftest import Exchange, serving
from tests.doors.stream.test_market import follow
from tests.features.marketdata.live_desk import live

__all__ = ["live"]

HIGHER = (101.90, 101.94, 101.92, 99.50, 102.50, 99.10, 120500, 99.00)


@pytest.fixture
async def other(desk: RunningDesk) -> AsyncIterator[Exchange]:
    """Another process on the same database, started when the first one leads and listens."""
    tape_id, _ = await desk.market()
    await desk.mine.step(tape_id)
    mine = desk.runtime
    theirs = Runtime(mine.settings, mine.server, mine.hasher, mine.vault, mine.clock)
    async with at_work(theirs) as (rooms, relay, pump):
        while not (rooms.shelf.answers._is_told and desk.rooms.shelf.answers._is_told):
            await asyncio.sleep(0.01)
        async with serving(replace(desk, runtime=theirs, rooms=rooms, relay=relay, pump=pump, clients=[])) as found:
            yield found
    await theirs.close()


async def test_quotes_are_told_where_the_tape_is_not_moved(desk: RunningDesk, other: Exchange) -> None:
    tape_id, _ = await desk.market("quotes")
    line = await other.mine()
    said = await follow(line, tape_id, "quotes")
    assert (await line.hear())["seq"] == said["seq"]
    tape = await desk.mine.step(tape_id, "quote")
    moved = await line.hear()
    assert (moved["after"], moved["seq"]) == (said["seq"], tape["cursor"])
    assert (moved["quote"]["bid"], moved["quote"]["ask_size"]) == ("100", "5")


async def test_bars_and_where_the_tape_stands_are_told_too(desk: RunningDesk, other: Exchange) -> None:
    tape_id, _ = await desk.market()
    line, watcher = await other.mine(), await other.mine()
    await follow(line, tape_id, "bars", interval="1d")
    await line.hear()
    await watcher.follow_tape(tape_id)
    tape = await desk.mine.step(tape_id)
    bars = await desk.mine.rows("/v1/bars", tape_id=tape_id, symbol="ACME", interval="1d")
    assert (await line.hear())["bars"] == bars[-1:]
    while (await watcher.hear())["tape"]["cursor"] != tape["cursor"]:
        pass


async def test_orders_are_told_in_both_processes_whichever_took_them(desk: RunningDesk, other: Exchange) -> None:
    tape_id, account_id = await desk.market()
    async with serving(desk) as here:
        lines = [await here.mine(), await other.mine()]
        for line in lines:
            await line.say(do="subscribe", topic="account", id=account_id, after=1)
            await line.system("subscribed")
        await desk.mine.order(account_id, "buy", "1")
        await desk.mine.step(tape_id)
        await other.desk.mine.order(account_id, "buy", "1")
        await other.desk.mine.step(tape_id)
        expected = [(2, "order_accepted"), (3, "order_filled"), (4, "order_accepted"), (5, "order_filled")]
        for line in lines:
            assert await line.events(4) == expected


async def test_a_live_tape_is_told_where_it_is_not_recorded(
    live: tuple[RunningDesk, str], other: Exchange, clock: FrozenClock
) -> None:
    desk, tape_id = live
    line = await other.mine()
    await follow(line, tape_id, "quotes")
    state = await line.hear()
    assert state["quote"]["bid"] == "100"
    account_id = await other.desk.mine.open_account(tape_id)
    await other.desk.mine.order(account_id, "buy", "1")
    clock.advance(timedelta(seconds=6))
    desk.vendors.now["ACME"] = (HIGHER, "2026-01-05T15:31:04Z")
    moved = await line.hear()
    assert (moved["quote"]["bid"], moved["after"]) == ("101.9", state["seq"])
    (fill,) = await other.desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert fill["price"] == "101.96"
    shown = await other.desk.mine.get("/v1/quotes", tape_id=tape_id, symbols="ACME")
    assert shown["items"][0]["bid"] == "101.9"


async def test_who_follows_misses_nothing_when_another_process_takes_over_moving_tapes(
    desk: RunningDesk, other: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "IDLE_S", 0.02)
    tape_id, _ = await desk.market("quotes")
    async with serving(desk) as here:
        lines = [await here.mine(), await other.mine()]
        for line in lines:
            await follow(line, tape_id, "quotes")
        seqs = {(await line.hear())["seq"] for line in lines}
        for _ in range(2):
            tape = await other.desk.mine.step(tape_id, "quote")
            for line in lines:
                moved = await line.hear()
                assert (moved["after"], moved["seq"]) == (*seqs, tape["cursor"])
            seqs = {tape["cursor"]}
            await another_leads(desk)


async def another_leads(desk: RunningDesk) -> None:
    """Take the connection away that the leading pump moves tapes with, and wait until another pump has the duty."""
    leaders = "select pid from pg_locks where locktype = 'advisory' and granted and objid::bigint = $1"
    pump = await desk.owner.fetchval("select hashtext('paperdesk:pump')::bit(32)::bigint")
    before = await desk.owner.fetchval(leaders, pump)
    assert before is not None
    await desk.owner.execute("select pg_terminate_backend($1)", before)
    async with asyncio.timeout(30):
        while await desk.owner.fetchval(leaders, pump) in {None, before}:
            await asyncio.sleep(0.01)
