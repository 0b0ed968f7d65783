"""Combinatorial purged cross-validation: choose on some stretches of time, look at the others, in every combination.

Time is cut in groups that follow each other. Every way to take so many of them to test is a split, which chooses on
the rest. Each group is tested by several splits; taking one split for every group makes a path, which is a whole past
in which everything was chosen without what it was tested on.

    groups    all of the same length, and the last with what is left over
    purge     observations beside a tested stretch, on both sides, that nothing is chosen on: what was held there
              reaches from one to the other
    embargo   so many more after a tested stretch, for what remembers longer

Source: Lopez de Prado, "Advances in Financial Machine Learning" (2018), chapters 7 and 12.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from paperdesk.core.backtest.measures import drawdowns
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.strategy.indicators import Floats

Places = NDArray[np.int64]
SPLITS_MAX: Final = 500
# A spread of a sample takes two.
_LEAST: Final = 2
_FLAT: Final = 1e-12


class TooFewToSplit(Invalid):
    """A cross-validation leaves a split too little to choose on, or a group too little to test."""


class TooManySplits(Invalid):
    """A cross-validation has more splits than one may have."""


@dataclass(frozen=True, slots=True)
class Folding:
    """So many groups, so many of them tested by a split; purge and embargo count observations."""

    groups: int
    tested: int
    purge: int = 0
    embargo: int = 0

    @property
    def splits(self) -> int:
        """Return how many splits there are."""
        return comb(self.groups, self.tested)

    @property
    def paths(self) -> int:
        """Return how many paths there are, which is how often each group is tested."""
        return comb(self.groups - 1, self.tested - 1)


@dataclass(frozen=True, slots=True)
class Split:
    """The groups that are tested, from 1, and the places of the observations to choose on."""

    number: int
    groups: tuple[int, ...]
    chosen_on: Places


@dataclass(frozen=True, slots=True)
class Judged:
    """What a split chose, by its place among the trials, and the measure there and where it was tested."""

    split: Split
    choice: int | None
    inside: float | None
    outside: float | None


@dataclass(frozen=True, slots=True)
class Path:
    """A whole past out of sample: the split that tested each group, and what came of it; None where one chose none."""

    number: int
    splits: tuple[int, ...]
    sharpe: float | None
    total_return: float | None
    max_drawdown: float | None


Measure = Callable[[Floats], Floats]


def groups_of(observations: int, groups: int) -> list[tuple[int, int]]:
    """Return where each group begins and ends; raises TooFewToSplit."""
    size = observations // groups
    if size < _LEAST:
        said = f"{observations} observations in {groups} groups are fewer than {_LEAST} a group."
        raise TooFewToSplit(said, observations=observations, groups=groups)
    return [(place * size, observations if place == groups - 1 else (place + 1) * size) for place in range(groups)]


def splits_of(observations: int, terms: Folding) -> list[Split]:
    """Return every split in the order of its groups; raises TooManySplits or TooFewToSplit."""
    if terms.splits > SPLITS_MAX:
        said = f"{terms.splits:,} splits are more than {SPLITS_MAX}; take fewer groups, or test fewer of them."
        raise TooManySplits(said, splits=terms.splits, at_most=SPLITS_MAX)
    bounds = groups_of(observations, terms.groups)
    every = enumerate(combinations(range(terms.groups), terms.tested), 1)
    found = [
        Split(number, tuple(place + 1 for place in tested), _left(tested, bounds, terms)) for number, tested in every
    ]
    if any(len(each.chosen_on) < _LEAST for each in found):
        said = "Purge and embargo leave a split nothing to choose on; take fewer groups, or a longer stretch."
        raise TooFewToSplit(said, observations=observations, groups=terms.groups)
    return found


def _left(tested: Sequence[int], bounds: Sequence[tuple[int, int]], terms: Folding) -> Places:
    """Return the places that are left to choose on."""
    is_left = np.ones(bounds[-1][1], np.bool_)
    for start, stop in (bounds[place] for place in tested):
        is_left[max(start - terms.purge, 0) : stop + terms.purge + terms.embargo] = False
    return np.flatnonzero(is_left)


def paths_of(terms: Folding) -> list[tuple[int, ...]]:
    """Return of every path the number of the split that tests each group: of each group the splits in their order."""
    testing: list[list[int]] = [[] for _ in range(terms.groups)]
    for number, tested in enumerate(combinations(range(terms.groups), terms.tested), 1):
        for place in tested:
            testing[place].append(number)
    return list(zip(*testing, strict=True))


def judged(steps: Floats, splits: Sequence[Split], bounds: Sequence[tuple[int, int]], measure: Measure) -> list[Judged]:
    """Return what each split chooses by a measure, the first of equals; `steps` are returns, shape (trials, n)."""
    found: list[Judged] = []
    for split in splits:
        inside = measure(steps[:, split.chosen_on])
        if np.isnan(inside).all():
            found.append(Judged(split, None, None, None))
            continue
        choice = int(np.nanargmax(inside))
        tested = np.concatenate([np.arange(*bounds[group - 1]) for group in split.groups])
        outside = float(measure(steps[choice : choice + 1, tested])[0])
        found.append(Judged(split, choice, float(inside[choice]), None if np.isnan(outside) else outside))
    return found


def walked_paths(
    steps: Floats, found: Sequence[Judged], terms: Folding, free: float, periods_a_year: float
) -> list[Path]:
    """Return the paths: each group traded with what the split chose that tests it there."""
    bounds = groups_of(steps.shape[1], terms.groups)
    return [
        _path(number, splits, steps, bounds, found, free, periods_a_year)
        for number, splits in enumerate(paths_of(terms), 1)
    ]


def _path(  # noqa: PLR0913 - what a path is made of
    number: int,
    splits: tuple[int, ...],
    steps: Floats,
    bounds: Sequence[tuple[int, int]],
    found: Sequence[Judged],
    free: float,
    periods_a_year: float,
) -> Path:
    choices = [found[each - 1].choice for each in splits]
    parts = [steps[choice, slice(*bound)] for choice, bound in zip(choices, bounds, strict=True) if choice is not None]
    if len(parts) < len(splits):
        return Path(number, splits, None, None, None)
    whole = np.concatenate(parts)
    curve = np.cumprod(np.concatenate([[1.0], 1 + whole]))
    sharpe = float(sharpes(whole[None, :], free, periods_a_year)[0])
    return Path(
        number, splits, None if np.isnan(sharpe) else sharpe, float(curve[-1] - 1), float(drawdowns(curve).min())
    )


def sharpes(steps: Floats, free: float, periods_a_year: float) -> Floats:
    """Return the Sharpe ratio a year of rows of returns; NaN where they do not differ. `free` is a rate a period."""
    excess = steps - free
    mean, spread = excess.mean(axis=1), excess.std(axis=1, ddof=1)
    is_still = spread <= _FLAT * np.maximum(np.abs(mean), _FLAT)
    return np.where(is_still, np.nan, mean / np.where(is_still, 1.0, spread) * sqrt(periods_a_year))


def total_returns(steps: Floats) -> Floats:
    """Return what rows of returns compound to."""
    grown: Floats = np.prod(1 + steps, axis=1) - 1
    return grown
