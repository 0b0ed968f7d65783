"""A vendor's history becomes a dataset: whole, page by page, going on where it broke off, or not at all."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from paperdesk.core.kernel.values import replace
from paperdesk.features.marketdata.import_history import run_import_history
from paperdesk.features.marketdata.jobs import jobs_with
from paperdesk.features.marketdata.sources import Sources
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.crypto import Vault
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.jobs import RETRIES, Job, Rhythm
from paperdesk.infra.outbound import Surroundings, VendorRequestRefused
from tests.desk import RunningDesk, refused
from tests.vendor_server import Waits
from tests.vendor_stand import KEYS, Trouble

SPAN = {"start_on": "2024-01-02", "end_on": "2024-03-28"}


@pytest.fixture
async def keyed(desk: RunningDesk) -> AsyncIterator[RunningDesk]:
    """The desk with a key at each vendor of prices, and somebody who does the jobs."""
    for source in ("alpaca", "polygon"):
        key_id, secret = KEYS[source]
        body = {"secret": secret, **({"key_id": key_id} if key_id else {})}
        (await desk.mine.ask("PUT", f"/v1/sources/{source}/key", json=body)).raise_for_status()
    working = asyncio.create_task(
        Worker(desk.runtime, jobs_with(desk.rooms.sources), rhythm=Rhythm(look_s=0.02, first_pause_s=0.01)).run()
    )
    yield desk
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def recorded(desk: RunningDesk, **terms: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Ask for a history, and return the job once it has ended."""
    asked = {"name": "Half a year", "symbols": ["ACME"], **SPAN, **terms}
    job_id = (await desk.mine.post("/v1/datasets/histories", asked))["job_id"]
    return await desk.mine.ended(job_id)


@pytest.mark.parametrize("source", ["alpaca", "polygon", None])
async def test_a_vendors_history_becomes_a_dataset_that_can_be_traded_on(
    keyed: RunningDesk, source: str | None
) -> None:
    job = await recorded(keyed, source=source)
    assert (job["state"], job["problems"], job["result"]["rows"]) == ("done", [], 6)
    dataset = next(each for each in await keyed.mine.rows("/v1/datasets") if each["name"] == "Half a year")
    assert (dataset["price_basis"], dataset["warnings"]) == ("raw", [])
    assert f"Recorded from {source or 'alpaca'} on 2026-01-05" in dataset["provenance"]
    tape_id = await keyed.mine.open_tape(UUID(dataset["id"]), "2024-01-02T21:00:00Z")
    account_id = await keyed.mine.open_account(tape_id)
    await keyed.mine.order(account_id, "buy", "1")
    await keyed.mine.step(tape_id)
    (fill,) = await keyed.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert (fill["price"], fill["at"]) == ("101.03", "2024-01-03T14:30:00Z")
    bars = (await keyed.mine.get("/v1/bars", tape_id=tape_id, symbol="ACME"))["items"]
    assert [(bar["close"], bar["volume"]) for bar in bars] == [("100.5", "1000"), ("101.5", "1001")]


async def test_a_vendor_that_fails_leaves_nothing_half_recorded(keyed: RunningDesk) -> None:
    before = set(keyed.runtime.settings.datasets.iterdir())
    keyed.vendors.troubles = [Trouble(), *[Trouble(body=b"<html>")] * (1 + RETRIES)]
    job = await recorded(keyed, source="alpaca")
    assert (job["state"], [each["code"] for each in job["problems"]]) == ("failed", ["vendor_answer_malformed"])
    assert set(keyed.runtime.settings.datasets.iterdir()) == before


async def test_pages_that_have_come_are_not_asked_for_again(keyed: RunningDesk) -> None:
    arguments = {"name": "Half a year", "symbols": ["ACME"], **SPAN, "length": "1d", "source": "alpaca"}
    arguments["user_id"] = str(keyed.first.principal.user_id)
    again = Job(UUID(int=3), keyed.first.tenant_id, keyed.runtime.clock.now(), arguments, keyed.runtime)
    keyed.vendors.troubles = [Trouble(), Trouble(422)]
    with pytest.raises(VendorRequestRefused):
        await run_import_history(again, keyed.rooms.sources)
    keyed.vendors.asked.clear()
    assert (await run_import_history(again, keyed.rooms.sources))["rows"] == 6
    pages = [each.params.get("page_token") for each in keyed.vendors.asked if each.path == "/v2/stocks/bars"]
    assert pages == ["QUNNRXxEfDI"]
    keyed.vendors.troubles = [Trouble(422)]
    with pytest.raises(VendorRequestRefused):
        await run_import_history(replace(again, id=UUID(int=1)), keyed.rooms.sources)


async def test_a_page_waits_for_the_budget(keyed: RunningDesk, clock: FrozenClock) -> None:
    waits = Waits(clock)
    around = Surroundings(clock, waits.sleep, lambda: 1.0, keyed.runtime.metrics)
    settings = keyed.runtime.settings.model_copy(update={"polygon_calls_per_minute": 1})
    connections = lambda: httpx.AsyncClient(transport=httpx.ASGITransport(keyed.vendors))  # noqa: E731
    slow = Sources(settings, Vault({"first": bytes(32)}), around, connections)
    arguments = {"name": "Slow", "symbols": ["ACME"], **SPAN, "length": "1d", "source": "polygon"}
    arguments["user_id"] = str(keyed.first.principal.user_id)
    job = Job(UUID(int=2), keyed.first.tenant_id, clock.now(), arguments, keyed.runtime)
    assert (await run_import_history(job, slow))["rows"] == 6
    assert waits.seconds[0] == 60.0
    await slow.close()


async def test_without_actions_the_dataset_says_so(keyed: RunningDesk) -> None:
    keyed.vendors.troubles = [Trouble(), Trouble(), Trouble(500), Trouble(500)]
    assert (await recorded(keyed, source="alpaca"))["state"] == "done"
    dataset = next(each for each in await keyed.mine.rows("/v1/datasets") if each["name"] == "Half a year")
    assert dataset["warnings"] == [
        "No source told dividends and splits (vendor_unreachable); accounts on this tape will miss them."
    ]


@pytest.mark.parametrize(
    ("terms", "status", "code"),
    [
        ({"source": "bloomberg"}, 404, "unknown_source"),
        ({"source": "fred"}, 422, "source_does_not_tell"),
        ({"end_on": "2023-01-01"}, 422, "span_empty"),
        ({"end_on": "2999-01-01"}, 422, "beyond_calendar"),
        ({"symbols": []}, 422, "malformed_request"),
        ({"symbols": ["../ACME"]}, 422, "malformed_request"),
        ({"length": "1h"}, 422, "malformed_request"),
    ],
)
async def test_what_cannot_be_recorded_is_refused_at_once(
    desk: RunningDesk, terms: dict[str, Any], status: int, code: str
) -> None:
    asked = {"name": "Half a year", "symbols": ["ACME"], **SPAN, **terms}
    refused(await desk.mine.ask("POST", "/v1/datasets/histories", json=asked), status, code)
