"""Reads of market data; every one of them sees the tape only up to its cursor."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import select

from paperdesk.core.broker.view import UnknownSymbol
from paperdesk.core.kernel.errors import Invalid
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, manifest_from_text
from paperdesk.features.marketdata.feeds.recorded import Dataset
from paperdesk.features.marketdata.schemas import (
    BarOut,
    BarsOut,
    DatasetOut,
    InstrumentOut,
    QuoteOut,
    TapeOut,
)
from paperdesk.features.marketdata.store import load_tape
from paperdesk.features.marketdata.tables import dataset_versions, tape_runs
from paperdesk.features.marketdata.tapes import Shelf, Tape, listed_instrument, tape_of
from paperdesk.infra.db import fetch_all
from paperdesk.infra.work import ReadOnly, owned

INTERVALS = ("1d",)
SYMBOLS_MAX = 200
Interval = Literal["1d"]


class TooManySymbols(Invalid):
    """A request names at most 200 symbols."""


async def list_tapes(work: ReadOnly, shelf: Shelf) -> list[TapeOut]:
    """Return the tapes a caller may see, newest first."""
    query = select(tape_runs).where(owned(tape_runs, work, or_public=True)).order_by(tape_runs.c.id.desc())
    tapes = [tape_of(row) for row in await fetch_all(work.db, query)]
    return [await show_tape(work, shelf, tape) for tape in tapes]


async def show_tape(work: ReadOnly, shelf: Shelf, tape: Tape) -> TapeOut:
    """Return a tape as its caller may see it."""
    return TapeOut.of(tape, await shelf.dataset(tape.dataset_id), work.who)


async def list_datasets(work: ReadOnly) -> list[DatasetOut]:
    """Return the datasets a caller may open tapes on, newest first."""
    query = (
        select(dataset_versions)
        .where(owned(dataset_versions, work, or_public=True))
        .order_by(dataset_versions.c.id.desc())
    )
    rows = await fetch_all(work.db, query)
    return [DatasetOut.of((row["id"], row["version"], row["recorded_at"]), _manifest(row["manifest"])) for row in rows]


def _manifest(stored: object) -> DatasetManifest:
    return manifest_from_text(msgspec.json.encode(stored).decode())


async def on_tape(work: ReadOnly, shelf: Shelf, tape_id: UUID) -> tuple[Tape, Dataset]:
    """Return a tape and its dataset; what follows must not look past the tape's cursor."""
    tape = await load_tape(work, tape_id)
    return tape, await shelf.dataset(tape.dataset_id)


def find_instruments(tape: Tape, dataset: Dataset, words: str) -> list[InstrumentOut]:
    """Return the instruments listed by now whose symbol or name contains the words, by symbol."""
    sought = words.strip().casefold()
    found = [
        listing
        for listing in dataset.manifest.listings
        if dataset.listed(listing.instrument.id, tape.cursor)
        and (sought in listing.instrument.symbol.casefold() or sought in listing.instrument.name.casefold())
    ]
    return [InstrumentOut.of(listing) for listing in sorted(found, key=lambda each: each.instrument.symbol)]


def read_bars(
    tape: Tape, dataset: Dataset, symbol: str, span: tuple[datetime | None, datetime | None], limit: int
) -> BarsOut:
    """Return the newest closed daily bars inside a span, oldest first."""
    instrument = listed_instrument(dataset, symbol, tape.cursor)
    if instrument is None:
        raise UnknownSymbol(f"{symbol[:32]!r} is not on this tape.", symbol=symbol[:32])
    bars = dataset.bars(instrument.id, tape.cursor, span[0], span[1], limit)
    return BarsOut(
        symbol=symbol,
        interval="1d",
        price_basis=dataset.manifest.price_basis.value,
        items=[BarOut.of(bar) for bar in bars],
        reason=None if bars else "no bar of that span has closed by now",
    )


def read_quotes(tape: Tape, dataset: Dataset, symbols: Sequence[str]) -> list[QuoteOut]:
    """Return the standing quotes of symbols, each missing one with its reason."""
    if len(symbols) > SYMBOLS_MAX:
        raise TooManySymbols(f"At most {SYMBOLS_MAX} symbols at once.", limit=SYMBOLS_MAX)
    return [_quote(tape, dataset, symbol) for symbol in symbols]


def _quote(tape: Tape, dataset: Dataset, symbol: str) -> QuoteOut:
    instrument = listed_instrument(dataset, symbol, tape.cursor)
    quote = dataset.standing_quote(instrument.id, tape.cursor) if instrument else None
    if instrument is None or quote is None:
        return QuoteOut.missing(symbol, "not on this tape, or not yet")
    last = dataset.last_close(instrument.id, tape.cursor)
    return QuoteOut.of(symbol, quote, last, dataset.previous_close(instrument.id, tape.cursor))
