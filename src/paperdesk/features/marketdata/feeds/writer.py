"""Datasets are written once: complete, hashed and flushed beside their place, then renamed into it."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.kernel.time import instant_of
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.sessions import calendar
from paperdesk.features.marketdata.feeds.beside import NOTHING, Beside, rows_hash, write_rows
from paperdesk.features.marketdata.feeds.beside_files import FILES, beside_in, rows_beside
from paperdesk.features.marketdata.feeds.columns import (
    ABSENT,
    BarColumns,
    Columns,
    PrintColumns,
    QuoteColumns,
    canonical_bytes,
    periods_of,
    read_columns,
    shape_of,
    write_columns,
)
from paperdesk.features.marketdata.feeds.manifest import (
    DatasetManifest,
    DatasetTerms,
    Listing,
    MalformedDataset,
    manifest_from_text,
    manifest_json,
    manifest_text,
)

MANIFEST = "manifest.json"


class DatasetExists(Conflict):
    """A dataset never changes; new prices are a new dataset."""


class EmptyDataset(Invalid):
    """A dataset needs at least one instrument with one row."""


class DisorderedRows(Invalid):
    """The rows of an instrument must follow each other in time."""


class AmbiguousSymbol(Invalid):
    """Inside a dataset a symbol means one instrument."""


@dataclass(frozen=True, slots=True)
class Series:
    """All rows of one instrument; prices are stored with `scale` places, sizes with `size_scale`."""

    instrument: Instrument
    scale: int
    size_scale: int
    columns: Columns


def write_dataset(
    terms: DatasetTerms, series: Iterable[Series], into: Path, beside: Beside = NOTHING
) -> DatasetManifest:
    """Write a dataset as the new directory `into`, wholly or not at all, and return its manifest."""
    ordered = sorted(series, key=lambda one: one.instrument.id.int)
    _check(ordered)
    rows = rows_beside(beside, [one.instrument for one in ordered], calendar(terms.calendar))
    manifest = _describe(terms, ordered, {name: rows_hash(each) for name, each in rows.items()})
    with new_directory(into) as partial:
        for one, listing in zip(ordered, manifest.listings, strict=True):
            write_columns(one.columns, listing, partial)
        for name, each in rows.items():
            write_rows(each, partial / FILES[name])
        (partial / MANIFEST).write_text(manifest_text(manifest), encoding="utf-8")
    return manifest


def write_manifest(manifest: DatasetManifest, into: Path) -> None:
    """Write a dataset that is generated from its recipe and has no rows to store."""
    with new_directory(into) as partial:
        (partial / MANIFEST).write_text(manifest_text(manifest), encoding="utf-8")


@contextmanager
def new_directory(into: Path) -> Iterator[Path]:
    """Yield a directory that becomes `into` when everything in it is written and flushed."""
    if into.exists():
        raise DatasetExists(f"There is already a dataset in {into.name}.")
    partial = into.with_name(f".{into.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        _flush(partial)
        partial.rename(into)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    _flush_directory(into.parent)


def read_manifest(path: Path) -> DatasetManifest:
    """Read what a dataset says about itself, without its rows."""
    try:
        text = (path / MANIFEST).read_text(encoding="utf-8")
    except OSError:
        raise MalformedDataset(f"There is no dataset in {path.name}.") from None
    return manifest_from_text(text)


def content_hash(manifest: DatasetManifest, columns: Sequence[Columns]) -> str:
    """Return the SHA-256 of all columns and of every other fact of the manifest, as hex."""
    stated = {**manifest_json(manifest), "content_hash": None}
    digest = hashlib.sha256(json.dumps(stated, sort_keys=True, separators=(",", ":")).encode())
    for listing, one in zip(manifest.listings, columns, strict=True):
        digest.update(listing.instrument.id.bytes)
        for chunk in canonical_bytes(one):
            digest.update(chunk)
    return digest.hexdigest()


def is_unchanged(path: Path) -> bool:
    """Say whether a dataset still has the content it was written with."""
    manifest = read_manifest(path)
    columns = [read_columns(listing, path) for listing in manifest.listings]
    listed = [one.instrument for one in manifest.listings]
    rows = rows_beside(beside_in(path, manifest), listed, calendar(manifest.calendar))
    if any(rows_hash(each) != getattr(manifest, name) for name, each in rows.items()):
        return False
    return content_hash(manifest, columns) == manifest.content_hash


def _describe(terms: DatasetTerms, ordered: Sequence[Series], hashes: Mapping[str, str]) -> DatasetManifest:
    bars = [one.columns for one in ordered if isinstance(one.columns, BarColumns)]
    prints = [one.columns for one in ordered if isinstance(one.columns, PrintColumns)]
    has_range = any(bool(np.any(one.complete)) for one in bars)
    sizes = [*(one.volume for one in bars), *(one.size for one in prints)]
    has_volume = any(bool(np.any(one != ABSENT)) for one in sizes)
    fields: list[str] = ["bid", "ask"] if len(bars) + len(prints) < len(ordered) else []
    fields += ["print"] if prints else []
    fields += ["open", "high", "low"] if has_range else []
    fields += ["close"] if bars else []
    fields += ["volume"] if has_volume else []
    manifest = DatasetManifest(
        **asdict(terms),
        fields=tuple(fields),
        has_volume=has_volume,
        content_hash="",
        actions_hash=hashes.get("actions_hash"),
        halts_hash=hashes.get("halts_hash"),
        auctions_hash=hashes.get("auctions_hash"),
        holdings_hash=hashes.get("holdings_hash"),
        listings=tuple(_listing(one, terms.calendar) for one in ordered),
    )
    return replace(manifest, content_hash=content_hash(manifest, [one.columns for one in ordered]))


def _listing(one: Series, calendar_name: str) -> Listing:
    first = instant_of(int(one.columns.at[0]) - (0 if isinstance(one.columns, QuoteColumns) else 1))
    return Listing(
        instrument=one.instrument,
        shape=shape_of(one.columns),
        scale=one.scale,
        size_scale=one.size_scale,
        rows=len(one.columns.at),
        first_on=calendar(calendar_name).day_of(first),
        periods=periods_of(one.columns),
    )


def _check(ordered: Sequence[Series]) -> None:
    if not ordered or any(len(one.columns.at) == 0 for one in ordered):
        raise EmptyDataset("A dataset needs at least one instrument, and each of them a row.")
    symbols = sorted(one.instrument.symbol for one in ordered)
    for before, after in pairwise(symbols):
        if before == after:
            raise AmbiguousSymbol(f"{before} stands for more than one instrument.", symbol=before)
    for one in ordered:
        if not _is_ordered(one.columns):
            symbol = one.instrument.symbol
            raise DisorderedRows(f"The rows of {symbol} do not follow each other in time.", symbol=symbol)


def _is_ordered(columns: Columns) -> bool:
    """Bars must not overlap; quotes and prints may share an instant, and then their order is the source's."""
    if isinstance(columns, BarColumns):
        apart = bool(np.all(columns.open_at[1:] >= columns.at[:-1]))
        return apart and bool(np.all(columns.open_at < columns.at))
    return bool(np.all(columns.at[1:] >= columns.at[:-1]))


def _flush(directory: Path) -> None:
    for path in directory.rglob("*"):
        if path.is_dir():
            _flush_directory(path)
        else:
            with path.open("r+b") as file:
                os.fsync(file.fileno())
    _flush_directory(directory)


def _flush_directory(directory: Path) -> None:
    """Make names durable; only where directories can be opened, which Windows does not allow."""
    if os.name != "posix":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
