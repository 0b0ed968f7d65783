"""What vendors tell of chains and funds comes in, and what funds hold is told once it is known."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from paperdesk.features.marketdata.jobs import jobs_with
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.jobs import Rhythm
from tests.desk import RunningDesk, refused
from tests.features.broker.test_corporate_actions import job_of
from tests.vendor_stand import KEYS, Trouble

PRICES = """\
symbol,date,open,high,low,close,volume
ACMX,2024-06-03,10.00,10.10,9.90,10.00,1000
ACMX,2024-06-04,10.00,10.10,9.90,10.05,1000
ACMX,2024-06-05,10.00,10.10,9.90,10.10,1000
ACMX,2024-06-06,10.00,10.20,9.90,10.15,1000
"""
HEAD = "fund,held_on,known_at,symbol,name,weight_rate,quantity,market_value\n"
MAY = """\
ACMX,2024-05-31,2024-06-04T12:00:00Z,BOLT,Bolt Works Inc.,0.25,1200,24000
ACMX,2024-05-31,2024-06-04T12:00:00Z,ACME,Acme Works Inc.,0.7,,
ACMX,2024-05-31,2024-06-04T12:00:00Z,,Cash and other,,,
"""
MAY_AGAIN = "ACMX,2024-05-31,2024-06-05T12:00:00Z,ACME,Acme Works Inc.,1,,\n"
JUNE = "ACMX,2024-06-05,2024-06-06T12:00:00Z,BOLT,Bolt Works Inc.,1,,\n"


async def market_of(desk: RunningDesk) -> UUID:
    """Import the prices of a fund, then what it holds."""
    prices = await job_of(desk, "/v1/datasets", PRICES, name="A fund")
    path = f"/v1/datasets/{prices['result']['dataset_id']}/holdings"
    done = await job_of(desk, path, HEAD + MAY + JUNE + MAY_AGAIN)
    assert done["state"] == "done", done
    return UUID(done["result"]["dataset_id"])


@pytest.fixture
async def keyed(desk: RunningDesk) -> AsyncIterator[RunningDesk]:
    """The desk with a key at each vendor of prices, and somebody who does the jobs."""
    for source in ("alpaca", "polygon"):
        key_id, secret = KEYS[source]
        body = {"secret": secret, **({"key_id": key_id} if key_id else {})}
        (await desk.mine.ask("PUT", f"/v1/sources/{source}/key", json=body)).raise_for_status()
    rhythm = Rhythm(look_s=0.02, first_pause_s=0.01)
    working = asyncio.create_task(Worker(desk.runtime, jobs_with(desk.rooms.sources), rhythm=rhythm).run())
    yield desk
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def test_what_a_fund_holds_is_told_by_its_newest_report_that_is_known(keyed: RunningDesk) -> None:
    mine = keyed.mine
    tape_id = await mine.open_tape(await market_of(keyed), "2024-06-03T20:00:00Z")

    async def told() -> Any:  # noqa: ANN401 - any JSON
        return await mine.get("/v1/fund-holdings", tape_id=tape_id, symbol="ACMX")

    unknown = await told()
    assert (unknown["items"], unknown["held_on"], unknown["reason"]) == (
        [],
        None,
        "no report of this fund is known yet",
    )
    await mine.step(tape_id)
    may = await told()
    assert (may["held_on"], may["known_at"], may["reason"]) == ("2024-05-31", "2024-06-04T12:00:00Z", None)
    assert [(each["symbol"], each["weight_rate"]) for each in may["items"]] == [
        ("ACME", "0.7"), ("BOLT", "0.25"), (None, None),
    ]  # fmt: skip
    assert may["items"][1] | {"weight_rate": "0.25"} == {
        "name": "Bolt Works Inc.", "symbol": "BOLT", "weight_rate": "0.25", "quantity": "1200", "market_value": "24000",
    }  # fmt: skip
    await mine.step(tape_id)
    assert [each["symbol"] for each in (await told())["items"]] == ["ACME"]
    await mine.step(tape_id)
    june = await told()
    assert (june["held_on"], [each["symbol"] for each in june["items"]]) == ("2024-06-05", ["BOLT"])


async def test_where_no_source_tells_what_funds_hold_the_reason_is_told(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["daily"].id)
    told = await desk.mine.get("/v1/fund-holdings", tape_id=tape_id, symbol="ACME")
    assert (told["items"], told["held_on"]) == ([], None)
    assert told["reason"] == "no source of this tape tells what funds hold"
    asked = {"tape_id": tape_id, "symbol": "NOPE"}
    refused(await desk.mine.ask("GET", "/v1/fund-holdings", params=asked), 404, "unknown_symbol")


async def test_every_bad_row_of_a_report_is_named_and_nothing_of_it_is_imported(keyed: RunningDesk) -> None:
    prices = await job_of(keyed, "/v1/datasets", PRICES, name="A fund")
    rows = [
        "ACMX,2024-05-31,,BOLT,,1,,",
        "ACMX,2024-05-31,2024-06-04T12:00:00Z,,,1,,",
        "NOPE,2024-05-31,2024-06-04T12:00:00Z,BOLT,,1,,",
        "ACMX,May,2024-06-04T12:00:00Z,BOLT,,1,,",
        "ACMX,2024-05-31,2024-05-30T12:00:00Z,BOLT,,1,,",
        "ACMX,2024-05-31,2024-06-04T12:00:00Z,BOLT,,much,,",
        "ACMX,2024-05-31,2024-06-04T12:00:00Z,ACME,,1,,",
        "ACMX,2024-05-31,2024-06-04T12:00:00Z,ACME,,2,,",
    ]
    path = f"/v1/datasets/{prices['result']['dataset_id']}/holdings"
    job = await job_of(keyed, path, HEAD + "\n".join(rows))
    assert job["state"] == "failed"
    assert [(each["facts"]["line"], each["code"]) for each in job["problems"]] == [
        (2, "missing_value"), (3, "missing_value"), (4, "symbol_not_in_dataset"), (5, "malformed_cell"),
        (6, "known_before_held"), (7, "malformed_number"), (9, "repeated_holding"),
    ]  # fmt: skip


async def test_chains_funds_and_what_funds_hold_come_in(keyed: RunningDesk) -> None:
    mine = keyed.mine
    for source in ("alpaca", "polygon"):
        (await mine.ask("PUT", "/v1/source-rows/chains", json={"sources": [source]})).raise_for_status()
        chain = await mine.get("/v1/live/chain", underlying="ACME")
        assert (chain["told"]["source"], len(chain["items"])) == (source, 2)
        assert all(each["quote"]["bid"] and each["strike"] for each in chain["items"])

    def as_funds(answer: Any) -> None:  # noqa: ANN401 - any JSON
        for row, kind in zip(answer["results"], ("ETF", "FUND"), strict=True):
            row["type"] = kind

    keyed.vendors.troubles = [Trouble(drift=as_funds)]
    found = await mine.get("/v1/live/instruments", q="works")
    assert [each["kind"] for each in found["items"]] == ["etf", "fund"]
    asked = {"name": "A fund", "symbols": ["ACME"], "start_on": "2024-01-02", "end_on": "2024-01-09", "kind": "etf"}
    job = await mine.ended((await mine.post("/v1/datasets/histories", asked))["job_id"])
    holdings = HEAD + "ACME,2024-01-02,2024-01-04T12:00:00Z,BOLT,Bolt Works Inc.,1,,\n"
    done = await job_of(keyed, f"/v1/datasets/{job['result']['dataset_id']}/holdings", holdings)
    tape_id = await mine.open_tape(done["result"]["dataset_id"], "2024-01-04T21:00:00Z")
    (fund,) = await mine.rows("/v1/instruments", tape_id=tape_id)
    assert (fund["symbol"], fund["kind"]) == ("ACME", "etf")
    told = await mine.get("/v1/fund-holdings", tape_id=tape_id, symbol="ACME")
    assert [each["name"] for each in told["items"]] == ["Bolt Works Inc."]
