"""Repeat the run of a capsule as a job, and compare what it comes to with what it had come to."""

import asyncio
from typing import Any
from uuid import UUID

from paperdesk.features.backtests.capsule_schemas import VerdictOut
from paperdesk.features.backtests.run_backtest import reported, result_of, who_asked
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.backtests.verdict import verdict_on
from paperdesk.features.backtests.verify_capsule import asked_again
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.jobs import Job, JobCancelled


async def repeat_run(job: Job) -> dict[str, Any]:
    """Return the verdict; it keeps nothing of the run and counts no trial, for the question is not a new one."""
    capsule, tape_id = job.arguments["capsule"], UUID(job.arguments["tape_id"])
    who = who_asked(job)
    shelf = Shelf(job.runtime.settings.datasets)
    async with job.runtime.read(who) as work:
        asked = await asked_again(work, shelf, capsule, (tape_id, job.id))
        market = TapeMarket(*await on_tape(work, shelf, tape_id))
    result = await result_of(job, asked, market, who.tenant_id)
    if result.is_cancelled:
        raise JobCancelled("The verification was cancelled.", job_id=str(job.id))
    report = await asyncio.to_thread(reported, asked, market, result)
    return VerdictOut.of(capsule, verdict_on(capsule, asked.version, report)).model_dump(mode="json")
