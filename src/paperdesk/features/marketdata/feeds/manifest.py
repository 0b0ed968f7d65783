"""What a dataset says about itself: its manifest, as values and as JSON."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument, Kind, related
from paperdesk.core.market.options import parse_occ

FORMAT = 1


class MalformedDataset(Conflict):
    """What lies in the dataset's directory is not a dataset this version can read."""


class PriceBasis(StrEnum):
    """What was done to the prices: nothing, splits taken out, or splits and dividends."""

    RAW = "raw"
    SPLIT = "split"
    TOTAL_RETURN = "total_return"


class SourceKind(StrEnum):
    """Whether a market really had these prices; a live one is still having them."""

    RECORDED = "recorded"
    SYNTHETIC = "synthetic"
    LIVE = "live"


class Shape(StrEnum):
    """What one row of an instrument's file is."""

    BARS = "bars"
    QUOTES = "quotes"
    PRINTS = "prints"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetTerms:
    """What only the person who brings the prices can tell; None is "not known"."""

    name: str
    kind: SourceKind = SourceKind.RECORDED
    price_basis: PriceBasis = PriceBasis.RAW
    calendar: str = "XNYS"
    survivorship: str | None = None
    licence: str | None = None
    provenance: str | None = None
    label: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """One instrument of a dataset; `scale` is the places after the point of its stored prices.

    Many rows are parted by `periods`, years or months of the instants they are known at, a file each.
    """

    instrument: Instrument
    shape: Shape
    scale: int
    size_scale: int
    rows: int
    first_on: date
    periods: tuple[str, ...] = ()

    @property
    def file_names(self) -> list[str]:
        """Return the names of the instrument's files inside the dataset, oldest rows first."""
        if not self.periods:
            return [f"{self.instrument.id}.parquet"]
        return [f"{self.instrument.id}/{period}.parquet" for period in self.periods]


class Detail(StrEnum):
    """How finely a generated market is told: by the day, or by the minute with quotes."""

    DAILY = "daily"
    MINUTE = "minute"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a generated market is made from; the generator's version is part of it, because prices are.

    A sealed seed is told to nobody before the tape has ended; until then its commitment binds.
    """

    preset: str
    seed: int
    detail: Detail = Detail.DAILY
    salt: str = ""
    sealed: bool = False
    generator: int = 1

    @property
    def commitment(self) -> str:
        """Return the SHA-256 of preset, seed and salt with strokes between them, as hex."""
        return hashlib.sha256(f"{self.preset}/{self.seed}/{self.salt}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetManifest(DatasetTerms):
    """The terms of a dataset and what its rows add to them; listings are in order of instrument id.

    With a recipe the dataset is generated from it and has no files. Without a hash of them it has no corporate
    actions, no halts, no prints of auctions or no holdings of funds.
    """

    fields: tuple[str, ...]
    has_volume: bool
    content_hash: str
    listings: tuple[Listing, ...]
    recipe: Recipe | None = None
    actions_hash: str | None = None
    halts_hash: str | None = None
    auctions_hash: str | None = None
    holdings_hash: str | None = None

    @property
    def rows(self) -> int:
        """Return the number of bars and quotes of all instruments."""
        return sum(listing.rows for listing in self.listings)


def manifest_json(manifest: DatasetManifest) -> dict[str, Any]:
    """Return a manifest as plain JSON values."""
    flat = asdict(manifest)
    del flat["listings"]
    for name in ("recipe", "actions_hash", "halts_hash", "auctions_hash", "holdings_hash"):
        if flat[name] is None:
            del flat[name]
    listings = [_listing_json(listing) for listing in manifest.listings]
    return {"format": FORMAT, **flat, "instruments": listings}


def manifest_text(manifest: DatasetManifest) -> str:
    """Write a manifest for people and programs: indented, keys sorted."""
    return json.dumps(manifest_json(manifest), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def manifest_from_text(text: str) -> DatasetManifest:
    """Read a manifest that `manifest_text` wrote."""
    try:
        fields: dict[str, Any] = json.loads(text)
        if fields.pop("format") != FORMAT:
            raise MalformedDataset("The dataset was written by another version of Paperdesk.")
        listings = [_listing(entry, fields["calendar"]) for entry in fields.pop("instruments")]
        instruments = related(listing.instrument for listing in listings)
        listings = [replace(each, instrument=one) for each, one in zip(listings, instruments, strict=True)]
        fields["kind"] = SourceKind(fields["kind"])
        fields["price_basis"] = PriceBasis(fields["price_basis"])
        fields["warnings"] = tuple(fields["warnings"])
        fields["fields"] = tuple(fields["fields"])
        if "recipe" in fields:
            recipe = fields["recipe"]
            fields["recipe"] = Recipe(**{**recipe, "detail": Detail(recipe["detail"])})
        return DatasetManifest(**fields, listings=tuple(listings))
    except (ValueError, KeyError, TypeError, ArithmeticError) as reason:
        raise MalformedDataset("The dataset's manifest cannot be read.") from reason


def _listing_json(listing: Listing) -> dict[str, Any]:
    instrument = listing.instrument
    parted = {"periods": list(listing.periods)} if listing.periods else {}
    return parted | {
        "id": str(instrument.id),
        "symbol": instrument.symbol,
        "name": instrument.name,
        "kind": instrument.kind.value,
        "currency": instrument.currency,
        "tick": plain(instrument.tick),
        "lot_step": plain(instrument.lot_step),
        "shape": listing.shape.value,
        "scale": listing.scale,
        "size_scale": listing.size_scale,
        "rows": listing.rows,
        "first_on": listing.first_on.isoformat(),
    }


def _listing(entry: Mapping[str, Any], calendar: str) -> Listing:
    kind = Kind(entry["kind"])
    instrument = Instrument(
        id=InstrumentId(UUID(entry["id"])),
        symbol=entry["symbol"],
        name=entry["name"],
        kind=kind,
        currency=entry["currency"],
        tick=Decimal(entry["tick"]),
        lot_step=Decimal(entry["lot_step"]),
        calendar=calendar,
        contract=parse_occ(entry["symbol"]) if kind is Kind.OPTION else None,
    )
    return Listing(
        instrument=instrument,
        shape=Shape(entry["shape"]),
        scale=int(entry["scale"]),
        size_scale=int(entry["size_scale"]),
        rows=int(entry["rows"]),
        first_on=date.fromisoformat(entry["first_on"]),
        periods=tuple(entry.get("periods", ())),
    )
