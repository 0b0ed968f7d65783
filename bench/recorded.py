"""Load ten million minute bars from the recorded store, beside the Parquet reader on the same files.

Both read every column of every file into memory, in turn in one run; the files are in the page cache.
Opening a tape also merges all facts into their one order, which no reader of files does: it is shown apart.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from bench.machine import look_around
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.sessions import calendar
from paperdesk.features.marketdata.feeds.columns import BarColumns, Ints, read_columns
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms, SourceKind
from paperdesk.features.marketdata.feeds.recorded import open_recorded
from paperdesk.features.marketdata.feeds.series import Named, series_of
from paperdesk.features.marketdata.feeds.writer import Series, write_dataset

SYMBOLS = 100
BARS_EACH = 100_000
ROUNDS = 5
RATIO_MAX = 1.5
MINUTE_US = 60_000_000
FIRST_ON, LAST_ON = date(2024, 1, 2), date(2025, 2, 28)
TERMS = DatasetTerms(name="Ten million minutes", kind=SourceKind.RECORDED, provenance="Made for the benchmark.")


def minutes() -> Ints:
    """Return when the first 100,000 minutes of sessions begin."""
    sessions = calendar("XNYS").sessions(FIRST_ON, LAST_ON)
    spans = [np.arange(microseconds(each.opens_at), microseconds(each.closes_at), MINUTE_US) for each in sessions]
    return np.concatenate(spans)[:BARS_EACH]


def series(open_at: Ints) -> Iterator[Series]:
    """Yield seeded walks around 100.00, in cents."""
    for nth in range(SYMBOLS):
        chance = np.random.Generator(np.random.PCG64(nth))
        close = 10_000 + np.cumsum(chance.integers(-1, 1, size=len(open_at), endpoint=True))
        opened = np.concatenate([[10_000], close[:-1]])
        high, low = np.maximum(opened, close) + 2, np.minimum(opened, close) - 2
        volume = chance.integers(100, 10_000, size=len(open_at))
        columns = BarColumns(open_at, open_at + MINUTE_US, opened, high, low, close, volume)
        yield series_of(Named(f"S{nth:03}", f"Series {nth}", Kind.EQUITY), TERMS, columns, (2, 0))


def read_raw(folder: Path, manifest: DatasetManifest) -> int:
    """Read every file as the library does; return the number of rows."""
    names = [name for listing in manifest.listings for name in listing.file_names]
    tables = [pq.read_table(folder / name, memory_map=True) for name in names]
    return sum(table.num_rows for table in tables)


def read_store(folder: Path, manifest: DatasetManifest) -> int:
    """Read every instrument as the store does; return the number of bars."""
    columns = [read_columns(listing, folder) for listing in manifest.listings]
    return sum(len(one.at) for one in columns)


def timed(work: Callable[[Path, DatasetManifest], int], folder: Path, manifest: DatasetManifest) -> tuple[float, int]:
    """Return seconds and rows of one pass."""
    started = time.perf_counter()
    rows = work(folder, manifest)
    return time.perf_counter() - started, rows


def main() -> int:
    """Run the benchmark; 1 when the goal was missed."""
    console = Console()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "minutes"
        manifest = write_dataset(TERMS, series(minutes()), folder)
        raw, store = [], []
        for _ in range(ROUNDS):
            raw.append(timed(read_raw, folder, manifest))
            store.append(timed(read_store, folder, manifest))
        started = time.perf_counter()
        opened = open_recorded(folder)
        opening = time.perf_counter() - started
    table = Table("read", "seconds", "bars/s", title=f"{manifest.rows:,} bars, {SYMBOLS} symbols ({look_around()})")
    for name, passes in (("Parquet reader", raw), ("recorded store", store)):
        assert {rows for _, rows in passes} == {manifest.rows}, "every bar was read"
        seconds = median(taken for taken, _ in passes)
        table.add_row(name, f"{seconds:.2f}", f"{manifest.rows / seconds:,.0f}")
    table.add_row("opening a tape, all facts merged", f"{opening:.2f}", f"{opened.facts_total / opening:,.0f} facts/s")
    console.print(table)
    ratio = median(ours / theirs for (ours, _), (theirs, _) in zip(store, raw, strict=True))
    console.print(f"store / reader: {ratio:.2f} (goal <= {RATIO_MAX}), median of {ROUNDS} pairs")
    return int(ratio > RATIO_MAX)


if __name__ == "__main__":
    sys.exit(main())
