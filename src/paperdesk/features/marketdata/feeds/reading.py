"""From a CSV or Parquet file to parsed cells: columns at once where possible, else row by row."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from paperdesk.features.marketdata.feeds.cells import (
    COLUMNS,
    QUOTE_PRICES,
    STAMPS,
    Cells,
    parse_columns,
)
from paperdesk.features.marketdata.feeds.lines import Findings, Row, csv_rows, parse_rows
from paperdesk.features.marketdata.feeds.manifest import Shape

# What tells bars, quotes and prints apart.
_NEEDED: Final = {Shape.BARS: ("close",), Shape.QUOTES: QUOTE_PRICES, Shape.PRINTS: ("price",)}
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


class FileFormat(StrEnum):
    """How a price file is written."""

    CSV = "csv"
    PARQUET = "parquet"


def read_csv(path: Path, symbol: str | None, findings: Findings) -> Cells | None:
    """Parse a CSV file in UTF-8; `symbol` stands for the column where there is none."""
    raw = text_of(path, findings)
    header = None if raw is None else header_of(raw, findings)
    names = None if header is None else _columns(header, symbol, findings)
    if raw is None or header is None or names is None:
        return None
    table = _table(raw, header)
    cells = None if table is None else parse_columns(_chosen(table, names, symbol), first_line=2)
    if cells is not None:
        return cells
    return parse_rows(_completed(csv_rows(raw, header, findings), symbol), names, findings)


def read_parquet(path: Path, symbol: str | None, findings: Findings) -> Cells | None:
    """Parse a Parquet file; the line of a problem is then the number of the row, from 1."""
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError):
        findings.add(None, "malformed_file", "the file is not Parquet")
        return None
    table = table.rename_columns([name.strip().lower() for name in table.column_names])
    names = _columns(table.column_names, symbol, findings)
    if names is None:
        return None
    try:
        texts = pa.table({name: _text(table.column(name)) for name in names if name in table.column_names})
    except pa.ArrowException:
        findings.add(None, "malformed_file", "a column is neither text, number nor time")
        return None
    cells = parse_columns(_chosen(texts, names, symbol), first_line=1)
    if cells is not None:
        return cells
    return parse_rows(_completed(_numbered(texts), symbol), names, findings)


def text_of(path: Path, findings: Findings) -> bytes | None:
    """Return a file's bytes without the mark of UTF-8, or report that they are of another encoding."""
    raw = path.read_bytes()
    if raw.startswith(_UTF16_MARKS):
        findings.add(1, "malformed_text", "the text is UTF-16; it must be UTF-8")
        return None
    return raw.removeprefix(_UTF8_MARK)


def header_of(raw: bytes, findings: Findings) -> list[str] | None:
    """Return the names of a CSV file's columns in lower case, or report why they cannot be read."""
    if not raw.strip():
        findings.add(None, "empty_file", "the file is empty")
        return None
    first, _, _ = raw.partition(b"\n")
    try:
        cells = next(csv.reader([first.decode("utf-8").strip()]), [])
    except (UnicodeDecodeError, csv.Error):
        findings.add(1, "malformed_text", "the header is not text in UTF-8")
        return None
    return [cell.strip().lower() for cell in cells]


def _columns(header: Sequence[str], symbol: str | None, findings: Findings) -> list[str] | None:
    """Return the columns that count, or report what is missing or doubtful about them."""
    stamps = [name for name in STAMPS if name in header]
    kinds = [shape for shape, needed in _NEEDED.items() if set(needed) <= set(header)]
    missing = [] if symbol or "symbol" in header else ["symbol"]
    missing += [] if stamps else ["at or date"]
    missing += [] if kinds else ["close, or bid and ask, or price"]
    if missing:
        findings.add(1, "missing_columns", f"columns are missing: {', '.join(missing)}")
        return None
    if len(kinds) > 1 or len(stamps) > 1 or len(set(header)) < len(header):
        findings.add(1, "ambiguous_columns", "use at or date, one of bars, quotes and prints, each column once")
        return None
    names = ["symbol", *stamps, *(name for name in COLUMNS[kinds[0]] if name in header)]
    ignored = sorted(set(header) - set(names))
    if ignored:
        findings.warnings.append(f"Columns that were not used: {', '.join(ignored)}.")
    return names


def _table(raw: bytes, header: Sequence[str]) -> pa.Table | None:
    """Return all cells as texts, empty ones as null, or None when the file is not plainly regular."""
    if b'"' in raw:
        return None
    try:
        return pa_csv.read_csv(
            pa.BufferReader(raw),
            read_options=pa_csv.ReadOptions(skip_rows=1, column_names=list(header)),
            parse_options=pa_csv.ParseOptions(ignore_empty_lines=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), null_values=[""], strings_can_be_null=True
            ),
        )
    except pa.ArrowException:
        return None


def _chosen(table: pa.Table, names: Sequence[str], symbol: str | None) -> pa.Table:
    """Return the columns that count, with the file's one symbol where it has no such column."""
    chosen = table.select([name for name in names if name in table.column_names])
    if "symbol" in chosen.column_names:
        return chosen
    return chosen.append_column("symbol", pa.chunked_array([pa.repeat(symbol, chosen.num_rows)]))


def _completed(rows: Iterable[Row], symbol: str | None) -> Iterator[Row]:
    for line, row in rows:
        yield line, row if symbol is None or "symbol" in row else {**row, "symbol": symbol}


def _numbered(texts: pa.Table) -> Iterator[Row]:
    for line, row in enumerate(texts.to_pylist(), start=1):
        yield line, {name: value or "" for name, value in row.items()}


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a Parquet column as the texts a CSV file would have; empty ones as null."""
    if pa.types.is_timestamp(column.type):
        column = _text_of_instants(column)
    text = pc.cast(column, pa.string())
    return pc.if_else(pc.equal(text, ""), None, text)


def _text_of_instants(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return instants in UTC; those without a zone are dates if all of them are midnight."""
    if column.type.tz is not None:
        return pc.cast(column, pa.timestamp("us", "UTC"))
    days = pc.cast(column, pa.date32(), safe=False)
    same = pc.all(pc.equal(pc.cast(days, column.type), column)).as_py()
    return days if same else column
