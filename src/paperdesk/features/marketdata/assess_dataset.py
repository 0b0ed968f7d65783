"""Judge the rows of a dataset, symbol by symbol: as of a tape, or all of them for those who brought them."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.ids import DatasetId
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.quality import Quality, assess
from paperdesk.features.marketdata.store import UnknownDataset, load_tape, owner_of_dataset
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.work import ReadOnly


class QualityNeedsTape(Conflict):
    """A report on a whole dataset tells how it ends, so only who brought its rows gets it without a tape."""


@dataclass(frozen=True, slots=True)
class AssessDataset:
    """Which dataset to judge, as of which tape, and one symbol only if one is named."""

    dataset_id: UUID
    tape_id: UUID | None = None
    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The report of every symbol known at an instant, in order of symbol."""

    at: datetime
    symbols: tuple[tuple[str, Quality], ...]


async def assess_dataset(work: ReadOnly, shelf: Shelf, asked: AssessDataset) -> Assessment:
    """Return the reports; the work is done beside the event loop."""
    owner = await owner_of_dataset(work, asked.dataset_id)
    dataset = await shelf.dataset(DatasetId(asked.dataset_id))
    if asked.tape_id is not None:
        tape = await load_tape(work, asked.tape_id)
        if tape.dataset_id != asked.dataset_id:
            raise UnknownDataset("The tape plays another dataset.", dataset_id=str(asked.dataset_id))
        cursor, now = tape.cursor, tape.at
    elif owner == work.who.tenant_id and dataset.manifest.recipe is None:
        cursor, now = dataset.facts_total, dataset.at_of(dataset.facts_total)
    else:
        raise QualityNeedsTape("Name the tape on which you look at this dataset.", dataset_id=str(asked.dataset_id))
    return await asyncio.to_thread(_assess, dataset, asked.symbol, cursor, now)


def _assess(dataset: Dataset, symbol: str | None, cursor: int, now: datetime) -> Assessment:
    wanted = [
        each.instrument
        for each in dataset.manifest.listings
        if symbol in (None, each.instrument.symbol) and dataset.listed(each.instrument.id, cursor)
    ]
    found = [(each.symbol, assess(dataset.known_rows(each.id, cursor), dataset.calendar, now)) for each in wanted]
    return Assessment(now, tuple(sorted(found, key=lambda one: one[0])))
