"""A run over more sessions than a curve shows is thinned to five thousand points, its ends kept."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import pytest

from paperdesk.core.market.sessions import XNYS, calendar
from paperdesk.features.backtests.jobs import JOBS
from paperdesk.features.marketdata.jobs import JOBS as IMPORTS
from paperdesk.infra.job_worker import Worker
from tests.desk import RunningDesk

SESSIONS, POINTS_MAX = 5_040, 5_000


@pytest.fixture
async def archive(desk: RunningDesk) -> AsyncIterator[RunningDesk]:
    """The desk with a worker that imports and runs."""
    working = asyncio.create_task(Worker(desk.runtime, {**JOBS, **IMPORTS}).run())
    try:
        yield desk
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def twenty_years() -> bytes:
    """Return a file of daily bars that rise and fall in turns of a hundred."""
    days = list(calendar(XNYS).sessions(date(2000, 1, 3), date(2021, 1, 1)))[:SESSIONS]
    lines = ["symbol,date,open,high,low,close,volume"]
    for number, session in enumerate(days):
        price = 100 + abs(number % 200 - 100)
        lines.append(f"NOVA,{session.on},{price}.00,{price}.50,{price - 1}.50,{price}.25,1000000")
    return "\n".join(lines).encode()


async def test_equity_is_sampled_at_every_close_and_thinned_to_five_thousand_points(archive: RunningDesk) -> None:
    mine = archive.mine
    answer = await mine.ask("POST", "/v1/datasets", params={"name": "Twenty years"}, content=twenty_years())
    job = await mine.ended(answer.json()["job_id"])
    assert (job["state"], job["result"]["rows"]) == ("done", SESSIONS)
    tape_id = await mine.open_tape(job["result"]["dataset_id"], "2000-01-03T21:00:00Z")
    await mine.control(tape_id, "jump", to="2020-12-31T21:00:00Z")
    ran = await mine.post(
        "/v1/backtests",
        {"name": "Twenty years", "tape_id": tape_id, "strategy": "buy_and_hold", "symbols": ["NOVA"], "cash": "100000"},
    )
    assert (await mine.ended(ran["job_id"]))["state"] == "done"
    results = await mine.get(f"/v1/backtests/{ran['id']}/results")
    curve = await mine.rows(f"/v1/backtests/{ran['id']}/equity")
    assert len(curve) == POINTS_MAX < SESSIONS
    assert [each["at"] for each in curve] == sorted({each["at"] for each in curve})
    assert (curve[0]["equity"], curve[-1]["equity"]) == ("100000", results["equity_after"])
    assert curve[-1]["at"] == results["ended_at"]
    assert Decimal(curve[-1]["equity"]) != Decimal(100_000)
