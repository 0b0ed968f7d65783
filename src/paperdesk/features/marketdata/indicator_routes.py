"""REST routes of indicators, and of the scan of a market by one of them."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from paperdesk.features.identity.access import Reading
from paperdesk.features.marketdata.feeds.resample import Interval
from paperdesk.features.marketdata.indicator_schemas import IndicatorsOut, PickedOut, ScanOut
from paperdesk.features.marketdata.indicators import Measure, indicators_of, scan
from paperdesk.features.marketdata.queries import BarQuery, on_tape
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.http import NumberText, PageParams, Symbol, sorted_by
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1", tags=["market data"], route_class=ListRoute)


@dataclass(frozen=True, slots=True)
class ScanQuery:
    """Which symbols are picked: those whose measure lies above, below, or between."""

    tape_id: UUID
    measure: Measure
    above: NumberText | None = None
    below: NumberText | None = None


@router.get("/indicators")
async def get_indicators(
    tape_id: UUID, symbol: Symbol, work: Reading, shelf: Datasets, interval: Interval = "1d"
) -> IndicatorsOut:
    """Read the usual indicators of a symbol at the end of its newest bar, splits taken out."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    reading = await asyncio.to_thread(indicators_of, tape, dataset, BarQuery(tape_id, symbol, interval))
    return IndicatorsOut.of(reading, dataset.manifest.kind, interval)


ScanPage = Annotated[PageParams, sorted_by(symbol=str, value=Decimal, close=Decimal)]


@router.get("/scan")
async def get_scan(asked: Annotated[ScanQuery, Depends()], work: Reading, shelf: Datasets, page: ScanPage) -> ScanOut:
    """Pick out what can be traded whose indicator of daily bars lies above, below or between values, highest first."""
    tape, dataset = await on_tape(work, shelf, asked.tape_id)
    found = await asyncio.to_thread(scan, tape, dataset, asked.measure, asked.above, asked.below)
    shown, next_cursor = page.part(found, lambda each: (-each.value, each.symbol), tuple[Decimal, str])
    return ScanOut(
        items=[PickedOut.of(each) for each in shown],
        next_cursor=next_cursor,
        source=dataset.manifest.kind,
        at=tape.at,
        measure=asked.measure,
        matching=len(found),
    )
