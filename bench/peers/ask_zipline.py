"""Run a task with zipline, in its own environment: `ask_zipline.py bars.npz rounds cross|rebalance`."""

import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

# Zipline looks for its home when it is imported.
_HOME = tempfile.TemporaryDirectory()
os.environ["ZIPLINE_ROOT"] = _HOME.name

from zipline import run_algorithm  # noqa: E402 - after its home is known
from zipline.api import order, set_commission, set_slippage, symbol  # noqa: E402
from zipline.data import bundles  # noqa: E402
from zipline.data.bundles.csvdir import csvdir_equities  # noqa: E402
from zipline.finance.commission import PerDollar  # noqa: E402
from zipline.finance.slippage import SlippageModel  # noqa: E402

BUNDLE, EVERY = "walks", 21
FAST, SLOW, LOT, TIE = 10, 30, 100, 1e-6


class AtOpen(SlippageModel):
    """Fill all of an order at the open of its bar."""

    def process_order(self, data: Any, order: Any) -> tuple[float, int]:  # noqa: ANN401
        """Return price and units."""
        return data.current(order.asset, "open"), order.amount


def ingest(bars: Mapping[str, np.ndarray], days: pd.DatetimeIndex) -> list[str]:
    """Lay the bars down as zipline wants them, and return their symbols."""
    folder = Path(_HOME.name) / "csv" / "daily"
    folder.mkdir(parents=True)
    prices = {name: bars[name].reshape(len(days), -1) / 100 for name in ("open", "high", "low", "close")}
    symbols = [f"S{at:03}" for at in range(prices["open"].shape[1])]
    for at, name in enumerate(symbols):
        frame = pd.DataFrame({key: each[:, at] for key, each in prices.items()}, index=days)
        frame.assign(volume=1_000_000, dividend=0.0, split=1.0).to_csv(folder / f"{name}.csv", index_label="date")
    bundles.register(
        BUNDLE,
        csvdir_equities(["daily"], str(folder.parent)),
        calendar_name="XNYS",
        start_session=days[0],
        end_session=days[-1],
    )
    bundles.ingest(BUNDLE, show_progress=False)
    return symbols


def begin(context: Any) -> None:  # noqa: ANN401
    """Trade at the open, for a thousandth."""
    set_commission(PerDollar(0.001))
    set_slippage(AtOpen())
    context.bars = 0


def cross(context: Any, data: Any) -> None:  # noqa: ANN401
    """Hold a hundred while the fast average stands above; a tie changes nothing."""
    context.bars += 1
    asset = context.assets[0]
    if context.bars < SLOW:
        return
    closes = data.history(asset, "close", SLOW, "1d").to_numpy()
    apart, held = closes[-FAST:].mean() - closes.mean(), context.portfolio.positions[asset].amount
    if apart > TIE and not held:
        order(asset, LOT)
    elif apart < -TIE and held:
        order(asset, -held)


def rebalance(context: Any, data: Any) -> None:  # noqa: ANN401
    """Bring every symbol to its part of the equity every 21 bars."""
    context.bars += 1
    if (context.bars - 1) % EVERY:
        return
    part = context.portfolio.portfolio_value * 0.9 / len(context.assets)
    closes = data.current(context.assets, "close")
    for asset in context.assets:
        lacking = int(part / closes[asset] + 1e-9) - context.portfolio.positions[asset].amount
        if lacking:
            order(asset, lacking)


TASKS = {"cross": cross, "rebalance": rebalance}


def ran(task: str, symbols: list[str], days: pd.DatetimeIndex) -> tuple[int, float]:
    """Run a task; return the fills and the equity at the end."""

    def initialize(context: Any) -> None:  # noqa: ANN401
        begin(context)
        context.assets = [symbol(each) for each in symbols]

    results = run_algorithm(
        start=days[0],
        end=days[-1],
        initialize=initialize,
        handle_data=TASKS[task],
        capital_base=1_000_000,
        bundle=BUNDLE,
        benchmark_returns=pd.Series(0.0, index=days),
    )
    return sum(len(each) for each in results.transactions), float(results.portfolio_value.iloc[-1])


def main() -> None:
    """Print milliseconds, fills and the equity at the end as JSON; laying the bars down is not counted."""
    bars, rounds = np.load(sys.argv[1]), int(sys.argv[2])
    days = pd.to_datetime(bars["at"], unit="us").normalize()
    symbols, taken, found = ingest(bars, days), [], (0, 0.0)
    for _ in range(rounds):
        started = time.perf_counter()
        found = ran(sys.argv[3], symbols, days)
        taken.append(1000 * (time.perf_counter() - started))
    print(json.dumps({"ms": min(taken), "fills": found[0], "equity": found[1]}))


if __name__ == "__main__":
    main()
