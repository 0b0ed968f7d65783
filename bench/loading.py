"""Load ten million minute bars of one symbol, all values read: from Parquet and from maps, beside polars and a memmap.

Everything is in the page cache. The first reading lays the maps down; the time it takes is shown apart, and so is what
opening a tape takes, where all facts are merged into their one order.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.machine import look_around
from bench.peers.peers import HERE, advice, home_of
from bench.random_bars import FEW, timed
from paperdesk.core.market.instruments import Kind
from paperdesk.features.marketdata.feeds.columns import BarColumns, Columns, read_columns
from paperdesk.features.marketdata.feeds.manifest import DatasetTerms, Listing, SourceKind
from paperdesk.features.marketdata.feeds.mapped import mapped_columns
from paperdesk.features.marketdata.feeds.recorded import open_recorded
from paperdesk.features.marketdata.feeds.series import Named, series_of
from paperdesk.features.marketdata.feeds.writer import write_dataset

BARS, MINUTE = 10_000_000, 60_000_000
MAPS_MAX, PARQUET_MAX = 1.5, 1.2
PEER: Final = "polars"
TERMS = DatasetTerms(name="Minutes", kind=SourceKind.SYNTHETIC, provenance="Made for the benchmark.", calendar="24/7")
NAMES = tuple(field.name for field in fields(BarColumns))


def bars() -> BarColumns:
    """Return a random walk of so many minutes, on a grid of cents."""
    chance = np.random.default_rng(7)
    at = 946_684_800_000_000 + MINUTE * np.arange(1, BARS + 1)
    close = 10_000 + np.abs(np.cumsum(chance.integers(-3, 4, BARS)))
    opened = np.roll(close, 1)
    spread = chance.integers(0, 5, BARS)
    high, low = np.maximum(opened, close) + spread, np.minimum(opened, close) - spread
    return BarColumns(at - MINUTE, at, opened, high, low, close, chance.integers(1, 100_000, BARS))


def total(columns: Columns) -> int:
    """Read every value."""
    return sum(int(getattr(columns, field.name).sum()) for field in fields(columns))


def raw_total(folder: Path) -> int:
    """Read every value of bare memory maps."""
    return sum(int(np.load(folder / f"{name}.npy", mmap_mode="r").sum()) for name in NAMES)


def of_polars(paths: list[Path]) -> float | None:
    """Return the milliseconds that polars takes, None where it is not installed."""
    python = home_of(PEER) / "bin" / "python"
    if not python.exists():
        return None
    words = [str(python), str(HERE / "ask_polars.py"), str(FEW), *map(str, paths)]
    said = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    assert said["rows"] == BARS, "every bar was read"
    return float(said["ms"])


def once(work: Callable[[], object]) -> float:
    """Return the milliseconds that something takes the first time."""
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def readings(folder: Path, listing: Listing) -> dict[str, float | None]:
    """Return the milliseconds of each reading, by its name."""
    found = folder.parent
    laid = once(lambda: mapped_columns(listing, folder))
    return {
        "bare memory maps": timed(lambda: raw_total(found), FEW),
        "maps of the store": timed(lambda: total(mapped_columns(listing, folder)), FEW),
        "polars, the same Parquet": of_polars([folder / name for name in listing.file_names]),
        "Parquet of the store": timed(lambda: total(read_columns(listing, folder)), FEW),
        "first reading, which lays the maps down": laid,
        "opening a tape, all facts merged": once(lambda: open_recorded(folder)),
    }


def main() -> int:
    """Run it; the exit code says whether every goal was met."""
    console, columns = Console(), bars()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "minutes"
        series = series_of(Named("ACME", "Acme", Kind.CRYPTO), TERMS, columns, (2, 0))
        (listing,) = write_dataset(TERMS, [series], folder).listings
        for name in NAMES:
            np.save(folder.parent / f"{name}.npy", getattr(columns, name))
        taken = readings(folder, listing)
    table = Table("read", "ms", title=f"{BARS:,} bars of one symbol, all values ({look_around()})")
    for name, ms in taken.items():
        table.add_row(name, advice(PEER) if ms is None else f"{ms:,.0f}")
    console.print(table)
    bare, maps, peer, ours = list(taken.values())[:4]
    goals = [("maps / bare memory maps", maps, bare, MAPS_MAX), ("Parquet / polars", ours, peer, PARQUET_MAX)]
    is_met = True
    for name, mine, theirs, most in goals:
        if mine and theirs:
            is_met &= mine / theirs <= most
            console.print(f"{name}: {mine / theirs:.2f} (goal <= {most})")
    return int(not is_met)


if __name__ == "__main__":
    sys.exit(main())
