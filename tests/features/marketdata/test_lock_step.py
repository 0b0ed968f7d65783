"""Lock-step: however fast a tape plays, it waits after each bar until all attached strategies have seen it."""

import asyncio
from typing import Any

import pytest

from paperdesk.features.marketdata import routes
from tests.desk import LAST_CLOSE, RunningDesk, Visitor, refused

CLOSES = [f"2024-06-{day:02}T20:00:00Z" for day in (4, 5, 6, 7, 10, 11, 12)]


async def attached(desk: RunningDesk, tape_id: str, name: str) -> int:
    answer = await desk.mine.post(f"/v1/tapes/{tape_id}/strategies", {"name": name})
    return int(answer["acknowledged"])


async def seen(who: Visitor, tape_id: str, name: str, cursor: int) -> dict[str, Any]:
    path = f"/v1/tapes/{tape_id}/strategies/{name}/acknowledgements"
    return dict(await who.post(path, {"cursor": cursor}))


async def frame_after(desk: RunningDesk, tape_id: str, cursor: int) -> dict[str, Any]:
    """Return the tape once it has told more than a cursor."""
    async with asyncio.timeout(30):
        while (tape := await desk.mine.get(f"/v1/tapes/{tape_id}"))["cursor"] <= cursor:
            await asyncio.sleep(0.01)
    return dict(tape)


async def traded(desk: RunningDesk, account_id: str, at: str) -> None:
    """Trade on what the last bar told: buy after a rise, sell after a fall, at a limit."""
    account = await desk.mine.get(f"/v1/accounts/{account_id}")
    bars = (await desk.mine.get("/v1/bars", tape_id=account["tape_id"], symbol="ACME"))["items"]
    assert bars[-1]["at"] == at
    if len(bars) > 1 and float(bars[-1]["close"]) > float(bars[-2]["close"]):
        await desk.mine.order(account_id, "buy", "2", limit_price=bars[-1]["close"])
    elif await desk.mine.rows(f"/v1/accounts/{account_id}/positions"):
        await desk.mine.order(account_id, "sell", "1")


async def fills(desk: RunningDesk, account_id: str) -> list[tuple[str, ...]]:
    rows = await desk.mine.rows(f"/v1/accounts/{account_id}/fills")
    return [(row["at"], row["side"], row["quantity"], row["price"], str(row["fact_seq"])) for row in rows]


async def test_a_strategy_in_lock_step_trades_as_if_it_stepped_the_tape_itself(desk: RunningDesk) -> None:
    by_hand, stepping = await desk.market()
    for at in CLOSES[:-1]:
        await desk.mine.step(by_hand, "bar")
        await traded(desk, stepping, at)
    await desk.mine.step(by_hand, "bar")

    tape_id, account_id = await desk.market()
    cursor = await attached(desk, tape_id, "alpha")
    assert (await desk.mine.control(tape_id, "play", speed="max"))["acknowledged"] == cursor
    for at in CLOSES[:-1]:
        tape = await frame_after(desk, tape_id, cursor)
        await asyncio.sleep(0.05)  # as fast as it goes, and yet it waits
        assert (await desk.mine.get(f"/v1/tapes/{tape_id}"))["at"] == tape["at"] == at
        await traded(desk, account_id, at)
        cursor = tape["cursor"]
        assert await seen(desk.mine, tape_id, "alpha", cursor) == {"name": "alpha", "acknowledged": cursor}
    assert (await frame_after(desk, tape_id, cursor))["at"] == LAST_CLOSE
    assert await fills(desk, account_id) == await fills(desk, stepping) != []


async def test_the_slowest_strategy_sets_the_pace(desk: RunningDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "REACH_S", 0.3)
    tape_id, _ = await desk.market()
    start = await attached(desk, tape_id, "quick")
    await attached(desk, tape_id, "slow")
    answer = await desk.mine.ask("POST", f"/v1/tapes/{tape_id}/control", json={"action": "step", "count": 3})
    assert (answer.status_code, answer.json()["reached"]) == (202, False)
    tape = await frame_after(desk, tape_id, start)
    assert (tape["at"], tape["acknowledged"]) == (CLOSES[0], start)
    await seen(desk.mine, tape_id, "quick", tape["cursor"])
    await asyncio.sleep(0.3)
    assert (await desk.mine.get(f"/v1/tapes/{tape_id}"))["at"] == CLOSES[0]
    assert await desk.mine.rows(f"/v1/tapes/{tape_id}/strategies") == [
        {"name": "quick", "acknowledged": tape["cursor"]},
        {"name": "slow", "acknowledged": start},
    ]
    await seen(desk.mine, tape_id, "slow", tape["cursor"])
    assert (await frame_after(desk, tape_id, tape["cursor"]))["at"] == CLOSES[1]
    for name in ("quick", "slow"):
        answer = await desk.mine.ask("DELETE", f"/v1/tapes/{tape_id}/strategies/{name}")
        assert answer.status_code == 204
    async with asyncio.timeout(30):
        while not (await desk.mine.get(f"/v1/tapes/{tape_id}"))["reached"]:
            await asyncio.sleep(0.02)
    assert (await desk.mine.get(f"/v1/tapes/{tape_id}"))["at"] == CLOSES[2]


async def test_an_acknowledgement_never_goes_back_or_beyond(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    cursor = await attached(desk, tape_id, "alpha")
    path = f"/v1/tapes/{tape_id}/strategies"
    ahead = await desk.mine.ask("POST", f"{path}/alpha/acknowledgements", json={"cursor": cursor + 1})
    assert refused(ahead, 422, "not_told_yet")["cursor"] == cursor
    assert (await seen(desk.mine, tape_id, "alpha", 0))["acknowledged"] == cursor
    nobody = await desk.mine.ask("POST", f"{path}/beta/acknowledgements", json={"cursor": cursor})
    refused(nobody, 404, "unknown_strategy")
    refused(await desk.mine.ask("DELETE", f"{path}/beta"), 404, "unknown_strategy")
    refused(await desk.mine.ask("POST", path, json={"name": "alpha"}), 409, "strategy_name_taken")


async def test_only_who_controls_the_clock_lets_it_wait(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    await desk.owner.execute("update tape_runs set shared = true, owner_id = gen_random_uuid()")
    answer = await desk.mine.ask("POST", f"/v1/tapes/{tape_id}/strategies", json={"name": "alpha"})
    refused(answer, 403, "not_tape_owner")
