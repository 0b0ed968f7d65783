"""Workers come and go; a job stays until somebody has ended it, and is given up only after its last try."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from paperdesk.core.kernel.errors import Unavailable
from paperdesk.features.operations.jobs import SCHEDULES
from paperdesk.infra.idempotency import KEPT_FOR
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.jobs import Job, Rhythm, Schedule, Work, enqueue
from tests.desk import RunningDesk, refused

HASTY = Rhythm(0.02, heartbeat_s=0.1, stalled_after_s=2.0, look_for_stalled_s=0.05, first_pause_s=0.01, drain_s=0.1)
ROOT = Path(__file__).parents[3]


async def greet(job: Job) -> dict[str, Any]:
    return {"greeting": f"Hello {job.arguments['name']}", "attempts": job.attempts}


@asynccontextmanager
async def working(desk: RunningDesk, kinds: Mapping[str, Work], rhythm: Rhythm = HASTY) -> AsyncIterator[None]:
    """Let a worker work for as long as the block lasts."""
    task = asyncio.create_task(Worker(desk.runtime, kinds, rhythm=rhythm).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def asked(desk: RunningDesk, kind: str = "greet") -> UUID:
    async with desk.runtime.work(desk.first.principal) as work:
        return await enqueue(work, kind, {"name": "Ada"})


async def seen(desk: RunningDesk, job_id: UUID, is_so: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Return a job, as its owner sees it, as soon as something is so."""
    async with asyncio.timeout(30):
        while not is_so(job := await desk.mine.get(f"/v1/jobs/{job_id}")):
            await asyncio.sleep(0.02)
    return job  # type: ignore[no-any-return]


def has_ended(job: dict[str, Any]) -> bool:
    return bool(job["finished_at"])


def runs(job: dict[str, Any]) -> bool:
    return str(job["state"]) == "running"


async def let_go(desk: RunningDesk) -> None:
    """Wait until the queue holds nothing: a job's row ends first, then the worker tells the queue."""
    async with asyncio.timeout(30):
        while await desk.owner.fetchval("select count(*) from procrastinate_jobs"):
            await asyncio.sleep(0.02)


async def other_worker(desk: RunningDesk) -> asyncio.subprocess.Process:
    """Start a worker in a process of its own."""
    arguments = msgspec.json.encode(dict(desk.runtime.server.arguments), enc_hook=str).decode()
    home = str(desk.runtime.settings.directory)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.features.operations.other_worker", home, arguments, cwd=ROOT
    )


async def test_the_job_of_a_killed_worker_is_ended_by_another(desk: RunningDesk) -> None:
    job_id = await asked(desk)
    dying = await other_worker(desk)
    try:
        begun = await seen(desk, job_id, lambda job: job["progress"])
        assert (begun["state"], begun["attempts"]) == ("running", 1)
    finally:
        dying.kill()
        await dying.wait()
    async with working(desk, {"greet": greet}):
        job = await seen(desk, job_id, has_ended)
        await let_go(desk)
    assert (job["state"], job["result"]) == ("done", {"greeting": "Hello Ada", "attempts": 2})


async def test_a_job_that_outlives_every_worker_waits_for_the_next_start(desk: RunningDesk) -> None:
    job_id = await asked(desk)
    assert (await desk.mine.get(f"/v1/jobs/{job_id}"))["state"] == "waiting"
    async with working(desk, {}):
        pass
    async with working(desk, {"greet": greet}):
        assert (await seen(desk, job_id, has_ended))["state"] == "done"


async def test_a_worker_that_stops_lets_what_is_under_way_end(desk: RunningDesk) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow(job: Job) -> dict[str, Any]:
        begun.set()
        await may_end.wait()
        return {"is_whole": True}

    job_id = await asked(desk)
    async with working(desk, {"greet": slow}, Rhythm(0.02, drain_s=20)):
        await begun.wait()
        later = asyncio.get_running_loop().call_later(0.2, may_end.set)
    later.cancel()
    job = await desk.mine.get(f"/v1/jobs/{job_id}")
    assert (job["state"], job["result"]) == ("done", {"is_whole": True})


async def test_what_takes_too_long_is_put_back_and_its_attempt_not_counted(desk: RunningDesk) -> None:
    async def endless(job: Job) -> dict[str, Any]:
        await job.progress(0.1, "On and on")
        await asyncio.sleep(3600)
        return {}

    job_id = await asked(desk)
    async with working(desk, {"greet": endless}):
        await seen(desk, job_id, lambda job: job["progress"])
    job = await desk.mine.get(f"/v1/jobs/{job_id}")
    assert (job["state"], job["attempts"], job["finished_at"]) == ("waiting", 0, None)
    async with working(desk, {"greet": greet}):
        assert (await seen(desk, job_id, has_ended))["result"]["attempts"] == 1


async def test_what_may_come_back_is_tried_again_and_ends_well(desk: RunningDesk) -> None:
    async def away_at_first(job: Job) -> dict[str, Any]:
        if job.attempts < 3:
            raise Unavailable("The vendor does not answer.")
        return {"attempts": job.attempts}

    async with working(desk, {"greet": away_at_first}):
        job = await seen(desk, await asked(desk), has_ended)
    assert (job["state"], job["result"]) == ("done", {"attempts": 3})


async def test_after_three_more_tries_a_job_is_a_dead_letter_that_is_kept(desk: RunningDesk) -> None:
    async def away(job: Job) -> dict[str, Any]:
        raise Unavailable("The vendor does not answer.")

    async with working(desk, {"greet": away}):
        job_id = await asked(desk)
        job = await seen(desk, job_id, has_ended)
        await let_go(desk)
    assert (job["state"], job["attempts"], job["message"]) == ("failed", 4, "The vendor does not answer.")
    assert [problem["code"] for problem in job["problems"]] == ["unavailable"]
    assert [row["id"] for row in await desk.mine.rows("/v1/jobs")] == [str(job_id)]


async def test_while_it_pauses_a_job_says_for_how_long(desk: RunningDesk) -> None:
    async def away(job: Job) -> dict[str, Any]:
        raise Unavailable("The vendor does not answer.")

    async with working(desk, {"greet": away}, Rhythm(0.02)):
        job = await seen(desk, await asked(desk), lambda job: job["attempts"] and not runs(job))
    assert (job["state"], job["finished_at"]) == ("waiting", None)
    assert job["message"] == "The vendor does not answer. Attempt 1 of 4; the next in 120 s."


def test_pauses_double_and_end_at_an_hour() -> None:
    assert [Rhythm().pause_s(attempts) for attempts in (1, 2, 3, 4, 5, 6, 60)] == [120, 240, 480, 960, 1920, 3600, 3600]


async def test_a_job_that_kills_its_workers_is_given_up(desk: RunningDesk) -> None:
    job_id = await asked(desk)
    await desk.owner.execute("update jobs set attempts = 4, state = 'running'")
    await desk.owner.execute("update procrastinate_jobs set status = 'doing'")
    async with working(desk, {"greet": greet}):
        job = await seen(desk, job_id, has_ended)
        await let_go(desk)
    assert (job["state"], job["message"]) == ("failed", "Its worker died 4 times.")


async def test_a_waiting_job_that_is_cancelled_never_runs(desk: RunningDesk) -> None:
    first, second = await asked(desk), await asked(desk)
    refused(await desk.theirs.ask("DELETE", f"/v1/jobs/{first}"), 404, "unknown_job")
    answer = await desk.mine.ask("DELETE", f"/v1/jobs/{first}")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    async with working(desk, {"greet": greet}):
        await seen(desk, second, has_ended)
    listed = {row["id"]: row for row in await desk.mine.rows("/v1/jobs")}
    assert [(listed[str(job)]["state"], listed[str(job)]["attempts"]) for job in (first, second)] == [
        ("cancelled", 0),
        ("done", 1),
    ]
    problem = refused(await desk.mine.ask("DELETE", f"/v1/jobs/{second}"), 409, "job_ended")
    assert problem["detail"] == "The job is done already."


async def test_a_running_job_that_is_cancelled_stops_at_its_next_step(desk: RunningDesk) -> None:
    cancelled, steps = asyncio.Event(), []

    async def step_by_step(job: Job) -> dict[str, Any]:
        await job.progress(0.5, "Half way")
        await cancelled.wait()
        await job.progress(0.6, "Further")
        steps.append("further")
        return {}

    async with working(desk, {"greet": step_by_step, "again": greet}):
        job_id = await asked(desk)
        await seen(desk, job_id, lambda job: job["progress"])
        await desk.mine.ask("DELETE", f"/v1/jobs/{job_id}")
        cancelled.set()
        await seen(desk, await asked(desk, "again"), has_ended)
    job = await desk.mine.get(f"/v1/jobs/{job_id}")
    assert (job["state"], job["progress"], job["result"], steps) == ("cancelled", 0.5, None, [])


async def test_the_clock_lets_duties_be_done_and_no_tenant_sees_them(desk: RunningDesk) -> None:
    done = asyncio.Event()

    async def duty(_: object) -> None:
        done.set()

    schedules = {"tidy": Schedule("* * * * * *", duty)}
    task = asyncio.create_task(Worker(desk.runtime, {}, schedules, HASTY).run())
    await asyncio.wait_for(done.wait(), 20)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await desk.mine.rows("/v1/jobs") == []


@pytest.mark.parametrize(("age", "times"), [(KEPT_FOR * 0.9, 1), (KEPT_FOR * 1.1, 2)])
async def test_an_answer_is_repeated_for_a_week_and_then_let_go(desk: RunningDesk, age: Any, times: int) -> None:  # noqa: ANN401 - a duration
    tape_id, _ = await desk.market()
    body, headers = {"name": "Once", "tape_id": tape_id}, {"Idempotency-Key": "monday"}
    for _ in range(2):
        answer = await desk.mine.ask("POST", "/v1/accounts", json=body, headers=headers)
        assert answer.is_success, answer.text
        desk.runtime.clock.advance(age)  # type: ignore[attr-defined]
        await SCHEDULES["forget_old_answers"].duty(desk.runtime)
    names = [row["name"] for row in await desk.mine.rows("/v1/accounts")]
    assert names.count("Once") == times


async def test_a_statement_that_waits_for_ever_is_given_up_and_nothing_is_claimed(desk: RunningDesk) -> None:
    patient = desk.runtime.app
    desk.runtime.app = desk.runtime.server.engine("paperdesk_app", patience_s=0.2)
    blocker = await desk.runtime.server.connect()
    try:
        await blocker.execute("begin; lock table accounts in access exclusive mode")
        problem = refused(await desk.mine.ask("GET", "/v1/accounts"), 503, "database_unavailable")
        assert "nothing was stored" in problem["detail"]
        await blocker.execute("rollback")
        assert await desk.mine.rows("/v1/accounts") == []
    finally:
        await blocker.close()
        await desk.runtime.app.dispose()
        desk.runtime.app = patient
