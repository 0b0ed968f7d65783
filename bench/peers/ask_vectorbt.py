"""Run a task with vectorbt, in its own environment: `ask_vectorbt.py bars.npz rounds cross|sweep`.

Its engine in Rust is taken by itself where it is installed and can do what is asked, and numba's code otherwise.
"""

import gc
import json
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")

import vectorbt as vbt  # noqa: E402 - it warns while it is imported

FAST, SLOW, LOT, TIE = 10, 30, 100, 1e-6
# More columns at once take it longer each, and fewer too.
PAIRS, A_PART = [(fast, slow) for fast in range(2, 102) for slow in range(105, 205)], 250


def average(cents: np.ndarray, length: int) -> np.ndarray:
    """Return the mean of the last values, of whole cents, so that ties are ties."""
    sums = np.cumsum(cents.astype(np.float64))
    sums[length:] -= sums[:-length].copy()
    return np.where(np.arange(len(sums)) < length - 1, np.nan, sums / length / 100)


def held(bars: Mapping[str, np.ndarray], apart: np.ndarray, freq: str) -> vbt.Portfolio:
    """Hold a hundred from the open after averages stood apart, in every column; a tie changes nothing."""
    index = pd.to_datetime(bars["at"], unit="us")
    opened, close = (pd.Series(bars[name] / 100, index) for name in ("open", "close"))
    columns = pd.Series if apart.ndim == 1 else pd.DataFrame
    above, below = (columns(side > TIE, index).shift(1, fill_value=False) for side in (apart, -apart))
    return vbt.Portfolio.from_signals(
        close, above, below, price=opened, size=LOT, fees=0.001, init_cash=1_000_000, freq=freq
    )


def cross(bars: Mapping[str, np.ndarray]) -> tuple[int, float]:
    """Run one pair with its statistics; return the fills and the equity at the end."""
    portfolio = held(bars, average(bars["close"], FAST) - average(bars["close"], SLOW), "1min")
    portfolio.stats()
    return int(portfolio.orders.count()), float(portfolio.final_value())


def part(bars: Mapping[str, np.ndarray], averages: Mapping[int, np.ndarray], first: int) -> tuple[int, float]:
    """Run some pairs with four measures; return the fills, and what the equities at the end add up to."""
    pairs = PAIRS[first : first + A_PART]
    portfolio = held(bars, np.stack([averages[fast] - averages[slow] for fast, slow in pairs], axis=1), "1D")
    for measure in (portfolio.total_return, portfolio.max_drawdown, portfolio.sharpe_ratio, portfolio.trades.win_rate):
        measure()
    return int(portfolio.orders.count().sum()), float(portfolio.final_value().sum())


def sweep(bars: Mapping[str, np.ndarray]) -> tuple[int, float]:
    """Run all pairs; return the fills, and what the equities at the end add up to."""
    averages, fills, equity = {each: average(bars["close"], each) for pair in PAIRS for each in pair}, 0, 0.0
    for first in range(0, len(PAIRS), A_PART):
        more, worth = part(bars, averages, first)
        fills, equity = fills + more, equity + worth
        # A portfolio refers to itself, so that only a collection gives its memory back.
        gc.collect()
    return fills, equity


def most_kb() -> int:
    """Return the most memory that this program had; what rusage tells begins with what its parent had."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(each for each in lines if each.startswith("VmHWM")).split()[1])


TASKS: dict[str, Callable[[Mapping[str, np.ndarray]], tuple[int, float]]] = {"cross": cross, "sweep": sweep}


def main() -> None:
    """Print milliseconds, fills, the equity at the end, and megabytes above what one pair left, as JSON."""
    bars, rounds, task = dict(np.load(sys.argv[1])), int(sys.argv[2]), sys.argv[3]
    taken, found = [], (0, 0.0)
    cross(bars)
    before = most_kb()
    if task == "sweep":
        part(bars, {each: average(bars["close"], each) for pair in PAIRS for each in pair}, 0)
    # What stands by now is not looked through again by each collection.
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        started = time.perf_counter()
        found = TASKS[task](bars)
        taken.append(1000 * (time.perf_counter() - started))
    above = (most_kb() - before) / 1024
    print(json.dumps({"ms": min(taken), "fills": found[0], "equity": found[1], "above_mb": above}))


if __name__ == "__main__":
    main()
