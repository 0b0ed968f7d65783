"""Reads of market data; every one of them sees the tape only up to its cursor."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from paperdesk.core.broker.view import UnknownSymbol
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import TapeId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.corporate_actions import AdjustedSeries, CorporateAction
from paperdesk.core.market.facts import TradingHalted
from paperdesk.core.market.halts import standing_halt
from paperdesk.core.market.quotes import Bar, Quote
from paperdesk.features.marketdata.feeds.adjust import Adjustment, adjusted, happened, require_adjustable
from paperdesk.features.marketdata.feeds.bar_rows import BarRows, BarsWanted
from paperdesk.features.marketdata.feeds.dataset import Dataset, standing_quote
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest, manifest_from_text
from paperdesk.features.marketdata.feeds.resample import Interval, Standing, minutes_of, resampled, standing_at
from paperdesk.features.marketdata.presets import REPLAYS, Replay
from paperdesk.features.marketdata.store import any_tape, live_tapes, load_strategies, load_tape, public_dataset
from paperdesk.features.marketdata.tables import dataset_versions, tape_runs
from paperdesk.features.marketdata.tapes import Shelf, Tape, listed_instrument, tape_of
from paperdesk.infra.db import fetch_all
from paperdesk.infra.http import InstantText, Symbol
from paperdesk.infra.work import ReadOnly, owned

SYMBOLS_MAX = 200


class TooManySymbols(Invalid):
    """A request names at most 200 symbols."""


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """A recorded dataset and what its manifest says."""

    id: UUID
    version: int
    recorded_at: datetime
    manifest: DatasetManifest


@dataclass(frozen=True, slots=True)
class StandingQuote:
    """The standing quote of a symbol with the last and the previous close; None with a reason."""

    symbol: str
    quote: Quote | None
    last: Bar | None = None
    previous: Bar | None = None
    reason: str | None = None
    halt: TradingHalted | None = None


@dataclass(frozen=True, slots=True)
class BarQuery:
    """Which closed bars are asked for: start is included, end is not; without an adjustment as they are stored."""

    tape_id: UUID
    symbol: Symbol
    interval: Interval = "1d"
    start: InstantText | None = None
    end: InstantText | None = None
    adjustment: Adjustment | None = None


async def read_tape(work: ReadOnly, tape_id: UUID) -> Tape:
    """Return a tape, or refuse an unknown or foreign one."""
    return await load_tape(work, tape_id)


async def list_tapes(work: ReadOnly) -> list[Tape]:
    """Return the tapes a caller may see, newest first."""
    query = select(tape_runs).where(owned(tape_runs, work, or_public=True)).order_by(tape_runs.c.id.desc())
    return [tape_of(row) for row in await fetch_all(work.db, query)]


async def tape_for_all(db: AsyncConnection, tape_id: TapeId) -> Tape | None:
    """Return a tape of whatever tenant, None when it is gone; for what runs by itself."""
    return await any_tape(db, tape_id)


async def every_live_tape(db: AsyncConnection) -> list[Tape]:
    """Return the tapes of all tenants that go with a live market; for what runs by itself."""
    return await live_tapes(db)


async def list_branches(work: ReadOnly, tape_id: UUID) -> list[Tape]:
    """Return the branches that were opened of a tape, oldest first."""
    tape = await read_tape(work, tape_id)
    mine = (tape_runs.c.parent_id == tape.id, owned(tape_runs, work, or_public=True))
    rows = await fetch_all(work.db, select(tape_runs).where(*mine).order_by(tape_runs.c.id))
    return [tape_of(row) for row in rows]


async def list_strategies(work: ReadOnly, tape_id: UUID) -> list[tuple[str, int]]:
    """Return the strategies that a tape waits for, with the cursor each has seen."""
    tape = await read_tape(work, tape_id)
    return await load_strategies(work, tape.id)


async def list_replays(work: ReadOnly) -> list[tuple[Replay, UUID]]:
    """Return the well-known times of recorded datasets that are here, with their datasets."""
    found = [(replay, await public_dataset(work, replay.source)) for replay in REPLAYS.values()]
    return [(replay, dataset_id) for replay, dataset_id in found if dataset_id is not None]


async def list_datasets(work: ReadOnly) -> list[DatasetVersion]:
    """Return the datasets a caller may open tapes on, newest first."""
    seen = owned(dataset_versions, work, or_public=True)
    newest = (dataset_versions.c.recorded_at.desc(), dataset_versions.c.id.desc())
    rows = await fetch_all(work.db, select(dataset_versions).where(seen).order_by(*newest))
    return [DatasetVersion(row["id"], row["version"], row["recorded_at"], _manifest(row["manifest"])) for row in rows]


def _manifest(stored: object) -> DatasetManifest:
    return manifest_from_text(msgspec.json.encode(stored).decode())


async def on_tape(work: ReadOnly, shelf: Shelf, tape_id: UUID) -> tuple[Tape, Dataset]:
    """Return a tape and its dataset; what follows must not look past the tape's cursor."""
    tape = await read_tape(work, tape_id)
    return tape, await shelf.dataset(tape.dataset_id)


def read_bars(tape: Tape, dataset: Dataset, asked: BarQuery, limit: int) -> list[Bar]:
    """Return the newest bars of an interval that are over, inside a span, oldest first."""
    rows = bar_rows(tape, dataset, asked, limit)
    return [] if rows is None else rows.bars(asked.start, asked.end, limit)


def bar_rows(tape: Tape, dataset: Dataset, asked: BarQuery, limit: int | None = None) -> BarRows | None:
    """Return the bars of an interval that are over, at least those asked for; None for what has only quotes."""
    instrument = listed_instrument(dataset, asked.symbol, tape.cursor)
    if instrument is None:
        raise UnknownSymbol(f"{asked.symbol[:32]!r} is not on this tape.", symbol=asked.symbol[:32])
    adjustment = Adjustment.RAW
    if asked.adjustment is not None:
        adjustment = require_adjustable(asked.adjustment, dataset.manifest.price_basis)
    wanted = BarsWanted(minutes_of(asked.interval), asked.start, limit)
    rows = dataset.closed_bars(instrument.id, tape.cursor, wanted)
    if rows is None:
        return None
    done = happened(dataset.actions, dataset.calendar, tape.at)
    rows = adjusted(rows, adjustment, done, dataset.calendar)
    return resampled(rows, asked.interval, dataset.calendar, standing_of(tape, dataset))


def standing_of(tape: Tape, dataset: Dataset) -> Standing:
    """Return a tape's moment."""
    return standing_at(tape.at, dataset.session_at(tape.cursor), dataset.calendar)


def read_quotes(tape: Tape, dataset: Dataset, symbols: Sequence[str]) -> list[StandingQuote]:
    """Return the standing quotes of symbols, each missing one with its reason."""
    if len(symbols) > SYMBOLS_MAX:
        raise TooManySymbols(f"At most {SYMBOLS_MAX} symbols at once.", limit=SYMBOLS_MAX)
    return [_standing(tape, dataset, symbol) for symbol in symbols]


def known_actions(tape: Tape, dataset: Dataset, symbols: Sequence[str]) -> list[CorporateAction]:
    """Return the announced actions of what the tape has shown, of all symbols when none is named, by ex-date.

    Option series that are not listed yet are left out.
    """
    today = dataset.calendar.day_of(tape.at)
    known = [
        action
        for action in dataset.actions
        if action.known_on <= today
        and dataset.listed(action.instrument.id, tape.cursor)
        and (not symbols or action.instrument.symbol in symbols)
    ]
    return [replace(each, series=tuple(_listed_series(each, dataset, tape.cursor))) for each in known]


def _listed_series(action: CorporateAction, dataset: Dataset, cursor: int) -> Iterator[AdjustedSeries]:
    return (each for each in action.series if dataset.listed(each.before.id, cursor))


def _standing(tape: Tape, dataset: Dataset, symbol: str) -> StandingQuote:
    instrument = listed_instrument(dataset, symbol, tape.cursor)
    quote = standing_quote(dataset, instrument.id, tape.cursor) if instrument else None
    if instrument is None or quote is None:
        return StandingQuote(symbol, None, reason="not on this tape, or not yet")
    last = dataset.last_close(instrument.id, tape.cursor)
    halt = standing_halt(dataset.statuses(tape.cursor), instrument)
    return StandingQuote(symbol, quote, last, dataset.previous_close(instrument.id, tape.cursor), halt=halt)
