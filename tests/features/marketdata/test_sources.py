"""Sources through REST: keys that never come back, rows that can be changed, and answers that say who gave them."""

import asyncio
from typing import Any

import httpx
import pytest

from paperdesk.core.kernel.values import replace
from paperdesk.doors.rest import build_app
from paperdesk.features.marketdata.kept_sources import PRICES_LAST
from paperdesk.features.marketdata.reseal_source_keys import reseal_source_keys
from paperdesk.features.marketdata.sources import Sources
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.crypto import Vault
from paperdesk.infra.outbound import Surroundings
from tests.desk import HERE, ROUTES, VERSION, RunningDesk, Visitor, refused, sources_at
from tests.vendor_server import served_stand, stage
from tests.vendor_stand import KEYS, Trouble, VendorStand

__all__ = ["served_stand", "stage"]

SPAN = {"start": "2024-01-02T00:00:00Z", "end": "2024-02-01T00:00:00Z"}


async def set_key(visitor: Visitor, source: str) -> None:
    key_id, secret = KEYS[source]
    body = {"secret": secret, **({"key_id": key_id} if key_id else {})}
    answer = await visitor.ask("PUT", f"/v1/sources/{source}/key", json=body)
    assert answer.status_code == 204, answer.text


@pytest.fixture
async def keyed(desk: RunningDesk) -> RunningDesk:
    """The desk with a key at every source."""
    for source in KEYS:
        await set_key(desk.mine, source)
    return desk


async def source(desk: RunningDesk, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in (await desk.mine.get("/v1/sources"))["items"] if each["name"] == name)
    return found


async def test_a_key_is_set_and_tried_and_never_comes_back(desk: RunningDesk) -> None:
    assert (await source(desk, "alpaca"))["condition"] == "no_key"
    await set_key(desk.mine, "alpaca")
    assert (await source(desk, "alpaca"))["condition"] == "ready"
    assert (await desk.mine.post("/v1/sources/alpaca/test", None))["source"] == "alpaca"
    told = (await desk.mine.ask("GET", "/v1/sources")).text
    kept = await desk.owner.fetch("select t::text from source_keys t union all select t::text from audit t")
    for secret in KEYS["alpaca"]:
        assert secret not in told + str(kept)
    assert (await desk.mine.ask("DELETE", "/v1/sources/alpaca/key")).status_code == 204
    refused(await desk.mine.ask("POST", "/v1/sources/alpaca/test"), 409, "source_key_missing")
    assert await desk.owner.fetchval("select count(*) from source_keys") == 0


async def test_a_wrong_key_says_so_when_it_is_tried(desk: RunningDesk) -> None:
    await desk.mine.ask("PUT", "/v1/sources/fred/key", json={"secret": "wrong"})
    refused(await desk.mine.ask("POST", "/v1/sources/fred/test"), 503, "vendor_credentials_refused")
    assert (await source(desk, "fred"))["last_failure"]["code"] == "vendor_credentials_refused"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/v1/sources/bloomberg/key", {"secret": "x"}, 404, "unknown_source"),
        ("/v1/sources/alpaca/key", {"secret": "x"}, 422, "source_key_incomplete"),
        ("/v1/sources/fred/key", {"secret": "x", "key_id": "y"}, 422, "source_key_incomplete"),
        ("/v1/sources/fred/key", {"secret": ""}, 422, "malformed_request"),
        ("/v1/source-rows/quotes", {"sources": ["fred"]}, 422, "source_does_not_tell"),
        ("/v1/source-rows/quotes", {"sources": ["alpaca", "alpaca"]}, 422, "source_does_not_tell"),
        ("/v1/source-rows/gossip", {"sources": ["alpaca"]}, 422, "malformed_request"),
    ],
)
async def test_what_cannot_be_set_is_refused(
    desk: RunningDesk, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    refused(await desk.mine.ask("PUT", path, json=body), status, code)


async def test_each_tenant_has_keys_of_its_own(keyed: RunningDesk) -> None:
    refused(await keyed.theirs.ask("GET", "/v1/live/quotes", params={"symbols": "ACME"}), 409, "source_key_missing")
    assert {each["condition"] for each in (await keyed.theirs.get("/v1/sources"))["items"]} == {"no_key"}


async def test_an_answer_says_who_gave_it_and_whom_it_stands_in_for(keyed: RunningDesk, clock: FrozenClock) -> None:
    answer = await keyed.mine.get("/v1/live/quotes", symbols="ACME,NONE")
    assert answer["told"] == {
        "source": "alpaca",
        "feed": "iex",
        "as_of": "2026-01-05T12:00:00Z",
        "is_delayed": False,
        "stands_in_for": [],
    }
    acme, none = answer["items"]
    assert (acme["bid"], acme["ask"], acme["volume"]) == ("100", "100.04", "120000")
    assert (none["bid"], none["reason"]) == (None, "the source does not know it")
    clock.advance(PRICES_LAST)
    keyed.vendors.troubles = [Trouble(500)]
    told = (await keyed.mine.get("/v1/live/quotes", symbols="ACME"))["told"]
    assert (told["source"], told["is_delayed"]) == ("polygon", True)
    assert told["stands_in_for"] == [{"source": "alpaca", "code": "vendor_unreachable"}]


async def test_a_row_is_changed_while_the_desk_runs(keyed: RunningDesk) -> None:
    await keyed.mine.ask("PUT", "/v1/source-rows/quotes", json={"sources": ["polygon"]})
    assert (await keyed.mine.get("/v1/live/quotes", symbols="ACME"))["told"]["source"] == "polygon"
    rows = {each["subject"]: each for each in (await keyed.mine.get("/v1/sources"))["rows"]}
    assert (rows["quotes"]["sources"], rows["quotes"]["is_chosen"]) == (["polygon"], True)
    await keyed.mine.ask("DELETE", "/v1/source-rows/quotes")
    assert (await keyed.mine.get("/v1/live/quotes", symbols="ACME"))["told"]["source"] == "alpaca"


async def test_history_chains_instruments_actions_and_yields_are_told(keyed: RunningDesk) -> None:
    first = await keyed.mine.get("/v1/live/bars", symbol="ACME", **SPAN)
    second = await keyed.mine.get("/v1/live/bars", symbol="ACME", page=first["next_page"], **SPAN)
    assert len(first["items"] + second["items"]) == 6
    assert (first["next_page"].partition(":")[0], second["next_page"]) == ("alpaca", None)
    chain = await keyed.mine.get("/v1/live/chain", underlying="ACME")
    assert [each["delta"] for each in chain["items"]] == ["0.55", "0.55"]
    assert (await keyed.mine.get("/v1/live/instruments", q="acme"))["items"][0]["symbol"] == "ACME"
    days = {"start": "2024-01-01", "end": "2024-12-31"}
    actions = await keyed.mine.get("/v1/live/actions", symbol="ACME", **days)
    assert [each["amount"] for each in actions["items"]] == ["0.25", None]
    yields = await keyed.mine.get("/v1/live/yields", series="DGS10", **days)
    assert [each["percent"] for each in yields["items"]] == ["3.95", "3.91", None, "4.05"]
    assert yields["told"]["source"] == "fred"


async def test_a_vendors_error_stays_an_error(keyed: RunningDesk) -> None:
    keyed.vendors.troubles = [Trouble(body=b"<html>"), Trouble(503)] + [Trouble(503)] * 3
    answer = await keyed.mine.ask("GET", "/v1/live/quotes", params={"symbols": "ACME"})
    problem = refused(answer, 503, "vendor_answer_malformed")
    assert problem["asked"] == ["alpaca: vendor_answer_malformed", "polygon: vendor_unreachable"]
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_busy_vendor_is_asked_again_and_then_answers(keyed: RunningDesk) -> None:
    keyed.vendors.troubles = [Trouble(429, {"retry-after": "0"}), Trouble(503)]
    told = (await keyed.mine.get("/v1/live/quotes", symbols="ACME"))["told"]
    assert (told["source"], told["stands_in_for"], len(keyed.vendors.asked)) == ("alpaca", [], 3)


async def test_a_spent_budget_is_refused_by_name_and_shown(keyed: RunningDesk) -> None:
    await keyed.mine.ask("PUT", "/v1/source-rows/quotes", json={"sources": ["polygon"]})
    for _ in range(keyed.runtime.settings.polygon_calls_per_minute):
        await keyed.mine.get("/v1/live/quotes", symbols="ACME")
        await keyed.mine.ask("DELETE", "/v1/live/answers")
    answer = await keyed.mine.ask("GET", "/v1/live/quotes", params={"symbols": "ACME"})
    refused(answer, 503, "vendor_budget_used_up")
    assert answer.headers["retry-after"] == "60"
    shown = await source(keyed, "polygon")
    assert (shown["condition"], shown["calls_left"], shown["calls_today"]) == ("budget_used_up", 0, 5)


async def test_a_source_that_failed_five_times_rests_and_says_until_when(keyed: RunningDesk) -> None:
    await keyed.mine.ask("PUT", "/v1/source-rows/quotes", json={"sources": ["alpaca"]})
    keyed.vendors.is_down = True
    for code in ("vendor_unreachable", "vendor_resting"):
        refused(await keyed.mine.ask("GET", "/v1/live/quotes", params={"symbols": "ACME"}), 503, code)
    shown = await source(keyed, "alpaca")
    assert (shown["condition"], shown["rests_until"]) == ("resting", "2026-01-05T12:05:00Z")


async def test_keys_are_sealed_anew_when_the_sealing_key_is_changed(keyed: RunningDesk) -> None:
    sources = sources_at(keyed.runtime, keyed.vendors)
    sources.vault = Vault({"second": bytes(range(32)), "first": bytes(32)})
    assert await reseal_source_keys(keyed.runtime, sources) == 3
    assert await reseal_source_keys(keyed.runtime, sources) == 0
    assert {row[0] for row in await keyed.owner.fetch("select sealed_with from source_keys")} == {"second"}
    # The desk that still runs has the old sealing key alone, and says what is wrong instead of guessing.
    refused(await keyed.mine.ask("POST", "/v1/sources/fred/test"), 409, "seal_broken")


async def test_each_kind_of_instrument_has_vendors_of_its_own_within_the_calls_it_may_make(keyed: RunningDesk) -> None:
    for subject, named in (("quotes", "polygon"), ("chains", "alpaca"), ("yields", "fred")):
        assert (await keyed.mine.ask("PUT", f"/v1/source-rows/{subject}", json={"sources": [named]})).is_success
    left = {name: (await source(keyed, name))["calls_left"] for name in KEYS}
    quotes = await keyed.mine.get("/v1/live/quotes", symbols="ACME")
    chain = await keyed.mine.get("/v1/live/chain", underlying="ACME")
    yields = await keyed.mine.get("/v1/live/yields", series="DGS10", start="2024-01-02", end="2024-01-05")
    assert [each["told"]["source"] for each in (quotes, chain, yields)] == ["polygon", "alpaca", "fred"]
    for name, calls in (("polygon", 1), ("alpaca", 2), ("fred", 1)):
        now = await source(keyed, name)
        assert (now["calls_left"], now["calls_today"]) == (left[name] - calls, calls)


async def test_a_vendor_is_called_over_few_connections_that_are_used_again(
    keyed: RunningDesk, served_stand: VendorStand
) -> None:
    urls = dict.fromkeys(("alpaca_prices_url", "alpaca_trading_url", "polygon_url", "fred_url"), served_stand.base)
    settings = keyed.runtime.settings.model_copy(update=urls)
    around = Surroundings(keyed.runtime.clock, asyncio.sleep, lambda: 1.0, keyed.runtime.metrics)
    sources = Sources(settings, keyed.rooms.sources.vault, around)
    app = build_app(replace(keyed.rooms, sources=sources), VERSION, ROUTES)
    headers = {"Authorization": f"Bearer {keyed.first.key.token}"}
    ask = {"series": "DGS10", "start": "2024-01-02"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HERE, headers=headers) as client:
        served_stand.troubles = [Trouble(hangs_s=0.05)] * 20
        days = [f"2024-02-{day:02}" for day in range(1, 21)]
        asked = (client.get("/v1/live/yields", params=ask | {"end": each}) for each in days)
        assert all(answer.is_success for answer in await asyncio.gather(*asked))
    await sources.close()
    assert len(served_stand.asked) == 20
    assert len({each.client for each in served_stand.asked}) == 8
