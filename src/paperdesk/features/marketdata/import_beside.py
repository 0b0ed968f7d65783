"""Import a file that lies beside a dataset's prices, in a job: the next version of it, or every reason why not.

There are four: what companies do, when trading was halted, the prints of auctions, and what funds hold. A dataset never
changes, so its prices are written again with the new file and the others it had.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict, Problem
from paperdesk.core.kernel.ids import DatasetId, derived
from paperdesk.core.kernel.principal import Scope
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.sessions import calendar
from paperdesk.features.identity.queries import enqueue_asked
from paperdesk.features.marketdata.feeds import actions, auctions, fund_holdings, halts
from paperdesk.features.marketdata.feeds.beside_files import beside_in
from paperdesk.features.marketdata.feeds.columns import read_columns
from paperdesk.features.marketdata.feeds.lines import Findings, Row, csv_rows, line_of
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms, PriceBasis
from paperdesk.features.marketdata.feeds.reading import header_of, text_of
from paperdesk.features.marketdata.feeds.writer import Series, read_manifest, write_dataset
from paperdesk.features.marketdata.import_dataset import finish_import
from paperdesk.features.marketdata.store import load_manifest
from paperdesk.infra.jobs import Job
from paperdesk.infra.work import UnitOfWork

KIND = "import_beside"


class Besides(StrEnum):
    """What can lie beside prices."""

    ACTIONS = "actions"
    HALTS = "halts"
    AUCTIONS = "auctions"
    HOLDINGS = "holdings"


class PricesAdjusted(Conflict):
    """The prices of the dataset have splits or dividends taken out already, so posting them would count twice."""


class PricesGenerated(Conflict):
    """The dataset is generated from a seed and has no files that anything could be added to."""


@dataclass(frozen=True, slots=True)
class ImportBeside:
    """Import an uploaded CSV file of one kind for a dataset."""

    upload: Path
    dataset_id: DatasetId
    what: Besides


async def import_beside(work: UnitOfWork, command: ImportBeside) -> UUID:
    """Return the id of the job that writes the next version of the dataset."""
    work.require(Scope.TRADE)
    manifest = await load_manifest(work, command.dataset_id)
    if command.what is Besides.ACTIONS and manifest.price_basis is not PriceBasis.RAW:
        basis = manifest.price_basis.value
        raise PricesAdjusted(f"The prices of {manifest.name} are of the basis {basis!r}, not raw.", price_basis=basis)
    if manifest.recipe is not None:
        raise PricesGenerated(f"{manifest.name} is generated; what happens in it follows from its preset.")
    stated = {"dataset_id": command.dataset_id, "what": command.what.value}
    job_id = await enqueue_asked(work, KIND, {**stated, "upload": str(command.upload)})
    await work.record(KIND, job_id, stated)
    return job_id


async def run_import_beside(job: Job) -> dict[str, Any]:
    """Do the import; done twice, it finds what the first time left and goes on from there."""
    upload, dataset_id = Path(job.arguments["upload"]), DatasetId(derived(job.id, "dataset"))
    folder, what = job.runtime.settings.datasets, Besides(job.arguments["what"])
    into = folder / str(dataset_id)
    await job.progress(0.1, "Reading the file")
    done = await asyncio.to_thread(_write, what, upload, folder / job.arguments["dataset_id"], into)
    return await finish_import(job, dataset_id, done)


def _write(what: Besides, upload: Path, source: Path, into: Path) -> DatasetManifest | list[Problem]:
    if into.exists():
        return read_manifest(into)
    manifest, findings = read_manifest(source), Findings()
    found = _FILES[what].read(upload, manifest, findings)
    if findings.problems:
        return sorted(findings.problems, key=line_of)
    series = [Series(one.instrument, one.scale, one.size_scale, read_columns(one, source)) for one in manifest.listings]
    terms = DatasetTerms(**{each.name: getattr(manifest, each.name) for each in fields(DatasetTerms)})
    return write_dataset(terms, series, into, replace(beside_in(source, manifest), **{what.value: found}))


@dataclass(frozen=True, slots=True)
class _File:
    """How one kind of file is read: its columns, those that it needs, and what makes values of its rows."""

    columns: Sequence[str]
    required: Sequence[str]
    reader: Callable[[DatasetManifest], Callable[[Any, Findings], Sequence[Any]]]

    def read(self, upload: Path, manifest: DatasetManifest, findings: Findings) -> Sequence[Any]:
        """Return what a file says; whatever is wrong with it is added to the findings."""
        rows = self._rows(upload, findings)
        found = self.reader(manifest)(rows, findings)
        if not found and not findings.problems:
            findings.add(None, "empty_file", "the file has no rows")
        return found

    def _rows(self, upload: Path, findings: Findings) -> Sequence[Row]:
        raw = text_of(upload, findings)
        header = None if raw is None else header_of(raw, findings)
        if raw is None or header is None:
            return ()
        missing = [name for name in self.required if name not in header]
        if missing:
            findings.add(1, "missing_columns", f"columns are missing: {', '.join(missing)}")
            return ()
        unknown = sorted(set(header) - set(self.columns))
        if unknown:
            findings.add(1, "unknown_columns", f"columns are not known: {', '.join(unknown)}")
        return list(csv_rows(raw, header, findings))


def _listed(manifest: DatasetManifest) -> dict[str, Any]:
    return {one.instrument.symbol: one.instrument for one in manifest.listings}


_FILES: Final = {
    Besides.ACTIONS: _File(
        actions.COLUMNS,
        actions.REQUIRED,
        lambda manifest: actions.ActionReader(_listed(manifest), calendar(manifest.calendar)).read,
    ),
    Besides.HALTS: _File(
        halts.HALT_COLUMNS, halts.HALTS_REQUIRED, lambda manifest: halts.HaltReader(_listed(manifest)).read
    ),
    Besides.AUCTIONS: _File(
        auctions.AUCTION_COLUMNS,
        auctions.AUCTIONS_REQUIRED,
        lambda manifest: auctions.AuctionReader(_listed(manifest), calendar(manifest.calendar)).read,
    ),
    Besides.HOLDINGS: _File(
        fund_holdings.HOLDING_COLUMNS,
        fund_holdings.HOLDINGS_REQUIRED,
        lambda manifest: fund_holdings.HoldingReader(_listed(manifest), calendar(manifest.calendar)).read,
    ),
}
