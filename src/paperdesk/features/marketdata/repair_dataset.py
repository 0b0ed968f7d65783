"""Fill the holes of a dataset from another one, in a job: a new version, and the old one stays what it was."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.ids import DatasetId, TenantId, UserId, derived
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import CorporateAction
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.sessions import calendar
from paperdesk.features.identity.queries import enqueue_asked
from paperdesk.features.marketdata.feeds.beside_files import beside_in
from paperdesk.features.marketdata.feeds.columns import read_columns
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms, SourceKind
from paperdesk.features.marketdata.feeds.repair import Repaired, Rows, repaired
from paperdesk.features.marketdata.feeds.vendor import VendorAction
from paperdesk.features.marketdata.feeds.vendor_actions import actions_of
from paperdesk.features.marketdata.feeds.writer import read_manifest, write_dataset
from paperdesk.features.marketdata.store import insert_dataset, is_dataset, require_dataset
from paperdesk.infra.jobs import Job
from paperdesk.infra.work import UnitOfWork

KIND = "repair_dataset"


class RepairMismatch(Conflict):
    """Holes are filled from recorded prices of the same calendar and the same price basis only."""


class NothingRepaired(Conflict):
    """The other dataset has no bar for any hole of this one, so there is no new version."""


@dataclass(frozen=True, slots=True)
class News:
    """What came with recent days: until when, what companies did meanwhile, and why that is not known."""

    until: datetime
    actions: Sequence[VendorAction]
    warning: str | None


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
    job_id = await enqueue_asked(work, KIND, arguments)
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
    require_filled(found, rows, given)
    if into.exists():
        return read_manifest(into), found
    return write_dataset(_terms(mine, theirs, found.filled), found.series, into, beside_in(own, mine)), found


def brought_up(own: Path, donor: Path, into: Path, news: News) -> tuple[DatasetManifest, Repaired]:
    """Write a dataset with the bars and the actions of its recent days added, unless it lies there already."""
    rows, given = rows_at(own), rows_at(donor)
    found = repaired(rows, given, news.until)
    require_filled(found, rows, given)
    if into.exists():
        return read_manifest(into), found
    known = beside_in(own, rows.manifest)
    acted = {action.id: action for series in found.series for action in _actions(series.instrument, news.actions)}
    acted |= {action.id: action for action in known.actions}
    beside = replace(known, actions=sorted(acted.values(), key=lambda each: (each.ex_on, each.instrument.id.int)))
    return write_dataset(_kept_up(rows.manifest, news), found.series, into, beside), found


def _actions(instrument: Instrument, told: Sequence[VendorAction]) -> list[CorporateAction]:
    return actions_of(instrument, [each for each in told if each.symbol == instrument.symbol])


def _kept_up(own: DatasetManifest, news: News) -> DatasetTerms:
    """Say until when a history was kept up, and not once a day that it was."""
    market = calendar(own.calendar)
    said = (own.provenance or "Of unknown provenance").partition("; kept up until ")[0]
    warnings = [] if news.warning is None or news.warning in own.warnings else [news.warning]
    provenance = f"{said}; kept up until {market.day_of(news.until)}"
    return replace(terms_of(own), provenance=provenance, warnings=(*own.warnings, *warnings))


def require_filled(found: Repaired, own: Rows, donor: Rows) -> None:
    """Refuse a repair that filled nothing."""
    if not found.filled:
        raise NothingRepaired(
            f"{donor.manifest.name} has no bar for any hole of {own.manifest.name}.", missing=found.missing
        )


def rows_at(path: Path) -> Rows:
    """Read the rows of a recorded dataset. Raises RepairMismatch."""
    manifest = read_manifest(path)
    if manifest.kind is not SourceKind.RECORDED:
        raise RepairMismatch(f"{manifest.name} is not recorded.", name=manifest.name)
    return Rows(manifest, [read_columns(listing, path) for listing in manifest.listings])


def _terms(own: DatasetManifest, donor: DatasetManifest, filled: int) -> DatasetTerms:
    note = f"{filled} missing bars were filled from {donor.name} ({donor.provenance or 'of unknown provenance'})."
    return replace(terms_of(own), warnings=(*own.warnings, note))


def terms_of(manifest: DatasetManifest) -> DatasetTerms:
    """Return the terms of a dataset without what its rows added to them."""
    stated = asdict(manifest)
    return DatasetTerms(**{each.name: stated[each.name] for each in fields(DatasetTerms)})
