"""Fill the holes of a dataset from one's sources, in a chain of jobs: each asks for 1,500 bars and starts the next.

The last one makes a new version of all that came; the old one stays what it was. Which spans are asked for follows
from the dataset alone, so a link that is done twice asks for what is still missing, and a chain that was begun twice
ends in one version.

With an instant the chain brings in the recent days: what is missing in the five last sessions that are over by then,
also after the last bar, and what the companies did since.
"""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.ids import DatasetId, TenantId, UserId, derived
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.kernel.time import instant_from_text, instant_of, instant_text
from paperdesk.core.market.sessions import calendar
from paperdesk.features.identity.queries import enqueue_asked
from paperdesk.features.marketdata.feeds.columns import BarColumns
from paperdesk.features.marketdata.feeds.history import HistoryTerms, Spool, closed, history_series
from paperdesk.features.marketdata.feeds.manifest import DatasetTerms, PriceBasis
from paperdesk.features.marketdata.feeds.repair import RECENT_SESSIONS, Rows, holes_of
from paperdesk.features.marketdata.feeds.vendor import (
    LASTS,
    PAGE_BARS,
    BarLength,
    BarPage,
    BarsAsked,
    Subject,
    VendorBar,
)
from paperdesk.features.marketdata.feeds.writer import write_dataset
from paperdesk.features.marketdata.import_history import actions_told, page_of
from paperdesk.features.marketdata.read_sourcing import read_sourcing
from paperdesk.features.marketdata.repair_dataset import (
    News,
    NothingRepaired,
    RepairMismatch,
    brought_up,
    repair,
    rows_at,
)
from paperdesk.features.marketdata.sources import Sources, Sourcing
from paperdesk.features.marketdata.store import insert_dataset, is_dataset, require_dataset
from paperdesk.infra.jobs import Job, enqueue, was_asked
from paperdesk.infra.uploads import folder_of_job
from paperdesk.infra.work import ReadOnly, UnitOfWork

KIND: Final = "backfill_dataset"


class NothingMissing(Conflict):
    """The dataset has no hole between the first and the last bar of any instrument, or in the days asked for."""


@dataclass(frozen=True, slots=True)
class BackfillDataset:
    """Fill the holes of a dataset from the sources of whoever asks; with an instant those of the days before it."""

    dataset_id: UUID
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A span of one symbol with holes in it, no longer than a page of bars."""

    symbol: str
    length: BarLength
    start: datetime
    end: datetime


async def backfill_dataset(work: UnitOfWork, command: BackfillDataset) -> UUID:
    """Return the id of the first job of the chain; each names the next in its result."""
    work.require(Scope.TRADE)
    await require_dataset(work, command.dataset_id)
    job_id = await enqueue_asked(work, KIND, _named(command))
    await work.record(KIND, command.dataset_id, {})
    return job_id


async def is_asked_for(work: ReadOnly, command: BackfillDataset) -> bool:
    """Say whether somebody of the caller's tenant has asked for the same before, whatever came of it."""
    return await was_asked(work, KIND, _named(command))


def _named(command: BackfillDataset) -> dict[str, Any]:
    recent = {} if command.until is None else {"until": instant_text(command.until)}
    return {"dataset_id": command.dataset_id, **recent}


async def run_backfill(job: Job, sources: Sources) -> dict[str, Any]:
    """Ask for the first chunk that has not come yet; then start the next job, or write the new version."""
    own = job.runtime.settings.datasets / job.arguments["dataset_id"]
    chunks = await asyncio.to_thread(lambda: list(chunks_of(own, _until(job))))
    if not chunks:
        raise NothingMissing("No bar is missing in that span.", dataset_id=job.arguments["dataset_id"])
    folder = folder_of_job(job.runtime.settings, job.id)
    missing = [number for number in range(len(chunks)) if not Spool(folder / f"{number:06}").pages()]
    if missing:
        chunk = chunks[missing[0]]
        bars, vendor = await _asked(sources, await read_sourcing(job.runtime, asker_of(job)), chunk)
        await asyncio.to_thread(Spool(folder / f"{missing[0]:06}").keep, BarPage(bars, None), 0)
        share = 1 - (len(missing) - 1) / len(chunks)
        await job.progress(0.9 * share, f"{chunk.symbol}: {len(bars)} bars from {vendor}")
    if len(missing) > 1:
        return {"next_job_id": await _next(job, folder), "chunks": len(chunks), "left": len(missing) - 1}
    return await _written(job, sources, own, chunks)


async def _asked(sources: Sources, sourcing: Sourcing, chunk: Chunk) -> tuple[list[VendorBar], str]:
    """Return the bars of a chunk, of one vendor; outside sessions there may be more of them than fit on a page."""
    bars: list[VendorBar] = []
    page: str | None = None
    while True:
        asked = BarsAsked(chunk.symbol, chunk.length, chunk.start, chunk.end, page)
        told = await page_of(sources, sourcing, asked)
        bars += told.value.bars
        page, vendor = told.value.next_page, told.provenance.vendor
        if page is None:
            return bars, vendor
        sourcing = Sourcing(sourcing.tenant_id, sourcing.keys, {Subject.BARS: [vendor]})


async def _next(job: Job, folder: Path) -> UUID:
    """Start the next link of the chain, and hand it what has come."""
    chain = job.arguments.get("chain", str(job.id))
    async with job.runtime.work(asker_of(job)) as work:
        job_id = await enqueue(work, KIND, {**job.arguments, "chain": chain})
        # Before the transaction is over nobody begins the next one.
        await asyncio.to_thread(folder.rename, folder_of_job(job.runtime.settings, job_id))
    return job_id


async def _written(job: Job, sources: Sources, own: Path, chunks: list[Chunk]) -> dict[str, Any]:
    """Write the new version, once for the whole chain."""
    dataset_id = DatasetId(derived(UUID(job.arguments.get("chain", str(job.id))), "dataset"))
    into = job.runtime.settings.datasets / str(dataset_id)
    donor = await asyncio.to_thread(_donor, job, own, chunks)
    until = _until(job)
    if until is None:
        manifest, found = await asyncio.to_thread(repair, own, donor, into)
    else:
        days, symbols = await asyncio.to_thread(_since, own, until)
        told = await actions_told(sources, await read_sourcing(job.runtime, asker_of(job)), symbols, days)
        manifest, found = await asyncio.to_thread(brought_up, own, donor, into, News(until, *told))
    async with job.runtime.work(asker_of(job)) as work:
        if not await is_dataset(work, dataset_id):
            await insert_dataset(work, dataset_id, manifest, work.who.tenant_id)
    return {"dataset_id": dataset_id, "filled": found.filled, "missing": found.missing, "chunks": len(chunks)}


def _donor(job: Job, own: Path, chunks: list[Chunk]) -> Path:
    """Write all that came as a dataset of its own, to fill holes from."""
    folder = folder_of_job(job.runtime.settings, job.id)
    manifest = rows_at(own).manifest
    bars: dict[str, list[VendorBar]] = {}
    for number, chunk in enumerate(chunks):
        for page in Spool(folder / f"{number:06}").pages():
            bars.setdefault(chunk.symbol, []).extend(page.bars)
    terms = DatasetTerms(name="what sources told", price_basis=PriceBasis.RAW, calendar=manifest.calendar)
    kinds = {each.instrument.symbol: each.instrument.kind for each in manifest.listings}
    lengths = {chunk.symbol: HistoryTerms(terms, chunk.length, job.created_at, kinds[chunk.symbol]) for chunk in chunks}
    series = [
        history_series(symbol, rows, lengths[symbol]) for symbol, rows in bars.items() if closed(rows, lengths[symbol])
    ]
    if not series:
        raise NothingRepaired(f"No source has a bar for any hole of {manifest.name}.", chunks=len(chunks))
    donor = folder / "donor"
    shutil.rmtree(donor, ignore_errors=True)
    write_dataset(terms, series, donor)
    return donor


def _since(own: Path, until: datetime) -> tuple[tuple[date, date], list[str]]:
    """Return from which day to which there may be something new of a dataset's symbols, and those."""
    manifest = (rows := rows_at(own)).manifest
    market = calendar(manifest.calendar)
    first = min(instant_of(int(columns.at[-1])) for columns in rows.columns)
    return (market.day_of(first), market.day_of(until)), [each.instrument.symbol for each in manifest.listings]


def asker_of(job: Job) -> Principal:
    """Return for whom a job asks sources."""
    return Principal(TenantId(job.tenant_id), UserId(UUID(job.arguments["user_id"])), frozenset(Scope))


def _until(job: Job) -> datetime | None:
    written = job.arguments.get("until")
    return None if written is None else instant_from_text(written)


def is_behind(own: Path, recorded_at: datetime, until: datetime) -> bool:
    """Say whether a history that reached the present when it was recorded lacks bars of the days before an instant."""
    rows = rows_at(own)
    begun = (each.closes_at for each in calendar(rows.manifest.calendar).begun(recorded_at))
    closes = islice((each for each in begun if each <= recorded_at), RECENT_SESSIONS)
    last_at = max(instant_of(int(columns.at[-1])) for columns in rows.columns)
    return min(closes) <= last_at and next(_chunks(rows, until), None) is not None


def chunks_of(own: Path, until: datetime | None = None) -> Iterator[Chunk]:
    """Yield the spans with holes of a recorded dataset, symbol by symbol, each at most a page of bars long."""
    yield from _chunks(rows_at(own), until)


def _chunks(rows: Rows, until: datetime | None) -> Iterator[Chunk]:
    if rows.manifest.price_basis is not PriceBasis.RAW:
        raise RepairMismatch("Sources tell raw prices, and this dataset has others.", name=rows.manifest.name)
    market = calendar(rows.manifest.calendar)
    for listing, columns in zip(rows.manifest.listings, rows.columns, strict=True):
        holes = holes_of(columns, market, until) if isinstance(columns, BarColumns) else None
        length = None if holes is None else _length(holes.slots.length)
        if holes is None or length is None:
            continue
        numbers = holes.numbers.tolist()
        while numbers:
            within = [each for each in numbers if each < numbers[0] + PAGE_BARS]
            slots = holes.slots
            start = slots.starts_at(within[0])
            if length == "1d":  # vendors date a day's bar at its midnight
                start = market.day_starts_at(market.day_of(start))
            yield Chunk(listing.instrument.symbol, length, start, slots.ends_at(within[-1]))
            numbers = numbers[len(within) :]


def _length(microseconds: int | None) -> BarLength | None:
    """Return how vendors name a length of bars; None where no vendor has such bars."""
    if microseconds is None:
        return "1d"
    return next((name for name, lasts in LASTS.items() if lasts.total_seconds() * 1_000_000 == microseconds), None)
