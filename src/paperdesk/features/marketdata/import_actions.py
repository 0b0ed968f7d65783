"""Import a file of corporate actions for a dataset, in a job: the next version of it, or every reason why not.

A dataset never changes, so its prices are written again with the actions beside them.
"""

import asyncio
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict, Problem
from paperdesk.core.kernel.ids import DatasetId, derived
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.market.corporate_actions import CorporateAction
from paperdesk.core.market.sessions import calendar
from paperdesk.features.marketdata.feeds.actions import COLUMNS, REQUIRED, ActionReader
from paperdesk.features.marketdata.feeds.columns import read_columns
from paperdesk.features.marketdata.feeds.lines import Findings, csv_rows, line_of
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms, PriceBasis
from paperdesk.features.marketdata.feeds.reading import header_of, text_of
from paperdesk.features.marketdata.feeds.writer import Series, read_manifest, write_dataset
from paperdesk.features.marketdata.import_dataset import finish_import
from paperdesk.features.marketdata.store import load_manifest
from paperdesk.infra.jobs import Job, enqueue
from paperdesk.infra.work import UnitOfWork

KIND = "import_actions"


class PricesAdjusted(Conflict):
    """The prices of the dataset have splits or dividends taken out already, so posting them would count twice."""


class PricesGenerated(Conflict):
    """The dataset is generated from a seed and has no files that anything could be added to."""


@dataclass(frozen=True, slots=True)
class ImportActions:
    """Import an uploaded CSV file of corporate actions for a dataset."""

    upload: Path
    dataset_id: DatasetId


async def import_actions(work: UnitOfWork, command: ImportActions) -> UUID:
    """Return the id of the job that writes the next version of the dataset."""
    work.require(Scope.TRADE)
    manifest = await load_manifest(work, command.dataset_id)
    if manifest.price_basis is not PriceBasis.RAW:
        basis = manifest.price_basis.value
        raise PricesAdjusted(f"The prices of {manifest.name} are of the basis {basis!r}, not raw.", price_basis=basis)
    if manifest.recipe is not None:
        raise PricesGenerated(f"{manifest.name} is generated; its companies do what its preset says.")
    arguments = {"upload": str(command.upload), "dataset_id": command.dataset_id, "user_id": work.who.user_id}
    job_id = await enqueue(work, KIND, arguments)
    await work.record(KIND, job_id, {"dataset_id": command.dataset_id})
    return job_id


async def run_import_actions(job: Job) -> dict[str, Any]:
    """Do the import; done twice, it finds what the first time left and goes on from there."""
    upload, dataset_id = Path(job.arguments["upload"]), DatasetId(derived(job.id, "dataset"))
    folder = job.runtime.settings.datasets
    into = folder / str(dataset_id)
    await job.progress(0.1, "Reading the file")
    done = await asyncio.to_thread(_write, upload, folder / job.arguments["dataset_id"], into)
    return await finish_import(job, upload, dataset_id, done)


def _write(upload: Path, source: Path, into: Path) -> DatasetManifest | list[Problem]:
    if into.exists():
        return read_manifest(into)
    manifest, findings = read_manifest(source), Findings()
    actions = _read(upload, manifest, findings)
    if findings.problems:
        return sorted(findings.problems, key=line_of)
    series = [Series(one.instrument, one.scale, one.size_scale, read_columns(one, source)) for one in manifest.listings]
    terms = DatasetTerms(**{each.name: getattr(manifest, each.name) for each in fields(DatasetTerms)})
    return write_dataset(terms, series, into, actions)


def _read(upload: Path, manifest: DatasetManifest, findings: Findings) -> list[CorporateAction]:
    """Return the actions of a file; whatever is wrong with it is added to the findings."""
    raw = text_of(upload, findings)
    header = None if raw is None else header_of(raw, findings)
    if raw is None or header is None:
        return []
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        findings.add(1, "missing_columns", f"columns are missing: {', '.join(missing)}")
        return []
    unknown = sorted(set(header) - set(COLUMNS))
    if unknown:
        findings.add(1, "unknown_columns", f"columns are not known: {', '.join(unknown)}")
    listed = {one.instrument.symbol: one.instrument for one in manifest.listings}
    reader = ActionReader(listed, calendar(manifest.calendar))
    actions = reader.read(csv_rows(raw, header, findings), findings)
    if not actions and not findings.problems:
        findings.add(None, "empty_file", "the file has no rows")
    return actions
