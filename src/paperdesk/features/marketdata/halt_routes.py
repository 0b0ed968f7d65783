"""REST routes of halts: what a tape has told of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from paperdesk.core.market.halts import halts_told
from paperdesk.features.identity.access import Reading
from paperdesk.features.marketdata.halt_schemas import HaltOut
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.http import PageOf, PageParams, sorted_by, symbols_in
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1/tapes/{tape_id}", tags=["market data"], route_class=ListRoute)


HaltsPage = Annotated[PageParams, sorted_by(symbol=str, halted_at=datetime, resumed_at=datetime, reason=str)]


@router.get("/halts")
async def get_halts(
    tape_id: UUID, work: Reading, shelf: Datasets, page: HaltsPage, symbols: str = ""
) -> PageOf[HaltOut]:
    """List the halts that the tape has told of, oldest first; symbols are separated by commas."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    wanted = symbols_in(symbols)
    told = ((halt, dataset.instruments[halt.instrument_id]) for halt in halts_told(dataset.statuses(tape.cursor)))
    items = [HaltOut.of(halt, its) for halt, its in told if not wanted or its.symbol in wanted]
    found, next_cursor = page.part(sorted(items, key=_oldest_first), _oldest_first, tuple[datetime, str])
    return PageOf(items=found, next_cursor=next_cursor)


def _oldest_first(halt: HaltOut) -> tuple[datetime, str]:
    return halt.halted_at, halt.symbol
