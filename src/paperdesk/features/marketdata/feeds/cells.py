"""The cells of a price file as columns: the fast way, which gives up on the first doubt.

Arrow parses whole columns at once. Whatever it cannot read without question is left to `lines`,
which reads row by row and says what is wrong and where.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from paperdesk.core.market.options import canonical_symbol
from paperdesk.features.marketdata.feeds.columns import ABSENT, SCALE_MAX, Ints
from paperdesk.features.marketdata.feeds.manifest import Shape

STAMPS: Final = ("at", "date")
BAR_PRICES: Final = ("open", "high", "low", "close")
QUOTE_PRICES: Final = ("bid", "ask")
PRICES: Final = (*BAR_PRICES, *QUOTE_PRICES, "price")
SIZES: Final = ("volume", "bid_size", "ask_size", "size")
BAR_COLUMNS: Final = (*BAR_PRICES, "volume")
QUOTE_COLUMNS: Final = (*QUOTE_PRICES, "bid_size", "ask_size")
PRINT_COLUMNS: Final = ("price", "size")
COLUMNS: Final = {Shape.BARS: BAR_COLUMNS, Shape.QUOTES: QUOTE_COLUMNS, Shape.PRINTS: PRINT_COLUMNS}
SYMBOL_LENGTH_MAX: Final = 40

_WIDE: Final = pa.decimal128(38, 18)
_EXACT: Final = pa.decimal128(38, SCALE_MAX)
_DATE_LENGTH: Final = 10
_MICROSECONDS_A_DAY: Final = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Cells:
    """The rows of a file, parsed but not judged; every array has the shape (rows,).

    `stamps` are microseconds since 1970: of midnight UTC where a row tells only its date.
    Prices have SCALE_MAX places, sizes `size_scale`; `rounded` counts prices that had more.
    """

    lines: Ints
    symbols: Sequence[str]
    symbol_of: Ints
    stamps: Ints
    dates_only: bool
    numbers: Mapping[str, Ints]
    size_scale: int
    rounded: int

    @property
    def shape(self) -> Shape:
        """Return what the rows are."""
        if "bid" in self.numbers:
            return Shape.QUOTES
        return Shape.PRINTS if "price" in self.numbers else Shape.BARS

    def number(self, name: str) -> Ints:
        """Return a column, or one without any value where the file has no such column."""
        found = self.numbers.get(name)
        return np.full(len(self.lines), ABSENT, np.int64) if found is None else found


def parse_columns(table: pa.Table, first_line: int) -> Cells | None:
    """Parse a table of texts whose columns have their final names, or return None in any doubt."""
    try:
        encoded = table.column("symbol").combine_chunks().dictionary_encode()
        written: list[str] = encoded.dictionary.to_pylist()
        stamps = _stamps(table.column("at" if "at" in table.column_names else "date"))
        prices = {name: _wide(table.column(name)) for name in PRICES if name in table.column_names}
        sizes = {name: _wide(table.column(name)) for name in SIZES if name in table.column_names}
        numbers = {name: _scaled(column) for name, column in prices.items()}
        size_scale, volumes = _sizes(sizes)
    except (pa.ArrowException, OverflowError):
        return None
    if encoded.null_count or stamps is None or not all(is_symbol(symbol) for symbol in written):
        return None
    kept = [canonical_symbol(symbol) for symbol in written]
    symbols = list(dict.fromkeys(kept))
    place = {symbol: number for number, symbol in enumerate(symbols)}
    return Cells(
        lines=np.arange(first_line, first_line + table.num_rows),
        symbols=symbols,
        symbol_of=np.array([place[symbol] for symbol in kept], np.int64)[encoded.indices.to_numpy()],
        stamps=stamps[0],
        dates_only=stamps[1],
        numbers=numbers | volumes,
        size_scale=size_scale,
        rounded=sum(_count_finer(column) for column in prices.values()),
    )


def is_symbol(text: str) -> bool:
    """Say whether a text can be a symbol: short, printable, without blanks around it."""
    return 0 < len(text) <= SYMBOL_LENGTH_MAX and text.isprintable() and text == text.strip()


def _stamps(column: pa.ChunkedArray) -> tuple[Ints, bool] | None:
    """Return instants in microseconds and whether they are dates; None for a mixture or a gap."""
    if column.null_count or len(column) == 0:
        return None
    lengths = pc.min_max(pc.utf8_length(column)).as_py()
    if lengths["min"] == lengths["max"] == _DATE_LENGTH:
        days = pc.cast(pc.cast(column, pa.date32()), pa.int32()).to_numpy().astype(np.int64)
        return days * _MICROSECONDS_A_DAY, True
    if lengths["min"] <= _DATE_LENGTH:
        return None
    return pc.cast(pc.cast(column, pa.timestamp("us", "UTC")), pa.int64()).to_numpy(), False


def _wide(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(column, _WIDE)


def _count_finer(column: pa.ChunkedArray) -> int:
    finer: int = pc.sum(pc.not_equal(column, pc.round(column, SCALE_MAX))).as_py() or 0
    return finer


def _sizes(columns: Mapping[str, pa.ChunkedArray]) -> tuple[int, dict[str, Ints]]:
    """Return whole sizes where all are whole, since real volumes outgrow nine more places."""
    try:
        return 0, {name: _filled(pc.cast(column, pa.int64())) for name, column in columns.items()}
    except pa.ArrowInvalid:
        return SCALE_MAX, {name: _scaled(column) for name, column in columns.items()}


def _filled(column: pa.ChunkedArray) -> Ints:
    values: Ints = pc.fill_null(column, ABSENT).to_numpy()
    return values


def _scaled(column: pa.ChunkedArray) -> Ints:
    """Return decimals as whole numbers with SCALE_MAX places, rounded half to even."""
    exact = pc.cast(pc.round(column, SCALE_MAX, round_mode="half_to_even"), _EXACT).combine_chunks()
    words = np.frombuffer(exact.buffers()[1], np.int64).reshape(-1, 2)[exact.offset : exact.offset + len(exact)]
    present: NDArray[np.bool_] = exact.is_valid().to_numpy(zero_copy_only=False)
    if np.any(present & ((words[:, 0] >> 63) != words[:, 1])):
        raise OverflowError("a price is too large for its places")
    return np.where(present, words[:, 0], ABSENT)
