"""Stretch a path between open and close until it touches a given high and low, and goes nowhere beyond."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from paperdesk.core.synthetic.arrays import Floats, Ints

_HALF_WIDTH: Final = 0.08
_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Ends:
    """What a day settles for its minutes; shape (rows,) each."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats


def stretched(path: Floats, ends: Ends, crash: tuple[int, ...] | None = None) -> Floats:
    """Return paths, shape (rows, points), with the open, high, low and close they are given.

    Where a path strays less than half as far as it should, a tent is raised over its farthest point
    first, so that stretching does not tear it. `crash` is when all paths fall: until which point, for
    how many points, and for how many they recover.
    """
    top, bottom = np.maximum(ends.open, ends.close), np.minimum(ends.open, ends.close)
    peak, valley = _inside(path.argmax(axis=1), path), _inside(path.argmin(axis=1), path)
    tents = path
    if crash is not None:
        at, falls, recovers = crash
        valley = np.full(len(path), at)
        tents = tents - np.outer(bottom - ends.low, _wedge(path.shape[1], at, falls, recovers))
    missing = np.maximum(_SHARE * (ends.high - top) - (tents.max(axis=1) - top), 0)
    tents = _raised(tents, peak, missing)
    missing = np.maximum(_SHARE * (bottom - ends.low) - (bottom - tents.min(axis=1)), 0)
    tents = _raised(tents, valley, -missing)
    return _mapped(tents, ends, top, bottom)


def _inside(place: Ints, path: Floats) -> Ints:
    """Keep a tent's pole away from the ends, where the price is settled."""
    margin = path.shape[1] // 20
    return np.clip(place, margin, path.shape[1] - 1 - margin)


def _raised(path: Floats, pole: Ints, height: Floats) -> Floats:
    rows = np.flatnonzero(height)
    if not len(rows):
        return path
    width = _HALF_WIDTH * path.shape[1]
    away = np.abs(np.arange(path.shape[1]) - pole[rows, None])
    raised = path.copy()
    raised[rows] += height[rows, None] * np.maximum(1 - away / width, 0)
    raised[:, 0], raised[:, -1] = path[:, 0], path[:, -1]
    return raised


def _wedge(points: int, at: int, falls: int, recovers: int) -> Floats:
    place = np.arange(points)
    return np.maximum(np.where(place <= at, 1 - (at - place) / falls, 1 - (place - at) / recovers), 0)


def _mapped(path: Floats, ends: Ends, top: Floats, bottom: Floats) -> Floats:
    """Scale what does not reach the high or the low, throw back what goes beyond, and let the farthest touch."""
    above = np.maximum(path - top[:, None], 0)
    below = np.maximum(bottom[:, None] - path, 0)
    middle = np.clip(path, bottom[:, None], top[:, None])
    wide = (
        middle
        + above * _widening(ends.high - top, above.max(axis=1))[:, None]
        - below * _widening(bottom - ends.low, below.max(axis=1))[:, None]
    )
    within = _thrown_back(wide, ends.low[:, None], ends.high[:, None])
    _touch(within[:, 1:-1], ends)
    within[:, 0], within[:, -1] = ends.open, ends.close
    return within


def _widening(wanted: Floats, found: Floats) -> Floats:
    return np.maximum(np.divide(wanted, found, out=np.ones_like(wanted), where=found > 0), 1)


def _thrown_back(path: Floats, low: Floats, high: Floats) -> Floats:
    """Return a path that turns round at the high and at the low, as often as it takes."""
    width = np.maximum(high - low, 1)
    turned = np.abs((path - low + width) % (2 * width) - width)
    return np.asarray(low + np.minimum(turned, high - low))


def _touch(inside: Floats, ends: Ends) -> None:
    """Move the highest point to the high and the lowest of the others to the low."""
    rows = np.arange(len(inside))
    highest = inside.argmax(axis=1)
    inside[rows, highest] = np.inf
    lowest = inside.argmin(axis=1)
    inside[rows, highest] = ends.high
    inside[rows, lowest] = ends.low
