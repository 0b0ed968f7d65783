"""Holes of a dataset are filled from one's sources by a chain of jobs, into a version of its own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

import pytest

from paperdesk.features.marketdata import backfill_dataset
from paperdesk.features.marketdata.jobs import jobs_with
from paperdesk.features.operations.jobs import SCHEDULES
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.jobs import RETRIES, Rhythm
from tests.desk import RunningDesk, refused
from tests.vendor_answers import DAYS, alpaca_dividend, text_of
from tests.vendor_stand import KEYS, Trouble

HEAD = "symbol,date,open,high,low,close,volume\n"
ROWS = {
    day: f"ACME,2024-01-{day:02},100.00,110.00,90.00,{100 + day}.25,500\n" for day in (2, 3, 4, 5, 8, 9)
}  # the days that the vendor has as well, with other prices


@pytest.fixture
async def keyed(desk: RunningDesk) -> AsyncIterator[RunningDesk]:
    """The desk with a key at a vendor, and somebody who does the jobs."""
    key_id, secret = KEYS["alpaca"]
    body = {"key_id": key_id, "secret": secret}
    (await desk.mine.ask("PUT", "/v1/sources/alpaca/key", json=body)).raise_for_status()
    rhythm = Rhythm(look_s=0.02, first_pause_s=0.01)
    working = asyncio.create_task(Worker(desk.runtime, jobs_with(desk.rooms.sources), rhythm=rhythm).run())
    yield desk
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def brought(desk: RunningDesk, days: list[int], **terms: str) -> str:
    content = (HEAD + "".join(ROWS[day] for day in days)).encode()
    answer = await desk.mine.ask("POST", "/v1/datasets", params={"name": "Holed", **terms}, content=content)
    return str((await desk.mine.ended(answer.json()["job_id"]))["result"]["dataset_id"])


async def chain(desk: RunningDesk, dataset_id: str) -> list[dict[str, Any]]:
    """Ask for a backfill and return its jobs, once the last has ended."""
    job_id = (await desk.mine.post(f"/v1/datasets/{dataset_id}/backfills", None))["job_id"]
    found = [await desk.mine.ended(job_id)]
    while "next_job_id" in (found[-1]["result"] or {}):
        found.append(await desk.mine.ended(found[-1]["result"]["next_job_id"]))
    return found


async def test_holes_are_filled_by_jobs_that_start_each_other(
    keyed: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill_dataset, "PAGE_BARS", 2)
    dataset_id = await brought(keyed, [2, 5, 9])
    links = await chain(keyed, dataset_id)
    assert [each["state"] for each in links] == ["done", "done"]
    assert (links[0]["result"]["chunks"], links[0]["result"]["left"]) == (2, 1)
    last = links[-1]["result"]
    assert (last["filled"], last["missing"], last["chunks"]) == (3, 0, 2)
    spans = {(asked.params["start"], asked.params["end"]) for asked in keyed.vendors.asked if "start" in asked.params}
    assert spans == {
        ("2024-01-03T05:00:00Z", "2024-01-04T21:00:00Z"),
        ("2024-01-08T05:00:00Z", "2024-01-08T21:00:00Z"),
    }
    versions = [row for row in await keyed.mine.rows("/v1/datasets") if row["name"] == "Holed"]
    assert sorted((row["version"], row["rows"]) for row in versions) == [(1, 3), (2, 6)]
    tape_id = await keyed.mine.open_tape(last["dataset_id"], "2024-01-09T21:00:00Z")
    bars = await keyed.mine.rows("/v1/bars", tape_id=tape_id, symbol="ACME")
    assert [bar["close"] for bar in bars] == ["102.25", "101.5", "102.5", "105.25", "104.5", "109.25"]
    assert not list((keyed.runtime.settings.directory / "uploads").iterdir())


async def test_a_chain_that_cannot_be_says_why_and_leaves_no_version(keyed: RunningDesk) -> None:
    whole = await brought(keyed, [2, 3, 4])
    (job,) = await chain(keyed, whole)
    assert (job["state"], job["problems"][0]["code"]) == ("failed", "nothing_missing")
    keyed.vendors.troubles = [Trouble(422)] * (1 + RETRIES)
    (job,) = await chain(keyed, await brought(keyed, [2, 4]))
    assert (job["state"], job["problems"][0]["code"]) == ("failed", "vendor_request_refused")
    adjusted = await brought(keyed, [2, 4], price_basis="split")
    (job,) = await chain(keyed, adjusted)
    assert (job["state"], job["problems"][0]["code"]) == ("failed", "repair_mismatch")
    unknown = "/v1/datasets/0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11/backfills"
    refused(await keyed.mine.ask("POST", unknown), 404, "unknown_dataset")


async def test_what_is_missing_in_a_history_is_found_and_filled_at_the_weekend(keyed: RunningDesk) -> None:
    duty = SCHEDULES["fill_histories"]
    assert duty.cron.endswith("* * 0")
    keyed.vendors.lost = {text_of(DAYS[1]), text_of(DAYS[4])}
    asked = {"name": "Told", "symbols": ["ACME"], "start_on": "2024-01-02", "end_on": "2024-01-09"}
    job = await keyed.mine.ended((await keyed.mine.post("/v1/datasets/histories", asked))["job_id"])
    assert job["result"]["rows"] == 4
    keyed.vendors.lost.clear()
    await brought(keyed, [2, 9])  # a file has holes as well, and nobody told it
    await duty.duty(keyed.runtime)
    (begun,) = [each for each in await keyed.mine.rows("/v1/jobs") if each["kind"] == backfill_dataset.KIND]
    assert (await keyed.mine.ended(begun["id"]))["result"]["filled"] == 2
    versions = [row for row in await keyed.mine.rows("/v1/datasets") if row["name"] == "Told"]
    assert sorted((row["version"], row["rows"]) for row in versions) == [(1, 4), (2, 6)]
    await duty.duty(keyed.runtime)
    kinds = [each["kind"] for each in await keyed.mine.rows("/v1/jobs")]
    assert kinds.count(backfill_dataset.KIND) == 1


async def test_recent_days_are_brought_in_after_each_close_for_histories_that_reach_the_present(
    keyed: RunningDesk, clock: FrozenClock
) -> None:
    def wait_until(text: str) -> None:
        clock.advance(datetime.fromisoformat(text) - clock.now())

    wait_until("2024-01-03T22:00:00Z")
    keyed.vendors.acts = {"cash_dividends": [alpaca_dividend(0.25, "2024-01-05", "2024-01-16")]}
    asked = {"name": "Kept up", "symbols": ["ACME"], "start_on": "2024-01-02", "end_on": "2024-01-05"}
    job = await keyed.mine.ended((await keyed.mine.post("/v1/datasets/histories", asked))["job_id"])
    assert job["result"]["rows"] == 2
    duty = SCHEDULES["bring_recent_days"].duty
    await duty(keyed.runtime)  # the history reaches the last close already
    assert not await backfills(keyed)
    wait_until("2024-01-08T21:20:00Z")  # the close was 20 minutes ago: the last one to ask for is Friday's
    keyed.vendors.asked.clear()
    await duty(keyed.runtime)
    await duty(keyed.runtime)
    (first,) = await backfills(keyed)
    assert (first["result"]["filled"], first["result"]["missing"]) == (2, 0)
    (span,) = {(each.params["start"], each.params["end"]) for each in keyed.vendors.asked if "bars" in each.path}
    assert span == ("2024-01-04T05:00:00Z", "2024-01-05T21:00:00Z")
    wait_until("2024-01-08T21:53:00Z")
    await duty(keyed.runtime)
    assert {each["result"]["filled"] for each in await backfills(keyed)} == {1, 2}
    newest = max(
        (row for row in await keyed.mine.rows("/v1/datasets") if row["name"] == "Kept up"), key=itemgetter("version")
    )
    assert (newest["version"], newest["rows"], newest["warnings"]) == (3, 5, [])
    assert newest["provenance"].endswith("1d bars inside sessions; kept up until 2024-01-08")
    tape_id = await keyed.mine.open_tape(newest["id"], "2024-01-08T21:00:00Z")
    bars = await keyed.mine.rows("/v1/bars", tape_id=tape_id, symbol="ACME")
    assert [bar["close"] for bar in bars] == ["100.5", "101.5", "102.5", "103.5", "104.5"]
    (dividend,) = await keyed.mine.rows(f"/v1/tapes/{tape_id}/corporate-actions")
    assert (dividend["ex_on"], dividend["amount"]) == ("2024-01-05", "0.25")


async def test_a_day_that_no_source_has_is_asked_for_once_and_a_history_of_the_past_is_left_alone(
    keyed: RunningDesk, clock: FrozenClock
) -> None:
    asked = {"name": "Long ago", "symbols": ["ACME"], "start_on": "2024-01-02", "end_on": "2024-01-09"}
    await keyed.mine.ended((await keyed.mine.post("/v1/datasets/histories", asked))["job_id"])
    await SCHEDULES["bring_recent_days"].duty(keyed.runtime)
    assert not await backfills(keyed)
    clock.advance(datetime(2024, 1, 10, 12, tzinfo=UTC) - clock.now())
    asked["name"] = "Then present"
    await keyed.mine.ended((await keyed.mine.post("/v1/datasets/histories", asked))["job_id"])
    clock.advance(timedelta(days=1))
    for _ in range(2):
        await SCHEDULES["bring_recent_days"].duty(keyed.runtime)
    (job,) = await backfills(keyed)
    assert (job["state"], job["problems"][0]["code"]) == ("failed", "nothing_repaired")


async def backfills(desk: RunningDesk) -> list[dict[str, Any]]:
    """Return the backfills there have been, once all of them have ended."""
    found = [each for each in await desk.mine.rows("/v1/jobs") if each["kind"] == backfill_dataset.KIND]
    return [await desk.mine.ended(each["id"]) for each in found]
