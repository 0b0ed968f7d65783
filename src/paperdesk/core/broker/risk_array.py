"""Portfolio margin: what a book could lose if prices and volatilities moved, scanned point by point.

The method is of the kind that FINRA Rule 4210(g) asks for, stated here and nobody's own:

    class                    price moves, in ten equal steps         volatility, at each of them
    shares, listed funds     15 % down to 15 % up                    as it is, a quarter less, a quarter more
    broad indexes            8 % down to 6 % up                      likewise

A class is everything that moves with one underlying. At every point all its lines gain and lose together; between
classes nothing is offset. A class needs the worst loss of its array, and never less than 37.5 cents times the
multiplier for each option contract. What belongs to no class is paid in full.

Options are worth at each point what a model says, by the volatility that their mark implies; how one unit of each
changes comes with its mark, because models are no business of the broker.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.option_margin import Exposure, books
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.instruments import Kind

# By kind of the underlying: how far prices fall and rise, as fractions. FINRA 4210(g), customs of the clearing house.
RANGES: Final = {
    Kind.EQUITY: (Decimal("-0.15"), Decimal("0.15")),
    Kind.ETF: (Decimal("-0.15"), Decimal("0.15")),
    Kind.INDEX: (Decimal("-0.08"), Decimal("0.06")),
}
STEPS_A_SIDE: Final = 5
VOL_FACTORS: Final = (Decimal(1), Decimal("0.75"), Decimal("1.25"))
CONTRACT_MIN: Final = Decimal("0.375")


@dataclass(frozen=True, slots=True)
class Point:
    """One move of a scan: the price by a fraction of itself, and all volatilities by a factor."""

    price_move: Decimal
    vol_factor: Decimal


@dataclass(frozen=True, slots=True)
class Scanned:
    """A class of a book: what it gains, or loses below zero, at each point, and what it needs."""

    underlying: str
    points: tuple[Point, ...]
    results: tuple[Decimal, ...]
    minimum: Decimal
    in_full: Decimal = ZERO

    @property
    def worst(self) -> int | None:
        """Return the place of the worst point, the first of equals; None where nothing was scanned."""
        places = range(len(self.results))
        return min(places, key=self.results.__getitem__) if self.results else None

    @property
    def needed(self) -> Decimal:
        """Return what the class needs."""
        worst = self.worst
        return max(ZERO if worst is None else -self.results[worst], self.minimum, ZERO) + self.in_full


def points_of(kind: Kind) -> tuple[Point, ...]:
    """Return the points of a class by the kind of its underlying, from the deepest fall up; none where it has none."""
    if kind not in RANGES:
        return ()
    low, high = RANGES[kind]
    falls = [low * step / STEPS_A_SIDE for step in range(STEPS_A_SIDE, 0, -1)]
    rises = [high * step / STEPS_A_SIDE for step in range(1, STEPS_A_SIDE + 1)]
    return tuple(Point(move, factor) for move in (*falls, ZERO, *rises) for factor in VOL_FACTORS)


def scan(exposures: Iterable[Exposure], marks: Marks) -> tuple[Scanned, ...] | None:
    """Return every class of a book with its array, None while an option or what it is on cannot be valued."""
    found = [_scanned(book, marks) for book in books(exposures)]
    known = tuple(each for each in found if each is not None)
    return known if len(known) == len(found) else None


def scanned_requirement(exposures: Iterable[Exposure], marks: Marks) -> Decimal | None:
    """Return what a book needs, None while that cannot be scanned."""
    found = scan(exposures, marks)
    return None if found is None else sum((each.needed for each in found), ZERO)


def _scanned(book: tuple[Exposure, ...], marks: Marks) -> Scanned | None:
    options = [each for each in book if each.instrument.contract is not None]
    underlying = next((each.instrument for each in book if each.instrument.contract is None), None)
    if underlying is None:
        mark = marks.get(options[0].instrument.moves_with)
        if mark is None or mark.instrument.contract is not None:
            return None
        underlying = mark.instrument
    points = points_of(underlying.kind)
    if not points:
        value = sum((abs(each.value) for each in book), ZERO)
        return Scanned(underlying.symbol, (), (), ZERO, value)
    changes = [_changes(each, points, marks) for each in book]
    if any(each is None for each in changes):
        return None
    lines = [each for each in changes if each is not None]
    results = tuple(sum(column, ZERO) for column in zip(*lines, strict=True))
    contracts = (abs(each.quantity) * each.instrument.multiplier for each in options)
    return Scanned(underlying.symbol, points, results, CONTRACT_MIN * sum(contracts, ZERO))


def _changes(held: Exposure, points: tuple[Point, ...], marks: Marks) -> tuple[Decimal, ...] | None:
    if held.instrument.contract is None:
        return tuple(held.value * point.price_move for point in points)
    mark = marks.get(held.instrument.id)
    by_unit = None if mark is None else mark.scanned()
    return None if by_unit is None else tuple(held.quantity * each for each in by_unit)
