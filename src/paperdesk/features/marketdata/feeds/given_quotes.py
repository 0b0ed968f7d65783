"""Datasets of given quotes, for benchmarks and tests that need a market of their own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np

from paperdesk.core.kernel.time import microseconds
from paperdesk.features.marketdata.feeds.columns import ABSENT, SCALE_MAX, Ints, QuoteColumns
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms
from paperdesk.features.marketdata.feeds.series import guessed, series_of
from paperdesk.features.marketdata.feeds.writer import write_dataset


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """One quote to be recorded; at most nine places after the point."""

    symbol: str
    at: datetime
    bid: Decimal
    ask: Decimal
    bid_size: Decimal | None = None
    ask_size: Decimal | None = None


def write_quotes(terms: DatasetTerms, rows: Iterable[QuoteRow], into: Path) -> DatasetManifest:
    """Write a dataset of the given quotes; those of one instant keep their order."""
    by_symbol: dict[str, list[QuoteRow]] = defaultdict(list)
    for row in rows:
        by_symbol[row.symbol].append(row)
    scales = (SCALE_MAX, SCALE_MAX)
    series = (series_of(guessed(symbol), terms, _quotes(quotes), scales) for symbol, quotes in by_symbol.items())
    return write_dataset(terms, series, into)


def _quotes(rows: Sequence[QuoteRow]) -> QuoteColumns:
    rows = sorted(rows, key=lambda row: row.at)
    return QuoteColumns(
        at=np.array([microseconds(row.at) for row in rows], np.int64),
        bid=_whole(row.bid for row in rows),
        ask=_whole(row.ask for row in rows),
        bid_size=_whole(row.bid_size for row in rows),
        ask_size=_whole(row.ask_size for row in rows),
    )


def _whole(numbers: Iterable[Decimal | None]) -> Ints:
    return np.array([ABSENT if one is None else int(one.scaleb(SCALE_MAX)) for one in numbers], np.int64)
