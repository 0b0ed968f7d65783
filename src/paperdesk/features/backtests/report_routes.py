"""The REST route of reports: a run as a page, a print, sheets, columns or lines."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Response

from paperdesk.features.backtests.export_report import MEDIA_TYPES, ReportFormat, ReportTable, export_report
from paperdesk.features.identity.access import Reading
from paperdesk.features.marketdata.routes import Datasets

router = APIRouter(prefix="/v1", tags=["backtests"])

# The page has no scripts, and may not have any, whatever somebody called their run.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_FILE: Final = {"schema": {"type": "string", "format": "binary"}}
_FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {each.partition(";")[0]: _FILE for each in MEDIA_TYPES.values()},
    }
}


@router.get("/backtests/{backtest_id}/report", response_class=Response, responses=_FILES)
async def get_backtest_report(
    backtest_id: UUID,
    work: Reading,
    shelf: Datasets,
    form: Annotated[ReportFormat, Query(alias="format", description="What it is written as.")] = ReportFormat.HTML,
    table: Annotated[
        ReportTable, Query(description="Which table CSV and Parquet hold; the others have all of them.")
    ] = ReportTable.ROUND_TRIPS,
) -> Response:
    """Read a run as a file: a page of HTML that needs nothing else, a PDF, an Excel workbook, Parquet or CSV."""
    found = await export_report(work, shelf, backtest_id, form, table)
    place = "inline" if form is ReportFormat.HTML else "attachment"
    headers = {"Content-Disposition": f'{place}; filename="{found.name}"', "Content-Security-Policy": _POLICY}
    return Response(found.content, media_type=found.media_type, headers=headers)
