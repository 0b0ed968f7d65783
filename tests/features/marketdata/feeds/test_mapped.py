"""Long histories are mapped: opened at once, and the same to the last number."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from paperdesk.core.market.instruments import Kind
from paperdesk.features.marketdata.feeds import columns
from paperdesk.features.marketdata.feeds.columns import BarColumns, canonical_bytes, read_columns
from paperdesk.features.marketdata.feeds.manifest import DatasetTerms, Listing, SourceKind
from paperdesk.features.marketdata.feeds.mapped import MAPS, mapped_columns
from paperdesk.features.marketdata.feeds.recorded import open_recorded
from paperdesk.features.marketdata.feeds.series import Named, series_of
from paperdesk.features.marketdata.feeds.writer import is_unchanged, write_dataset

TERMS = DatasetTerms(name="Days", kind=SourceKind.SYNTHETIC, provenance="Made for the test.", calendar="24/7")
A_DAY = 86_400_000_000


@pytest.fixture
def a_long_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Listing]:
    """A history that is parted into periods, of which some bars have only a close."""
    monkeypatch.setattr(columns, "PERIOD_ROWS", 100)
    at = 1_700_000_000_000_000 // A_DAY * A_DAY + A_DAY * np.arange(1, 501)
    close = 10_000 + np.arange(500)
    opened = np.where(np.arange(500) % 7 == 0, columns.ABSENT, close - 5)
    high, low = (np.where(opened == columns.ABSENT, columns.ABSENT, each) for each in (close + 9, close - 9))
    bars = BarColumns(at - A_DAY, at, opened, high, low, close, np.full(500, 10))
    folder = tmp_path / "dataset"
    manifest = write_dataset(TERMS, [series_of(Named("ACME", "Acme", Kind.CRYPTO), TERMS, bars, (2, 0))], folder)
    return folder, manifest.listings[0]


def bytes_of(found: columns.Columns) -> bytes:
    return b"".join(canonical_bytes(found))


def test_a_long_history_reads_the_same_from_its_maps(a_long_history: tuple[Path, Listing]) -> None:
    folder, listing = a_long_history
    first, again = mapped_columns(listing, folder), mapped_columns(listing, folder)
    assert isinstance(again.at, np.memmap)
    assert bytes_of(first) == bytes_of(again) == bytes_of(read_columns(listing, folder))
    assert is_unchanged(folder)
    with pytest.raises(ValueError, match="read-only"):
        again.at[0] = 0


def test_a_dataset_whose_maps_were_removed_lays_them_down_again(a_long_history: tuple[Path, Listing]) -> None:
    folder, listing = a_long_history
    facts = open_recorded(folder).facts_total
    shutil.rmtree(folder / MAPS)
    assert open_recorded(folder).facts_total == facts
    assert bytes_of(mapped_columns(listing, folder)) == bytes_of(read_columns(listing, folder))
    assert [path.suffix for path in (folder / MAPS).glob("*/*")] == [".npy"] * 7


def test_a_place_without_room_for_maps_serves_what_is_stored(a_long_history: tuple[Path, Listing]) -> None:
    folder, listing = a_long_history
    (folder / MAPS).write_text("no directory")
    found = mapped_columns(listing, folder)
    assert bytes_of(found) == bytes_of(read_columns(listing, folder))
