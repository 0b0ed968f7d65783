"""Run a task with backtesting.py, in its own environment: `ask_backtesting.py bars.npz rounds cross|brackets`."""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy

FAST, SLOW, TIE = 10, 30, 1e-6


def average(values: np.ndarray, length: int) -> np.ndarray:
    """Return the mean of the last values, of whole cents, so that ties are ties."""
    sums = np.cumsum(np.round(np.asarray(values) * 100))
    sums[length:] -= sums[:-length].copy()
    return np.where(np.arange(len(sums)) < length - 1, np.nan, sums / length / 100)


class Cross(Strategy):
    """Long while the fast one stands above; a tie changes nothing."""

    def init(self) -> None:
        """Declare both averages."""
        self.fast = self.I(average, self.data.Close, FAST)
        self.slow = self.I(average, self.data.Close, SLOW)

    def next(self) -> None:
        """Buy a hundred, or sell them."""
        apart = self.fast[-1] - self.slow[-1]
        if apart > TIE and not self.position:
            self.buy(size=100)
        elif apart < -TIE and self.position:
            self.position.close()


class Brackets(Strategy):
    """Bid below the close with a target and a stop for the day, and sell at the next open what it leaves."""

    def init(self) -> None:
        """Declare nothing."""

    def next(self) -> None:
        """Bid, or end the day."""
        if self.data.Ends[-1]:
            for order in self.orders:
                if not order.is_contingent:
                    order.cancel()
            self.position.close()
        if not self.orders and not self.position:
            limit = round(self.data.Close[-1] * 0.995, 2)
            self.buy(size=100, limit=limit, tp=round(limit * 1.02, 2), sl=round(limit * 0.99, 2))


TASKS = {"cross": Cross, "brackets": Brackets}


def main() -> None:
    """Print milliseconds, fills and the equity at the end as JSON."""
    warnings.simplefilter("ignore")
    bars, rounds = np.load(sys.argv[1]), int(sys.argv[2])
    names = ("open", "high", "low", "close")
    index = pd.to_datetime(bars["at"], unit="us")
    frame = pd.DataFrame(
        {name.title(): bars[name] / 100 for name in names} | {"Volume": 1.0, "Ends": bars["ends"]}, index=index
    )
    taken, found = [], None
    for _ in range(rounds):
        started = time.perf_counter()
        found = Backtest(frame, TASKS[sys.argv[3]], cash=1_000_000, commission=0.001).run()
        taken.append(1000 * (time.perf_counter() - started))
    assert found is not None, "there is a round"
    closed = found["_trades"]
    still = found["_strategy"]._broker.trades  # noqa: SLF001 - it tells nowhere else
    fills = 2 * len(closed) + len(still)
    print(json.dumps({"ms": min(taken), "fills": fills, "equity": float(found["Equity Final [$]"])}))


if __name__ == "__main__":
    main()
