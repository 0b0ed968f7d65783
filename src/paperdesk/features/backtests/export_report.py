"""Export a run as a file: a page, a print, sheets, columns or lines."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from paperdesk.features.backtests.queries import read_backtest, report_in
from paperdesk.features.backtests.report_page import page_of
from paperdesk.features.backtests.report_print import print_of
from paperdesk.features.backtests.report_tables import RunTable, as_columns, as_lines, as_sheets, tables_of
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.backtests.told_run import ToldRun, told_run
from paperdesk.features.backtests.trial_store import read_selection
from paperdesk.features.marketdata.queries import on_tape
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.infra.work import ReadOnly


class ReportFormat(StrEnum):
    """What a report is written as."""

    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"
    PARQUET = "parquet"
    CSV = "csv"


class ReportTable(StrEnum):
    """Which table of a run a file of lines or columns holds; a page, a print and sheets have all that they show."""

    ROUND_TRIPS = "round_trips"
    CURVE = "curve"
    FILLS = "fills"
    ORDERS = "orders"
    MONTHS = "months"
    FIGURES = "figures"


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file with its name and the type of what is in it."""

    name: str
    media_type: str
    content: bytes


MEDIA_TYPES: Final[Mapping[ReportFormat, str]] = {
    ReportFormat.HTML: "text/html; charset=utf-8",
    ReportFormat.PDF: "application/pdf",
    ReportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ReportFormat.PARQUET: "application/vnd.apache.parquet",
    ReportFormat.CSV: "text/csv; charset=utf-8",
}
_OF_RUN: Final[Mapping[ReportFormat, Callable[[ToldRun], bytes]]] = {
    ReportFormat.HTML: lambda run: page_of(run).encode(),
    ReportFormat.PDF: print_of,
    ReportFormat.XLSX: lambda run: as_sheets(list(tables_of(run.report).values())),
}
_OF_TABLE: Final[Mapping[ReportFormat, Callable[[RunTable], bytes]]] = {
    ReportFormat.PARQUET: as_columns,
    ReportFormat.CSV: as_lines,
}


async def export_report(
    work: ReadOnly, shelf: Shelf, backtest_id: UUID, form: ReportFormat, table: ReportTable
) -> ReportFile:
    """Return a run as a file; raises UnknownBacktest or NoReportYet."""
    found = await read_backtest(work, backtest_id)
    report, selection = report_in(found), await read_selection(work, found)
    market = TapeMarket(*await on_tape(work, shelf, found.tape_id))

    def write() -> bytes:
        if form in _OF_TABLE:
            return _OF_TABLE[form](tables_of(report)[table])
        return _OF_RUN[form](told_run(found, report, selection, market))

    part = f"-{table.value}" if form in _OF_TABLE else ""
    name = f"{found.strategy}-{str(found.id)[-8:]}{part}.{form.value}"
    return ReportFile(name, MEDIA_TYPES[form], await asyncio.to_thread(write))
