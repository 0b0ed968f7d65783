"""The REST route of runs side by side."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from paperdesk.features.backtests.compare_backtests import compare_backtests
from paperdesk.features.backtests.comparison_schemas import BacktestComparisonOut
from paperdesk.features.identity.access import Reading
from paperdesk.features.marketdata.routes import Datasets

router = APIRouter(prefix="/v1", tags=["backtests"])


@router.get("/backtests/{backtest_id}/comparison")
async def get_backtest_comparison(
    backtest_id: UUID, work: Reading, shelf: Datasets, others: Annotated[list[UUID], Query(alias="with")]
) -> BacktestComparisonOut:
    """Compare a run with up to seven others: measures with the best marked, and growth on the days that all know."""
    return BacktestComparisonOut.of(await compare_backtests(work, shelf, [backtest_id, *others]))
