"""Prices from files: CSV or Parquet in, a dataset out, or every bad row with its line and its reason.

A file has one row for each bar (symbol, at or date, open, high, low, close, volume), each quote
(symbol, at, bid, ask, bid_size, ask_size) or each print (symbol, at, price, size). A date alone is the
daily bar of that day's session; an instant carries its offset from UTC and is when the bar opened.
Open, high, low, volume and sizes may be left empty. Either all rows are good or nothing is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np

from paperdesk.core.kernel.errors import Problem
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.sessions import calendar
from paperdesk.features.marketdata.feeds import checks
from paperdesk.features.marketdata.feeds.cells import COLUMNS, Cells
from paperdesk.features.marketdata.feeds.columns import SCALE_MAX, BarColumns, Columns, PrintColumns, QuoteColumns
from paperdesk.features.marketdata.feeds.lines import Findings, line_of
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms, Shape
from paperdesk.features.marketdata.feeds.reading import FileFormat, read_csv, read_parquet
from paperdesk.features.marketdata.feeds.series import Named, guessed, series_of
from paperdesk.features.marketdata.feeds.writer import Series, write_dataset


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
    findings = Findings()
    read = read_csv if terms.format is FileFormat.CSV else read_parquet
    cells = read(path, terms.symbol, findings)
    if cells is None:
        return sorted(findings.problems, key=line_of)
    return rows_of(cells, terms, findings)


def rows_of(cells: Cells, terms: ImportTerms, findings: Findings) -> Rows | list[Problem]:
    """Judge parsed cells: the good rows by instrument, or every problem, the earlier ones included."""
    for symbol in sorted(terms.named.keys() - set(cells.symbols)) if len(cells.lines) else ():
        findings.add(None, "symbol_missing", f"the file has no {symbol[:40]!r}, whose kind was given")
    if len(cells.lines):
        placed = _judge(cells, terms, findings)
        if placed is not None and not findings.problems:
            return Rows(tuple(_series(cells, placed, terms)), (*findings.warnings, *_rounding(cells)))
    elif not findings.problems:
        findings.add(None, "empty_file", "the file has no rows")
    return sorted(findings.problems, key=line_of)


def _judge(cells: Cells, terms: ImportTerms, findings: Findings) -> checks.Placed | None:
    """Add every rule that rows break to the findings, and return when the rows were, if that can be told."""
    market = calendar(terms.dataset.calendar)
    has_bars = cells.shape is Shape.BARS
    faults = [*checks.judge_prices(cells), checks.judge_reach(cells, market)]
    placed: checks.Placed | None = checks.Placed(cells.stamps, cells.stamps)
    if cells.dates_only and not has_bars:
        findings.add(None, "malformed_time", f"{cells.shape.value} need instants, not dates")
    elif cells.dates_only:
        placed, shut = checks.place_days(cells, market)
        faults += [shut, checks.judge_repeats(cells)]
    elif has_bars:
        length = terms.bar_length or checks.smallest_gap(cells)
        placed = None if length is None else checks.place_bars(cells, market, length)
        if placed is None:
            findings.add(None, "unknown_bar_length", "how long a bar lasts cannot be told from the rows")
        else:
            faults += [checks.judge_repeats(cells), checks.judge_overlaps(cells, placed)]
    findings.problems.extend(checks.reported(faults, cells))
    return placed


def _rounding(cells: Cells) -> list[str]:
    places = f"more than {SCALE_MAX} digits after the point"
    return [f"{cells.rounded} prices had {places} and were rounded."] if cells.rounded else []


def _series(cells: Cells, placed: checks.Placed, terms: ImportTerms) -> list[Series]:
    """Split good rows by symbol, each in order of time; rows of one instant keep the file's order."""
    order = np.lexsort((cells.lines, placed.at, cells.symbol_of))
    ends = np.flatnonzero(np.diff(cells.symbol_of[order], append=-1)) + 1
    numbers = {name: cells.number(name) for name in COLUMNS[cells.shape]}
    found: list[Series] = []
    for rows in np.split(order, ends[:-1]):
        symbol = cells.symbols[int(cells.symbol_of[rows[0]])]
        picked = {name: values[rows] for name, values in numbers.items()}
        at, named = placed.at[rows], terms.named.get(symbol) or guessed(symbol)
        columns: Columns
        match cells.shape:
            case Shape.BARS:
                columns = BarColumns(placed.open_at[rows], at, **picked)
            case Shape.QUOTES:
                columns = QuoteColumns(at, **picked)
            case Shape.PRINTS:
                columns = PrintColumns(at, **picked)
        found.append(series_of(named, terms.dataset, columns, (SCALE_MAX, cells.size_scale)))
    return found
