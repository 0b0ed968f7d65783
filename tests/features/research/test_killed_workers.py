"""A worker that is killed in a sweep loses the trial it was at; what had come before stays, and the rest is run."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec

from paperdesk.features.research.jobs import JOBS
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.jobs import Rhythm
from tests.desk import RunningDesk
from tests.features.research.swept import sweep_body

ROOT = Path(__file__).parents[3]
HASTY = Rhythm(0.02, heartbeat_s=0.1, stalled_after_s=2.0, look_for_stalled_s=0.05, first_pause_s=0.01, drain_s=0.1)
RANGES = {"fast": {"at_least": "1", "at_most": "10"}, "slow": {"at_least": "11", "at_most": "20"}}
TRIED = "select number, tried_at from trials order by number"


async def other_worker(desk: RunningDesk) -> asyncio.subprocess.Process:
    """Start a worker in a process of its own."""
    arguments = msgspec.json.encode(dict(desk.runtime.server.arguments), enc_hook=str).decode()
    words = ("-m", "tests.features.research.other_worker", str(desk.runtime.settings.directory), arguments)
    return await asyncio.create_subprocess_exec(sys.executable, *words, cwd=ROOT)


async def until(desk: RunningDesk, path: str, least: int) -> dict[str, Any]:
    """Wait until so many trials of a sweep have ended."""
    async with asyncio.timeout(60):
        while (sweep := await desk.mine.get(path))["ended_trials"] < least:
            await asyncio.sleep(0.02)
    found: dict[str, Any] = sweep
    return found


async def test_a_killed_worker_loses_no_trial_that_had_ended(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    sweep = await desk.mine.post("/v1/sweeps", sweep_body(tape_id, ranges=RANGES))
    path = f"/v1/sweeps/{sweep['id']}"
    assert (sweep["trials"], len(sweep["job_ids"])) == (100, 5)
    dying = await other_worker(desk)
    try:
        await until(desk, path, 25)
    finally:
        dying.kill()
        await dying.wait()
    before = {row["number"]: row["tried_at"] for row in await desk.owner.fetch(TRIED)}
    assert 25 <= len(before) < 100
    working = asyncio.create_task(Worker(desk.runtime, JOBS, rhythm=HASTY).run())
    try:
        found = await until(desk, path, 100)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert (found["state"], found["ended_trials"]) == ("done", 100)
    after = {row["number"]: row["tried_at"] for row in await desk.owner.fetch(TRIED)}
    assert sorted(after) == list(range(1, 101))
    # Those that had ended were not run again: they stand as they were written.
    assert {number: after[number] for number in before} == before
