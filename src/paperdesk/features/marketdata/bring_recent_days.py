"""Bring in the days that have passed since a history was recorded: a duty of the desk, for all tenants.

A history is followed when it reached the present, to within five sessions, as it was recorded.
"""

import asyncio
from datetime import timedelta
from typing import Final

from paperdesk.core.market.sessions import XNYS, calendar
from paperdesk.features.marketdata import backfill_dataset as backfill
from paperdesk.features.marketdata.recorded_histories import recorded_histories
from paperdesk.infra.runtime import Runtime

AFTER_CLOSE: Final = timedelta(minutes=30)
"""How long after a close its bars are asked for: what a vendor delays has come by then."""


async def bring_recent_days(runtime: Runtime) -> None:
    """Begin a backfill of the five last sessions for each history that lacks some of them, once a close."""
    known_by = runtime.clock.now() - AFTER_CLOSE
    until = next(each.closes_at for each in calendar(XNYS).begun(known_by) if each.closes_at <= known_by)
    for dataset_id, job in (await recorded_histories(runtime)).items():
        command, who = backfill.BackfillDataset(dataset_id, until), backfill.asker_of(job)
        async with runtime.read(who) as reading:
            if await backfill.is_asked_for(reading, command):
                continue
        own = runtime.settings.datasets / str(dataset_id)
        if await asyncio.to_thread(backfill.is_behind, own, job.created_at, until):
            async with runtime.work(who) as work:
                await backfill.backfill_dataset(work, command)
