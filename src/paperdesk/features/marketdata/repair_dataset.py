"""Fill the holes of a dataset from another one, in a job: a new version, and the old one stays what it was."""

import asyncio
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.ids import DatasetId, TenantId, UserId, derived
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.features.marketdata.feeds.beside_files import beside_in
from paperdesk.features.marketdata.feeds.columns import read_columns
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms, SourceKind
from paperdesk.features.marketdata.feeds.repair import Repaired, Rows, repaired
from paperdesk.features.marketdata.feeds.writer import read_manifest, write_dataset
from paperdesk.features.marketdata.store import insert_dataset, is_dataset, require_dataset
from paperdesk.infra.jobs import Job, enqueue
from paperdesk.infra.work import UnitOfWork

KIND = "repair_dataset"


class RepairMismatch(Conflict):
    """Holes are filled from recorded prices of the same calendar and the same price basis only."""


class NothingRepaired(Conflict):
    """The other dataset has no bar for any hole of this one, so there is no new version."""


@dataclass(frozen=True, slots=True)
class RepairDataset:
    """Fill the holes of one dataset with the bars of another."""

    dataset_id: UUID
    from_dataset_id: UUID


async def repair_dataset(work: UnitOfWork, command: RepairDataset) -> UUID:
    """Return the id of the job that makes the new version, which belongs to whoever asked."""
    work.require(Scope.TRADE)
    for dataset_id in (command.dataset_id, command.from_dataset_id):
        await require_dataset(work, dataset_id)
    arguments = {"dataset_id": command.dataset_id, "from_dataset_id": command.from_dataset_id}
    job_id = await enqueue(work, KIND, {**arguments, "user_id": work.who.user_id})
    await work.record(KIND, command.dataset_id, {"from_dataset_id": command.from_dataset_id})
    return job_id


async def run_repair(job: Job) -> dict[str, Any]:
    """Do the repair; done twice, it finds what the first time left and goes on from there."""
    arguments, folder = job.arguments, job.runtime.settings.datasets
    dataset_id = DatasetId(derived(job.id, "dataset"))
    own, donor = (folder / arguments[name] for name in ("dataset_id", "from_dataset_id"))
    await job.progress(0.1, "Looking for holes")
    manifest, found = await asyncio.to_thread(repair, own, donor, folder / str(dataset_id))
    await job.progress(0.9, "Recording the dataset")
    who = Principal(TenantId(job.tenant_id), UserId(UUID(arguments["user_id"])), frozenset(Scope))
    async with job.runtime.work(who) as work:
        if not await is_dataset(work, dataset_id):
            await insert_dataset(work, dataset_id, manifest, who.tenant_id)
    return {"dataset_id": dataset_id, "filled": found.filled, "missing": found.missing}


def repair(own: Path, donor: Path, into: Path) -> tuple[DatasetManifest, Repaired]:
    """Write a dataset with its holes filled from another, unless it lies there already."""
    rows, given = rows_at(own), rows_at(donor)
    mine, theirs = rows.manifest, given.manifest
    if (mine.calendar, mine.price_basis) != (theirs.calendar, theirs.price_basis):
        raise RepairMismatch("The two datasets differ in their calendar or their price basis.")
    found = repaired(rows, given)
    if not found.filled:
        raise NothingRepaired(f"{theirs.name} has no bar for any hole of {mine.name}.", missing=found.missing)
    if into.exists():
        return read_manifest(into), found
    return write_dataset(_terms(mine, theirs, found.filled), found.series, into, beside_in(own, mine)), found


def rows_at(path: Path) -> Rows:
    """Read the rows of a recorded dataset. Raises RepairMismatch."""
    manifest = read_manifest(path)
    if manifest.kind is not SourceKind.RECORDED:
        raise RepairMismatch(f"{manifest.name} is not recorded.", name=manifest.name)
    return Rows(manifest, [read_columns(listing, path) for listing in manifest.listings])


def _terms(own: DatasetManifest, donor: DatasetManifest, filled: int) -> DatasetTerms:
    stated = {field.name: value for field in fields(DatasetTerms) if (value := asdict(own)[field.name]) is not None}
    note = f"{filled} missing bars were filled from {donor.name} ({donor.provenance or 'of unknown provenance'})."
    return replace(DatasetTerms(**stated), warnings=(*own.warnings, note))
