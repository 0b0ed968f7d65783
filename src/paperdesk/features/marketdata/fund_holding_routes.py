"""REST routes of what funds hold, as far as a tape may know it."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from paperdesk.core.market.fund_holdings import report_known
from paperdesk.features.identity.access import Reading
from paperdesk.features.marketdata.fund_holding_schemas import FundHoldingsOut
from paperdesk.features.marketdata.market_reads import require_listed
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.infra.http import PageParams, Symbol, sorted_by
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1", tags=["market data"], route_class=ListRoute)


FundHoldingsPage = Annotated[
    PageParams, sorted_by(name=str, weight_rate=Decimal, quantity=Decimal, market_value=Decimal)
]


@router.get("/fund-holdings")
async def get_fund_holdings(
    tape_id: UUID, symbol: Symbol, work: Reading, shelf: Datasets, page: FundHoldingsPage
) -> FundHoldingsOut:
    """List what a fund holds by its newest report that is known by the tape's clock, the largest weight first."""
    tape, dataset = await on_tape(work, shelf, tape_id)
    fund = require_listed(tape, dataset, symbol)
    told = await shelf.fund_holdings(tape.dataset_id)
    known = report_known(told or (), fund.id, tape.at)
    known.sort(key=lambda each: -each.weight_rate if each.weight_rate is not None else 1)
    lines, next_cursor = page.numbered_part(known)
    return FundHoldingsOut.of(fund.symbol, known, lines, next_cursor, is_told=told is not None)
