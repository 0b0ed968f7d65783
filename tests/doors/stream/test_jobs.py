"""Jobs and bots on the stream: how they stand first, then each step, to those who may see them and in one shape."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from paperdesk.doors.stream import topics
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.jobs import Job, enqueue
from paperdesk.infra.runtime import Runtime
from tests.desk import RunningDesk, wish
from tests.doors.stream.conftest import Exchange, Line
from tests.doors.stream.test_two_processes import other

__all__ = ["other"]

KIND = "count_sheep"


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "LOOK_AGAIN_S", 0.02)


async def asked(desk: RunningDesk, **arguments: str) -> str:
    """Ask for a job of the first tenant, and return its id."""
    async with desk.runtime.work(desk.first.principal) as work:
        return str(await enqueue(work, KIND, arguments))


async def follow(line: Line, topic: str, named: str | None = None) -> dict[str, Any]:
    """Subscribe, and return the state that is told first."""
    await line.say(do="subscribe", topic=topic, **({} if named is None else {"id": named}))
    said = await line.system("subscribed")
    assert (said["to"], said["id"]) == (topic, named)
    state = await line.hear()
    assert (state["topic"], state["id"], state["seq"], state["after"]) == (topic, named, 1, None)
    return state


async def heard_until(line: Line, state: str) -> list[dict[str, Any]]:
    """Return the messages about jobs up to the one that says a state."""
    found: list[dict[str, Any]] = []
    while not found or found[-1]["jobs"][-1]["state"] != state:
        found.append(await line.hear())
    return found


async def run_until(runtime: Runtime, line: Line, state: str) -> list[dict[str, Any]]:
    """Let a worker at a process do its jobs, and return what a line hears of them."""

    async def count_sheep(job: Job) -> dict[str, Any]:
        await job.progress(0.5, "Half of them")
        return {"sheep": 100}

    working = asyncio.create_task(Worker(runtime, {KIND: count_sheep}).run())
    try:
        return await heard_until(line, state)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_jobs_begin_as_they_stand_and_tell_each_step_as_rest_shows_it(exchange: Exchange) -> None:
    desk, line = exchange.desk, await exchange.mine()
    ended = await asked(desk)
    await desk.mine.ask("DELETE", f"/v1/jobs/{ended}")
    waiting = await asked(desk)
    state = await follow(line, "jobs")
    assert ([(each["id"], each["state"]) for each in state["jobs"]], state["gone"]) == (
        [(waiting, "waiting"), (ended, "cancelled")],
        [],
    )
    told = await run_until(desk.runtime, line, "done")
    assert [each["after"] for each in told] == [each["seq"] - 1 for each in told]
    assert {job["id"] for each in told for job in each["jobs"]} == {waiting}, "what stands still is not told again"
    assert told[-1]["jobs"] == [await desk.mine.get(f"/v1/jobs/{waiting}")]
    await line.say(do="unsubscribe", topic="jobs")
    assert await line.until_pong() == []
    await asked(desk)
    assert await line.until_pong() == []
    assert not desk.runtime.bus.has_subscribers(f"jobs:{desk.first.tenant_id}")


async def test_one_job_is_followed_by_its_id_and_nothing_else_is_told(exchange: Exchange) -> None:
    desk, line = exchange.desk, await exchange.mine()
    one, another = await asked(desk), await asked(desk)
    await follow(line, "jobs", one)
    await desk.mine.ask("DELETE", f"/v1/jobs/{another}")
    await desk.mine.ask("DELETE", f"/v1/jobs/{one}")
    (told,) = await heard_until(line, "cancelled")
    assert [each["id"] for each in told["jobs"]] == [one]
    await line.say(do="unsubscribe", topic="jobs", id=one)
    assert await line.until_pong() == []


async def test_a_job_is_told_where_no_worker_runs_it(desk: RunningDesk, other: Exchange) -> None:
    line = await other.mine()
    await follow(line, "jobs")
    await asked(desk)
    assert (await heard_until(line, "waiting"))[-1]["after"] == 1
    assert [each["jobs"][-1]["state"] for each in await run_until(desk.runtime, line, "done")][-1] == "done"


async def test_strangers_and_keys_kept_to_accounts_see_no_job_of_others(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, account_id = await desk.market()
    elsewhere = await desk.mine.open_account(tape_id)
    body = {"name": "Kept", "scopes": ["read", "trade"], "limits": {"accounts": [account_id]}}
    kept = await desk.mine.post("/v1/keys", body)
    mine, others = await asked(desk, account_id=account_id), await asked(desk, account_id=elsewhere)
    for token, seen in (
        (f"{kept['key_id']}.{kept['secret']}", [mine]),
        (desk.second.key.token, []),
    ):
        line = await exchange.call(Authorization=f"Bearer {token}")
        state = await follow(line, "jobs")
        assert [each["id"] for each in state["jobs"]] == seen
        for unknown in (others, str(uuid4())):
            await line.say(do="subscribe", topic="jobs", id=unknown)
            assert (await line.system("problem"))["code"] == "unknown_job"
        await asked(desk, account_id=elsewhere)
        assert await line.until_pong() == []


async def test_bots_of_a_tape_are_told_as_they_come_see_and_go(exchange: Exchange) -> None:
    desk = exchange.desk
    tape_id, _ = await desk.market()
    line = await exchange.mine()
    assert (await follow(line, "bots", tape_id))["bots"] == []
    attached = await desk.mine.post(f"/v1/tapes/{tape_id}/strategies", {"name": "momentum"})
    assert (await line.hear())["bots"] == [attached]
    tape = await desk.mine.control(tape_id, "step", unit="fact")
    seen = await desk.mine.post(f"/v1/tapes/{tape_id}/strategies/momentum/acknowledgements", {"cursor": tape["cursor"]})
    told = await line.hear()
    assert (told["seq"], told["after"], told["cursor"], told["bots"]) == (3, 2, tape["cursor"], [seen])
    await desk.mine.ask("DELETE", f"/v1/tapes/{tape_id}/strategies/momentum")
    assert ((told := await line.hear())["bots"], told["gone"]) == ([], ["momentum"])
    stranger = await exchange.call(Authorization=f"Bearer {desk.second.key.token}")
    await stranger.say(do="subscribe", topic="bots", id=tape_id)
    assert (await stranger.system("problem"))["code"] == "unknown_tape"


async def test_orders_alerts_bots_jobs_the_market_and_errors_come_on_one_socket_in_one_shape(
    exchange: Exchange,
) -> None:
    desk = exchange.desk
    tape_id, account_id = await desk.market()
    line = await exchange.mine()
    wishes: dict[str, dict[str, Any]] = {
        "account": {"id": account_id, "after": 0}, "alerts": {"id": tape_id}, "bots": {"id": tape_id}, "jobs": {},
        "tape": {"id": tape_id}, "quotes": {"id": tape_id, "symbols": ["ACME"]},
    }  # fmt: skip
    for topic, more in wishes.items():
        await line.say(do="subscribe", topic=topic, **more)
    await line.say(do="subscribe", topic="account", id=str(uuid4()))
    for level in ("0.0001", "-0.0001"):
        alert = {"tape_id": tape_id, "symbol": "ACME", "condition": "move", "level": level}
        await desk.mine.post("/v1/price-alerts", alert)
    await desk.mine.post("/v1/orders", wish(account_id, "buy", "1"))
    await desk.mine.step(tape_id)
    heard: dict[str, dict[str, Any]] = {}
    while not heard.keys() >= {*wishes, "problem"}:
        message = await line.hear()
        heard[message["event"] if message["topic"] == "system" else message["topic"]] = message
    for topic in wishes:
        assert isinstance(heard[topic]["seq"], int), heard[topic]
        assert "id" in heard[topic]
    assert heard["problem"].keys() >= {"topic", "id", "code", "detail", "facts"}
    for topic, more in wishes.items():
        await line.say(do="unsubscribe", topic=topic, **({"id": more["id"]} if "id" in more else {}))
    await line.until_pong()
    await desk.mine.post(f"/v1/tapes/{tape_id}/strategies", {"name": "late"})
    await asked(desk)
    assert await line.until_pong() == []
