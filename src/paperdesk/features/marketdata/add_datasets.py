"""Put the first datasets on the shelf: real prices from installed packages, else a synthetic market."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from paperdesk.core.kernel.ids import DatasetId
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, Recipe
from paperdesk.features.marketdata.feeds.samples import SAMPLES, build_sample
from paperdesk.features.marketdata.feeds.synthetic import GENERATOR, market_begins_at, market_manifest
from paperdesk.features.marketdata.feeds.writer import write_manifest
from paperdesk.features.marketdata.store import insert_dataset
from paperdesk.infra.work import UnitOfWork

REAL_START = datetime(2020, 1, 2, 21, tzinfo=UTC)
SYNTHETIC = Recipe("fair_market", seed=9, generator=GENERATOR)
FIRST_SYMBOL = "AAPL"


@dataclass(frozen=True, slots=True)
class FirstDataset:
    """The dataset a first tape is opened on: a good moment to begin, and a symbol to begin with."""

    id: DatasetId
    name: str
    start_at: datetime
    symbol: str


async def add_datasets(work: UnitOfWork, folder: Path) -> FirstDataset:
    """Add every sample that is installed, for all tenants; acts as the system. Return the first."""
    added: list[tuple[DatasetId, DatasetManifest]] = []
    for sample in SAMPLES:
        dataset_id = DatasetId(work.new_id())
        manifest = await asyncio.to_thread(build_sample, sample, folder / str(dataset_id))
        if isinstance(manifest, DatasetManifest):
            await insert_dataset(work, dataset_id, manifest, None)
            added.append((dataset_id, manifest))
    if added:
        dataset_id, manifest = added[0]
        return FirstDataset(dataset_id, manifest.name, REAL_START, FIRST_SYMBOL)
    dataset_id = DatasetId(work.new_id())
    market = market_manifest(SYNTHETIC)
    await asyncio.to_thread(write_manifest, market, folder / str(dataset_id))
    await insert_dataset(work, dataset_id, market, None)
    return FirstDataset(dataset_id, market.name, market_begins_at(), FIRST_SYMBOL)
