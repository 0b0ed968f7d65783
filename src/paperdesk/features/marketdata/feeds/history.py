"""A vendor's history on its way to a dataset: pages kept on disk as they come, then rows, then Parquet.

What has come is not asked for again: a job that is begun anew goes on after the last page it has.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Final

import numpy as np

from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.time import instant_from_text, instant_text, microseconds
from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.sessions import Calendar, calendar
from paperdesk.features.marketdata.feeds.beside import Beside
from paperdesk.features.marketdata.feeds.columns import ABSENT, SCALE_MAX, BarColumns, Ints
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms
from paperdesk.features.marketdata.feeds.series import Named, guessed, series_of
from paperdesk.features.marketdata.feeds.vendor import LASTS, BarLength, BarPage, VendorAction, VendorBar
from paperdesk.features.marketdata.feeds.vendor_actions import actions_of
from paperdesk.features.marketdata.feeds.writer import Series, write_dataset

SIZE_SCALE: Final = 3


@dataclass(frozen=True, slots=True)
class HistoryTerms:
    """What a history is of: closed bars of one length, known by an instant; a kind where somebody told it."""

    dataset: DatasetTerms
    length: BarLength
    known_at: datetime
    kind: Kind | None = None


class Spool:
    """The pages of one symbol on disk, in order; each is there wholly or not at all."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which is made when the first page comes."""
        self._folder = folder

    def pages(self) -> list[BarPage]:
        """Return the pages that have come."""
        return [_read(path) for path in sorted(self._folder.glob("*.json"))]

    def keep(self, page: BarPage, number: int) -> None:
        """Write a page as the one with that number."""
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f"{number:06}.new"
        rows = [[instant_text(bar.opens_at), *map(_written, _numbers(bar))] for bar in page.bars]
        with fresh.open("w", encoding="utf-8") as file:
            json.dump({"bars": rows, "next_page": page.next_page}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(self._folder / f"{number:06}.json")


def write_history(
    terms: HistoryTerms, bars: Mapping[str, Sequence[VendorBar]], actions: Sequence[VendorAction], into: Path
) -> DatasetManifest:
    """Write the bars of symbols, none of them without any, and what their companies did, as a new dataset."""
    series = [history_series(symbol, rows, terms) for symbol, rows in bars.items()]
    instruments = {one.instrument.symbol: one.instrument for one in series}
    did = [
        action
        for symbol, instrument in instruments.items()
        for action in actions_of(instrument, [each for each in actions if each.symbol == symbol])
    ]
    return write_dataset(terms.dataset, series, into, Beside(did))


def closed(bars: Sequence[VendorBar], terms: HistoryTerms) -> list[tuple[datetime, datetime, VendorBar]]:
    """Return the bars inside sessions that are over, each with its opening and its close."""
    market = calendar(terms.dataset.calendar)
    ends = ((span, bar) for bar in bars if (span := _span(bar, terms.length, market)) is not None)
    return [(opens_at, closes_at, bar) for (opens_at, closes_at), bar in ends if closes_at <= terms.known_at]


def _span(bar: VendorBar, length: BarLength, market: Calendar) -> tuple[datetime, datetime] | None:
    """Return from when until when a bar lasts; None outside sessions."""
    if length == "1d":
        session = market.session_on(market.day_of(bar.opens_at))
        return None if session is None else (session.opens_at, session.closes_at)
    session = market.session_at(bar.opens_at)
    if session is None:
        return None
    return bar.opens_at, min(bar.opens_at + LASTS[length], session.closes_at)


def history_series(symbol: str, bars: Sequence[VendorBar], terms: HistoryTerms) -> Series:
    """Return the closed bars of a symbol as rows of a dataset; there must be some."""
    rows = sorted(closed(bars, terms), key=lambda one: one[0])
    bars_alone = [bar for _, _, bar in rows]
    columns = BarColumns(
        open_at=np.array([microseconds(opens_at) for opens_at, _, _ in rows], np.int64),
        at=np.array([microseconds(closes_at) for _, closes_at, _ in rows], np.int64),
        open=_column([bar.open for bar in bars_alone], SCALE_MAX),
        high=_column([bar.high for bar in bars_alone], SCALE_MAX),
        low=_column([bar.low for bar in bars_alone], SCALE_MAX),
        close=_column([bar.close for bar in bars_alone], SCALE_MAX),
        volume=_column([bar.volume for bar in bars_alone], SIZE_SCALE),
    )
    named = guessed(symbol) if terms.kind is None else Named(symbol, symbol, terms.kind)
    return series_of(named, terms.dataset, columns, (SCALE_MAX, SIZE_SCALE))


def _numbers(bar: VendorBar) -> tuple[Decimal, Decimal, Decimal, Decimal, Decimal | None]:
    return bar.open, bar.high, bar.low, bar.close, bar.volume


def _column(values: Sequence[Decimal | None], scale: int) -> Ints:
    return np.array([_stored(value, scale) for value in values], np.int64)


def _stored(value: Decimal | None, scale: int) -> int:
    return ABSENT if value is None else int(value.scaleb(scale).to_integral_value(ROUND_HALF_EVEN))


def _written(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _read(path: Path) -> BarPage:
    found = json.loads(path.read_text(encoding="utf-8"))
    return BarPage(list(_bars(found["bars"])), found["next_page"])


def _bars(rows: Sequence[tuple[str, str, str, str, str, str | None]]) -> Iterator[VendorBar]:
    for at, opened, high, low, close, volume in rows:
        prices = Decimal(opened), Decimal(high), Decimal(low), Decimal(close)
        yield VendorBar(instant_from_text(at), *prices, volume=None if volume is None else Decimal(volume))
