"""Import a file of prices as a dataset, in a job: all of its rows, or none and every reason why."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict, Problem
from paperdesk.core.kernel.ids import DatasetId, TenantId, UserId, derived
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.sessions import calendar
from paperdesk.features.identity.queries import enqueue_asked
from paperdesk.features.marketdata.feeds.files import ImportTerms, import_file
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms, PriceBasis
from paperdesk.features.marketdata.feeds.reading import FileFormat
from paperdesk.features.marketdata.feeds.series import Named
from paperdesk.features.marketdata.feeds.writer import read_manifest
from paperdesk.features.marketdata.store import insert_dataset, is_dataset
from paperdesk.infra.jobs import Job, JobFailed
from paperdesk.infra.work import UnitOfWork

KIND = "import_dataset"
PROBLEMS_MAX = 1000


class ImportRefused(JobFailed, Conflict):
    """The file has bad rows, so nothing of it was imported."""


@dataclass(frozen=True, slots=True)
class ImportDataset:
    """Import an uploaded file under a name."""

    upload: Path
    name: str
    format: FileFormat
    price_basis: PriceBasis
    calendar: str
    symbol: str | None = None
    kinds: Mapping[str, Kind] = field(default_factory=dict[str, Kind])


async def import_dataset(work: UnitOfWork, command: ImportDataset) -> UUID:
    """Return the id of the job that imports the file."""
    work.require(Scope.TRADE)
    calendar(command.calendar)  # an unknown one is refused now rather than by the job
    job_id = await enqueue_asked(work, KIND, _arguments(command))
    await work.record(KIND, job_id, {"name": command.name})
    return job_id


def _arguments(command: ImportDataset) -> dict[str, Any]:
    return {
        "upload": str(command.upload),
        "name": command.name,
        "format": command.format.value,
        "price_basis": command.price_basis.value,
        "calendar": command.calendar,
        "symbol": command.symbol,
        "kinds": {symbol: kind.value for symbol, kind in command.kinds.items()},
    }


async def run_import(job: Job) -> dict[str, Any]:
    """Do the import; done twice, it finds what the first time left and goes on from there."""
    arguments = job.arguments
    upload, dataset_id = Path(arguments["upload"]), DatasetId(derived(job.id, "dataset"))
    into = job.runtime.settings.datasets / str(dataset_id)
    await job.progress(0.1, "Reading the file")
    done = read_manifest(into) if into.exists() else await asyncio.to_thread(_import, upload, arguments, into)
    return await finish_import(job, dataset_id, done)


async def finish_import(job: Job, dataset_id: DatasetId, done: DatasetManifest | list[Problem]) -> dict[str, Any]:
    """Record the dataset that an import wrote, or say why it wrote none."""
    if isinstance(done, list):
        wrong = "1 row is wrong" if len(done) == 1 else f"{len(done)} rows are wrong"
        raise ImportRefused(f"Nothing was imported: {wrong}.", done[:PROBLEMS_MAX])
    await job.progress(0.9, "Recording the dataset")
    who = Principal(TenantId(job.tenant_id), UserId(UUID(job.arguments["user_id"])), frozenset(Scope))
    async with job.runtime.work(who) as work:
        if not await is_dataset(work, dataset_id):
            await insert_dataset(work, dataset_id, done, who.tenant_id)
    return {"dataset_id": dataset_id, "rows": done.rows, "instruments": len(done.listings)}


def _import(upload: Path, arguments: dict[str, Any], into: Path) -> DatasetManifest | list[Problem]:
    terms = DatasetTerms(
        name=arguments["name"],
        price_basis=PriceBasis(arguments["price_basis"]),
        calendar=arguments["calendar"],
        provenance="Imported from a file by its owner",
    )
    named = {symbol: Named(symbol, symbol, Kind(kind)) for symbol, kind in arguments.get("kinds", {}).items()}
    stated = ImportTerms(terms, FileFormat(arguments["format"]), arguments["symbol"], named=named)
    return import_file(upload, stated, into)
