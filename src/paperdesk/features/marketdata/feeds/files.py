"""Prices from files: CSV or Parquet in, a dataset out, or every bad row with its line and its reason.

A file has one row for each bar (symbol, at or date, open, high, low, close, volume) or each quote
(symbol, at, bid, ask, bid_size, ask_size). A date alone is the daily bar of that day's session; an
instant carries its offset from UTC and is when the bar opened. Open, high, low, volume and sizes may
be left empty. Either all rows are good or nothing is written.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from paperdesk.core.kernel.errors import Problem
from paperdesk.core.market.sessions import calendar
from paperdesk.features.marketdata.feeds import checks
from paperdesk.features.marketdata.feeds.cells import QUOTE_PRICES, SIZES, Cells, parse_columns
from paperdesk.features.marketdata.feeds.columns import SCALE_MAX, BarColumns, Columns, QuoteColumns
from paperdesk.features.marketdata.feeds.lines import Row, csv_rows, parse_rows, problem
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms
from paperdesk.features.marketdata.feeds.series import Named, guessed, series_of
from paperdesk.features.marketdata.feeds.writer import Series, write_dataset

_BAR_COLUMNS: Final = ("open", "high", "low", "close", "volume")
_QUOTE_COLUMNS: Final = ("bid", "ask", "bid_size", "ask_size")
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


class FileFormat(StrEnum):
    """How a price file is written."""

    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class ImportTerms:
    """What the rows alone cannot tell.

    `symbol` is meant by files without such a column. `bar_length` is how long each intraday bar
    lasts; left out, it is the shortest time between two rows. `named` gives names and kinds.
    """

    dataset: DatasetTerms
    format: FileFormat = FileFormat.CSV
    symbol: str | None = None
    bar_length: timedelta | None = None
    named: Mapping[str, Named] = field(default_factory=dict[str, Named])


@dataclass(frozen=True, slots=True)
class Rows:
    """The good rows of a file by instrument, and what the reader should know about them."""

    series: tuple[Series, ...]
    warnings: tuple[str, ...]


def import_file(path: Path, terms: ImportTerms, into: Path) -> DatasetManifest | list[Problem]:
    """Write a file as the new dataset directory `into`, or return every problem and write nothing."""
    rows = read_rows(path, terms)
    if isinstance(rows, list):
        return rows
    stated = replace(terms.dataset, warnings=(*terms.dataset.warnings, *rows.warnings))
    return write_dataset(stated, rows.series, into)


def read_rows(path: Path, terms: ImportTerms) -> Rows | list[Problem]:
    """Read and judge a file: its good rows, or every problem in order of line."""
    problems: list[Problem] = []
    warnings: list[str] = []
    read = _read_csv if terms.format is FileFormat.CSV else _read_parquet
    cells = read(path, terms, problems, warnings)
    if cells is None or (len(cells.lines) == 0 and problems):
        return problems
    if len(cells.lines) == 0:
        return [problem(None, "empty_file", "the file has no rows")]
    quotes = set(QUOTE_PRICES) <= cells.numbers.keys()
    placed = _judge(cells, terms, problems, quotes=quotes)
    if placed is None or problems:
        return sorted(problems, key=_line)
    if cells.rounded:
        warnings.append(f"{cells.rounded} prices had more than {SCALE_MAX} digits after the point and were rounded.")
    return Rows(tuple(_series(cells, placed, terms, quotes=quotes)), tuple(warnings))


def _judge(cells: Cells, terms: ImportTerms, problems: list[Problem], *, quotes: bool) -> checks.Placed | None:
    market = calendar(terms.dataset.calendar)
    faults = [*checks.judge_prices(cells, quotes=quotes), checks.judge_reach(cells, market)]
    placed: checks.Placed | None = checks.Placed(cells.stamps, cells.stamps)
    if quotes and cells.dates_only:
        problems.append(problem(None, "malformed_time", "quotes need instants, not dates"))
    elif cells.dates_only:
        placed, shut = checks.place_days(cells, market)
        faults += [shut, checks.judge_repeats(cells)]
    elif not quotes:
        length = terms.bar_length or checks.smallest_gap(cells)
        faults.append(checks.judge_repeats(cells))
        placed = checks.place_bars(cells, market, length) if length else None
        if placed is None:
            problems.append(problem(None, "unknown_bar_length", "how long a bar lasts cannot be told from the rows"))
        else:
            faults.append(checks.judge_overlaps(cells, placed))
    problems += checks.reported(faults, cells)
    return placed


def _series(cells: Cells, placed: checks.Placed, terms: ImportTerms, *, quotes: bool) -> list[Series]:
    """Split good rows by symbol, each in order of time; rows of one instant keep the file's order."""
    order = np.lexsort((cells.lines, placed.at, cells.symbol_of))
    ends = np.flatnonzero(np.diff(cells.symbol_of[order], append=-1)) + 1
    names = _QUOTE_COLUMNS if quotes else _BAR_COLUMNS
    numbers = {name: cells.number(name) for name in names}
    found: list[Series] = []
    for rows in np.split(order, ends[:-1]):
        symbol = cells.symbols[int(cells.symbol_of[rows[0]])]
        picked = {name: values[rows] for name, values in numbers.items()}
        columns: Columns = (
            QuoteColumns(placed.at[rows], **picked)
            if quotes
            else BarColumns(placed.open_at[rows], placed.at[rows], **picked)
        )
        named = terms.named.get(symbol) or guessed(symbol)
        found.append(series_of(named, terms.dataset, columns, (SCALE_MAX, cells.size_scale)))
    return found


def _read_csv(path: Path, terms: ImportTerms, problems: list[Problem], warnings: list[str]) -> Cells | None:
    raw = path.read_bytes()
    if raw.startswith(_UTF16_MARKS):
        problems.append(problem(1, "malformed_text", "the text is UTF-16; it must be UTF-8"))
        return None
    raw = raw.removeprefix(_UTF8_MARK)
    written = _header(raw, problems)
    if written is None:
        return None
    names = _names(written, terms, problems, warnings)
    if names is None:
        return None
    table = _fast_table(raw, written)
    if table is not None and table.num_rows:
        cells = parse_columns(_with_symbol(table.select([n for n in names if n in written]), terms), first_line=2)
        if cells is not None:
            return cells
    rows = csv_rows(raw, written, problems)
    return parse_rows(_each_with_symbol(rows, terms), names, problems)


def _header(raw: bytes, problems: list[Problem]) -> list[str] | None:
    first, _, _ = raw.partition(b"\n")
    if not raw.strip():
        problems.append(problem(None, "empty_file", "the file is empty"))
        return None
    try:
        cells = next(csv.reader([first.decode("utf-8").strip()]), [])
    except (UnicodeDecodeError, csv.Error):
        problems.append(problem(1, "malformed_text", "the header is not text in UTF-8"))
        return None
    return [cell.strip().lower() for cell in cells]


def _names(
    written: Sequence[str], terms: ImportTerms, problems: list[Problem], warnings: list[str]
) -> list[str] | None:
    """Return the columns that count, or report what is missing or doubtful about them."""
    kinds = [columns for columns in (_BAR_COLUMNS, _QUOTE_COLUMNS) if set(_needed(columns)) <= set(written)]
    stamps = [name for name in ("at", "date") if name in written]
    missing = [] if "symbol" in written or terms.symbol else ["symbol"]
    missing += [] if stamps else ["at or date"]
    missing += [] if kinds else ["close, or bid and ask"]
    if missing:
        problems.append(problem(1, "missing_columns", f"columns are missing: {', '.join(missing)}"))
    elif len(kinds) > 1 or len(stamps) > 1 or len(set(written)) < len(written):
        problems.append(problem(1, "ambiguous_columns", "use one of at and date, bars or quotes, each column once"))
    if problems:
        return None
    names = [name for name in ("symbol", *stamps, *kinds[0]) if name in written or name == "symbol"]
    ignored = sorted(set(written) - set(names))
    if ignored:
        warnings.append(f"Columns that were not used: {', '.join(ignored)}.")
    return names


def _needed(columns: Sequence[str]) -> tuple[str, ...]:
    return ("close",) if columns is _BAR_COLUMNS else QUOTE_PRICES


def _fast_table(raw: bytes, header: Sequence[str]) -> pa.Table | None:
    """Return all cells as texts, empty ones as null, or None when the file is not plainly regular."""
    _, newline, _ = raw.partition(b"\n")
    if not newline or b'"' in raw:
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


def _read_parquet(path: Path, terms: ImportTerms, problems: list[Problem], warnings: list[str]) -> Cells | None:
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError):
        problems.append(problem(None, "malformed_file", "the file is not Parquet"))
        return None
    table = table.rename_columns([name.strip().lower() for name in table.column_names])
    names = _names(table.column_names, terms, problems, warnings)
    if names is None:
        return None
    table = table.select([name for name in names if name in table.column_names])
    try:
        texts = pa.table({name: _text(table.column(name)) for name in table.column_names})
    except pa.ArrowException:
        problems.append(problem(None, "malformed_file", "a column is neither text, number nor time"))
        return None
    cells = parse_columns(_with_symbol(texts, terms), first_line=1) if texts.num_rows else None
    if cells is not None:
        return cells
    rows = ((line, {name: value or "" for name, value in row.items()}) for line, row in _numbered(texts))
    return parse_rows(_each_with_symbol(rows, terms), names, problems)
