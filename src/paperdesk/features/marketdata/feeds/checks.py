"""Is a row possible? The judgement of parsed rows, all of them at once, with the line of each bad one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from paperdesk.core.kernel.errors import Problem
from paperdesk.core.kernel.time import instant_of, microseconds
from paperdesk.core.market.sessions import Calendar, Session
from paperdesk.features.marketdata.feeds.cells import BAR_PRICES, PRICES, SIZES, Cells
from paperdesk.features.marketdata.feeds.columns import ABSENT, Ints
from paperdesk.features.marketdata.feeds.lines import problem
from paperdesk.features.marketdata.feeds.manifest import Shape

Mask: TypeAlias = NDArray[np.bool_]

_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that some rows break: the code and sentence of it, and which rows."""

    code: str
    reason: str
    rows: Mask


@dataclass(frozen=True, slots=True)
class Placed:
    """When each row's bar opened and closed, or its quote was given; shape (rows,) each."""

    open_at: Ints
    at: Ints


def judge_prices(cells: Cells) -> Iterator[Fault]:
    """Yield the rules about the numbers of one row that rows break."""
    for name in PRICES:
        values = cells.number(name)
        yield Fault("price_not_positive", f"{name} is not above zero", (values != ABSENT) & (values <= 0))
    for name in SIZES:
        values = cells.number(name)
        yield Fault("negative_size", f"{name} is negative", (values != ABSENT) & (values < 0))
    match cells.shape:
        case Shape.BARS:
            yield from _judge_bars(cells)
        case Shape.QUOTES:
            yield from _judge_quotes(cells)
        case Shape.PRINTS:
            yield Fault("missing_value", "the price is missing", cells.number("price") == ABSENT)


def _judge_bars(cells: Cells) -> Iterator[Fault]:
    opened, high, low, close = (cells.number(name) for name in BAR_PRICES)
    yield Fault("missing_value", "the close is missing", close == ABSENT)
    present = [(values != ABSENT) for values in (opened, high, low)]
    some, every = np.logical_or.reduce(present), np.logical_and.reduce(present)
    yield Fault("incomplete_bar", "open, high and low must all be given or all be empty", some & ~every)
    yield Fault("high_below_low", "the high is below the low", every & (high < low))
    outside = (opened > high) | (opened < low) | (close > high) | (close < low)
    yield Fault("price_outside_range", "the open or the close lies outside low and high", every & outside)


def _judge_quotes(cells: Cells) -> Iterator[Fault]:
    bid, ask = cells.number("bid"), cells.number("ask")
    yield Fault("missing_value", "the bid or the ask is missing", (bid == ABSENT) | (ask == ABSENT))
    yield Fault("crossed_quote", "the bid is above the ask", bid > ask)


def judge_repeats(cells: Cells) -> Fault:
    """Return the rows that repeat an instrument's earlier row; the first of them is not to blame."""
    order = np.lexsort((cells.lines, cells.stamps, cells.symbol_of))
    stamps, symbols = cells.stamps[order], cells.symbol_of[order]
    rows = np.zeros(len(order), np.bool_)
    rows[order[1:]] = (stamps[1:] == stamps[:-1]) & (symbols[1:] == symbols[:-1])
    return Fault("repeated_row", "the symbol already has a row for that time", rows)


def judge_reach(cells: Cells, market: Calendar) -> Fault:
    """Return the rows at a time that the calendar does not know."""
    first, last = _reach(market)
    reason = f"the {market.name} calendar reaches from {market.first} to {market.last}"
    return Fault("beyond_calendar", reason, (cells.stamps < first) | (cells.stamps > last))


def place_days(cells: Cells, market: Calendar) -> tuple[Placed, Fault]:
    """Give each dated row the session of its day; days without one are the fault."""
    sessions = _sessions(cells.stamps, market)
    days = np.array([microseconds(datetime.combine(one.on, time(0), UTC)) for one in sessions], np.int64)
    opens, closes = _bounds(sessions)
    if not sessions:
        missing = np.ones(len(cells.stamps), np.bool_)
        return Placed(cells.stamps, cells.stamps), Fault("no_session", "the market had no session that day", missing)
    found = np.minimum(np.searchsorted(days, cells.stamps), len(days) - 1)
    fault = Fault("no_session", f"{market.name} had no session that day", days[found] != cells.stamps)
    return Placed(opens[found], closes[found]), fault


def place_bars(cells: Cells, market: Calendar, length: timedelta) -> Placed:
    """Let each bar last its length from its instant; one that begins inside a session ends with it."""
    ends = cells.stamps + length // _MICROSECOND
    opens, closes = _bounds(_sessions(cells.stamps, market))
    if len(opens) == 0:
        return Placed(cells.stamps, ends)
    found = np.searchsorted(opens, cells.stamps, side="right") - 1
    inside = (found >= 0) & (cells.stamps < closes[found])
    return Placed(cells.stamps, np.where(inside, np.minimum(ends, closes[found]), ends))


def judge_overlaps(cells: Cells, placed: Placed) -> Fault:
    """Return the bars that begin before the same instrument's previous bar has ended."""
    order = np.lexsort((cells.lines, placed.open_at, cells.symbol_of))
    symbols = cells.symbol_of[order]
    rows = np.zeros(len(order), np.bool_)
    early = placed.open_at[order[1:]] < placed.at[order[:-1]]
    rows[order[1:]] = early & (symbols[1:] == symbols[:-1])
    return Fault("overlapping_bar", "the bar begins before the previous one has ended", rows)


def smallest_gap(cells: Cells) -> timedelta | None:
    """Return the shortest time between two rows of one instrument: the length of a bar, if there is any."""
    order = np.lexsort((cells.stamps, cells.symbol_of))
    gaps = np.diff(cells.stamps[order])
    gaps = gaps[(np.diff(cells.symbol_of[order]) == 0) & (gaps > 0)]
    return int(gaps.min()) * _MICROSECOND if len(gaps) else None


def reported(faults: Sequence[Fault], cells: Cells) -> list[Problem]:
    """Return one problem for each bad row: the first rule it breaks."""
    problems: list[Problem] = []
    known = np.zeros(len(cells.lines), np.bool_)
    for fault in faults:
        lines = cells.lines[fault.rows & ~known].tolist()
        problems.extend(problem(line, fault.code, fault.reason) for line in lines)
        known |= fault.rows
    return problems


def _sessions(stamps: Ints, market: Calendar) -> Sequence[Session]:
    """Return the sessions of all days from the first stamp to the last that the calendar knows."""
    within = np.clip([stamps.min(), stamps.max()], *_reach(market))
    first, last = (instant_of(stamp).date() for stamp in within.tolist())
    return market.sessions(first, last)


def _reach(market: Calendar) -> tuple[int, int]:
    """Return the first and the last microsecond of the days that a calendar knows, in UTC."""
    first = microseconds(datetime.combine(market.first, time(0), UTC))
    return first, microseconds(datetime.combine(market.last, time.max, UTC))


def _bounds(sessions: Sequence[Session]) -> tuple[Ints, Ints]:
    opens = np.array([microseconds(one.opens_at) for one in sessions], np.int64)
    closes = np.array([microseconds(one.closes_at) for one in sessions], np.int64)
    return opens, closes
