"""Run the crossing averages with vectorbt, in its own environment: `ask_vectorbt.py bars.npz rounds`."""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")

import vectorbt as vbt  # noqa: E402 - it warns while it is imported

FAST, SLOW, TIE = 10, 30, 1e-6


def average(cents: np.ndarray, length: int) -> np.ndarray:
    """Return the mean of the last values, of whole cents, so that ties are ties."""
    sums = np.cumsum(cents.astype(np.float64))
    sums[length:] -= sums[:-length].copy()
    return np.where(np.arange(len(sums)) < length - 1, np.nan, sums / length / 100)


def main() -> None:
    """Print milliseconds, fills and the equity at the end as JSON."""
    bars, rounds = np.load(sys.argv[1]), int(sys.argv[2])
    index = pd.to_datetime(bars["at"], unit="us")
    opened, close = (pd.Series(bars[name] / 100, index) for name in ("open", "close"))
    taken, portfolio = [], None
    for _ in range(rounds + 1):
        started = time.perf_counter()
        apart = average(bars["close"], FAST) - average(bars["close"], SLOW)
        above, below = (pd.Series(side > TIE, index).shift(1, fill_value=False) for side in (apart, -apart))
        portfolio = vbt.Portfolio.from_signals(
            close, above, below, price=opened, size=100, fees=0.001, init_cash=1_000_000, freq="1min"
        )
        portfolio.stats()
        taken.append(1000 * (time.perf_counter() - started))
    assert portfolio is not None, "there is a round"
    fills, equity = int(portfolio.orders.count()), float(portfolio.final_value())
    print(json.dumps({"ms": min(taken[1:]), "fills": fills, "equity": equity}))


if __name__ == "__main__":
    main()
