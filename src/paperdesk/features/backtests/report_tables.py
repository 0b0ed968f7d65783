"""What came of a run as tables, for files of lines, columns and sheets; numbers are numbers, texts never formulas.

A sheet holds fifteen digits of a number, as every spreadsheet does; lines and columns hold all of them.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from paperdesk.infra.listing import as_csv

_DECIMAL: Final = pa.decimal128(38, 12)
_WIDTH: Final = 18
# No price, unit or cent here has more places.
_LAST_PLACE: Final = Decimal(1).scaleb(-12)


class Kind(Enum):
    """What a column holds, with its type in a file of columns."""

    TEXT = pa.string()
    WHOLE = pa.int64()
    MONEY = _DECIMAL
    RATE = pa.float64()
    INSTANT = pa.timestamp("us", tz="UTC")
    TRUTH = pa.bool_()


@dataclass(frozen=True, slots=True)
class RunTable:
    """A table: rows as a report has them, and what each column holds."""

    name: str
    columns: Mapping[str, Kind]
    rows: Sequence[Mapping[str, Any]]


COLUMNS: Final[Mapping[str, Mapping[str, Kind]]] = {
    "round_trips": {
        "number": Kind.WHOLE, "symbol": Kind.TEXT, "side": Kind.TEXT, "decided_at": Kind.INSTANT,
        "entered_at": Kind.INSTANT, "left_at": Kind.INSTANT, "quantity": Kind.MONEY, "entry_price": Kind.MONEY,
        "exit_price": Kind.MONEY, "gain": Kind.MONEY, "gain_rate": Kind.RATE, "fees": Kind.MONEY, "bars": Kind.WHOLE,
        "adverse": Kind.RATE, "favourable": Kind.RATE, "entry_rule": Kind.TEXT, "exit_rule": Kind.TEXT,
        "exit_reason": Kind.TEXT, "is_ambiguous": Kind.TRUTH,
    },
    "curve": {"at": Kind.INSTANT, "equity": Kind.MONEY, "cash": Kind.MONEY, "invested": Kind.MONEY},
    "fills": {
        "number": Kind.WHOLE, "at": Kind.INSTANT, "order_number": Kind.WHOLE, "symbol": Kind.TEXT, "side": Kind.TEXT,
        "quantity": Kind.MONEY, "price": Kind.MONEY, "fee": Kind.MONEY, "rule": Kind.TEXT, "is_ambiguous": Kind.TRUTH,
    },
    "orders": {
        "accepted_at": Kind.INSTANT, "symbol": Kind.TEXT, "side": Kind.TEXT, "type": Kind.TEXT, "quantity": Kind.MONEY,
        "limit_price": Kind.MONEY, "stop_price": Kind.MONEY, "status": Kind.TEXT, "filled_quantity": Kind.MONEY,
        "average_fill_price": Kind.MONEY, "fees": Kind.MONEY, "closed_reason": Kind.TEXT,
    },
    "months": {
        "name": Kind.TEXT, "equity": Kind.MONEY, "gain": Kind.MONEY, "rate": Kind.RATE, "round_trips": Kind.WHOLE,
        "round_trip_gain": Kind.MONEY,
    },
    "figures": {"name": Kind.TEXT, "value": Kind.RATE, "reason": Kind.TEXT},
}  # fmt: skip


def tables_of(report: Mapping[str, Any]) -> dict[str, RunTable]:
    """Return the tables of a run by their names."""
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = {
        "round_trips": report["round_trips"],
        "curve": report["equity"],
        "fills": report["fill_rows"],
        "orders": report["orders"],
        "months": report["periods"]["month"],
        "figures": [
            {"name": name, "value": value, "reason": report["reasons"].get(name)}
            for name, value in report["figures"].items()
        ],
    }
    return {name: RunTable(name, COLUMNS[name], rows[name]) for name in COLUMNS}


def as_lines(table: RunTable) -> bytes:
    """Write a table as CSV, as every list is."""
    rows = [{name: row.get(name) for name in table.columns} for row in table.rows]
    return as_csv(list(table.columns), rows).encode()


def as_columns(table: RunTable) -> bytes:
    """Write a table as Parquet; money and prices are exact decimals."""
    fields = pa.schema([(name, kind.value) for name, kind in table.columns.items()])
    read = {name: _READ.get(kind, _same) for name, kind in table.columns.items()}
    columns = [
        pa.array([read[name](row.get(name)) for row in table.rows], fields.field(name).type) for name in fields.names
    ]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=fields), out, compression="zstd")
    return out.getvalue()


def as_sheets(tables: Sequence[RunTable]) -> bytes:
    """Write tables as the sheets of a workbook."""
    out = io.BytesIO()
    refused = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(out, refused) as book:
        bold = book.add_format({"bold": True})
        for table in tables:
            sheet = book.add_worksheet(table.name.replace("_", " ").capitalize())
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(table.columns) - 1, _WIDTH)
            for place, name in enumerate(table.columns):
                sheet.write_string(0, place, name, bold)
            for number, row in enumerate(table.rows, 1):
                _write_row(sheet, number, table.columns, row)
    return out.getvalue()


def _write_row(sheet: Worksheet, number: int, columns: Mapping[str, Kind], row: Mapping[str, Any]) -> None:
    for place, (name, kind) in enumerate(columns.items()):
        value = row.get(name)
        if value is None:
            continue
        if kind is Kind.TRUTH:
            sheet.write_boolean(number, place, value)
        elif kind in (Kind.TEXT, Kind.INSTANT):
            sheet.write_string(number, place, value)
        else:
            sheet.write_number(number, place, float(value))


def _same(value: Any) -> Any:  # noqa: ANN401 - whatever the column holds
    return value


def _exact(value: Any) -> Decimal | None:  # noqa: ANN401 - text or nothing
    return None if value is None else Decimal(value).quantize(_LAST_PLACE)


def _instant(value: Any) -> datetime | None:  # noqa: ANN401 - text or nothing
    return None if value is None else datetime.fromisoformat(value)


_READ: Final[Mapping[Kind, Callable[[Any], Any]]] = {Kind.MONEY: _exact, Kind.INSTANT: _instant}
