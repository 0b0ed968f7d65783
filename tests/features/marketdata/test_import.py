"""A file of prices becomes a dataset wholly or not at all, in a job that says why not."""

import asyncio
import io
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from paperdesk.features.marketdata.feeds import columns
from paperdesk.features.marketdata.import_dataset import KIND, run_import
from paperdesk.features.marketdata.jobs import JOBS
from paperdesk.features.operations.jobs import SCHEDULES
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.jobs import Job, Rhythm
from tests.desk import RunningDesk, refused, wish

HEAD = "symbol,date,open,high,low,close,volume\n"
GOOD = HEAD + "NOVA,2024-06-03,10.00,11.00,9.00,10.50,100\nNOVA,2024-06-04,10.50,12.00,10.00,11.50,100\n"
BAD = HEAD + (
    "NOVA,2024-06-03,10.00,11.00,9.00,10.50,100\n"
    "NOVA,2024-06-04,ten,12.00,10.00,11.50,100\n"
    "NOVA,2024-06-08,10.50,12.00,10.00,11.50,100\n"
    "NOVA,2024-06-05,10.50,9.00,10.00,11.50,100\n"
    "NOVA,2024-06-06,10.50,12.00,10.00,,100\n"
    "NOVA,2024-06-07,10.50\n"
)


@pytest.fixture
async def at_work(desk: RunningDesk) -> AsyncIterator[RunningDesk]:
    """The desk with somebody who does the jobs."""
    working = asyncio.create_task(Worker(desk.runtime, JOBS).run())
    yield desk
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def sent(desk: RunningDesk, content: bytes, **params: str) -> dict[str, Any]:
    """Upload a file, and return the job once it has ended."""
    answer = await desk.mine.ask("POST", "/v1/datasets", params={"name": "Nova", **params}, content=content)
    assert answer.status_code == 202, answer.text
    return await desk.mine.ended(answer.json()["job_id"])


async def names(desk: RunningDesk) -> list[str]:
    return [row["name"] for row in await desk.mine.rows("/v1/datasets") if not row["name"].startswith("Small")]


async def test_a_good_file_becomes_a_dataset_that_can_be_traded_on(at_work: RunningDesk) -> None:
    job = await sent(at_work, GOOD.encode())
    assert (job["state"], job["progress"], job["problems"]) == ("done", 1.0, [])
    assert (job["result"]["rows"], job["result"]["instruments"]) == (2, 1)
    assert await names(at_work) == ["Nova"]
    tape_id = await at_work.mine.open_tape(job["result"]["dataset_id"])
    account_id = await at_work.mine.open_account(tape_id)
    await at_work.mine.order(account_id, "buy", "1", symbol="NOVA")
    await at_work.mine.step(tape_id)
    assert (await at_work.mine.rows(f"/v1/accounts/{account_id}/fills"))[0]["price"] == "10.51"
    assert await at_work.theirs.rows("/v1/datasets") == [
        row for row in await at_work.mine.rows("/v1/datasets") if row["name"] != "Nova"
    ]


async def test_history_is_checked_whole_and_stored_in_partitions_that_read_as_one(
    at_work: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "PERIOD_ROWS", 4)
    days = [f"2024-{month:02}-{day:02}" for month in (5, 6) for day in (3, 6, 7, 10)]
    rows = [f"NOVA,{day},10.00,11.00,9.00,10.{number}0,100\n" for number, day in enumerate(days, start=1)]
    faulty = HEAD + "".join([*rows, "NOVA,2024-06-11,10.00,9.00,11.00,10.50,100\n"])
    assert (await sent(at_work, faulty.encode()))["state"] == "failed"
    assert await names(at_work) == []
    job = await sent(at_work, (HEAD + "".join(rows)).encode())
    folder = at_work.runtime.settings.datasets / job["result"]["dataset_id"]
    assert sorted(path.stem for path in folder.glob("*/*.parquet")) == ["2024-05", "2024-06"]
    tape_id = await at_work.mine.open_tape(job["result"]["dataset_id"], "2024-06-10T20:00:00Z")
    bars = await at_work.mine.rows("/v1/bars", tape_id=tape_id, symbol="NOVA")
    assert [bar["close"] for bar in bars] == [f"10.{number}" for number in range(1, 9)]


async def test_shares_options_funds_indexes_and_bonds_are_kinds_of_one_master(at_work: RunningDesk) -> None:
    bars = ("NOVA", "NOVA240621C00010000", "NVX", "MKTX", "T 4.25 2034")
    content = HEAD + "".join(f"{symbol},2024-06-03,98.50,99.25,98.00,99.125,100\n" for symbol in bars)
    kinds = {"etfs": "NVX", "indexes": "MKTX", "bonds": "T 4.25 2034"}
    job = await sent(at_work, content.encode(), **kinds)
    tape_id = await at_work.mine.open_tape(job["result"]["dataset_id"], "2024-06-03T20:00:00Z")
    rows = await at_work.mine.rows("/v1/instruments", tape_id=tape_id)
    assert {row["symbol"]: (row["kind"], row["price_unit"], row["tradable"]) for row in rows} == {
        "NOVA": ("equity", "money", True),
        "NOVA240621C00010000": ("option", "money", True),
        "NVX": ("etf", "money", True),
        "MKTX": ("index", "points", False),
        "T 4.25 2034": ("bond", "percent_of_face", False),
    }
    (bar,) = await at_work.mine.rows("/v1/bars", tape_id=tape_id, symbol="T 4.25 2034")
    assert bar["close"] == "99.125"
    account_id = await at_work.mine.open_account(tape_id)
    order = wish(account_id, "buy", "1", symbol="T 4.25 2034")
    facts = refused(await at_work.mine.ask("POST", "/v1/orders", json=order), 409, "instrument_not_tradable")
    assert facts["symbol"] == "T 4.25 2034"


async def test_a_kind_of_what_the_file_does_not_have_is_refused(at_work: RunningDesk) -> None:
    job = await sent(at_work, GOOD.encode(), bonds="NOVVA")
    assert (job["state"], [each["code"] for each in job["problems"]]) == ("failed", ["symbol_missing"])
    assert await names(at_work) == []


async def test_a_parquet_file_is_as_good(at_work: RunningDesk) -> None:
    rows = {"symbol": ["NOVA"] * 2, "date": ["2024-06-03", "2024-06-04"], "close": [10.5, 11.5]}
    buffer = io.BytesIO()
    pq.write_table(pa.table(rows), buffer)
    job = await sent(at_work, buffer.getvalue(), format="parquet")
    assert (job["state"], job["result"]["rows"]) == ("done", 2)


async def test_every_bad_row_is_named_and_nothing_is_imported(at_work: RunningDesk) -> None:
    before = set(at_work.runtime.settings.datasets.iterdir())
    job = await sent(at_work, BAD.encode())
    assert (job["state"], job["result"]) == ("failed", None)
    assert job["message"].startswith("Nothing was imported")
    lines = [problem["facts"]["line"] if "facts" in problem else problem["line"] for problem in job["problems"]]
    assert lines == [3, 4, 5, 6, 7]
    assert all(problem["code"] for problem in job["problems"])
    assert await names(at_work) == []
    assert set(at_work.runtime.settings.datasets.iterdir()) == before
    assert list((at_work.runtime.settings.directory / "uploads").iterdir()) == []


def uploads(desk: RunningDesk) -> list[str]:
    """Return what lies among the files on their way in."""
    return sorted(path.name for path in (desk.runtime.settings.directory / "uploads").iterdir())


async def asked(desk: RunningDesk) -> str:
    """Upload a good file, and return the id of the job that wants it."""
    answer = await desk.mine.ask("POST", "/v1/datasets", params={"name": "Nova"}, content=GOOD)
    return str(answer.json()["job_id"])


async def test_a_cancelled_import_leaves_no_upload_whether_it_had_begun_or_not(desk: RunningDesk) -> None:
    reading, may_go_on = asyncio.Event(), asyncio.Event()

    async def read_slowly(job: Job) -> dict[str, Any]:
        reading.set()
        await may_go_on.wait()
        return await run_import(job)

    waiting = await asked(desk)
    await desk.mine.ask("DELETE", f"/v1/jobs/{waiting}")
    running = await asked(desk)
    assert len(uploads(desk)) == 2
    working = asyncio.create_task(Worker(desk.runtime, {KIND: read_slowly}).run())
    await asyncio.wait_for(reading.wait(), 30)
    await desk.mine.ask("DELETE", f"/v1/jobs/{running}")
    may_go_on.set()
    async with asyncio.timeout(30):
        while uploads(desk):
            await asyncio.sleep(0.02)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert await names(desk) == []


async def test_an_import_that_breaks_down_for_good_leaves_no_upload(desk: RunningDesk) -> None:
    async def break_down(job: Job) -> dict[str, Any]:
        assert uploads(desk), "a job that is tried again still has its file"
        raise RuntimeError("out of luck")

    job_id = await asked(desk)
    hasty = Rhythm(look_s=0.02, first_pause_s=0.01)
    working = asyncio.create_task(Worker(desk.runtime, {KIND: break_down}, rhythm=hasty).run())
    async with asyncio.timeout(30):
        while (await desk.mine.get(f"/v1/jobs/{job_id}"))["state"] != "failed":
            await asyncio.sleep(0.02)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert uploads(desk) == []


async def test_uploads_that_no_job_wants_go_by_the_clock_and_no_others(desk: RunningDesk, clock: FrozenClock) -> None:
    job_id = await asked(desk)
    (wanted,) = uploads(desk)
    folder = desk.runtime.settings.directory / "uploads"
    (folder / "new").write_text("on its way in")
    (folder / "orphan").write_text("its request died")
    (folder / job_id).mkdir()  # what a job gathers
    (folder / str(uuid4())).mkdir()
    old = (clock.now() - timedelta(hours=2)).timestamp()
    for path in folder.iterdir():
        os.utime(path, (old, old))
    os.utime(folder / "new", (clock.now().timestamp(),) * 2)
    await SCHEDULES["let_go_of_orphans"].duty(desk.runtime)
    assert uploads(desk) == sorted(["new", wanted, job_id])


@pytest.mark.parametrize(
    ("content", "params"),
    [(b"", {}), (b"\x00\x01\x02", {}), (b"PAR1 but not really", {"format": "parquet"}), (HEAD.encode(), {})],
)
async def test_what_is_no_price_file_fails_with_a_reason(
    at_work: RunningDesk, content: bytes, params: dict[str, str]
) -> None:
    job = await sent(at_work, content, **params)
    assert job["state"] == "failed"
    assert job["problems"]
    assert await names(at_work) == []


@pytest.mark.parametrize(
    "params",
    [{"name": ""}, {"name": "a\x00"}, {"format": "xls"}, {"price_basis": "magic"}, {"calendar": "XMARS"},
     {"calendar": "\x00"}, {"symbol": "\x00"}, {"colour": "red"}],
    ids=str,
)  # fmt: skip
async def test_terms_that_cannot_be_are_refused_before_anything_is_kept(
    desk: RunningDesk, params: dict[str, str]
) -> None:
    answer = await desk.mine.ask("POST", "/v1/datasets", params={"name": "Nova"} | params, content=GOOD)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in {"malformed_request", "unknown_calendar"}
    assert await desk.mine.rows("/v1/jobs") == []
    assert list((desk.runtime.settings.directory / "uploads").glob("*")) == []


async def test_a_file_too_large_leaves_nothing(desk: RunningDesk) -> None:
    limit = desk.runtime.settings.import_bytes_max

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(limit // 10_000_000 + 1):
            yield b"x" * 10_000_000

    refused(
        await desk.mine.ask("POST", "/v1/datasets", params={"name": "Nova"}, content=endless()), 413, "body_too_large"
    )
    assert list((desk.runtime.settings.directory / "uploads").glob("*")) == []
