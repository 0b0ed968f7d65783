"""A small market that never was: seeded random walks under invented names, and given quotes.

The walk uses whole numbers and symmetric moves only, so that it is the same on every processor and
nobody can expect to gain from it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np

from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.sessions import Session, calendar
from paperdesk.features.marketdata.feeds.columns import ABSENT, SCALE_MAX, BarColumns, Ints, QuoteColumns, microseconds
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, DatasetTerms, SourceKind
from paperdesk.features.marketdata.feeds.series import Named, guessed, series_of
from paperdesk.features.marketdata.feeds.writer import Series, write_dataset

FIRST_ON: Final = date(2024, 1, 2)
LAST_ON: Final = date(2025, 12, 31)

TERMS: Final = DatasetTerms(
    name="Synthetic market 2024-2025",
    kind=SourceKind.SYNTHETIC,
    survivorship="complete",
    licence="Apache-2.0",
    provenance="Seeded random walk, made by Paperdesk. No such companies exist and no such prices were ever paid.",
    label="synthetic",
    warnings=("Invented prices: nothing learnt here says anything about a real market.",),
)

_MOVES_A_DAY: Final = 27
_DRAWS_A_MOVE: Final = 4
_MILLION: Final = 1_000_000
_GRAIN: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Company:
    """An invented company: where its price starts, how far one draw may move it, how much is bought."""

    named: Named
    cents: int
    reach_ppm: int
    daily_volume: int


_COMPANIES: Final = (
    _Company(Named("ALFA", "Alfa Lantern Works", Kind.EQUITY), 10_250, 2_200, 4_200_000),
    _Company(Named("BRVO", "Bravo Canal Freight", Kind.EQUITY), 4_780, 2_800, 1_900_000),
    _Company(Named("CHRL", "Charl & Daughters Bakeries", Kind.EQUITY), 23_610, 1_700, 800_000),
    _Company(Named("DLTA", "Deltwater Utilities", Kind.EQUITY), 6_135, 1_200, 2_600_000),
    _Company(Named("ECHO", "Echo Quarry Instruments", Kind.EQUITY), 1_490, 4_300, 6_700_000),
)


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """One quote to be recorded; at most nine places after the point."""

    symbol: str
    at: datetime
    bid: Decimal
    ask: Decimal
    bid_size: Decimal | None = None
    ask_size: Decimal | None = None


def write_synthetic(into: Path, seed: int = 7, first_on: date = FIRST_ON, last_on: date = LAST_ON) -> DatasetManifest:
    """Write daily bars of five invented companies; the same seed and days give the same content hash."""
    sessions = calendar(TERMS.calendar).sessions(first_on, last_on)
    children = np.random.SeedSequence(seed).spawn(len(_COMPANIES))
    walks = (
        _walk(company, sessions, np.random.Generator(np.random.PCG64(child)))
        for company, child in zip(_COMPANIES, children, strict=True)
    )
    return write_dataset(TERMS, walks, into)


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


def _walk(company: _Company, sessions: Sequence[Session], chance: np.random.Generator) -> Series:
    """Walk one price through all sessions; the first move of a day is the one overnight."""
    days = len(sessions)
    reach = company.reach_ppm
    draws = chance.integers(-reach, reach, size=(days, _MOVES_A_DAY, _DRAWS_A_MOVE), endpoint=True).sum(axis=2)
    price = company.cents * _GRAIN
    path = np.empty((days, _MOVES_A_DAY), np.int64)
    for place, move in enumerate(draws.ravel().tolist()):
        price = max(_GRAIN, price + price * move // _MILLION)
        path.flat[place] = (price + _GRAIN // 2) // _GRAIN
    columns = BarColumns(
        open_at=np.array([microseconds(session.opens_at) for session in sessions], np.int64),
        at=np.array([microseconds(session.closes_at) for session in sessions], np.int64),
        open=path[:, 0].copy(),
        high=path.max(axis=1),
        low=path.min(axis=1),
        close=path[:, -1].copy(),
        volume=company.daily_volume * chance.integers(500, 1_500, size=days, endpoint=True) // 1_000,
    )
    return series_of(company.named, TERMS, columns, (2, 0))
