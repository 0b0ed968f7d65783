"""Record a vendor's history as a dataset, in a job: page by page of 1,500 bars, going on where it was interrupted."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.kernel.ids import DatasetId, TenantId, UserId, derived
from paperdesk.core.kernel.principal import Principal, Scope
from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.sessions import XNYS, calendar
from paperdesk.features.identity.queries import enqueue_asked
from paperdesk.features.marketdata.feeds.history import HistoryTerms, Spool, closed, write_history
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms, PriceBasis
from paperdesk.features.marketdata.feeds.vendor import BarLength, BarPage, BarsAsked, Subject, VendorAction, VendorBar
from paperdesk.features.marketdata.feeds.writer import read_manifest
from paperdesk.features.marketdata.read_sourcing import read_sourcing
from paperdesk.features.marketdata.sources import (
    Answer,
    SourceKeyMissing,
    Sources,
    Sourcing,
    require_tells,
    wait_s_of,
)
from paperdesk.features.marketdata.store import insert_dataset, is_dataset
from paperdesk.infra.jobs import Job
from paperdesk.infra.outbound import VendorBudgetUsedUp, VendorFailure
from paperdesk.infra.uploads import folder_of_job
from paperdesk.infra.work import UnitOfWork

KIND: Final = "import_history"
SYMBOLS_MAX: Final = 50
WAITS_MAX: Final = 240
"""How often a page waits for the budget: at a call a minute, four hours."""


class SpanEmpty(Invalid):
    """A span of history begins before it ends."""


class HistoryEmpty(Conflict):
    """The source has no closed bar of a symbol in that span, so there is no dataset."""


@dataclass(frozen=True, slots=True)
class ImportHistory:
    """Record raw bars of symbols between two market days, both included; from one source, or the first that answers.

    The symbols are funds or exchange-traded funds where somebody says so, else what their symbols tell.
    """

    name: str
    symbols: Sequence[str]
    length: BarLength
    start_on: date
    end_on: date
    source: str | None = None
    kind: Kind | None = None


async def import_history(work: UnitOfWork, command: ImportHistory) -> UUID:
    """Return the id of the job that records the history."""
    work.require(Scope.TRADE)
    if command.end_on < command.start_on:
        raise SpanEmpty(f"The span ends on {command.end_on}, before it begins.")
    market = calendar(XNYS)
    for day in (command.start_on, command.end_on):
        market.session_on(day)  # a day beyond the calendar is refused now rather than by the job
    if command.source is not None:
        require_tells(Subject.BARS, [command.source])
    arguments = {
        "name": command.name,
        "symbols": list(dict.fromkeys(command.symbols)),
        "length": command.length,
        "start_on": command.start_on.isoformat(),
        "end_on": command.end_on.isoformat(),
        "source": command.source,
        "kind": command.kind,
    }
    job_id = await enqueue_asked(work, KIND, arguments)
    await work.record(KIND, job_id, {"name": command.name, "symbols": len(command.symbols)})
    return job_id


async def run_import_history(job: Job, sources: Sources) -> dict[str, Any]:
    """Record the history; done twice, it goes on after the pages that the first time left."""
    arguments = job.arguments
    who = Principal(TenantId(job.tenant_id), UserId(UUID(arguments["user_id"])), frozenset(Scope))
    dataset_id = DatasetId(derived(job.id, "dataset"))
    into = job.runtime.settings.datasets / str(dataset_id)
    recording = _Recording(job, sources, await read_sourcing(job.runtime, who), Spools(job))
    manifest = read_manifest(into) if into.exists() else await recording.written(into)
    await job.progress(0.95, "Recording the dataset")
    async with job.runtime.work(who) as work:
        if not await is_dataset(work, dataset_id):
            await insert_dataset(work, dataset_id, manifest, who.tenant_id)
    return {"dataset_id": dataset_id, "rows": manifest.rows, "instruments": len(manifest.listings)}


class Spools:
    """Where the pages of one job are kept until its dataset is written."""

    def __init__(self, job: Job) -> None:
        """Take a folder that is this job's alone."""
        self._folder = folder_of_job(job.runtime.settings, job.id)

    def of(self, number: int) -> Spool:
        """Return the pages of the symbol with that number."""
        return Spool(self._folder / f"{number:03}")


@dataclass(slots=True)
class _Recording:
    """One job at work: what it asks, of whom, and where it keeps what it got."""

    job: Job
    sources: Sources
    sourcing: Sourcing
    spools: Spools

    async def written(self, into: Path) -> DatasetManifest:
        """Ask for every page and write the dataset."""
        arguments = self.job.arguments
        symbols: Sequence[str] = arguments["symbols"]
        vendor = arguments["source"]
        bars: dict[str, list[VendorBar]] = {}
        for number, symbol in enumerate(symbols):
            vendor = await self._symbol(symbol, number, vendor)
            pages = await asyncio.to_thread(self.spools.of(number).pages)
            bars[symbol] = [bar for page in pages for bar in page.bars]
        days = date.fromisoformat(arguments["start_on"]), date.fromisoformat(arguments["end_on"])
        actions, warning = await actions_told(self.sources, self.sourcing, symbols, days)
        terms = self._terms(vendor, warning)
        return await asyncio.to_thread(_write, terms, bars, actions, into)

    async def _symbol(self, symbol: str, number: int, vendor: str | None) -> str | None:
        """Ask for what is missing of one symbol, of the vendor that told the others; return who told it."""
        spool, symbols = self.spools.of(number), len(self.job.arguments["symbols"])
        kept = await asyncio.to_thread(spool.pages)
        following = kept[-1].next_page if kept else None
        while not kept or following is not None:
            page, vendor = await self._page(self._asked(symbol, following), vendor)
            await asyncio.to_thread(spool.keep, page, len(kept))
            kept.append(page)
            following = page.next_page
            count = sum(len(each.bars) for each in kept)
            await self.job.progress(0.9 * (number + 0.5) / symbols, f"{symbol}: {count} bars from {vendor}")
        return vendor

    async def _page(self, asked: BarsAsked, vendor: str | None) -> tuple[BarPage, str]:
        """Ask for a page of the vendor that told the others."""
        only = self.sourcing
        if vendor is not None:
            only = Sourcing(only.tenant_id, only.keys, {Subject.BARS: [vendor]})
        answer = await page_of(self.sources, only, asked)
        return answer.value, answer.provenance.vendor

    def _asked(self, symbol: str, page: str | None) -> BarsAsked:
        arguments, market = self.job.arguments, calendar(XNYS)
        start = market.day_starts_at(date.fromisoformat(arguments["start_on"]))
        end = market.day_starts_at(date.fromisoformat(arguments["end_on"]) + timedelta(days=1))
        return BarsAsked(symbol, arguments["length"], start, end, page)

    def _terms(self, vendor: str | None, warning: str | None) -> HistoryTerms:
        arguments, known_at = self.job.arguments, self.job.created_at
        terms = DatasetTerms(
            name=arguments["name"],
            price_basis=PriceBasis.RAW,
            provenance=f"Recorded from {vendor} on {known_at.date()}, {arguments['length']} bars inside sessions",
            warnings=() if warning is None else (warning,),
        )
        kind = arguments.get("kind")
        return HistoryTerms(terms, arguments["length"], known_at, None if kind is None else Kind(kind))


async def actions_told(
    sources: Sources, sourcing: Sourcing, symbols: Sequence[str], days: tuple[date, date]
) -> tuple[list[VendorAction], str | None]:
    """Return what companies did between two days, or none and a warning: prices are still worth having."""
    found: list[VendorAction] = []
    try:
        for symbol in symbols:
            told = (await sources.actions(sourcing, symbol, days)).value
            found += [each for each in told if days[0] <= each.ex_on <= days[1]]
    except (VendorFailure, SourceKeyMissing) as failure:
        return [], f"No source told dividends and splits ({failure.code}); accounts on this tape will miss them."
    return found, None


async def page_of(sources: Sources, sourcing: Sourcing, asked: BarsAsked) -> Answer[BarPage]:
    """Return a page of history, waiting for the budget as long as it takes."""
    for _ in range(WAITS_MAX):
        try:
            return await sources.bars(sourcing, asked)
        except VendorBudgetUsedUp as spent:
            await sources.wait(wait_s_of(spent))
    return await sources.bars(sourcing, asked)


def _write(
    terms: HistoryTerms, bars: Mapping[str, Sequence[VendorBar]], actions: Sequence[VendorAction], into: Path
) -> DatasetManifest:
    for symbol, rows in bars.items():
        if not closed(rows, terms):
            raise HistoryEmpty(f"There is no closed bar of {symbol} in that span.", symbol=symbol)
    return write_history(terms, bars, actions, into)
