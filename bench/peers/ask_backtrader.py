"""Run a task with backtrader, in its own environment: `ask_backtrader.py bars.npz rounds cross|rebalance`."""

import json
import sys
import time

import backtrader as bt
import numpy as np
import pandas as pd

TIE = 1e-6


class Cross(bt.Strategy):
    """Long while the fast one stands above; a tie changes nothing."""

    def __init__(self) -> None:
        """Declare both averages."""
        self.fast, self.slow = bt.ind.SMA(period=10), bt.ind.SMA(period=30)
        self.fills = 0

    def notify_order(self, order: bt.Order) -> None:
        """Count what fills."""
        self.fills += order.status == order.Completed

    def next(self) -> None:
        """Buy a hundred, or sell them."""
        apart = self.fast[0] - self.slow[0]
        if apart > TIE and not self.position:
            self.buy(size=100)
        elif apart < -TIE and self.position:
            self.close()


class Rebalance(bt.Strategy):
    """Bring every symbol to its part of the equity every 21 bars."""

    def __init__(self) -> None:
        """Begin to count."""
        self.fills = self.bars = 0

    def notify_order(self, order: bt.Order) -> None:
        """Count what fills."""
        self.fills += order.status == order.Completed

    def next(self) -> None:
        """Order what lacks, or is too much."""
        self.bars += 1
        if (self.bars - 1) % 21:
            return
        part = self.broker.getvalue() * 0.9 / len(self.datas)  # codespell:ignore
        for data in self.datas:  # codespell:ignore
            lacking = int(part / data.close[0] + 1e-9) - self.getposition(data).size
            if lacking:
                (self.buy if lacking > 0 else self.sell)(data, abs(lacking))


TASKS = {"cross": Cross, "rebalance": Rebalance}


def main() -> None:
    """Print milliseconds, fills and the equity at the end as JSON."""
    bars, rounds = np.load(sys.argv[1]), int(sys.argv[2])
    index = pd.to_datetime(bars["at"], unit="us")
    columns = {name: bars[name].reshape(len(index), -1) / 100 for name in ("open", "high", "low", "close")}
    many = range(columns["open"].shape[1])
    frames = [pd.DataFrame({name: each[:, at] for name, each in columns.items()}, index=index) for at in many]
    taken, found, cerebro = [], [], None
    for _ in range(rounds):
        started = time.perf_counter()
        cerebro = bt.Cerebro(stdstats=False)
        cerebro.addstrategy(TASKS[sys.argv[3]])
        for frame in frames:
            cerebro.adddata(bt.feeds.PandasData(dataname=frame))
        cerebro.broker.setcash(1_000_000)
        cerebro.broker.setcommission(commission=0.001)
        for kind in (bt.analyzers.SharpeRatio, bt.analyzers.DrawDown, bt.analyzers.TradeAnalyzer):
            cerebro.addanalyzer(kind)
        found = cerebro.run()
        taken.append(1000 * (time.perf_counter() - started))
    assert cerebro is not None, "there is a round"
    equity = float(cerebro.broker.getvalue())
    print(json.dumps({"ms": min(taken), "fills": found[0].fills, "equity": equity}))


if __name__ == "__main__":
    main()
