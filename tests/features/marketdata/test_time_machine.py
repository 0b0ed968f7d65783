"""The time machine: as fast as it goes, without closed hours, ahead to what happens next, shared, warmed up."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from paperdesk.core.kernel.ids import UserId
from paperdesk.core.kernel.principal import Principal
from paperdesk.features.identity.issue_key import IssueKey, issue_key
from paperdesk.features.marketdata.control_tape import CONTROL_TOPIC
from paperdesk.infra.clock import FrozenClock
from paperdesk.infra.db import APP_ROLE, Server
from tests.desk import FIRST_CLOSE, LAST_CLOSE, RunningDesk, Visitor, refused


async def _press(who: Visitor, tape_id: str, terms: Mapping[str, Any]) -> Any:  # noqa: ANN401 - httpx's own
    return await who.ask("POST", f"/v1/tapes/{tape_id}/control", json=terms)


async def _until_paused(desk: RunningDesk, tape_id: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while (tape := await desk.mine.get(f"/v1/tapes/{tape_id}"))["state"] == "playing":
            await asyncio.sleep(0.02)
    return dict(tape)


async def test_a_tape_plays_as_fast_as_it_goes_and_fills_on_the_way(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    order = await desk.mine.order(account_id, "buy", "1", limit_price="97.50", time_in_force="gtc")
    tape = await desk.mine.control(tape_id, "play", speed="max")
    assert tape["speed"] == "max"
    tape = await _until_paused(desk, tape_id)  # the clock of this test stands still
    assert (tape["at"], tape["has_ended"]) == (LAST_CLOSE, True)
    (fill,) = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert (fill["order_id"], fill["at"]) == (order["id"], "2024-06-06T20:00:00Z")


async def test_a_tape_that_skips_closed_hours_opens_right_after_it_closed(
    desk: RunningDesk, clock: FrozenClock
) -> None:
    tape_id, _ = await desk.market()
    tape = await desk.mine.control(tape_id, "play", speed="60", skip_closed=True)
    assert (tape["speed"], tape["skip_closed"]) == ("60", True)
    await desk.seen_playing(tape_id)
    clock.advance(timedelta(minutes=1))
    async with asyncio.timeout(30):
        while (await desk.mine.get(f"/v1/tapes/{tape_id}"))["at"] != "2024-06-04T14:30:00Z":
            await asyncio.sleep(0.02)
    paused = await desk.mine.control(tape_id, "pause")
    assert (await desk.mine.control(tape_id, "speed", skip_closed=False))["speed"] == paused["speed"]


async def test_a_jump_to_the_next_fill_stops_where_it_happened(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "1", limit_price="97.50", time_in_force="gtc")
    tape = await desk.mine.control(tape_id, "jump", to="next_fill")
    assert (tape["at"], tape["reached"], tape["waits_for"], tape["stopped_by"]) == (
        "2024-06-06T20:00:00Z", True, None, "fill",
    )  # fmt: skip
    (fill,) = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    assert fill["fact_seq"] == tape["cursor"]
    # The range that filled it has been told, the close that follows it has not.
    assert (await desk.mine.get("/v1/bars", tape_id=tape_id, symbol="ACME"))["items"][-1]["at"] < tape["at"]
    assert (await desk.mine.step(tape_id))["stopped_by"] is None


async def test_a_jump_to_the_next_fill_of_an_account_ignores_the_others(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    other = await desk.mine.open_account(tape_id)
    await desk.mine.order(other, "buy", "1")
    await desk.mine.order(account_id, "buy", "1", limit_price="97.50", time_in_force="gtc")
    tape = await desk.mine.control(tape_id, "jump", to="next_fill", account_id=account_id)
    assert (tape["at"], tape["stopped_by"]) == ("2024-06-06T20:00:00Z", "fill")


async def test_a_jump_to_the_next_event_stops_at_an_order_that_expires(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "1", limit_price="50")
    tape = await desk.mine.control(tape_id, "jump", to="next_event")
    assert (tape["at"], tape["stopped_by"]) == ("2024-06-04T20:00:00Z", "event")


async def test_a_fill_that_can_come_no_more_is_not_waited_for(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "1", limit_price="50")
    tape = await desk.mine.control(tape_id, "jump", to="next_fill")
    assert (tape["at"], tape["stopped_by"]) == ("2024-06-04T20:00:00Z", "nothing_open")
    tape = await desk.mine.control(tape_id, "jump", to="next_fill")
    assert (tape["at"], tape["stopped_by"]) == ("2024-06-04T20:00:00Z", "nothing_open")


async def test_a_fill_that_does_not_come_ends_with_the_tape(desk: RunningDesk) -> None:
    tape_id, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "1", limit_price="50", time_in_force="gtc")
    tape = await desk.mine.control(tape_id, "jump", to="next_fill")
    assert (tape["at"], tape["stopped_by"], tape["has_ended"]) == (LAST_CLOSE, "end", True)


async def test_quotes_are_stepped_by_one_instant_at_a_time(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market("quotes")
    assert (await desk.mine.step(tape_id, "quote"))["at"] == "2024-06-03T14:01:00Z"
    assert (await desk.mine.step(tape_id, "quote", 2))["at"] == "2024-06-04T14:00:00Z"
    bars, _ = await desk.market()
    refused(await _press(desk.mine, bars, {"action": "step", "unit": "quote"}), 409, "no_quotes_on_tape")


async def test_a_tape_opened_past_its_last_fact_has_ended(desk: RunningDesk) -> None:
    body = {"dataset_id": str(desk.markets["daily"].id), "name": "Late", "start_at": "2030-01-01T00:00:00Z"}
    tape = await desk.mine.post("/v1/tapes", body)
    assert (tape["at"], tape["has_ended"]) == (LAST_CLOSE, True)
    refused(await _press(desk.mine, tape["id"], {"action": "step"}), 409, "tape_ended")


async def test_a_tape_that_stood_past_its_last_fact_ends_by_stepping(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    await desk.mine.step(tape_id, count=1000)
    await desk.owner.execute("update tape_runs set has_ended = false where id = $1", UUID(tape_id))
    assert (await desk.mine.step(tape_id))["has_ended"] is True
    refused(await _press(desk.mine, tape_id, {"action": "step"}), 409, "tape_ended")


async def test_what_was_before_the_start_can_be_seen_from_the_start(desk: RunningDesk) -> None:
    body = {"dataset_id": str(desk.markets["daily"].id), "name": "Warm", "warm_up": 3}
    tape = await desk.mine.post("/v1/tapes", body)
    assert (tape["at"], tape["starts_at"]) == ("2024-06-05T20:00:00Z", "2024-06-05T20:00:00Z")
    bars = (await desk.mine.get("/v1/bars", tape_id=tape["id"], symbol="ACME"))["items"]
    assert [bar["close"] for bar in bars] == ["100", "103", "105"]
    started = await desk.mine.post("/v1/tapes", body | {"start_on": "2024-06-06"})
    assert started["at"] == "2024-06-06T20:00:00Z"
    late = await desk.mine.ask("POST", "/v1/tapes", json=body | {"start_on": "2024-06-04"})
    refused(late, 422, "warm_up_too_long")
    refused(await desk.mine.ask("POST", "/v1/tapes", json=body | {"warm_up": 0}), 422, "malformed_request")


async def _colleague(desk: RunningDesk) -> Visitor:
    """Return another member of the first tenant."""
    who = Principal(desk.first.tenant_id, UserId(uuid4()), desk.first.principal.scopes)
    await desk.owner.execute(
        "insert into users (id, email, name, created_at) values ($1, 'pupil@paperdesk.local', 'Pupil', now())",
        who.user_id,
    )
    place = "insert into memberships (tenant_id, user_id, role, verification, tier, joined_at)"
    values = "values ($1, $2, 'owner', 'verified', 'professional', now())"
    await desk.owner.execute(f"{place} {values}", who.tenant_id, who.user_id)
    async with desk.runtime.work(who) as work:
        return desk.visitor((await issue_key(work, IssueKey("Pupil", who.scopes), desk.runtime.hasher)).token)


@pytest.mark.parametrize("action", ["play", "pause", "step", "speed"])
async def test_only_its_owner_moves_a_shared_tape(desk: RunningDesk, action: str) -> None:
    body = {"dataset_id": str(desk.markets["daily"].id), "name": "Class", "start_at": FIRST_CLOSE, "shared": True}
    tape = await desk.mine.post("/v1/tapes", body)
    pupil = await _colleague(desk)
    seen = await pupil.get(f"/v1/tapes/{tape['id']}")
    assert (seen["shared"], seen["can_control"], tape["can_control"]) == (True, False, True)
    refused(await _press(pupil, tape["id"], {"action": action, "speed": "60"}), 403, "not_tape_owner")
    account_id = await pupil.open_account(tape["id"])
    order = await pupil.order(account_id, "buy", "1")
    await desk.mine.step(tape["id"])
    assert (await pupil.get(f"/v1/orders/{order['id']}"))["status"] == "filled"


async def test_a_control_that_was_committed_is_never_called_undone(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    pool, nowhere = desk.runtime.app, Server({"host": "/nowhere", "user": "nobody", "database": "none"})

    async def lose_the_database() -> None:
        with desk.runtime.bus.subscribe(CONTROL_TOPIC) as controls:
            await controls.next()
            desk.runtime.app = nowhere.engine(APP_ROLE)

    losing = asyncio.create_task(lose_the_database())
    await asyncio.sleep(0)
    answer = await _press(desk.mine, tape_id, {"action": "step"})
    await losing
    desk.runtime.app = pool
    assert (answer.status_code, answer.json()["reached"]) == (202, False)
    async with asyncio.timeout(30):
        while (await desk.mine.get(f"/v1/tapes/{tape_id}"))["at"] != "2024-06-04T20:00:00Z":
            await asyncio.sleep(0.02)
