"""Prices as columns of whole numbers: what a dataset stores, and the border to exact decimals.

Instants are int64 microseconds since 1970 in UTC. A price is stored as price x 10**scale and a size
as size x 10**size_scale, so that no float is ever involved. ABSENT marks a value the source does not
have; in Parquet it is a null.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from paperdesk.features.marketdata.feeds.manifest import MalformedDataset, Shape

Ints: TypeAlias = NDArray[np.int64]

ABSENT: Final = int(np.iinfo(np.int64).min)
SCALE_MAX: Final = 9

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


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


Columns: TypeAlias = BarColumns | QuoteColumns

_SHAPES: Final[dict[Shape, type[BarColumns] | type[QuoteColumns]]] = {
    Shape.BARS: BarColumns,
    Shape.QUOTES: QuoteColumns,
}


def shape_of(columns: Columns) -> Shape:
    """Return what the rows are."""
    return Shape.BARS if isinstance(columns, BarColumns) else Shape.QUOTES


def microseconds(instant: datetime) -> int:
    """Return an aware instant as microseconds since 1970, exactly."""
    return (instant - _EPOCH) // _MICROSECOND


def instant_of(value: int) -> datetime:
    """Return microseconds since 1970 as an aware instant in UTC."""
    return _EPOCH + timedelta(microseconds=value)


def exact(value: int, scale: int) -> Decimal:
    """Return a stored number as the decimal it stands for."""
    return Decimal(value).scaleb(-scale)


def exact_or_none(value: int, scale: int) -> Decimal | None:
    """Return a stored number as a decimal, or None where the source has none."""
    return None if value == ABSENT else Decimal(value).scaleb(-scale)


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
    for name, values in _named(columns):
        yield name.encode()
        yield np.ascontiguousarray(values, dtype="<i8").tobytes()


def write_columns(columns: Columns, path: Path) -> None:
    """Write one instrument's rows as Parquet."""
    arrays = {name: pa.array(values, mask=values == ABSENT) for name, values in _named(columns)}
    pq.write_table(pa.table(arrays), path, compression="zstd")


def read_columns(path: Path, shape: Shape) -> Columns:
    """Read one instrument's rows from Parquet, without copying where the file allows it."""
    kind = _SHAPES[shape]
    names = [field.name for field in fields(kind)]
    try:
        table = pq.read_table(path, columns=names, memory_map=True)
        return kind(*(_ints(table.column(name)) for name in names))
    except (OSError, pa.ArrowException) as reason:
        raise MalformedDataset(f"{path.name} of the dataset cannot be read.", file=path.name) from reason


def _named(columns: Columns) -> Iterator[tuple[str, Ints]]:
    for field in fields(columns):
        values: Ints = getattr(columns, field.name)
        yield field.name, values


def _ints(column: pa.ChunkedArray) -> Ints:
    whole = pc.fill_null(column, ABSENT) if column.null_count else column
    values: Ints = whole.to_numpy()
    return values
