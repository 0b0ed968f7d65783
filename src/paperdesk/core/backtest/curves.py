"""What a curve of equity looks like over time: rolling Sharpe, its falls one by one, and its returns by height."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from paperdesk.core.strategy.indicators import Floats


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall of a curve: from its highest to its deepest, and when it was made good; `depth` is at or below zero."""

    began_at: datetime
    deepest_at: datetime
    recovered_at: datetime | None
    depth: float


def returns_of(curve: Floats) -> Floats:
    """Return the returns from one point to the next."""
    return curve[1:] / curve[:-1] - 1


def rolling_sharpe(returns: Floats, window: int, periods_a_year: float, risk_free: float = 0.0) -> Floats:
    """Return the Sharpe ratio of the last `window` returns at each from that number on; NaN where they do not differ.

    `risk_free` is a rate a year; the shape is (returns - window + 1,), or nothing where there are too few.
    """
    if len(returns) < window:
        return np.empty(0)
    parts = np.lib.stride_tricks.sliding_window_view(returns - risk_free / periods_a_year, window)
    spread = parts.std(axis=1, ddof=1)
    is_flat = spread <= np.finfo(float).eps
    ratio = parts.mean(axis=1) / np.where(is_flat, 1.0, spread) * np.sqrt(periods_a_year)
    return np.where(is_flat, np.nan, ratio)


def falls_of(at: Sequence[datetime], curve: Floats, most: int) -> list[Fall]:
    """Return the deepest falls of a curve that do not overlap, the deepest first."""
    highest = np.maximum.accumulate(curve)
    tops = np.flatnonzero(curve >= highest)
    found = [_fall(at, curve, int(first), int(last)) for first, last in zip(tops, [*tops[1:], len(curve)], strict=True)]
    return sorted((each for each in found if each is not None), key=lambda each: each.depth)[:most]


def _fall(at: Sequence[datetime], curve: Floats, top: int, again: int) -> Fall | None:
    """Return the fall between a highest and the next; None where nothing is between them."""
    if again - top <= 1:
        return None
    deepest = top + int(curve[top:again].argmin())
    recovered = at[again] if again < len(curve) else None
    return Fall(at[top], at[deepest], recovered, float(curve[deepest] / curve[top] - 1))
