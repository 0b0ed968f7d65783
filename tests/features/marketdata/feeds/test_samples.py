"""Samples: real prices from installed packages, or the reason why there are none."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from paperdesk.core.kernel.values import replace
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest
from paperdesk.features.marketdata.feeds.recorded import RecordedDataset, open_recorded
from paperdesk.features.marketdata.feeds.samples import US_EQUITIES, US_INDEXES, Absent, Sample, build_sample


def built(sample: Sample, place: Path) -> RecordedDataset:
    manifest = build_sample(sample, place / "sample")
    if isinstance(manifest, Absent):
        pytest.skip(manifest.reason)
    assert isinstance(manifest, DatasetManifest)
    return open_recorded(place / "sample")


def test_us_equities(tmp_path: Path) -> None:
    dataset = built(US_EQUITIES, tmp_path)
    assert len(dataset.instruments) == 26
    assert dataset.manifest.fields == ("close",)
    apple, momentum = dataset.by_symbol("AAPL"), dataset.by_symbol("MTUM")
    assert apple is not None
    assert momentum is not None
    assert apple.name == "Apple"
    first = dataset.next_step(0, "session")
    assert first is not None
    bar = dataset.last_close(apple.id, first)
    assert bar is not None
    assert (bar.close, bar.open, bar.volume) == (Decimal("0.264"), None, None)
    assert not dataset.listed(momentum.id, first)
    assert dataset.first_on(momentum.id) == date(2014, 1, 2)


def test_us_indexes(tmp_path: Path) -> None:
    dataset = built(US_INDEXES, tmp_path)
    assert {one.symbol for one in dataset.instruments.values()} == {"SP500", "NASDAQ", "VIX"}
    assert not any(one.is_tradable for one in dataset.instruments.values())
    assert dataset.at_of(dataset.facts_total).date() == date(2018, 12, 31)


def test_a_package_that_is_not_installed_is_a_reason(tmp_path: Path) -> None:
    absent = build_sample(replace(US_EQUITIES, package="no_such_package_here"), tmp_path / "sample")
    assert absent == Absent("The package no_such_package_here is not installed.")


def test_another_package_without_the_files_is_a_reason(tmp_path: Path) -> None:
    absent = build_sample(replace(US_EQUITIES, package="pyarrow"), tmp_path / "sample")
    assert isinstance(absent, Absent)
    assert list(tmp_path.iterdir()) == []
