"""A tape's clock: it plays, pauses, steps and jumps; it never goes back, and it never tells what comes."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from paperdesk.features.marketdata import routes
from paperdesk.infra.clock import FrozenClock
from tests.desk import FIRST_CLOSE, LAST_CLOSE, RunningDesk, refused


async def test_a_new_tape_is_paused_where_it_was_asked_to_start(desk: RunningDesk) -> None:
    body = {"dataset_id": str(desk.markets["daily"].id), "name": "June", "start_at": "2024-06-04T16:00:00+02:00"}
    tape = await desk.mine.post("/v1/tapes", body)
    assert (tape["name"], tape["state"], tape["at"], tape["starts_at"]) == (
        "June", "paused", "2024-06-04T14:00:00Z", "2024-06-04T14:00:00Z",
    )  # fmt: skip
    assert (tape["session_open"], tape["next_open_at"], tape["next_close_at"]) == (
        True, "2024-06-05T13:30:00Z", "2024-06-04T20:00:00Z",
    )  # fmt: skip
    assert (tape["licence"], tape["provenance"], tape["price_basis"], tape["has_volume"]) == (
        "Apache-2.0", "Written for the tests", "raw", True,
    )  # fmt: skip
    assert tape in await desk.mine.rows("/v1/tapes")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"start_at": "2024-06-03T09:00:00Z"}, 422, "starts_before_tape"),
        ({"start_at": "2024-06-03"}, 422, "malformed_request"),
        ({"name": ""}, 422, "malformed_request"),
        ({"name": "a\x00b"}, 422, "malformed_request"),
        ({"name": "x" * 81}, 422, "tape_name_missing"),
        ({"dataset_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"}, 404, "unknown_dataset"),
        ({"seed": 1}, 422, "malformed_request"),
    ],
)
async def test_a_tape_that_cannot_be_is_not_opened(
    desk: RunningDesk, change: dict[str, Any], status: int, code: str
) -> None:
    body = {"dataset_id": str(desk.markets["daily"].id), "name": "June", "start_at": FIRST_CLOSE} | change
    refused(await desk.mine.ask("POST", "/v1/tapes", json=body), status, code)
    assert await desk.mine.rows("/v1/tapes") == []


@pytest.mark.parametrize(
    ("terms", "at"),
    [
        ({"action": "step"}, "2024-06-04T20:00:00Z"),
        ({"action": "step", "unit": "session", "count": 3}, "2024-06-06T20:00:00Z"),
        ({"action": "step", "unit": "bar"}, "2024-06-04T20:00:00Z"),
        ({"action": "step", "unit": "fact"}, "2024-06-04T13:30:00Z"),
        ({"action": "jump", "to": "2024-06-05"}, "2024-06-05T20:00:00Z"),
        ({"action": "jump", "to": "2024-06-09"}, "2024-06-07T20:00:00Z"),
        ({"action": "jump", "to": "next_open"}, "2024-06-04T13:30:00Z"),
        ({"action": "jump", "to": "next_close"}, "2024-06-04T20:00:00Z"),
        ({"action": "jump", "to": "2024-06-05T15:00:00Z"}, "2024-06-05T15:00:00Z"),
        ({"action": "jump", "to": FIRST_CLOSE}, FIRST_CLOSE),
    ],
)
async def test_a_tape_goes_where_it_is_sent(desk: RunningDesk, terms: dict[str, Any], at: str) -> None:
    tape_id, account_id = await desk.market()
    tape = await desk.mine.control(tape_id, **terms)
    assert (tape["at"], tape["reached"], tape["state"], tape["has_ended"]) == (at, True, "paused", False)
    assert (await desk.mine.get(f"/v1/accounts/{account_id}"))["at"] == at


async def test_a_tape_never_goes_back(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    before = await desk.mine.step(tape_id)
    for to in (FIRST_CLOSE, "2024-06-04T19:59:59.999999Z", "0001-01-01T00:00:00Z"):
        answer = await desk.mine.ask("POST", f"/v1/tapes/{tape_id}/control", json={"action": "jump", "to": to})
        assert refused(answer, 409, "tape_never_goes_back")["at"] == before["at"]
    assert await desk.mine.get(f"/v1/tapes/{tape_id}") == before


async def test_a_tape_ends_where_its_facts_do(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    tape = await desk.mine.control(tape_id, "jump", to="2030-01-01T00:00:00Z")
    assert (tape["at"], tape["has_ended"], tape["state"]) == (LAST_CLOSE, True, "paused")
    for terms in ({"action": "step"}, {"action": "play"}, {"action": "jump", "to": "next_open"}):
        refused(await desk.mine.ask("POST", f"/v1/tapes/{tape_id}/control", json=terms), 409, "tape_ended")


async def test_a_step_past_the_end_stops_there(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    tape = await desk.mine.step(tape_id, count=1000)
    assert (tape["at"], tape["has_ended"]) == (LAST_CLOSE, True)


async def test_a_playing_tape_runs_at_its_speed(desk: RunningDesk, clock: FrozenClock) -> None:
    tape_id, _ = await desk.market()
    assert (await desk.mine.control(tape_id, "speed", speed="3600"))["speed"] == "3600"
    assert (await desk.mine.control(tape_id, "play"))["state"] == "playing"
    await _until(desk, tape_id, FIRST_CLOSE)
    await desk.seen_playing(tape_id)
    clock.advance(timedelta(seconds=10))
    await _until(desk, tape_id, "2024-06-04T06:00:00Z")
    paused = await desk.mine.control(tape_id, "pause")
    clock.advance(timedelta(seconds=10))
    await asyncio.sleep(0.15)
    assert await desk.mine.get(f"/v1/tapes/{tape_id}") == paused
    assert (paused["state"], paused["at"]) == ("paused", "2024-06-04T06:00:00Z")


async def test_a_playing_tape_fills_orders_and_stops_at_its_end(desk: RunningDesk, clock: FrozenClock) -> None:
    tape_id, account_id = await desk.market()
    order = await desk.mine.order(account_id, "buy", "1")
    await desk.mine.control(tape_id, "play")
    await desk.seen_playing(tape_id)
    clock.advance(timedelta(days=1))
    await _until(desk, tape_id, LAST_CLOSE)
    tape = await desk.mine.get(f"/v1/tapes/{tape_id}")
    assert (tape["state"], tape["has_ended"]) == ("paused", True)
    assert (await desk.mine.get(f"/v1/orders/{order['id']}"))["status"] == "filled"


@pytest.mark.parametrize("speed", ["0", "-1", "31536001", "NaN", "1E+40", "fast", None])
async def test_a_speed_that_cannot_be_is_refused(desk: RunningDesk, speed: str | None) -> None:
    tape_id, _ = await desk.market()
    answer = await desk.mine.ask("POST", f"/v1/tapes/{tape_id}/control", json={"action": "speed", "speed": speed})
    assert answer.status_code == 422
    assert answer.json()["code"] in {"speed_out_of_range", "malformed_request"}


@pytest.mark.parametrize(
    "terms",
    [
        {"action": "rewind"},
        {"action": "step", "unit": "year"},
        {"action": "step", "count": 0},
        {"action": "step", "count": -1},
        {"action": "step", "count": 100_001},
        {"action": "step", "count": 10**400},
        {"action": "jump"},
        {"action": "jump", "to": "yesterday"},
        {"action": "jump", "to": "2024-06-05T00:00:00"},
        {"action": "jump", "to": "2024-13-05"},
        {"action": "jump", "to": "0001-01-01"},
        {"action": "jump", "to": "1990-01-01"},
        {"action": "jump", "to": "next_dividend"},
        {"action": "jump", "to": "next_fill", "account_id": "mine"},
        {"action": "speed"},
        {},
    ],
    ids=str,
)
async def test_a_button_that_is_not_there_is_refused(desk: RunningDesk, terms: dict[str, Any]) -> None:
    tape_id, _ = await desk.market()
    answer = await desk.mine.ask("POST", f"/v1/tapes/{tape_id}/control", json=terms)
    assert answer.status_code == 422
    assert answer.json()["code"] in {"malformed_request", "malformed_step", "beyond_calendar", "speed_out_of_range"}


async def test_a_long_way_is_answered_while_the_tape_still_moves(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tape_id, _ = await desk.market()
    monkeypatch.setattr(routes, "REACH_S", 0.0)
    answer = await desk.mine.ask("POST", f"/v1/tapes/{tape_id}/control", json={"action": "step"})
    assert (answer.status_code, answer.json()["reached"]) == (202, False)
    await _until(desk, tape_id, "2024-06-04T20:00:00Z")


async def test_each_tape_has_its_own_time(desk: RunningDesk) -> None:
    one, _ = await desk.market()
    other, _ = await desk.market()
    await desk.mine.step(one)
    assert (await desk.mine.get(f"/v1/tapes/{other}"))["at"] == FIRST_CLOSE


async def _until(desk: RunningDesk, tape_id: str, at: str) -> None:
    async with asyncio.timeout(30):
        while (await desk.mine.get(f"/v1/tapes/{tape_id}"))["at"] != at:
            await asyncio.sleep(0.02)


async def test_a_tape_opens_at_the_close_of_a_day(desk: RunningDesk) -> None:
    dataset_id = str(desk.markets["daily"].id)
    tape = await desk.mine.post("/v1/tapes", {"dataset_id": dataset_id, "name": "From a day", "start_on": "2024-06-09"})
    assert tape["at"] == "2024-06-07T20:00:00Z"  # the ninth was a Sunday
    both = {"dataset_id": dataset_id, "name": "Both", "start_on": "2024-06-09", "start_at": "2024-06-07T20:00:00Z"}
    refused(await desk.mine.ask("POST", "/v1/tapes", json=both), 422, "malformed_request")
