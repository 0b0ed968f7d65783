"""Quality and repair through REST: a report as of a tape, and holes filled into a version of one's own."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from paperdesk.features.marketdata.jobs import JOBS
from paperdesk.infra.job_worker import Worker
from tests.desk import RunningDesk, refused

HEAD = "symbol,date,open,high,low,close,volume\n"
DAYS = [f"NOVA,2024-06-{day:02},10.00,11.00,9.00,10.50,100\n" for day in (3, 4, 5, 6, 7)]


@pytest.fixture
async def at_work(desk: RunningDesk) -> AsyncIterator[RunningDesk]:
    """The desk with somebody who does the jobs."""
    working = asyncio.create_task(Worker(desk.runtime, JOBS).run())
    yield desk
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def brought(desk: RunningDesk, name: str, rows: list[str], **terms: str) -> str:
    content = (HEAD + "".join(rows)).encode()
    answer = await desk.mine.ask("POST", "/v1/datasets", params={"name": name, **terms}, content=content)
    job = await desk.mine.ended(answer.json()["job_id"])
    assert job["state"] == "done", job
    return str(job["result"]["dataset_id"])


async def repaired(desk: RunningDesk, dataset_id: str, donor: str) -> dict[str, Any]:
    answer = await desk.mine.post(f"/v1/datasets/{dataset_id}/repairs", {"from_dataset_id": donor})
    return await desk.mine.ended(answer["job_id"])


async def test_a_report_as_of_a_tape_tells_nothing_of_what_follows(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    dataset_id = desk.markets["daily"].id
    report = await desk.mine.get(f"/v1/datasets/{dataset_id}/quality", tape_id=tape_id)
    assert [each["symbol"] for each in report["items"]] == ["ACME", "MKTX"]
    assert [(each["rows"], each["coverage_rate"], each["missing"]) for each in report["items"]] == [(1, "1", 0)] * 2
    await desk.mine.step(tape_id, count=5)
    later = await desk.mine.get(f"/v1/datasets/{dataset_id}/quality", tape_id=tape_id, symbol="MKTX")
    assert [(each["rows"], each["behind"]) for each in later["items"]] == [(1, 5)]


async def test_a_shared_dataset_is_judged_on_a_tape_only(desk: RunningDesk) -> None:
    dataset_id = desk.markets["daily"].id
    refused(await desk.mine.ask("GET", f"/v1/datasets/{dataset_id}/quality"), 409, "quality_needs_tape")
    other, _ = await desk.market("closes")
    answer = await desk.mine.ask("GET", f"/v1/datasets/{dataset_id}/quality", params={"tape_id": other})
    refused(answer, 404, "unknown_dataset")


async def test_holes_are_filled_into_a_new_version(at_work: RunningDesk) -> None:
    mine = await brought(at_work, "Nova", [DAYS[0], DAYS[1], DAYS[4]])
    report = await at_work.mine.get(f"/v1/datasets/{mine}/quality")
    (nova,) = report["items"]
    assert (nova["coverage_rate"], nova["missing"], nova["gaps"]) == (
        "0.6", 2, [{"starts_at": "2024-06-05T13:30:00Z", "ends_at": "2024-06-06T20:00:00Z", "missing": 2}],
    )  # fmt: skip
    donor = await brought(at_work, "Other", [day.replace("10.50", "10.625") for day in DAYS[:4]])
    job = await repaired(at_work, mine, donor)
    assert (job["result"]["filled"], job["result"]["missing"]) == (2, 0)
    versions = [row for row in await at_work.mine.rows("/v1/datasets") if row["name"] == "Nova"]
    assert sorted((row["version"], row["rows"]) for row in versions) == [(1, 3), (2, 5)]
    newest = max(versions, key=lambda row: int(row["version"]))
    assert any("2 missing bars were filled from Other" in warning for warning in newest["warnings"])
    tape_id = await at_work.mine.open_tape(job["result"]["dataset_id"], "2024-06-07T20:00:00Z")
    bars = (await at_work.mine.get("/v1/bars", tape_id=tape_id, symbol="NOVA"))["items"]
    assert [bar["close"] for bar in bars] == ["10.5", "10.5", "10.625", "10.625", "10.5"]


async def test_quality_counts_the_rows_that_are_there_and_those_that_are_missing_symbol_by_symbol(
    at_work: RunningDesk,
) -> None:
    nova = [DAYS[0], DAYS[3]]
    polo = [day.replace("NOVA", "POLO") for day in (DAYS[0], DAYS[1], DAYS[2], DAYS[4])]
    dataset_id = await brought(at_work, "Counted", sorted(nova + polo, key=lambda row: row.split(",")[1]))
    report = await at_work.mine.get(f"/v1/datasets/{dataset_id}/quality")
    counted = [
        (each["symbol"], each["rows"], each["missing"], each["behind"], each["coverage_rate"], each["gaps_total"])
        for each in report["items"]
    ]
    assert counted == [("NOVA", 2, 2, 1, "0.5", 1), ("POLO", 4, 1, 0, "0.8", 1)]
    listed = next(row for row in await at_work.mine.rows("/v1/datasets") if row["name"] == "Counted")
    assert listed["rows"] == sum(rows for _, rows, *_ in counted)


async def test_a_repair_that_cannot_be_is_refused_and_leaves_no_version(at_work: RunningDesk) -> None:
    mine = await brought(at_work, "Nova", [DAYS[0], DAYS[2]])
    no_help = await brought(at_work, "Late", [DAYS[3], DAYS[4]])
    adjusted = await brought(at_work, "Adjusted", [DAYS[1]], price_basis="split")
    for donor, code in ((no_help, "nothing_repaired"), (adjusted, "repair_mismatch")):
        job = await repaired(at_work, mine, donor)
        assert (job["state"], job["problems"][0]["code"]) == ("failed", code)
    assert [row["version"] for row in await at_work.mine.rows("/v1/datasets") if row["name"] == "Nova"] == [1]
    body = {"from_dataset_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"}
    refused(await at_work.mine.ask("POST", f"/v1/datasets/{mine}/repairs", json=body), 404, "unknown_dataset")


async def test_bars_come_in_every_interval_their_tape_can_fill(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    await desk.mine.step(tape_id, count=6)
    weeks = await desk.mine.get("/v1/bars", tape_id=tape_id, symbol="ACME", interval="1w")
    (week,) = weeks["items"]
    assert (week["at"], week["open"], week["high"], week["low"], week["close"], week["volume"]) == (
        "2024-06-07T20:00:00Z", "100", "106", "97", "101", "5000000000",
    )  # fmt: skip
    too_fine = {"tape_id": tape_id, "symbol": "ACME", "interval": "1m"}
    refused(await desk.mine.ask("GET", "/v1/bars", params=too_fine), 409, "bars_do_not_fit")
    refused(await desk.mine.ask("GET", "/v1/bars", params=too_fine | {"interval": "2d"}), 422, "malformed_request")
