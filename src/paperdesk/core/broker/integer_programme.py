"""The cheapest whole numbers under linear limits: a simplex that branches where a number is not whole.

    minimise  costs . x   where  rows . x <= limits,  x >= 0,  and chosen x are whole

No limit is negative, so that doing nothing is allowed and is where the search starts. Numbers are decimals
of 28 digits; whoever asks works the amount out anew from the answer, so that no rounding reaches it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import TypeAlias

from paperdesk.core.kernel.money import ZERO

_SLACK = Decimal("1e-12")
_WHOLE = Decimal(1)
# From here on the smallest index decides, which cannot run in circles (Bland, 1977).
_STEEPEST_STEPS = 200

Row: TypeAlias = Sequence[Decimal]


@dataclass(slots=True)
class _Tableau:
    """Rows of a simplex with the limits as their last column, and under `costs` what each number still saves."""

    rows: list[list[Decimal]]
    costs: list[Decimal]
    basis: list[int]

    @property
    def saved(self) -> Decimal:
        """Return how far the costs went down."""
        return self.costs[-1]

    def number(self, index: int) -> Decimal:
        """Return one of the numbers as they stand."""
        return self.rows[self.basis.index(index)][-1] if index in self.basis else ZERO

    def pivot(self, at: int, column: int) -> None:
        """Let a number enter in the place of the one that a row stands for."""
        by = self.rows[at][column]
        row = self.rows[at] = [each / by for each in self.rows[at]]
        for other in (*self.rows[:at], *self.rows[at + 1 :], self.costs):
            if times := other[column]:
                other[:] = [each - times * mine for each, mine in zip(other, row, strict=True)]
        self.basis[at] = column

    def descend(self) -> None:
        """Lower the costs until no number lowers them any more; the limits hold all the way."""
        steps = 0
        while (column := self._entering(is_steepest=steps < _STEEPEST_STEPS)) is not None:
            ratios = [
                (row[-1] / row[column], self.basis[at], at) for at, row in enumerate(self.rows) if row[column] > _SLACK
            ]
            assert ratios, "costs have a floor: no requirement is below zero for ever"
            self.pivot(min(ratios)[-1], column)
            steps += 1

    def repair(self) -> bool:
        """Return to the limits after one was added, or say that nothing is within them."""
        while True:
            at = min(range(len(self.rows)), key=lambda each: self.rows[each][-1])
            row = self.rows[at]
            if row[-1] >= -_SLACK:
                return True
            ratios = [(self.costs[column] / -each, column) for column, each in enumerate(row[:-1]) if each < -_SLACK]
            if not ratios:
                return False
            self.pivot(at, min(ratios)[-1])

    def limited(self, index: int, limit: Decimal, *, is_upper: bool) -> "_Tableau":
        """Return a copy in which one number goes up to a limit, or down to it."""
        row = self.rows[self.basis.index(index)]
        sign = -1 if is_upper else 1
        added = [sign * each for each in row]
        added[index] = ZERO
        added[-1] = limit - row[-1] if is_upper else row[-1] - limit
        rows = [[*each[:-1], ZERO, each[-1]] for each in self.rows]
        rows.append([*added[:-1], _WHOLE, added[-1]])
        costs = [*self.costs[:-1], ZERO, self.costs[-1]]
        return _Tableau(rows, costs, [*self.basis, len(row) - 1])

    def _entering(self, *, is_steepest: bool) -> int | None:
        saving = [(cost, column) for column, cost in enumerate(self.costs[:-1]) if cost < -_SLACK]
        if not saving:
            return None
        return min(saving)[1] if is_steepest else saving[0][1]


def cheapest(costs: Row, rows: Sequence[Row], limits: Row, whole: Sequence[int]) -> list[Decimal]:
    """Return the numbers that cost least; those whose places are in `whole` are whole."""
    size = len(costs)
    tableau = _Tableau(
        rows=[
            [*row, *(_WHOLE if at == slack else ZERO for slack in range(len(rows))), limit]
            for at, (row, limit) in enumerate(zip(rows, limits, strict=True))
        ],
        costs=[*costs, *(ZERO for _ in rows), ZERO],
        basis=list(range(size, size + len(rows))),
    )
    tableau.descend()
    best, saved = [ZERO] * size, ZERO
    waiting = [tableau]
    while waiting:
        here = waiting.pop()
        if here.saved <= saved + _SLACK:
            continue
        split = next((index for index in whole if not _is_whole(here.number(index))), None)
        if split is None:
            best, saved = [here.number(index) for index in range(size)], here.saved
            continue
        floor = here.number(split).to_integral_value(ROUND_FLOOR)
        branches = (
            here.limited(split, floor + 1, is_upper=False),
            here.limited(split, floor, is_upper=True),
        )
        waiting += [branch for branch in branches if branch.repair()]
    return [_rounded(number) if index in set(whole) else number for index, number in enumerate(best)]


def _is_whole(number: Decimal) -> bool:
    return abs(number - _rounded(number)) <= _SLACK


def _rounded(number: Decimal) -> Decimal:
    return number.to_integral_value(ROUND_HALF_EVEN)
