"""Jobs run to an end that can be seen, whatever happens inside them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from paperdesk.core.kernel.errors import Conflict, Problem
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.jobs import Job, JobFailed, Rhythm, enqueue
from tests.desk import RunningDesk, refused


class NothingToDo(Conflict):
    """A job that has no reason to be."""


async def greet(job: Job) -> dict[str, Any]:
    await job.progress(0.5, "Half way")
    return {"greeting": f"Hello {job.arguments['name']}"}


async def refuse(job: Job) -> dict[str, Any]:
    raise NothingToDo("There is nothing to do.", name=str(job.arguments["name"]))


async def give_up(job: Job) -> dict[str, Any]:
    raise JobFailed("Two rows are bad.", [Problem("bad", "One"), Problem("bad", "Two")])


async def break_down(job: Job) -> dict[str, Any]:
    raise RuntimeError("the password is tell-nobody")


HASTY = Rhythm(look_s=0.02, first_pause_s=0.01)
KINDS = {"greet": greet, "refuse": refuse, "give_up": give_up, "break_down": break_down}


@pytest.fixture
async def at_work(desk: RunningDesk) -> AsyncIterator[RunningDesk]:
    """The desk with somebody who does these jobs."""
    working = asyncio.create_task(Worker(desk.runtime, KINDS, rhythm=HASTY).run())
    yield desk
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def asked(desk: RunningDesk, kind: str) -> UUID:
    async with desk.runtime.work(desk.first.principal) as work:
        return await enqueue(work, kind, {"name": "Ada"})


async def test_a_job_is_done_and_its_result_shown(at_work: RunningDesk) -> None:
    job = await at_work.mine.ended(await asked(at_work, "greet"))
    assert (job["kind"], job["state"], job["progress"], job["message"]) == ("greet", "done", 1.0, "Done")
    assert job["result"] == {"greeting": "Hello Ada"}


async def test_a_refusal_is_the_jobs_result(at_work: RunningDesk) -> None:
    job = await at_work.mine.ended(await asked(at_work, "refuse"))
    assert (job["state"], job["message"], job["result"]) == ("failed", "There is nothing to do.", None)
    assert [problem["code"] for problem in job["problems"]] == ["nothing_to_do"]


async def test_all_problems_are_told_not_just_the_first(at_work: RunningDesk) -> None:
    job = await at_work.mine.ended(await asked(at_work, "give_up"))
    assert (job["state"], len(job["problems"])) == ("failed", 2)


async def test_a_bug_fails_its_own_job_and_is_not_explained(at_work: RunningDesk) -> None:
    with capture_logs() as lines:
        job = await at_work.mine.ended(await asked(at_work, "break_down"))
    assert (job["state"], job["problems"]) == ("failed", [])
    assert "tell-nobody" not in str(job)
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["job_failed"] * job["attempts"]
    assert (await at_work.mine.ended(await asked(at_work, "greet")))["state"] == "done"


async def test_a_job_that_was_rolled_back_never_was(at_work: RunningDesk) -> None:
    async def change_of_mind() -> None:
        async with at_work.runtime.work(at_work.first.principal) as work:
            await enqueue(work, "greet", {"name": "Nobody"})
            raise NothingToDo("On second thoughts.")

    with pytest.raises(NothingToDo):
        await change_of_mind()
    await at_work.mine.ended(await asked(at_work, "greet"))
    assert len(await at_work.mine.rows("/v1/jobs")) == 1


async def test_jobs_are_their_tenants_own_and_come_in_pages(desk: RunningDesk) -> None:
    ids = [str(await asked(desk, "greet")) for _ in range(3)]
    assert await desk.theirs.rows("/v1/jobs") == []
    refused(await desk.theirs.ask("GET", f"/v1/jobs/{ids[0]}"), 404, "unknown_job")
    first = await desk.mine.get("/v1/jobs", limit=2)
    rest = await desk.mine.get("/v1/jobs", limit=2, cursor=first["next_cursor"])
    assert sorted(row["id"] for row in first["items"] + rest["items"]) == sorted(ids)
    assert rest["next_cursor"] is None
    assert {row["state"] for row in first["items"]} == {"waiting"}


async def test_monitors_learn_that_it_lives_and_is_ready(desk: RunningDesk) -> None:
    nobody = desk.visitor()
    assert await nobody.get("/health/live") == {"status": "live"}
    ready = await nobody.get("/health/ready")
    assert (ready["status"], ready["cache"]["keeper"], ready["cache"]["answers"]) == ("ready", "memory", True)


async def test_ready_tells_the_true_state_of_database_quotes_and_pools(desk: RunningDesk) -> None:
    nobody = desk.visitor()

    async def seen(is_so: Callable[[Any], bool]) -> Any:  # noqa: ANN401 - any JSON
        async with asyncio.timeout(30):
            while not is_so(ready := await nobody.get("/health/ready")):
                await asyncio.sleep(0.02)
        return ready

    ready = await seen(lambda found: found["quotes"]["are_moving"])
    assert ready["database"]["answered_ms"] > 0
    assert [(pool["name"], pool["size"] > 0) for pool in ready["database"]["pools"]] == [
        ("app", True),
        ("system", True),
    ]
    async with desk.runtime.read(desk.first.principal):
        held = {pool["name"]: pool["in_use"] for pool in (await nobody.get("/health/ready"))["database"]["pools"]}
        assert held["app"] == 1
    leader = await desk.owner.fetchval("select pid from pg_locks where locktype = 'advisory' and granted")
    await desk.owner.execute("select pg_terminate_backend($1, 5000)", leader)
    await seen(lambda found: not found["quotes"]["are_moving"])
    await seen(lambda found: found["quotes"]["are_moving"])


async def test_without_a_database_it_lives_but_is_not_ready(desk: RunningDesk, tmp_path: Any) -> None:  # noqa: ANN401
    nowhere = type(desk.runtime.server)({"host": str(tmp_path), "user": "paperdesk", "database": "paperdesk"})
    whole, desk.runtime.system = desk.runtime.system, nowhere.engine("paperdesk_system")
    nobody = desk.visitor()
    assert await nobody.get("/health/live") == {"status": "live"}
    refused(await nobody.ask("GET", "/health/ready"), 503, "database_unavailable")
    desk.runtime.system = whole


async def test_metrics_count_what_happened_and_name_nobody(desk: RunningDesk) -> None:
    _, account_id = await desk.market()
    await desk.mine.order(account_id, "buy", "1")
    page = (await desk.visitor().ask("GET", "/metrics")).text
    assert 'paperdesk_commands_total{command="PlaceOrder",outcome="done"} 1.0' in page
    assert account_id not in page
    assert desk.first.key.prefix not in page


async def test_every_change_leaves_a_line_in_the_audit_trail(desk: RunningDesk) -> None:
    tape_id, _ = await desk.market()
    await desk.mine.step(tape_id)
    async with desk.runtime.read(desk.first.principal) as work:
        rows = (await work.db.execute(text("select subject, action from audit order by id"))).all()
    subject = f"key:{desk.first.key.id}"
    assert {(subject, "open_tape"), (subject, "open_account"), (subject, "control_tape")} <= {
        tuple(row) for row in rows
    }
