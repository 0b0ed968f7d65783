"""Alerts wait on a tape, fire at the fact that brings the price, survive restarts, and know nothing of the future."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from paperdesk.core.kernel.ids import TapeId, uuid_from_text
from paperdesk.features.marketdata.jobs import JOBS
from paperdesk.features.watch import check_price_alerts
from paperdesk.features.watch.check_price_alerts import Watcher
from paperdesk.infra.job_worker import Worker
from tests.desk import RunningDesk, refused


async def alert_on(desk: RunningDesk, tape_id: str, condition: str, level: str, **terms: Any) -> Any:  # noqa: ANN401
    body = {"tape_id": tape_id, "symbol": "ACME", "condition": condition, "level": level, **terms}
    return await desk.mine.post("/v1/price-alerts", body)


async def fired(desk: RunningDesk, tape_id: str, count: int) -> list[dict[str, Any]]:
    """Wait until so many alerts have fired on a tape, and return what is told of them."""
    async with asyncio.timeout(30):
        while len(found := await desk.mine.rows("/v1/price-alert-firings", tape_id=tape_id)) < count:
            await asyncio.sleep(0.02)
    assert len(found) == count
    return found


async def closes(desk: RunningDesk, tape_id: str) -> list[dict[str, Any]]:
    return await desk.mine.rows("/v1/bars", tape_id=tape_id, symbol="ACME")


async def test_watchlists_and_price_alerts_are_kept_by_the_server(desk: RunningDesk) -> None:
    mine = desk.mine
    kept = await mine.post("/v1/watchlists", {"name": "Mine", "symbols": ["BOLT", "ACME"]})
    tape_id = await mine.open_tape(desk.markets["daily"].id)
    (now,) = (await mine.get("/v1/quotes", tape_id=tape_id, symbols="ACME"))["items"]
    assert (await mine.rows("/v1/watchlists"))[0]["symbols"] == kept["symbols"]
    up = await alert_on(desk, tape_id, "above", "0.01", rearms=True)
    assert (up["is_armed"], up["is_beyond"]) == (True, True)
    below = await alert_on(desk, tape_id, "below", "100000")
    move = await alert_on(desk, tape_id, "move", "0.0001", rearms=True)
    fall = await alert_on(desk, tape_id, "move", "-0.0001", rearms=True)
    listed = await mine.rows("/v1/price-alerts", tape_id=tape_id)
    assert {each["id"] for each in listed} == {each["id"] for each in (up, below, move, fall)}
    await mine.step(tape_id)
    told = await some_fired(desk, tape_id)
    assert {each["alert_id"] for each in told} <= {move["id"], fall["id"]}
    for each in told:
        change = (float(each["price"]) / float(now["last"]) - 1) * 100
        assert float(each["change_percent"]) == pytest.approx(change, abs=1e-3)
    assert (await mine.ask("DELETE", f"/v1/price-alerts/{move['id']}")).status_code == 204
    refused(await mine.ask("GET", f"/v1/price-alerts/{move['id']}"), 404, "unknown_price_alert")


async def some_fired(desk: RunningDesk, tape_id: str) -> list[dict[str, Any]]:
    async with asyncio.timeout(30):
        while not (found := await desk.mine.rows("/v1/price-alert-firings", tape_id=tape_id)):
            await asyncio.sleep(0.02)
    return found


async def test_an_alert_fires_at_the_fact_that_brings_the_price_and_not_before(desk: RunningDesk) -> None:
    ahead = await desk.mine.open_tape(desk.markets["daily"].id)
    await desk.mine.step(ahead, count=2)
    later = await closes(desk, ahead)
    tape_id = await desk.mine.open_tape(desk.markets["daily"].id)
    high = max(float(bar["high"]) for bar in later[1:])
    low = min(float(bar["low"]) for bar in later[1:])
    assert float(later[0]["close"]) not in (high, low)
    rises, falls = await alert_on(desk, tape_id, "above", str(high)), await alert_on(desk, tape_id, "below", str(low))
    assert await desk.mine.rows("/v1/price-alert-firings", tape_id=tape_id) == []
    assert (await desk.mine.get(f"/v1/price-alerts/{rises['id']}"))["is_armed"]
    await desk.mine.step(tape_id, count=2)
    told = {each["alert_id"]: each for each in await fired(desk, tape_id, 2)}
    assert float(told[rises["id"]]["price"]) == high
    assert float(told[falls["id"]]["price"]) == low
    tape = await desk.mine.get(f"/v1/tapes/{tape_id}")
    assert all(each["cursor"] <= tape["cursor"] and each["at"] <= tape["at"] for each in told.values())
    assert not (await desk.mine.get(f"/v1/price-alerts/{rises['id']}"))["is_armed"]


async def test_a_changed_alert_is_armed_anew_and_counts_from_then_on(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["daily"].id)
    waiting = await alert_on(desk, tape_id, "above", "99999")
    await desk.mine.step(tape_id)
    path = f"/v1/price-alerts/{waiting['id']}"
    changed = (await desk.mine.ask("PATCH", path, json={"level": "0.01", "rearms": True})).json()
    assert (changed["level"], changed["rearms"], changed["is_beyond"]) == ("0.01", True, True)
    assert changed["set_at"] == (await desk.mine.get(f"/v1/tapes/{tape_id}"))["at"]
    for body in ({"level": "0"}, {"level": "-1"}):
        refused(await desk.mine.ask("PATCH", path, json=body), 422, "level_without_meaning")
    refused(await desk.mine.ask("PATCH", f"/v1/price-alerts/{uuid4()}", json={}), 404, "unknown_price_alert")
    body = {"tape_id": tape_id, "symbol": "NOPE", "condition": "above", "level": "1"}
    refused(await desk.mine.ask("POST", "/v1/price-alerts", json=body), 404, "unknown_symbol")


async def test_what_happened_while_nobody_looked_fires_once_however_many_look(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["daily"].id)
    await alert_on(desk, tape_id, "move", "0.0001", rearms=True)
    await alert_on(desk, tape_id, "move", "-0.0001", rearms=True)
    monkeypatch.setattr(check_price_alerts, "KEPT_EVERY", 1)
    await desk.mine.step(tape_id, count=5)
    watchers = [Watcher(desk.runtime, desk.rooms.shelf) for _ in range(3)]
    found = TapeId(uuid_from_text(tape_id))
    await asyncio.gather(*(check_price_alerts.check_price_alerts(each, found) for each in watchers))
    told = await some_fired(desk, tape_id)
    await asyncio.gather(*(check_price_alerts.check_price_alerts(each, found) for each in [*watchers, watchers[0]]))
    assert await desk.mine.rows("/v1/price-alert-firings", tape_id=tape_id) == told
    assert [each["seq"] for each in told] == list(range(1, len(told) + 1))
    assert len({(each["alert_id"], each["cursor"]) for each in told}) == len(told)


async def test_alerts_are_their_owners_alone_even_on_a_shared_tape(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["daily"].id)
    waiting = await alert_on(desk, tape_id, "move", "0.0001")
    await alert_on(desk, tape_id, "move", "-0.0001")
    await desk.mine.step(tape_id)
    await some_fired(desk, tape_id)
    refused(await desk.theirs.ask("GET", f"/v1/price-alerts/{waiting['id']}"), 404, "unknown_price_alert")
    foreign = {"params": {"tape_id": tape_id}}
    assert (await desk.theirs.ask("GET", "/v1/price-alert-firings", **foreign)).status_code == 404
    assert await desk.theirs.rows("/v1/price-alerts") == []


PRICES = """\
symbol,date,open,high,low,close,volume
ACME,2024-06-03,100.00,101.00,99.00,100.00,1000
ACME,2024-06-04,100.00,101.00,99.00,100.00,1000
ACME,2024-06-05,50.00,51.00,49.00,50.00,2000
"""
SPLIT = "symbol,kind,ex_on,new_units,old_units\nACME,split,2024-06-05,2,1\n"


async def imported(desk: RunningDesk, path: str, content: str, **params: str) -> str:
    answer = await desk.mine.ask("POST", path, params=params, content=content)
    return str((await desk.mine.ended(answer.json()["job_id"]))["result"]["dataset_id"])


async def test_a_level_goes_along_when_a_company_splits_its_shares(desk: RunningDesk) -> None:
    working = asyncio.create_task(Worker(desk.runtime, JOBS).run())
    try:
        prices = await imported(desk, "/v1/datasets", PRICES, name="Splits")
        both = await imported(desk, f"/v1/datasets/{prices}/actions", SPLIT)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    tape_id = await desk.mine.open_tape(UUID(both))
    rises, falls = await alert_on(desk, tape_id, "above", "102"), await alert_on(desk, tape_id, "below", "90")
    await desk.mine.step(tape_id, count=2)
    (told,) = await fired(desk, tape_id, 1)
    assert (told["alert_id"], told["level"], told["price"]) == (rises["id"], "51", "51")
    left = await desk.mine.get(f"/v1/price-alerts/{falls['id']}")
    assert (left["level"], left["is_armed"]) == ("45", True)
