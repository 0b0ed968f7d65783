"""Fill at the weekend what is missing in the histories that sources told: a duty of the desk, for all tenants."""

import asyncio

from paperdesk.features.marketdata import backfill_dataset as backfill
from paperdesk.features.marketdata.recorded_histories import recorded_histories
from paperdesk.infra.runtime import Runtime


async def fill_histories(runtime: Runtime) -> None:
    """Begin a backfill of each history's newest version that has holes, for whoever recorded it last."""
    for dataset_id, job in (await recorded_histories(runtime)).items():
        own = runtime.settings.datasets / str(dataset_id)
        if await asyncio.to_thread(lambda folder: next(backfill.chunks_of(folder), None), own) is None:
            continue
        async with runtime.work(backfill.asker_of(job)) as work:
            await backfill.backfill_dataset(work, backfill.BackfillDataset(dataset_id))
