"""Indicators as functions of arrays: floats in, floats of the same length out, NaN until there is enough.

Each value depends on the past alone, and is worked out in one order: over a series that goes on it stays bit for bit
what it was, so that a strategy sees the same numbers live, in a backtest and after a restart. NaN in gives NaN out,
for as long as it is looked back at.
"""

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


def _windows(values: Floats, length: int) -> Floats:
    """Return every window of so many values, the oldest first; shape (n - length + 1, length)."""
    return sliding_window_view(values, length)


def _led_in(found: Floats, size: int) -> Floats:
    """Return values behind as many NaN as are missing to a size."""
    whole = np.full(size, np.nan)
    if len(found):
        whole[size - len(found) :] = found
    return whole


def _over_windows(values: Floats, length: int, measure: str) -> Floats:
    if len(values) < length:
        return np.full(len(values), np.nan)
    return _led_in(getattr(_windows(values, length), measure)(axis=1), len(values))


def sma(close: Floats, length: int) -> Floats:
    """Return the simple moving average of the last `length` values."""
    return _over_windows(close, length, "mean")


def deviation(close: Floats, length: int) -> Floats:
    """Return the standard deviation of the last `length` values, of the population."""
    return _over_windows(close, length, "std")


def highest(high: Floats, length: int) -> Floats:
    """Return the highest of the last `length` values: the upper Donchian line of highs."""
    return _over_windows(high, length, "max")


def lowest(low: Floats, length: int) -> Floats:
    """Return the lowest of the last `length` values: the lower Donchian line of lows."""
    return _over_windows(low, length, "min")


def _smoothed(values: Floats, length: int, weight: float) -> Floats:
    """Return an exponential average that begins as the mean of the first `length` values that are numbers."""
    out = np.full(len(values), np.nan)
    present = np.flatnonzero(~np.isnan(values))
    if len(present) < length:
        return out
    first = int(present[0]) + length
    level = float(values[first - length : first].mean())
    out[first - 1] = level
    for place in range(first, len(values)):
        level += weight * (float(values[place]) - level)
        out[place] = level
    return out


def ema(close: Floats, length: int) -> Floats:
    """Return the exponential moving average with weight 2 / (length + 1), begun as a simple one."""
    return _smoothed(close, length, 2 / (length + 1))


def wilder(values: Floats, length: int) -> Floats:
    """Return Wilder's average with weight 1 / length, begun as a simple one."""
    return _smoothed(values, length, 1 / length)


def rsi(close: Floats, length: int) -> Floats:
    """Return Wilder's relative strength index, 0 to 100; 50 where nothing moved."""
    moves = _led_in(np.diff(close), len(close))
    gains, losses = wilder(np.maximum(moves, 0), length), wilder(np.maximum(-moves, 0), length)
    total = gains + losses
    strength = np.full(len(close), 50.0)
    strength[np.isnan(total)] = np.nan
    moved = total > 0
    strength[moved] = 100 * gains[moved] / total[moved]
    return strength


def true_range(high: Floats, low: Floats, close: Floats) -> Floats:
    """Return the range of each bar, together with the gap from the close before; of the first the range alone."""
    before = np.concatenate([close[:1] * np.nan, close[:-1]])
    spans: Floats = np.fmax(high - low, np.fmax(np.abs(high - before), np.abs(low - before)))
    return spans


def atr(high: Floats, low: Floats, close: Floats, length: int) -> Floats:
    """Return the average true range, smoothed by Wilder's average."""
    return wilder(true_range(high, low, close), length)


def macd(close: Floats, fast: int, slow: int) -> Floats:
    """Return the difference of a fast and a slow exponential average; its signal is the `ema` of it."""
    return ema(close, fast) - ema(close, slow)


def upper_band(close: Floats, length: int, deviations: float) -> Floats:
    """Return the upper Bollinger band."""
    return sma(close, length) + deviations * deviation(close, length)


def lower_band(close: Floats, length: int, deviations: float) -> Floats:
    """Return the lower Bollinger band."""
    return sma(close, length) - deviations * deviation(close, length)


def vwap(high: Floats, low: Floats, close: Floats, volume: Floats, length: int) -> Floats:
    """Return the average typical price of the last `length` bars, weighed by their volume; NaN without any."""
    if len(close) < length:
        return np.full(len(close), np.nan)
    turnover = _windows((high + low + close) / 3 * volume, length).sum(axis=1)
    traded = _windows(volume, length).sum(axis=1)
    return _led_in(np.where(traded > 0, turnover / np.where(traded > 0, traded, 1), np.nan), len(close))


def returns(close: Floats, length: int = 1) -> Floats:
    """Return by how much a price has changed over the last `length` bars, as a fraction."""
    if len(close) <= length:
        return np.full(len(close), np.nan)
    return _led_in(close[length:] / close[:-length] - 1, len(close))


def volatility(close: Floats, length: int) -> Floats:
    """Return the standard deviation of the last `length` log returns, of the sample, per bar."""
    if len(close) <= length:
        return np.full(len(close), np.nan)
    return _led_in(_windows(np.diff(np.log(close)), length).std(axis=1, ddof=1), len(close))


# Averages that never quite forget how they began: after so many times their length it is below a millionth.
_FORGETS: Final = MappingProxyType({ema: 8, macd: 8, wilder: 16, rsi: 16, atr: 16})


def memory_of(function: Callable[..., Any], arguments: Sequence[float]) -> int:
    """Return how many bars an indicator looks back at before its value no longer depends on where they begin."""
    return int(max(arguments, default=0)) * _FORGETS.get(function, 1) + 1
