"""Reads of one market day and of the last day of 24 hours: quotes, prints, depth, figures and what moved most.

All of them see the tape only up to its cursor. What a tape does not have is None with a reason.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby
from operator import itemgetter
from typing import Final, Generic, TypeAlias, TypeVar
from uuid import UUID

import numpy as np

from paperdesk.core.broker.view import UnknownSymbol
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.market.facts import AuctionFact, CloseFact, PriceFact, QuoteFact
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.quotes import Quote
from paperdesk.features.marketdata.feeds.adjust import Adjustment, adjusted, happened
from paperdesk.features.marketdata.feeds.bar_rows import BarRows, BarsWanted
from paperdesk.features.marketdata.feeds.columns import ABSENT, Ints, exact, exact_or_none
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.manifest import Listing, PriceBasis, SourceKind
from paperdesk.features.marketdata.sectors import TapeSectors
from paperdesk.features.marketdata.tapes import Tape, listed_instrument
from paperdesk.infra import cache
from paperdesk.infra.http import DayText, InstantText, Symbol

ROWS_MAX: Final = 1000
LACKS_DEPTH: Final = "this tape has no quotes with sizes"
LASTS: Final = timedelta(hours=24)
KEPT_FOR: Final = timedelta(minutes=1)
_PERCENT: Final = 100
_CENT: Final = Decimal("0.01")

F = TypeVar("F", bound=PriceFact)
PrintFact: TypeAlias = CloseFact | AuctionFact


class BeyondTheTape(Invalid):
    """The tape has not come to that day, or its calendar does not reach it."""


@dataclass(frozen=True, slots=True)
class DayQuery:
    """Which rows of one market day are asked for: today without a day; start is included, end is not."""

    tape_id: UUID
    symbol: Symbol
    on: DayText | None = None
    start: InstantText | None = None
    end: InstantText | None = None


@dataclass(frozen=True, slots=True)
class DayRows(Generic[F]):
    """The newest rows of a market day, oldest first; None with a reason where the tape has no such rows."""

    on: date
    rows: Sequence[F] | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What an instrument did in the last 24 hours; None with a reason where that is not known."""

    symbol: str
    name: str
    kind: Kind
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    last: Decimal | None = None
    last_at: datetime | None = None
    volume: Decimal | None = None
    base: Decimal | None = None
    change: Decimal | None = None
    change_percent: Decimal | None = None
    reason: str | None = None


FIGURES: Final[cache.Kind[Sequence[Figures]]] = cache.Kind("figures", Sequence[Figures], lambda _: KEPT_FOR)


def day_quotes(tape: Tape, dataset: Dataset, asked: DayQuery, limit: int) -> DayRows[QuoteFact]:
    """Return the newest quotes of a symbol on a market day."""
    instrument = require_listed(tape, dataset, asked.symbol)
    on = _day(tape, dataset, asked)
    if "bid" not in dataset.manifest.fields and dataset.last_quote(instrument.id, tape.cursor) is None:
        return DayRows(on, None, "this tape has no quotes of its own; what stands for one is made of a bar")
    return DayRows(on, _rows(tape, dataset, (instrument, on), asked, ((QuoteFact,), limit)))


def day_prints(tape: Tape, dataset: Dataset, asked: DayQuery, limit: int) -> DayRows[PrintFact]:
    """Return the newest prints of a symbol on a market day: single trades and auctions, as far as the tape has them."""
    instrument = require_listed(tape, dataset, asked.symbol)
    on = _day(tape, dataset, asked)
    kinds: tuple[type[PrintFact], ...] = (AuctionFact,) if dataset.manifest.auctions_hash else ()
    if "print" in dataset.manifest.fields or dataset.manifest.kind is SourceKind.LIVE:
        kinds = (CloseFact, AuctionFact)
    if not kinds:
        return DayRows(on, None, "this tape has bars or quotes, and no single prints")
    return DayRows(on, _rows(tape, dataset, (instrument, on), asked, (kinds, limit)))


def book_of(dataset: Dataset, instrument_id: InstrumentId, cursor: int) -> Quote | None:
    """Return the quote that is the best level of a book: a real one with both its sizes, None without."""
    quote = dataset.last_quote(instrument_id, cursor)
    return None if quote is None or quote.bid_size is None or quote.ask_size is None else quote


def require_listed(tape: Tape, dataset: Dataset, symbol: str) -> Instrument:
    """Return the instrument of a symbol that the tape has shown, or refuse it."""
    instrument = listed_instrument(dataset, symbol, tape.cursor)
    if instrument is None:
        raise UnknownSymbol(f"{symbol[:32]!r} is not on this tape.", symbol=symbol[:32])
    return instrument


def require_listing(tape: Tape, dataset: Dataset, symbol: str) -> Listing:
    """Return how a symbol that the tape has shown is listed, or refuse it."""
    instrument = require_listed(tape, dataset, symbol)
    found = dataset.search(instrument.symbol, tape.cursor)
    return next(each for each in found if each.instrument.id == instrument.id)


def sectors(tape: Tape, dataset: Dataset) -> Mapping[str, Sequence[str]] | None:
    """Return the companies that the tape has shown by sector, both in alphabetical order; None where nobody told."""
    if dataset.manifest.recipe is None:
        return None
    known, listed = TapeSectors(dataset), (each.instrument for each in dataset.search("", tape.cursor))
    homes = sorted((known[each.id], each.symbol) for each in listed if each.id in known)
    return {home: [symbol for _, symbol in found] for home, found in groupby(homes, key=itemgetter(0))}


async def all_figures(tape: Tape, dataset: Dataset, kept: cache.Cache) -> Sequence[Figures]:
    """Return the figures of everything on a tape but option contracts, by symbol; they are kept for a minute."""

    async def load() -> Sequence[Figures]:
        found = (each.instrument for each in dataset.search("", tape.cursor))
        distinct = {each.id: each for each in found if each.kind is not Kind.OPTION}
        return [figures(tape, dataset, each) for each in distinct.values()]

    # As of where the tape stands: one that moved on is asked anew, and one that went back as well.
    group = cache.Group(f"dataset/{tape.dataset_id}", f"{tape.cursor} {tape.at.isoformat()}")
    return await kept.one(FIGURES, group, "all", load)


def figures(tape: Tape, dataset: Dataset, instrument: Instrument) -> Figures:
    """Return what an instrument did in the last 24 hours, in today's shares: splits are taken out."""
    plain = Figures(instrument.symbol, instrument.name, instrument.kind)
    since = tape.at - LASTS
    rows = dataset.closed_bars(instrument.id, tape.cursor, BarsWanted(1, since))
    if rows is None:
        return Figures(plain.symbol, plain.name, plain.kind, reason="it is quoted, and has no prices of its own")
    rows = _in_todays_shares(tape, dataset, rows)
    at = rows.columns.at
    first = int(np.searchsorted(at, microseconds(since), side="right"))
    if first == len(at):
        return Figures(plain.symbol, plain.name, plain.kind, reason="no bar closed in the last 24 hours")
    return _summed(plain, rows, first, _base(tape, dataset, instrument, (rows, first)))


def movers(found: Sequence[Figures], limit: int) -> tuple[list[Figures], list[Figures], list[Figures]]:
    """Return what rose most, what fell most, and what most changed hands of; indexes are not among them."""
    traded = [each for each in found if each.kind is not Kind.INDEX]
    moved = [(each.change_percent, each) for each in traded if each.change_percent]
    rising = sorted(((by, each) for by, each in moved if by > 0), key=lambda pair: (-pair[0], pair[1].symbol))
    falling = sorted(((by, each) for by, each in moved if by < 0), key=lambda pair: (pair[0], pair[1].symbol))
    active = sorted(
        ((each.volume, each) for each in traded if each.volume), key=lambda pair: (-pair[0], pair[1].symbol)
    )
    gainers, losers, actives = ([each for _, each in ranked[:limit]] for ranked in (rising, falling, active))
    return gainers, losers, actives


def _day(tape: Tape, dataset: Dataset, asked: DayQuery) -> date:
    market = dataset.calendar
    today = market.day_of(tape.at)
    on = asked.on or today
    if not market.first <= on <= today:
        raise BeyondTheTape(f"The tape has no {on}: it stands at {today}.", on=on.isoformat())
    return on


def _rows(
    tape: Tape,
    dataset: Dataset,
    whose: tuple[Instrument, date],
    asked: DayQuery,
    wanted: tuple[tuple[type[F], ...], int],
) -> list[F]:
    """Return the newest rows of an instrument on a day; only the facts of that day are walked."""
    (instrument, on), (kinds, limit) = whose, wanted
    starts_at = dataset.calendar.day_starts_at(on)
    ends_at = dataset.calendar.day_starts_at(on + timedelta(days=1))
    first = max(starts_at, asked.start or starts_at)
    stop = min(ends_at, asked.end or ends_at)
    after = dataset.cursor_at(first - timedelta(microseconds=1))
    upto = min(dataset.cursor_at(stop - timedelta(microseconds=1)), tape.cursor)
    facts = dataset.facts_between(after, upto, frozenset({instrument.id}))
    told = (fact for fact in facts if isinstance(fact, kinds) and fact.instrument_id == instrument.id)
    return list(deque(told, maxlen=limit))


def _in_todays_shares(tape: Tape, dataset: Dataset, rows: BarRows) -> BarRows:
    if dataset.manifest.price_basis is not PriceBasis.RAW:
        return rows
    done = happened(dataset.actions, dataset.calendar, tape.at)
    return adjusted(rows, Adjustment.SPLIT, done, dataset.calendar)


def _base(tape: Tape, dataset: Dataset, instrument: Instrument, told: tuple[BarRows, int]) -> Decimal | None:
    """Return the last price before the 24 hours began, from these bars or else from those of days."""
    rows, first = told
    if first:
        return exact(rows.columns.close.item(first - 1), rows.scale)
    days = dataset.closed_bars(instrument.id, tape.cursor)
    if days is None:
        return None
    days = _in_todays_shares(tape, dataset, days)
    before = int(np.searchsorted(days.columns.at, microseconds(tape.at - LASTS), side="right"))
    return exact(days.columns.close.item(before - 1), days.scale) if before else None


def _summed(plain: Figures, rows: BarRows, first: int, base: Decimal | None) -> Figures:
    """Return figures over the bars from the first on; a bar with a close alone counts with that."""
    columns = rows.columns
    close = columns.close[first:]
    known = columns.volume[first:][columns.volume[first:] != ABSENT]
    last = exact(close.item(-1), rows.scale)
    change = None if base is None else last - base
    at = rows.bars(limit=1)[0].at
    return Figures(
        plain.symbol,
        plain.name,
        plain.kind,
        open=exact_or_none(columns.open.item(first), rows.scale),
        high=exact(int(_or_close(columns.high[first:], close).max()), rows.scale),
        low=exact(int(_or_close(columns.low[first:], close).min()), rows.scale),
        last=last,
        last_at=at,
        volume=exact(int(known.sum()), rows.size_scale) if len(known) else None,
        base=base,
        change=change,
        change_percent=(change / base * _PERCENT).quantize(_CENT, ROUND_HALF_EVEN)
        if change is not None and base
        else None,
        reason=None if base is not None else "there is no price from 24 hours ago to compare with",
    )


def _or_close(values: Ints, close: Ints) -> Ints:
    return np.where(values == ABSENT, close, values)
