"""The histories that sources told, of all tenants: what the duties of the desk look after."""

from uuid import UUID

from paperdesk.features.marketdata import backfill_dataset, import_history
from paperdesk.features.marketdata.store import newest_versions
from paperdesk.infra.jobs import Job, ended_well
from paperdesk.infra.runtime import Runtime


async def recorded_histories(runtime: Runtime) -> dict[UUID, Job]:
    """Return the newest version of each history, and the job that recorded it."""
    async with runtime.as_system() as db:
        newest = await newest_versions(db)
    recorded = await ended_well(runtime, (import_history.KIND, backfill_dataset.KIND))
    made = {UUID(job.arguments["dataset_id"]): job for job in recorded}
    return {dataset_id: made[dataset_id] for dataset_id in newest & made.keys()}
