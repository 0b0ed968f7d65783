"""A run beside a paper account over the same time: which orders are the same, which are missing on a side, and drift.

matching   orders of one symbol and side belong together, first those of the same instant, and then those nearest
           to each other, within a distance that is named
drift      what the account has returned since the first instant that both know, less what the run has
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Final

from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.money import ZERO

_BPS: Final = 10_000


@dataclass(frozen=True, slots=True)
class ComparedOrder:
    """An order of either side, as it ended; the price is the average of its fills, None without one."""

    id: str
    at: datetime
    symbol: str
    side: Side
    type: str
    quantity: Decimal
    status: str
    filled: Decimal
    price: Decimal | None
    fees: Decimal


@dataclass(frozen=True, slots=True)
class Pair:
    """One order on both sides."""

    run: ComparedOrder
    paper: ComparedOrder

    @property
    def delay_s(self) -> float:
        """Return how much later it was placed on paper, in seconds."""
        return (self.paper.at - self.run.at).total_seconds()

    @property
    def slippage_bps(self) -> float | None:
        """Return by how much paper paid more or got less, in basis points of the run's price; None without fills."""
        ours, theirs = self.run.price, self.paper.price
        if ours is None or theirs is None or not ours:
            return None
        worse = theirs - ours if self.run.side is Side.BUY else ours - theirs
        return float(worse / ours) * _BPS

    @property
    def is_same(self) -> bool:
        """Say whether the same came of both."""
        names = ("at", "type", "quantity", "status", "filled", "price", "fees")
        return all(getattr(self.run, name) == getattr(self.paper, name) for name in names)


@dataclass(frozen=True, slots=True)
class Matched:
    """Orders that both sides have, and those that one of them lacks, each in the order of time."""

    pairs: Sequence[Pair]
    only_run: Sequence[ComparedOrder]
    only_paper: Sequence[ComparedOrder]


@dataclass(frozen=True, slots=True)
class Day:
    """Both sides at a close: what each was worth, and what each has returned since the first close both know."""

    at: datetime
    run_equity: Decimal
    paper_equity: Decimal
    run_return: float
    paper_return: float

    @property
    def drift(self) -> float:
        """Return what paper has returned beyond the run."""
        return self.paper_return - self.run_return


def matched(run: Sequence[ComparedOrder], paper: Sequence[ComparedOrder], within_s: float) -> Matched:
    """Return which orders belong together."""
    pairs: list[Pair] = []
    for ours, theirs in _of_one_kind(run, paper):
        pairs += _pairs(ours, theirs, within_s)
    found = {id(each) for pair in pairs for each in (pair.run, pair.paper)}
    left = ([each for each in side if id(each) not in found] for side in (run, paper))
    return Matched(sorted(pairs, key=lambda pair: pair.run.at), *left)


def _of_one_kind(
    run: Sequence[ComparedOrder], paper: Sequence[ComparedOrder]
) -> Iterator[tuple[list[ComparedOrder], list[ComparedOrder]]]:
    """Yield the orders of both sides by symbol and side."""

    def kind(order: ComparedOrder) -> tuple[str, str]:
        return order.symbol, order.side.value

    ours, theirs = ({key: list(group) for key, group in groupby(sorted(side, key=kind), kind)} for side in (run, paper))
    for key in ours.keys() & theirs.keys():
        yield ours[key], theirs[key]


def _pairs(ours: Sequence[ComparedOrder], theirs: Sequence[ComparedOrder], within_s: float) -> Iterator[Pair]:
    """Yield pairs, the nearest first; among equally near ones those of one quantity, and the earliest."""
    near = [
        (abs((other.at - one.at).total_seconds()), one.quantity != other.quantity, one.at, place, number)
        for place, one in enumerate(ours)
        for number, other in enumerate(theirs)
        if abs((other.at - one.at).total_seconds()) <= within_s
    ]
    taken, given = set[int](), set[int]()
    for *_, place, number in sorted(near):
        if place not in taken and number not in given:
            taken.add(place)
            given.add(number)
            yield Pair(ours[place], theirs[number])


def days_of(run: Mapping[datetime, Decimal | None], paper: Mapping[datetime, Decimal | None]) -> list[Day]:
    """Return both sides at every instant at which both are known, oldest first."""
    worth = [
        (at, ours, theirs)
        for at in sorted(run.keys() & paper.keys())
        if (ours := run[at]) is not None and (theirs := paper[at]) is not None
    ]
    if not worth or worth[0][1] <= ZERO or worth[0][2] <= ZERO:
        return []
    _, first, other = worth[0]
    return [Day(at, ours, theirs, float(ours / first - 1), float(theirs / other - 1)) for at, ours, theirs in worth]
