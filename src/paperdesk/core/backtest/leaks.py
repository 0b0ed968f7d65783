"""Whether a strategy sees the future: run it again with less of it, and nothing that came before may move.

truncation   the data end at an earlier bar; orders and indicators up to it must be what they were
warm-up      the data begin later, so many bars before the run as the strategy says it looks back at; orders and
             indicators from its beginning must be what they were with a longer history
shift        bars and listed options are told one bar late; what that costs is told, and judged by nobody: an edge that
             lives for one bar is what a leak looks like, and what a quick market looks like
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import numpy as np

from paperdesk.core.backtest.market import Market
from paperdesk.core.backtest.runner import Stretch
from paperdesk.core.backtest.watched import Watched, Wish
from paperdesk.core.broker.commands import ChooseLeverage, Command, PlaceCombo, PlaceOrder
from paperdesk.core.kernel.time import instant_of, microseconds
from paperdesk.core.strategy.history import History
from paperdesk.core.strategy.indicators import Floats, memory_of
from paperdesk.core.strategy.strategy import Strategy

# What is worked out over fewer bars may differ by the order of its sums; averages that begin later, by a millionth.
ROUNDING: Final = 1e-9
FORGOTTEN: Final = 1e-6
NOTHING: Final = "nothing"


class LeakTest(StrEnum):
    """What was done to the data."""

    TRUNCATION = "truncation"
    WARM_UP = "warm_up"


@dataclass(frozen=True, slots=True)
class Leak:
    """What moved at a bar: an indicator or an order, as it was with all the data and as it came with less of it.

    `cut_at` is where the data ended, or where they began.
    """

    test: LeakTest
    cut_at: datetime
    bar_at: datetime
    what: str
    was: str
    came: str


def cuts_of(full: Watched, market: Market, stretch: Stretch, count: int) -> list[int]:
    """Return so many frames to end the data at: those at which something was asked for, and others spread evenly."""
    asked = sorted({each.cursor for each in full.wishes})
    picked = (
        {asked[place] for place in np.linspace(0, len(asked) - 1, (count + 1) // 2).astype(int)} if asked else set()
    )
    for cursor in np.linspace(stretch.after, stretch.upto, count - len(picked) + 1, endpoint=False)[1:]:
        frame = market.next_frame(int(cursor) - 1)
        if frame is not None and stretch.after < frame <= stretch.upto:
            picked.add(frame)
    return sorted(picked)


def moved_by_truncation(full: Watched, part: Watched, cut_at: datetime) -> list[Leak]:
    """Return what moved when the data ended at an instant: of every indicator and of the orders the first."""
    known = microseconds(cut_at)
    found = [Leak(LeakTest.TRUNCATION, cut_at, *each) for each in _moved_lines(full, part, ROUNDING, known)]
    upto = [each for each in full.wishes if each.at <= cut_at]
    failed = part.result.failure
    if failed is not None and full.result.failure is None:
        found.append(Leak(LeakTest.TRUNCATION, cut_at, failed.at, "the strategy", "went on", f"raised {failed.error}"))
    elif (first := _first_of(upto, part.wishes)) is not None:
        found.append(Leak(LeakTest.TRUNCATION, cut_at, *first))
    return found


def moved_by_warm_up(full: Watched, part: Watched, began_at: datetime) -> list[Leak]:
    """Return what moved from the beginning of a run on, when fewer bars came before it."""
    found = [
        Leak(LeakTest.WARM_UP, began_at, *each)
        for each in _moved_lines(full, part, FORGOTTEN, None, microseconds(began_at))
    ]
    first = _first_of(full.wishes, part.wishes)
    return found if first is None else [*found, Leak(LeakTest.WARM_UP, began_at, *first)]


def warm_up_of(strategy: Strategy, seen: Watched) -> int:
    """Return how many bars a strategy says it looks back at: by itself, or by the lengths of its indicators."""
    if strategy.warm_up is not None:
        return max(strategy.warm_up, 1)
    lines = (line for history in seen.histories.values() for line in history.lines)
    return max((memory_of(line.function, line.arguments) for line in lines), default=1)


def settled_after(full: Watched, part: Watched) -> int | None:
    """Return after how many bars of a history that begins later every indicator is what it is with a longer one.

    None where there is no indicator.
    """
    found: list[int] = []
    for _, long, short, at in _pairs(full, part):
        differ = np.flatnonzero(~_are_alike(long, short, FORGOTTEN))
        found.append(int(differ[-1]) + 1 if len(differ) and len(at) else 0)
    return max(found, default=None)


def late_beginning(market: Market, stretch: Stretch, history: History, lead: int) -> int | None:
    """Return a cursor to begin at, with more bars than `lead` before it and some after; None where there are too few.

    It is that of the stretch, or one in it as early as can be.
    """
    closed = history.at
    first = int(np.searchsorted(closed, microseconds(market.at_of(stretch.after)), "right"))
    last = int(np.searchsorted(closed, microseconds(market.at_of(stretch.upto)), "right"))
    place = max(first, lead + 1)
    if place + 1 >= last:
        return None
    if place == first:
        return stretch.after
    return _cursor_at(market, stretch, instant_of(int(closed[place - 1])))


def _cursor_at(market: Market, stretch: Stretch, at: datetime) -> int:
    """Return the last cursor of a stretch that is not after an instant."""
    low, high = stretch.after, stretch.upto
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if market.at_of(middle) <= at else (low, middle - 1)
    return low


Moved = tuple[datetime, str, str, str]


def _moved_lines(
    full: Watched, part: Watched, tolerance: float, until: int | None, since: int | None = None
) -> Iterator[Moved]:
    """Yield of every indicator the first bar at which it moved, between two instants."""
    for name, long, short, at in _pairs(full, part):
        is_moved = ~_are_alike(long, short, tolerance)
        if until is not None:
            is_moved &= at <= until
        if since is not None:
            is_moved &= at >= since
        if is_moved.any():
            place = int(is_moved.argmax())
            yield instant_of(int(at[place])), name, _number(long[place]), _number(short[place])


def _pairs(
    full: Watched, part: Watched
) -> Iterator[tuple[str, Floats, Floats, "np.ndarray[tuple[int], np.dtype[np.int64]]"]]:
    """Yield every indicator of both runs: its name, its values in each, and the closes of the bars that both have."""
    for (symbol, timeframe), history in part.histories.items():
        other = full.histories[symbol, timeframe]
        at, ours, theirs = np.intersect1d(history.at, other.at, assume_unique=True, return_indices=True)
        for line in history.lines:
            twin = next((each for each in other.lines if each.is_of(line.function, line.arguments, line.of)), None)
            if twin is not None:
                bars = symbol if timeframe is None else f"{symbol} in {timeframe}"
                yield f"{line.name} of {bars}", twin.values()[theirs], line.values()[ours], at


def _are_alike(one: Floats, other: Floats, tolerance: float) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    scale = float(np.nanmax(np.abs(one), initial=0.0)) if len(one) else 0.0
    is_near = np.abs(one - other) <= tolerance * scale
    return is_near | (np.isnan(one) & np.isnan(other))


def _first_of(full: Sequence[Wish], part: Sequence[Wish]) -> Moved | None:
    """Return the first wish that is not the same in both, and what stands at its bar in each."""
    same = 0
    for was, came in zip(full, part, strict=False):
        if (was.at, was.command) != (came.at, came.command):
            break
        same += 1
    rest = [*full[same : same + 1], *part[same : same + 1]]
    if not rest:
        return None
    at = min(each.at for each in rest)
    said = [_said([each for each in wishes[same : same + 1] if each.at == at]) for wishes in (full, part)]
    return at, "an order", said[0], said[1]


def _said(wishes: Sequence[Wish]) -> str:
    return order_text(wishes[0].command) if wishes else NOTHING


def order_text(command: Command) -> str:
    """Say what was asked for, such as buy 100 ACME at limit 99.50, or 2 x (buy 1 ONE, sell 1 OTHER) at limit 1.20."""
    match command:
        case PlaceOrder():
            prices: Mapping[str, object] = {"limit": command.limit_price, "stop": command.stop_price}
            told = "".join(f" at {name} {price}" for name, price in prices.items() if price is not None)
            return f"{command.side.value} {command.quantity} {command.symbol}{told}"
        case PlaceCombo():
            legs = ", ".join(f"{each.side.value} {each.ratio} {each.symbol}" for each in command.legs)
            limit = "" if command.limit_price is None else f" at limit {command.limit_price}"
            return f"{command.quantity} x ({legs}){limit}"
        case ChooseLeverage():
            return "choose a leverage"
        case _:
            return "cancel an order"


def _number(value: float) -> str:
    return NOTHING if np.isnan(value) else f"{value:.10g}"
