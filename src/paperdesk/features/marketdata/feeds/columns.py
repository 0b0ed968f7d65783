"""Prices as columns of whole numbers: what a dataset stores, and the border to exact decimals.

Instants are int64 microseconds since 1970 in UTC. A price is stored as price x 10**scale and a size
as size x 10**size_scale, so that no float is ever involved. ABSENT marks a value the source does not
have; in Parquet it is a null.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from paperdesk.features.marketdata.feeds.manifest import Listing, MalformedDataset, Shape

Ints: TypeAlias = NDArray[np.int64]

ABSENT: Final = int(np.iinfo(np.int64).min)
# How long the bar of a single print lasts, in microseconds.
OF_A_PRINT: Final = 1
SCALE_MAX: Final = 9


@dataclass(frozen=True, slots=True)
class BarColumns:
    """Bars of one instrument in order of their close; shape (rows,) each."""

    open_at: Ints
    at: Ints
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    volume: Ints

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Say for each bar whether it has an open, a high and a low, and not only a close."""
        present: NDArray[np.bool_] = self.open != ABSENT
        return present


@dataclass(frozen=True, slots=True)
class QuoteColumns:
    """Quotes of one instrument in the order of their source; shape (rows,) each."""

    at: Ints
    bid: Ints
    ask: Ints
    bid_size: Ints
    ask_size: Ints


@dataclass(frozen=True, slots=True)
class PrintColumns:
    """Prints of one instrument in the order of their source: what was paid, and for how much."""

    at: Ints
    price: Ints
    size: Ints


Columns: TypeAlias = BarColumns | QuoteColumns | PrintColumns
NO_QUOTES: Final = QuoteColumns(*[np.empty(0, np.int64)] * 5)

_SHAPES: Final[dict[Shape, type[BarColumns] | type[QuoteColumns] | type[PrintColumns]]] = {
    Shape.BARS: BarColumns,
    Shape.QUOTES: QuoteColumns,
    Shape.PRINTS: PrintColumns,
}
_SHAPE_OF: Final = {kind: shape for shape, kind in _SHAPES.items()}
# Rows of one instrument beyond which they are parted by year, and by month where a year has more.
PERIOD_ROWS: Final = 250_000


def shape_of(columns: Columns) -> Shape:
    """Return what the rows are."""
    return _SHAPE_OF[type(columns)]


def kind_of(shape: Shape) -> type[BarColumns] | type[QuoteColumns] | type[PrintColumns]:
    """Return what holds rows of a shape."""
    return _SHAPES[shape]


def picked(columns: Columns, rows: slice | Ints | NDArray[np.bool_]) -> Columns:
    """Return some of the rows."""
    return type(columns)(*(values[rows] for _, values in named_in(columns)))


def picked_bars(columns: BarColumns, rows: slice | Ints | NDArray[np.bool_]) -> BarColumns:
    """Return some of the bars."""
    return BarColumns(*(values[rows] for _, values in named_in(columns)))


def with_numbers(columns: Columns, numbers: Mapping[str, Ints]) -> Columns:
    """Return the same rows with other prices and sizes, by the names of their columns."""
    return type(columns)(**(dict(named_in(columns)) | dict(numbers)))


def bars_of_prints(prints: PrintColumns) -> BarColumns:
    """Return each print as a bar of its own, which lasts the microsecond before it is known."""
    price = prints.price
    return BarColumns(prints.at - OF_A_PRINT, prints.at, price, price, price, price, prints.size)


def exact(value: int, scale: int) -> Decimal:
    """Return a stored number as the decimal it stands for."""
    return value * _step(scale)


def exact_or_none(value: int, scale: int) -> Decimal | None:
    """Return a stored number as a decimal, or None where the source has none."""
    return None if value == ABSENT else value * _step(scale)


@cache
def _step(scale: int) -> Decimal:
    return Decimal(1).scaleb(-scale)


def smallest_scale(values: Ints, scale: int) -> int:
    """Return how few places after the point hold all values, which are stored with `scale` places."""
    present = values[values != ABSENT]
    while scale > 0 and not np.any(present % 10):
        present = present // 10
        scale -= 1
    return scale


def rescaled(values: Ints, from_scale: int, to_scale: int) -> Ints:
    """Return stored values with fewer places; the caller knows that nothing is cut off."""
    return np.where(values == ABSENT, ABSENT, values // 10 ** (from_scale - to_scale))


def canonical_bytes(columns: Columns) -> Iterator[bytes]:
    """Yield the bytes that the content hash is made of: little-endian columns in declared order."""
    for name, values in named_in(columns):
        yield name.encode()
        yield np.ascontiguousarray(values, dtype="<i8").tobytes()


def periods_of(columns: Columns) -> tuple[str, ...]:
    """Return the periods that rows are parted by, oldest first; none where one file holds them well."""
    if len(columns.at) <= PERIOD_ROWS:
        return ()
    years, rows = np.unique(_years(columns), return_counts=True)
    found = years if rows.max() <= PERIOD_ROWS else np.unique(_months(columns))
    return tuple(str(period) for period in found)


def write_columns(columns: Columns, listing: Listing, folder: Path) -> None:
    """Write one instrument's rows, which are in order of time, as Parquet: a file for each of its periods."""
    for rows, name in zip(_rows_of(listing.periods, columns), listing.file_names, strict=True):
        part = picked(columns, rows)
        arrays = {name: pa.array(values, mask=values == ABSENT) for name, values in named_in(part)}
        (folder / name).parent.mkdir(exist_ok=True)
        pq.write_table(pa.table(arrays), folder / name, compression="zstd")


def _rows_of(periods: Sequence[str], columns: Columns) -> list[slice]:
    """Return which rows each period has; without periods all of them."""
    if not periods:
        return [slice(None)]
    known = _years(columns) if len(periods[0]) == len("2024") else _months(columns)
    begins = np.searchsorted(known, np.array(periods, known.dtype)).tolist()
    return [slice(begin, end) for begin, end in zip(begins, [*begins[1:], len(known)], strict=True)]


def read_columns(listing: Listing, folder: Path) -> Columns:
    """Read one instrument's rows from Parquet, without copying where they are in one file."""
    kind, paths = kind_of(listing.shape), [folder / name for name in listing.file_names]
    symbol = listing.instrument.symbol
    try:
        lengths = [pq.read_metadata(path).num_rows for path in paths]
        if sum(lengths) != listing.rows:
            said = f"{symbol} has {sum(lengths)} rows and not the {listing.rows} it was written with."
            raise MalformedDataset(said, symbol=symbol)
        names = [field.name for field in fields(kind)]
        return kind(*(_read(paths[0], names) if len(paths) == 1 else _joined(paths, lengths, names)))
    except (OSError, pa.ArrowException) as reason:
        raise MalformedDataset(f"The rows of {symbol} cannot be read.", symbol=symbol) from reason


def _read(path: Path, names: Sequence[str]) -> list[Ints]:
    with pq.ParquetFile(path, memory_map=True) as file:
        table = file.read(columns=names, use_threads=False)
    return [_ints(table.column(name)) for name in names]


def _joined(paths: Sequence[Path], lengths: Sequence[int], names: Sequence[str]) -> list[Ints]:
    """Read files side by side, each into its rows of the whole columns."""
    wholes = [np.empty(sum(lengths), np.int64) for _ in names]

    def fill(path: Path, end: int, length: int) -> None:
        for whole, part in zip(wholes, _read(path, names), strict=True):
            whole[end - length : end] = part

    with ThreadPoolExecutor() as readers:
        list(readers.map(fill, paths, accumulate(lengths), lengths))
    return wholes


def _years(columns: Columns) -> NDArray[np.datetime64]:
    return columns.at.astype("datetime64[us]").astype("datetime64[Y]")


def _months(columns: Columns) -> NDArray[np.datetime64]:
    return columns.at.astype("datetime64[us]").astype("datetime64[M]")


def named_in(columns: Columns) -> Iterator[tuple[str, Ints]]:
    """Yield each column with its name, in declared order."""
    for field in fields(columns):
        values: Ints = getattr(columns, field.name)
        yield field.name, values


def _ints(column: pa.ChunkedArray) -> Ints:
    whole = pc.fill_null(column, ABSENT) if column.null_count else column
    values: Ints = whole.to_numpy()
    return values
