"""Holes of one dataset filled with the rows of another: what is there stays as it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from paperdesk.core.kernel.time import instant_of, microseconds
from paperdesk.core.market.sessions import Calendar, calendar
from paperdesk.features.marketdata.feeds.columns import ABSENT, BarColumns, Columns, Ints, picked_bars, with_numbers
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms, Listing
from paperdesk.features.marketdata.feeds.quality import Slots
from paperdesk.features.marketdata.feeds.series import Named, series_of
from paperdesk.features.marketdata.feeds.writer import Series

_PRICES = ("open", "high", "low", "close")

RECENT_SESSIONS: Final = 5
"""How many sessions are looked back over for recent bars; what is missing before is looked for in bulk."""


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a dataset, in the order of its listings."""

    manifest: DatasetManifest
    columns: Sequence[Columns]


@dataclass(frozen=True, slots=True)
class Repaired:
    """The rows of a dataset with holes filled: how many bars were added, and how many are still missing."""

    series: tuple[Series, ...]
    filled: int
    missing: int


def repaired(own: Rows, donor: Rows, until: datetime | None = None) -> Repaired:
    """Fill the holes of each instrument from the same instrument elsewhere; `holes_of` says which."""
    market, terms = calendar(own.manifest.calendar), own.manifest
    given = {listing.instrument.id: (listing, one) for listing, one in _bars(donor)}
    series: list[Series] = []
    filled = missing = 0
    for listing, columns in zip(own.manifest.listings, own.columns, strict=True):
        found = given.get(listing.instrument.id)
        if not isinstance(columns, BarColumns):
            series.append(Series(listing.instrument, listing.scale, listing.size_scale, columns))
            continue
        holes = holes_of(columns, market, until)
        added = None if found is None else _fitting(columns, found[1], holes)
        missing += len(holes.numbers) - (0 if added is None else len(added.at))
        if found is None or added is None or not len(added.at):
            series.append(Series(listing.instrument, listing.scale, listing.size_scale, columns))
        else:
            filled += len(added.at)
            series.append(_joined(terms, (listing, columns), (found[0], added)))
    return Repaired(tuple(series), filled, missing)


@dataclass(frozen=True, slots=True)
class Holes:
    """The slots of an instrument's bars, and the numbers of those that are empty."""

    slots: Slots
    numbers: Ints


def holes_of(columns: BarColumns, market: Calendar, until: datetime | None = None) -> Holes:
    """Return the slots without a bar between the first bar of an instrument and its last.

    With an instant they are those of the five last sessions that are over by then, also after the last bar.
    """
    slots = Slots.of(columns, market, until or instant_of(int(columns.at[-1])))
    there = slots.numbers(columns.open_at)
    there = there[there >= 0]
    if not len(there):
        return Holes(slots, there)
    first, end = int(there[0]), int(there[-1]) + 1
    if until is not None:
        over = int(np.searchsorted(slots.table.closes, microseconds(until), side="right"))
        first, end = max(first, int(slots.firsts[max(over - RECENT_SESSIONS, 0)])), int(slots.firsts[over])
    return Holes(slots, np.setdiff1d(np.arange(first, end), there))


def _fitting(own: BarColumns, donor: BarColumns, holes: Holes) -> BarColumns:
    """Return the donor's bars that fill one hole each and overlap nothing."""
    numbers = holes.slots.numbers(donor.open_at)
    usual = holes.slots.length is None or donor.at - donor.open_at <= holes.slots.length
    before = np.searchsorted(own.open_at, donor.open_at, side="right") - 1
    after = np.minimum(before + 1, len(own.at) - 1)
    ends_before = (before + 1 == len(own.at)) | (donor.at <= own.open_at[after])
    apart = (own.at[before] <= donor.open_at) & ends_before & (before >= 0)
    fits = np.isin(numbers, holes.numbers) & usual & apart
    first = np.unique(np.where(fits, numbers, -1), return_index=True)[1]
    chosen = np.zeros(len(fits), np.bool_)
    chosen[first] = True
    return picked_bars(donor, chosen & fits)


def _joined(terms: DatasetTerms, own: tuple[Listing, BarColumns], donor: tuple[Listing, BarColumns]) -> Series:
    """Put both together in order of time, at places after the point that hold both."""
    scale = max(own[0].scale, donor[0].scale)
    size_scale = max(own[0].size_scale, donor[0].size_scale)
    parts = [_at_scale(listing, columns, (scale, size_scale)) for listing, columns in (own, donor)]
    order = np.argsort(np.concatenate([part.at for part in parts]), kind="stable")
    names = ("open_at", "at", *_PRICES, "volume")
    joined = BarColumns(*(np.concatenate([getattr(part, name) for part in parts])[order] for name in names))
    instrument = own[0].instrument
    named = Named(instrument.symbol, instrument.name, instrument.kind, instrument.currency)
    return series_of(named, terms, joined, (scale, size_scale))


def _at_scale(listing: Listing, columns: BarColumns, scales: tuple[int, int]) -> Columns:
    raised = {name: _raised(getattr(columns, name), scales[0] - listing.scale) for name in _PRICES}
    return with_numbers(columns, raised | {"volume": _raised(columns.volume, scales[1] - listing.size_scale)})


def _raised(values: Ints, places: int) -> Ints:
    return np.where(values == ABSENT, ABSENT, values * 10**places)


def _bars(rows: Rows) -> Iterator[tuple[Listing, BarColumns]]:
    for listing, columns in zip(rows.manifest.listings, rows.columns, strict=True):
        if isinstance(columns, BarColumns):
            yield listing, columns
