"""Fill at the weekend what is missing in the histories that sources told: a duty of the desk, for all tenants."""

import asyncio
from uuid import UUID

from paperdesk.core.kernel.ids import TenantId, UserId
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.features.marketdata import backfill_dataset as backfill
from paperdesk.features.marketdata import import_history
from paperdesk.features.marketdata.store import newest_versions
from paperdesk.infra.jobs import ended_well
from paperdesk.infra.runtime import Runtime


async def fill_histories(runtime: Runtime) -> None:
    """Begin a backfill of each history's newest version that has holes, for whoever recorded it last."""
    async with runtime.as_system() as db:
        newest = await newest_versions(db)
    recorded = await ended_well(runtime, (import_history.KIND, backfill.KIND))
    made = {UUID(job.arguments["dataset_id"]): job for job in recorded}
    for dataset_id in newest & made.keys():
        job, own = made[dataset_id], runtime.settings.datasets / str(dataset_id)
        if await asyncio.to_thread(lambda folder: next(backfill.chunks_of(folder), None), own) is None:
            continue
        who = Principal(TenantId(job.tenant_id), UserId(UUID(job.arguments["user_id"])), frozenset(Scope))
        async with runtime.work(who) as work:
            await backfill.backfill_dataset(work, backfill.BackfillDataset(dataset_id))
