"""Put the first datasets on the shelf: real prices from installed packages, else a synthetic market."""

import asyncio
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import DatasetId
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, Recipe
from paperdesk.features.marketdata.feeds.samples import SAMPLES, build_sample
from paperdesk.features.marketdata.feeds.synthetic import GENERATOR, market_begins_at, market_manifest
from paperdesk.features.marketdata.store import insert_dataset
from paperdesk.features.marketdata.tapes import Shelf, close_of
from paperdesk.infra.settings import Settings
from paperdesk.infra.work import UnitOfWork

REAL_START = datetime(2020, 1, 2, 21, tzinfo=UTC)
SYNTHETIC = Recipe("fair_market", seed=9, generator=GENERATOR)
FIRST_SYMBOL = "AAPL"


class FirstDayUnreadable(Invalid):
    """The setting of the first day is empty or is no day; nothing starts like that."""


class FirstDayWithoutPrices(Invalid):
    """The first market has no prices on the day that the settings name; nothing starts like that."""


@dataclass(frozen=True, slots=True)
class FirstDataset:
    """The dataset a first tape is opened on: a good moment to begin, and a symbol to begin with."""

    id: DatasetId
    name: str
    start_at: datetime
    symbol: str


def first_day_of(settings: Settings) -> date | None:
    """Return the day the first tape is to start on, if one is set. Raises FirstDayUnreadable, which stops the start."""
    written = settings.first_day
    try:
        return None if written is None else date.fromisoformat(written.strip())
    except ValueError:
        raise FirstDayUnreadable(
            f"PAPERDESK_FIRST_DAY is {written!r}: a day is written like 2008-09-15; leave it unset for the usual one.",
            variable="PAPERDESK_FIRST_DAY",
        ) from None


async def add_datasets(work: UnitOfWork, shelf: Shelf, settings: Settings) -> FirstDataset:
    """Add every sample that is installed, for all tenants; acts as the system. Return the first."""
    first: FirstDataset | None = None
    for sample in SAMPLES:
        dataset_id = DatasetId(work.new_id())
        manifest = await asyncio.to_thread(build_sample, sample, settings.datasets / str(dataset_id))
        if isinstance(manifest, DatasetManifest):
            start_at = REAL_START if first else await _start(shelf, settings, dataset_id, REAL_START)
            first = first or FirstDataset(dataset_id, manifest.name, start_at, FIRST_SYMBOL)
            await insert_dataset(work, dataset_id, manifest, None)
    return first or await _synthetic(work, shelf, settings)


async def _synthetic(work: UnitOfWork, shelf: Shelf, settings: Settings) -> FirstDataset:
    dataset_id, market = DatasetId(work.new_id()), market_manifest(SYNTHETIC)
    await shelf.keep(dataset_id, market)
    start_at = await _start(shelf, settings, dataset_id, market_begins_at())
    await insert_dataset(work, dataset_id, market, None)
    return FirstDataset(dataset_id, market.name, start_at, FIRST_SYMBOL)


async def _start(shelf: Shelf, settings: Settings, dataset_id: DatasetId, usual: datetime) -> datetime:
    """Return where the first tape starts; a dataset without prices there is taken off the shelf again."""
    day = first_day_of(settings)
    if day is None:
        return usual
    dataset = await shelf.dataset(dataset_id)
    market, begins_at, ends_at = dataset.calendar, dataset.starts_from, dataset.at_of(dataset.facts_total)
    if market.day_of(begins_at) <= day < market.day_of(ends_at):
        return max(close_of(market, day), begins_at)
    await asyncio.to_thread(shutil.rmtree, settings.datasets / str(dataset_id))
    raise FirstDayWithoutPrices(
        f"PAPERDESK_FIRST_DAY is {day}: {dataset.manifest.name} can start from {market.day_of(begins_at)} on, "
        f"before its end on {market.day_of(ends_at)}.",
        variable="PAPERDESK_FIRST_DAY",
    )
