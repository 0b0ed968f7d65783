"""A tape: a run over a dataset, with a clock and a cursor of its own. Accounts live on exactly one."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.ids import DatasetId, InstrumentId, TapeId, TenantId, UserId
from paperdesk.core.kernel.values import replace_struct
from paperdesk.core.market.facts import TradingHalted
from paperdesk.core.market.fund_holdings import FundHolding
from paperdesk.core.market.halts import standing_halt
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.options import canonical_symbol
from paperdesk.core.market.quotes import Quote
from paperdesk.core.market.sessions import BeyondCalendar, Calendar
from paperdesk.features.marketdata.answers import Answers
from paperdesk.features.marketdata.feeds.beside_files import holdings_in
from paperdesk.features.marketdata.feeds.dataset import Dataset, open_dataset, standing_quote
from paperdesk.features.marketdata.feeds.live import LiveDataset
from paperdesk.features.marketdata.feeds.manifest import DatasetManifest
from paperdesk.features.marketdata.feeds.writer import write_manifest
from paperdesk.features.marketdata.marks import TapeMarks
from paperdesk.features.marketdata.sectors import TapeSectors
from paperdesk.features.marketdata.volatilities import TapeVolatilities

GENERATED_MAX = 8
"""How many generated datasets a process keeps; each is some 30 megabytes."""

LONG_ORDERS_LAST = timedelta(days=90)
_WEEK = timedelta(days=7)
_PRINTED = frozenset({"close", "print"})


class TapeState(StrEnum):
    """Whether a tape moves by itself."""

    PAUSED = "paused"
    PLAYING = "playing"


class Awaited(StrEnum):
    """What a tape can run ahead to without knowing when it comes."""

    FILL = "fill"
    EVENT = "event"


class Stop(StrEnum):
    """Why a tape that ran ahead stands still: it came, it can come no more, or the tape ended first."""

    FILL = "fill"
    EVENT = "event"
    NOTHING_OPEN = "nothing_open"
    END = "end"


@dataclass(frozen=True, slots=True)
class Tape:
    """Where a run stands: `cursor` is the last fact delivered, `at` its clock, `target_*` where it is headed.

    `speed` is market seconds a second, None as fast as facts can be dealt with. `awaits` makes it run
    ahead until that happens, to `awaits_account` or to anybody. `acknowledged` is the cursor that every
    attached strategy has seen, None when there is none and the tape waits for nobody.
    """

    id: TapeId
    tenant_id: TenantId | None
    owner_id: UserId
    dataset_id: DatasetId
    name: str
    shared: bool
    cursor: int
    at: datetime
    target_cursor: int
    target_at: datetime
    state: TapeState
    speed: Decimal | None
    has_ended: bool
    starts_at: datetime
    skip_closed: bool = False
    awaits: Awaited | None = None
    awaits_account: UUID | None = None
    stopped_by: Stop | None = None
    acknowledged: int | None = None
    parent_id: UUID | None = None

    @property
    def is_headed(self) -> bool:
        """Say whether the tape is on its way to somewhere it will stop."""
        return self.cursor < self.target_cursor or self.at < self.target_at or self.awaits is not None

    @property
    def is_moving(self) -> bool:
        """Say whether the tape will stand elsewhere the next time anybody looks."""
        return self.state is TapeState.PLAYING or self.is_headed

    @property
    def is_flat_out(self) -> bool:
        """Say whether the tape moves as fast as its facts can be dealt with, whatever time it is."""
        return self.awaits is not None or (self.state is TapeState.PLAYING and self.speed is None)


def tape_of(row: Any) -> Tape:  # noqa: ANN401 - a row of either driver, read by column name
    """Turn a row of tape_runs into a value."""
    return Tape(
        id=TapeId(row["id"]),
        tenant_id=row["tenant_id"],
        owner_id=UserId(row["owner_id"]),
        dataset_id=DatasetId(row["dataset_id"]),
        name=row["name"],
        shared=row["shared"],
        cursor=row["cursor"],
        at=row["at"],
        target_cursor=row["target_cursor"],
        target_at=row["target_at"],
        state=TapeState(row["state"]),
        speed=row["speed"],
        has_ended=row["has_ended"],
        starts_at=row["starts_at"],
        skip_closed=row["skip_closed"],
        awaits=Awaited(row["awaits"]) if row["awaits"] else None,
        awaits_account=row["awaits_account"],
        stopped_by=Stop(row["stopped_by"]) if row["stopped_by"] else None,
        acknowledged=row["acknowledged"],
        parent_id=row["parent_id"],
    )


class Shelf:
    """The datasets this process has opened; they are immutable, so they are opened once."""

    def __init__(self, folder: Path) -> None:
        """Take the folder that datasets live in."""
        self._folder = folder
        self._open: dict[DatasetId, Dataset] = {}
        self._views: dict[TapeId, tuple[int, datetime, MarketView]] = {}
        self._turn = asyncio.Lock()
        self.answers = Answers()

    async def dataset(self, dataset_id: DatasetId) -> Dataset:
        """Return an open dataset; opening reads files, so it happens off the event loop."""
        async with self._turn:
            if dataset_id not in self._open:
                self._open[dataset_id] = await asyncio.to_thread(open_dataset, self._folder / str(dataset_id))
                self._forget_generated()
            return _caught_up(self._open[dataset_id])

    async def fund_holdings(self, dataset_id: DatasetId) -> Sequence[FundHolding] | None:
        """Return what funds hold as the files of a dataset say, whenever it became known; None where none says it."""
        manifest = (await self.dataset(dataset_id)).manifest
        if manifest.holdings_hash is None:
            return None
        return await asyncio.to_thread(holdings_in, self._folder / str(dataset_id), manifest)

    def _forget_generated(self) -> None:
        """Let go of the generated datasets opened longest ago; who asks for one again gets the same."""
        generated = [dataset_id for dataset_id, each in self._open.items() if each.manifest.recipe is not None]
        for dataset_id in generated[:-GENERATED_MAX]:
            del self._open[dataset_id]

    async def keep(self, dataset_id: DatasetId, manifest: DatasetManifest) -> None:
        """Put a generated dataset on the shelf, unless it is there."""
        async with self._turn:
            if not (self._folder / str(dataset_id)).exists():
                await asyncio.to_thread(write_manifest, manifest, self._folder / str(dataset_id))

    async def view(self, tape: Tape, symbols: Iterable[str], dates: Iterable[date] = ()) -> MarketView:
        """Return the market as somebody sees it who has read the tape up to its cursor.

        `dates` are days that somebody wants an order to end on.
        """
        dataset = self._open.get(tape.dataset_id) or await self.dataset(tape.dataset_id)
        if tape.cursor > dataset.facts_total:
            dataset = _caught_up(dataset)
        known = self._views.get(tape.id)
        if known is None or known[:2] != (tape.cursor, tape.at):
            known = (tape.cursor, tape.at, view_at(dataset, tape.cursor, tape.at))
            self._views[tape.id] = known
        view = with_symbols(known[2], dataset, symbols)
        if view is not known[2]:
            self._views[tape.id] = (tape.cursor, tape.at, view)
        return with_dates(view, dataset, dates)


def _caught_up(dataset: Dataset) -> Dataset:
    """Return a dataset with what another process may have recorded of it meanwhile."""
    if isinstance(dataset, LiveDataset):
        dataset.catch_up()
    return dataset


def view_at(dataset: Dataset, cursor: int, at: datetime, symbols: Iterable[str] = ()) -> MarketView:
    """Work out the session around a tape's clock; instruments and quotes are looked up as far as they are asked for."""
    market, (instruments, quotes, halts) = dataset.calendar, _seen(dataset, cursor, symbols)
    session, following = market.session_at(at), market.next_session(at)
    return MarketView(
        cursor=cursor,
        at=at,
        is_open=session is not None,
        day_ends_at=(session or following).closes_at,
        long_ends_at=market.last_close(at + LONG_ORDERS_LAST),
        instruments=instruments,
        quotes=quotes,
        has_one_price=has_one_price(dataset),
        has_prints=not _PRINTED.isdisjoint(dataset.manifest.fields),
        next_open_at=following.opens_at,
        opening_ends_at=following.closes_at,
        volatilities=TapeVolatilities(dataset, cursor),
        sectors=TapeSectors(dataset),
        marks=TapeMarks(dataset, cursor),
        halts=halts,
    )


def has_one_price(dataset: Dataset) -> bool:
    """Say whether the tape shows nothing but closes."""
    return dataset.manifest.fields == ("close",)


def with_symbols(view: MarketView, dataset: Dataset, symbols: Iterable[str]) -> MarketView:
    """Return the view with more instruments and their standing quotes; unknown and future ones stay out."""
    wanted = [symbol for symbol in symbols if symbol not in view.instruments]
    instruments, quotes, halts = _seen(dataset, view.cursor, wanted)
    if not instruments:
        return view
    return replace_struct(
        view,
        instruments={**view.instruments, **instruments},
        quotes={**view.quotes, **quotes},
        halts={**view.halts, **halts},
    )


# What is listed of some symbols, and the quotes and halts that stand.
_Seen: TypeAlias = tuple[dict[str, Instrument], dict[InstrumentId, Quote], dict[InstrumentId, TradingHalted]]


def _seen(dataset: Dataset, cursor: int, symbols: Iterable[str]) -> _Seen:
    seen: _Seen = ({}, {}, {})
    (instruments, quotes, halts), told = seen, dataset.statuses(cursor)
    for symbol in symbols:
        found = listed_instrument(dataset, symbol, cursor)
        if found is None:
            continue
        instruments[found.symbol] = found
        quote = standing_quote(dataset, found.id, cursor)
        if quote is not None:
            quotes[found.id] = quote
        for each in _stoppable(found, dataset) if told else ():
            halt = standing_halt(told, each)
            if halt is not None:
                halts[each.id] = halt
    return seen


def _stoppable(found: Instrument, dataset: Dataset) -> Iterator[Instrument]:
    """Yield what a halt of would stop an instrument: it itself, and what an option is written on."""
    yield found
    underlying = None if found.underlying_id is None else dataset.instruments.get(found.underlying_id)
    if underlying is not None:
        yield underlying


def with_dates(view: MarketView, dataset: Dataset, dates: Iterable[date]) -> MarketView:
    """Return the view with the last close on or before each date; one beyond the calendar stays out."""
    market = dataset.calendar
    within = [day for day in dates if market.first + _WEEK <= day <= market.last]
    if not within:
        return view
    ends = {day: max(each.closes_at for each in market.sessions(day - _WEEK, day)) for day in within}
    return replace_struct(view, date_ends_at={**view.date_ends_at, **ends})


def listed_instrument(dataset: Dataset, symbol: str, cursor: int) -> Instrument | None:
    """Look a symbol up among what the tape has shown by now."""
    instrument = dataset.by_symbol(canonical_symbol(symbol))
    return instrument if instrument and dataset.listed(instrument.id, cursor) else None


def close_of(market: Calendar, day: date) -> datetime:
    """Return the close of a day's session, or of the last one before a day without any."""
    market.session_on(day)  # refuses a day beyond the calendar
    closes = [each.closes_at for each in market.sessions(max(day - _WEEK, market.first), day)]
    if not closes:
        raise BeyondCalendar(f"The {market.name} calendar has no session until {day}.", day=day.isoformat())
    return closes[-1]
