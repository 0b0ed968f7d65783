"""The drawings of a report as SVG: lines over time, bars, and points; text and colours come from the page."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Final

import numpy as np

from paperdesk.core.strategy.indicators import Floats

WIDTH: Final = 880
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 10, 8, 20
_COLUMNS: Final = 400
"""Of so many parts of the width a line keeps the least and the most, which is all that can be seen of it."""

_TICKS: Final = 5
_LABEL: Final = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A line over time: the name of its style, and heights; NaN where nothing is known."""

    style: str
    heights: Floats


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from one height to another, its label, and what is written on it."""

    label: str
    low: float
    high: float
    style: str
    said: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where heights from `low` to `high` stand in a drawing so high."""

    height: int
    low: float
    high: float

    def y(self, value: float) -> float:
        room = self.height - _TOP - _BOTTOM
        return _TOP + room * (1 - (value - self.low) / (self.high - self.low))


def lines_chart(
    at: Sequence[datetime], lines: Sequence[Line], height: int, said: Callable[[float], str], *, is_log: bool = False
) -> str:
    """Draw lines over the same instants; `said` writes the heights beside the axis."""
    drawn = [Line(each.style, np.log10(each.heights)) if is_log else each for each in lines]
    known = np.concatenate([each.heights[np.isfinite(each.heights)] for each in drawn])
    if len(at) < 2 or not len(known):  # noqa: PLR2004 - a line has two ends
        return empty_chart(height)
    frame = _Frame(height, *_span(float(known.min()), float(known.max())))
    x = _places(at)
    body = [*_heights(frame, lambda value: said(10**value) if is_log else said(value)), *_years(at, x, height)]
    body += [f'<path class="{each.style}" d="{_path(x, each.heights, frame)}"/>' for each in drawn]
    return _svg(height, body)


def bars_chart(bars: Sequence[Bar], height: int, said: Callable[[float], str]) -> str:
    """Draw bars side by side, each from a height to another, with their labels below."""
    if not bars:
        return empty_chart(height)
    ends = [end for each in bars for end in (each.low, each.high)]
    frame = _Frame(height, *_span(min(0.0, *ends), max(0.0, *ends)))
    step = (WIDTH - _LEFT - _RIGHT) / len(bars)
    every = max(1, len(bars) // 10)
    body = _heights(frame, said)
    for place, each in enumerate(bars):
        left, top, bottom = _LEFT + step * place, frame.y(max(each.low, each.high)), frame.y(min(each.low, each.high))
        shape = (
            f'x="{left + step * 0.1:.1f}" y="{top:.1f}" width="{step * 0.8:.1f}" height="{max(bottom - top, 0.5):.1f}"'
        )
        body.append(f'<rect class="{each.style}" {shape}><title>{escape(each.said)}</title></rect>')
        if place % every == 0:
            body.append(f'<text class="t" x="{left + step / 2:.1f}" y="{height - 5}">{escape(each.label)}</text>')
    return _svg(height, body)


def points_chart(points: Sequence[tuple[float, float, str]], height: int, said: Callable[[float], str]) -> str:
    """Draw points at (x, y), each with the name of its style; both axes are written alike."""
    if not points:
        return empty_chart(height)
    rights, ups = [each[0] for each in points], [each[1] for each in points]
    left, right = _span(min(rights), max(rights))
    frame = _Frame(height, *_span(min(ups), max(ups)))
    room = WIDTH - _LEFT - _RIGHT
    body = _heights(frame, said)
    for value in np.linspace(left, right, _TICKS):
        place = _LEFT + room * (value - left) / (right - left)
        body.append(f'<text class="t" x="{place:.1f}" y="{height - 5}">{escape(said(float(value)))}</text>')
    for across, up, style in points:
        place = _LEFT + room * (across - left) / (right - left)
        body.append(f'<circle class="{style}" cx="{place:.1f}" cy="{frame.y(up):.1f}" r="2.5"/>')
    return _svg(height, body)


def empty_chart(height: int) -> str:
    """Draw that there is nothing to draw."""
    return _svg(height, [f'<text class="t" x="{WIDTH // 2}" y="{height // 2}">Nothing to draw.</text>'])


def _svg(height: int, body: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img">{"".join(body)}</svg>'


def _span(low: float, high: float) -> tuple[float, float]:
    """Return a span that is not empty around two heights; what ends at zero, as a fall does, keeps to its side."""
    room = (high - low) * 0.04 or max(abs(high) * 0.01, 1e-9)
    return low if low == 0 < high else low - room, high if high == 0 > low else high + room


def _places(at: Sequence[datetime]) -> Floats:
    seconds = np.array([each.timestamp() for each in at])
    share: Floats = (seconds - seconds[0]) / max(seconds[-1] - seconds[0], 1.0)
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * share


def _path(x: Floats, heights: Floats, frame: _Frame) -> str:
    """Return a line through what can be seen of it; it begins anew after what is not known."""
    parts: list[str] = []
    move = "M"
    for place in _seen(x, heights):
        if np.isfinite(heights[place]):
            parts.append(f"{move}{x[place]:.1f} {frame.y(float(heights[place])):.1f}")
            move = "L"
        else:
            move = "M"
    return "".join(parts)


def _seen(x: Floats, heights: Floats) -> Iterator[int]:
    if len(x) <= 2 * _COLUMNS:
        yield from range(len(x))
        return
    columns = ((x - x[0]) / (x[-1] - x[0]) * (_COLUMNS - 1)).astype(int)
    starts = np.flatnonzero(np.diff(columns, prepend=-1))
    for first, stop in zip(starts, [*starts[1:], len(x)], strict=True):
        part = heights[first:stop]
        if not np.isfinite(part).any():
            yield int(first)
            continue
        yield from sorted({int(first + np.nanargmin(part)), int(first + np.nanargmax(part))})
    yield len(x) - 1


def _heights(frame: _Frame, said: Callable[[float], str]) -> list[str]:
    body: list[str] = []
    for value in np.linspace(frame.low, frame.high, _TICKS):
        y = frame.y(float(value))
        body.append(f'<path class="g" d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}"/>')
        body.append(f'<text class="h" x="{_LEFT - 6}" y="{y + 3:.1f}">{escape(said(float(value)))}</text>')
    return body


def _years(at: Sequence[datetime], x: Floats, height: int) -> Iterator[str]:
    """Write the years, or within two of them the months, at their beginning."""
    is_short = (at[-1] - at[0]).days < 2 * 366
    before, last = None, -float(WIDTH)
    for each, place in zip(at, x, strict=True):
        name = f"{each.astimezone(UTC):%Y-%m}" if is_short else f"{each.year}"
        if name != before and last + _LABEL < place < WIDTH - _LABEL / 2:
            yield f'<text class="t" x="{place:.1f}" y="{height - 5}">{name}</text>'
            last = float(place)
        before = name
