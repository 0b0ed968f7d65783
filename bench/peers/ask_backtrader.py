"""Run the crossing averages with backtrader, in its own environment: `ask_backtrader.py bars.npz rounds`."""

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


def main() -> None:
    """Print milliseconds, fills and the equity at the end as JSON."""
    bars, rounds = np.load(sys.argv[1]), int(sys.argv[2])
    index = pd.to_datetime(bars["at"], unit="us")
    frame = pd.DataFrame({name: bars[name] / 100 for name in ("open", "high", "low", "close")}, index=index)
    taken, found, cerebro = [], [], None
    for _ in range(rounds):
        started = time.perf_counter()
        cerebro = bt.Cerebro(stdstats=False)
        cerebro.addstrategy(Cross)
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
