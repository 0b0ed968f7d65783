"""A benchmark beside a run: what buying it at the beginning and holding it would have come to at the same instants."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np

from paperdesk.core.backtest.measures import Measured, beside_benchmark
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.strategy.history import History

_NAMES: Final = ("benchmark_return", "beta", "alpha")
NO_BENCHMARK_PRICE: Final = "the benchmark had no price at the beginning of the run"


def against_benchmark(
    at: Sequence[datetime], equity: Sequence[float], history: History, periods_a_year: float, risk_free: float
) -> Measured:
    """Return what a benchmark brought by its closes, and beta and alpha of an equity curve beside it.

    A run that begins before the benchmark's first close counts from that close, as far as both are known.
    """
    instants = np.array([microseconds(each) for each in at], np.int64)
    places = np.searchsorted(history.at, instants, side="right") - 1
    first = int(np.argmax(places >= 0))
    if places[first] < 0 or first > 1:
        return Measured(dict.fromkeys(_NAMES), dict.fromkeys(_NAMES, NO_BENCHMARK_PRICE))
    prices = history.columns["close"][places[first:]]
    found = beside_benchmark(list(equity[first:]), prices.tolist(), periods_a_year, risk_free)
    return Measured({"benchmark_return": float(prices[-1] / prices[0] - 1)} | dict(found.figures), found.reasons)
