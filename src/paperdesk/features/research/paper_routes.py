"""The REST route of a run beside a paper account."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from paperdesk.features.identity.access import Reading
from paperdesk.features.marketdata.routes import Datasets
from paperdesk.features.research.compare_with_paper import compare_with_paper
from paperdesk.features.research.paper_schemas import AgainstPaperOut
from paperdesk.infra.listing import ListRoute

router = APIRouter(prefix="/v1", tags=["research"], route_class=ListRoute)
A_DAY_S = 86_400
Within = Annotated[
    int, Query(ge=0, le=10 * A_DAY_S, description="So many seconds apart two orders may be the same one.")
]


@router.get("/backtests/{backtest_id}/against/{account_id}")
async def get_against_paper(
    backtest_id: UUID, account_id: UUID, work: Reading, shelf: Datasets, within_s: Within = A_DAY_S
) -> AgainstPaperOut:
    """Compare a run with what a paper account did over the same time: orders, fills, fees, and drift by day."""
    found = await compare_with_paper(work, shelf, backtest_id, account_id, within_s)
    return AgainstPaperOut.of(backtest_id, account_id, found)
