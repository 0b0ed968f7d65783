"""Backtests: the compiled driver, and the exact engine over the same bars.

Data are seeded random walks on a grid of cents: 2,520 bars of a day, and a million of a minute. The strategy is the
crossing of averages of 10 and 30 closes, 100 shares, next open, 0.1 % of the value.
"""

import gc
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.machine import look_around
from paperdesk.core.backtest.compiled.signals import Means, Outcome, cross_targets, hold_targets
from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.fees import fee_schedule
from paperdesk.core.broker.fill_models import IDEAL
from paperdesk.core.market.instruments import Instrument, Kind, instrument_id
from paperdesk.core.market.sessions import XNYS, Session, calendar

FAST, SLOW, LOTS = 10, 30, 100
DAYS, MINUTES, A_SESSION = 2_520, 1_000_000, 390
ROUNDS: Final = 15
ONE_RUN_MAX_MS, BARS_A_SECOND_MIN = 1.0, 40e6
MEANS = Means(Decimal(1_000_000), Rules(fill_model=IDEAL, fees=fee_schedule("percent")))
ACME = Instrument(
    instrument_id(Kind.EQUITY, "ACME", XNYS), "ACME", "Acme", Kind.EQUITY, "USD", Decimal("0.01"), Decimal(1)
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was done, how long it took, at what rate, and the goal."""

    what: str
    ms: float
    rate: str
    goal: str
    is_met: bool


def walk(sessions: list[Session], a_session: int, bars: int, step: int) -> Bars:
    """Return bars that follow each other in sessions, by a random walk of so many cents."""
    chance = np.random.default_rng(7)
    close = np.maximum(10_000 + np.cumsum(chance.integers(-step, step + 1, bars)), 500)
    opened = np.maximum(np.append(10_000, close[:-1]) + chance.integers(-step // 3, step // 3 + 1, bars), 400)
    high = np.maximum(opened, close) + chance.integers(0, step, bars)
    low = np.minimum(opened, close) - chance.integers(0, step, bars)
    minute = 60_000_000
    begins, ends = (
        np.array([int(instant.timestamp()) for instant in instants], np.int64) * 1_000_000
        for instants in ([each.opens_at for each in sessions], [each.closes_at for each in sessions])
    )
    open_at = (begins[:, None] + np.arange(a_session) * minute).ravel()[:bars]
    at = open_at + minute if a_session > 1 else ends
    return Bars(ACME, 2, open_at, at, opened, high, low, close)


def daily() -> Bars:
    """Return ten years of days."""
    return walk(sessions(DAYS), 1, DAYS, 150)


def minutes() -> Bars:
    """Return a million minutes."""
    return walk(sessions(-(-MINUTES // A_SESSION)), A_SESSION, MINUTES, 5)


def sessions(count: int) -> list[Session]:
    """Return so many sessions."""
    return list(calendar(XNYS).sessions(date(2010, 1, 1), date(2026, 1, 1)))[:count]


def a_run(bars: Bars) -> Outcome:
    """Run the crossing averages, from bars to measures."""
    outcome = hold_targets(bars, cross_targets(bars, FAST, SLOW, LOTS), MEANS)
    outcome.measured()
    return outcome


def timed(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the milliseconds that something takes, the median of some rounds after the first."""
    work()
    gc.collect()
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - started))
    return median(taken)


def rows() -> list[Row]:
    """Measure everything."""
    few, many = daily(), minutes()
    one = timed(lambda: a_run(few))
    long = timed(lambda: a_run(many))
    rate = 1000 * MINUTES / long
    return [
        Row("one run with measures, 2,520 bars", one, f"{1000 / one:,.0f} runs/s", "<= 1 ms", one <= ONE_RUN_MAX_MS),
        Row(
            "one run with measures, 1,000,000 bars", long, f"{rate / 1e6:,.1f} M bars/s", ">= 40 M bars/s",
            rate >= BARS_A_SECOND_MIN,
        ),
    ]  # fmt: skip


def main() -> int:
    """Run it; the exit code says whether every goal was met."""
    console, found = Console(), rows()
    table = Table("what", "ms", "rate", "goal", "", title=f"Backtests, compiled ({look_around()})")
    for each in found:
        table.add_row(each.what, f"{each.ms:,.2f}", each.rate, each.goal, "met" if each.is_met else "missed")
    console.print(table)
    return 0 if all(each.is_met for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
