"""Columns as memory maps: a long history is opened at once, and is in memory once for all processes that read it.

They lie in the dataset's directory, beside the Parquet files that they are made of when these are first read. They are
no part of what a dataset is: whoever removes them loses the time to lay them down again.
"""

import shutil
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Final

import numpy as np

from paperdesk.features.marketdata.feeds.columns import Columns, kind_of, named_in, read_columns
from paperdesk.features.marketdata.feeds.manifest import Listing
from paperdesk.features.marketdata.feeds.writer import DatasetExists, new_directory

MAPS: Final = ".mapped"


def mapped_columns(listing: Listing, folder: Path) -> Columns:
    """Return one instrument's rows, which nobody can write to; a history that is short comes as it is stored."""
    if not listing.periods:
        return read_columns(listing, folder)
    place = folder / MAPS / f"{listing.instrument.id}.{listing.shape.value}"
    if _stands(place, listing, folder):
        return _mapped(listing, place)
    columns = read_columns(listing, folder)
    # Where there is no room for maps, or another process lays them down, what was read serves.
    with suppress(OSError, DatasetExists):
        _lay_down(columns, place)
    return columns


def _stands(place: Path, listing: Listing, folder: Path) -> bool:
    """Say whether there are maps, and no file has been touched since they were made of it."""
    if not place.is_dir():
        return False
    made_at = place.stat().st_mtime_ns
    files = (folder / name for name in listing.file_names)
    return all(each.exists() and each.stat().st_mtime_ns <= made_at for each in files)


def _lay_down(columns: Columns, place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    with new_directory(place) as partial:
        for name, values in named_in(columns):
            np.save(partial / f"{name}.npy", values)


def _mapped(listing: Listing, place: Path) -> Columns:
    kind = kind_of(listing.shape)
    return kind(*(np.load(place / f"{field.name}.npy", mmap_mode="r") for field in fields(kind)))
