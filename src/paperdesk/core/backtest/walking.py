"""Walk forward: choose parameters on one stretch, trade the next with them, go on, and put what was traded together.

Rolling, every stretch that is chosen on has the same length; anchored, each begins where the first did, and grows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.strategy.indicators import Floats


class Walk(StrEnum):
    """Where the stretch begins that parameters are chosen on."""

    ROLLING = "rolling"
    ANCHORED = "anchored"


class TooShortToWalk(Invalid):
    """A walk forward has no room for a stretch to choose on and one to trade after it."""


class TooManyFolds(Invalid):
    """A walk forward has more folds than one may have."""


FOLDS_MAX = 100


@dataclass(frozen=True, slots=True)
class Fold:
    """Numbers of sessions: what is chosen on begins with `first`, what is traded with `split`, and ends at `stop`."""

    first: int
    split: int
    stop: int


@dataclass(frozen=True, slots=True)
class Step:
    """Where the account stood: an instant in seconds since 1970, and what it was worth."""

    at: float
    equity: float


def folds_of(sessions: int, choose_on: int, trade_on: int, walk: Walk) -> list[Fold]:
    """Return the folds of so many sessions, oldest first; what is left at the end is traded too if it is a session.

    Raises TooShortToWalk and TooManyFolds.
    """
    starts = range(0, max(sessions - choose_on, 0), trade_on)
    if not starts:
        said = f"There are {sessions} sessions; choosing on {choose_on} leaves none to trade."
        raise TooShortToWalk(said, sessions=sessions, choose_on=choose_on)
    if len(starts) > FOLDS_MAX:
        said = f"{len(starts)} folds are more than {FOLDS_MAX}; trade longer stretches."
        raise TooManyFolds(said, folds=len(starts), at_most=FOLDS_MAX)
    return [
        Fold(0 if walk is Walk.ANCHORED else start, start + choose_on, min(start + choose_on + trade_on, sessions))
        for start in starts
    ]


def stitched(curves: Sequence[Sequence[Step]]) -> list[Step]:
    """Return stretches that were each traded from the same cash as one curve, each going on with what the last left."""
    found: list[Step] = []
    for curve in curves:
        grown = found[-1].equity / curve[0].equity if found else 1.0
        found += [Step(each.at, each.equity * grown) for each in (curve[1:] if found else curve)]
    return found


def kept_of(inside: Sequence[float | None], outside: Sequence[float | None]) -> float | None:
    """Return what of a measure was kept out of sample: the means of both of all folds that have both; None for none.

    A mean of nothing or less cannot be kept.
    """
    both = [(one, other) for one, other in zip(inside, outside, strict=True) if one is not None and other is not None]
    if not both:
        return None
    before, after = (float(np.mean([pair[place] for pair in both])) for place in (0, 1))
    return after / before if before > 0 else None


def returns_of(curve: Sequence[Step]) -> Floats:
    """Return the returns from one step to the next."""
    return np.array([other.equity / one.equity - 1 for one, other in pairwise(curve)])
