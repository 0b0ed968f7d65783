"""Backtests: the compiled driver, the exact engine over the same bars, and other people's backtesters.

Data are seeded random walks on a grid of cents: 2,520 bars of a day, and a million of a minute. The strategy is the
crossing of averages of 10 and 30 closes, 100 shares, next open, 0.1 % of the value.
"""

import gc
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.machine import look_around
from bench.peers.peers import PACKAGES, advice, asked
from paperdesk.core.backtest.compiled.kernel import Cross, Pages, crossings, follow
from paperdesk.core.backtest.compiled.scaling import scale_of
from paperdesk.core.backtest.compiled.signals import Means, Outcome, cross_targets, hold_targets
from paperdesk.core.backtest.compiled.sweeping import sweep_of
from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.runner import Stretch, run_backtest
from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.broker.fees import fee_schedule
from paperdesk.core.broker.fill_models import IDEAL
from paperdesk.core.kernel.ids import AccountId, DatasetId, TapeId, TenantId, UserId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.instruments import Instrument, Kind, instrument_id
from paperdesk.core.market.sessions import XNYS, Session, calendar
from paperdesk.core.strategy.library.trend import MovingAverageCross
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.marketdata.feeds.columns import BarColumns
from paperdesk.features.marketdata.feeds.dataset import Dataset, open_dataset
from paperdesk.features.marketdata.feeds.manifest import DatasetTerms, SourceKind
from paperdesk.features.marketdata.feeds.series import Named, series_of
from paperdesk.features.marketdata.feeds.writer import write_dataset
from paperdesk.features.marketdata.tapes import Tape, TapeState

FAST, SLOW, LOTS = 10, 30, 100
DAYS, MINUTES, A_SESSION = 2_520, 1_000_000, 390
ROUNDS: Final = 15
FEW: Final = 5
A_PART: Final = 250
RUNS_A_SECOND_MIN, ABOVE_MAX_MB = 100_000, 100
ONE_RUN_MAX_MS, EXACT_MAX_MS, BARS_A_SECOND_MIN = 1.0, 19.0, 40e6
TERMS = DatasetTerms(name="Days", kind=SourceKind.SYNTHETIC, provenance="Made for the benchmark.")
MEANS = Means(Decimal(1_000_000), Rules(fill_model=IDEAL, fees=fee_schedule("percent")))
ACME = Instrument(
    instrument_id(Kind.EQUITY, "ACME", XNYS), "ACME", "Acme", Kind.EQUITY, "USD", Decimal("0.01"), Decimal(1)
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: who ran, how long it took, how many fills there were, and the equity at the end."""

    who: str
    ms: float
    fills: int
    equity: float


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
    """Return the milliseconds that something takes at best, in some rounds after the first; peers say the same."""
    work()
    gc.collect()
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - started))
    return min(taken)


def bare(bars: Bars) -> Callable[[], object]:
    """Return the kernel alone over memory that was touched before: signals, fills, and equity at every close."""
    scale = scale_of(MEANS.rules, ACME, MEANS.currency, bars.places)
    track, targets = bars.track(MEANS.rules.margin.rules_as_of), np.empty(len(bars), np.int64)
    pages = Pages(np.empty((len(bars), 5), np.int64), np.empty((len(bars), 4), np.int64), np.empty(len(bars), np.int64))
    cross, cash = Cross(FAST, SLOW, 0, LOTS), int(MEANS.cash) * 100

    def run() -> None:
        crossings(bars.close, cross, targets)
        follow(track, targets, scale, cash, pages)

    return run


def on_a_tape(bars: Bars) -> Row:
    """Run the shipped strategy on the exact engine over a recorded tape of the same bars."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bars"
        columns = BarColumns(
            bars.open_at, bars.at, bars.open, bars.high, bars.low, bars.close, np.full(len(bars), 1_000_000)
        )
        write_dataset(TERMS, [series_of(Named("ACME", "Acme", Kind.EQUITY), TERMS, columns, (2, 0))], path)
        market = TapeMarket(tape_of(open_dataset(path)), open_dataset(path))
    nobody = UUID(int=0)
    account = Account(
        AccountId(nobody), TenantId(nobody), TapeId(nobody), MEANS.currency, MEANS.rules, MEANS.cash, ZERO, 0, 0,
        market.at_of(0),
    )  # fmt: skip
    found: list[Result] = []

    def run() -> None:
        strategy = MovingAverageCross(["ACME"], {"fast": FAST, "slow": SLOW, "quantity": LOTS})
        found.append(run_backtest(market, account, strategy, Stretch(0, market.tape.cursor)))

    ms = timed(run, FEW)
    return Row("exact engine, on a tape", ms, len(found[-1].done), float(found[-1].points[-1].equity or 0))


def tape_of(dataset: Dataset) -> Tape:
    """Return a tape that stands at the end of a dataset."""
    end, nobody = dataset.facts_total, UUID(int=0)
    at = dataset.at_of(end)
    return Tape(
        TapeId(nobody), TenantId(nobody), UserId(nobody), DatasetId(nobody), "Benchmark", shared=False, cursor=end,
        at=at, target_cursor=end, target_at=at, state=TapeState.PAUSED, speed=None, has_ended=True, starts_at=at,
    )  # fmt: skip


def compiled_row(bars: Bars) -> Row:
    """Run compiled, from bars to measures."""
    outcome = a_run(bars)
    return Row("compiled", timed(lambda: a_run(bars)), len(outcome.fills), int(outcome.equity[-1]) / 100)


def peer_rows(console: Console, bars: Bars, peers: Sequence[str]) -> Iterator[Row]:
    """Ask those peers that are installed, and say of the others how they are."""
    for peer in peers:
        answer = asked(peer, bars, FEW)
        if answer is None:
            console.print(advice(peer), style="dim")
        else:
            yield Row(peer, answer.ms, answer.fills, answer.equity)


def show(console: Console, bars: Bars, rows: Sequence[Row]) -> None:
    """Print the rows of one table, each beside the kernel alone."""
    floor = timed(bare(bars))
    title = f"{len(bars):,} bars ({look_around()})"
    table = Table("who", "ms", "M bars/s", "x bare kernel", "fills", "equity", title=title)
    table.add_row("bare kernel", f"{floor:,.3f}", f"{len(bars) / floor / 1000:,.2f}", "1", "", "")
    for each in rows:
        rate = f"{len(bars) / each.ms / 1000:,.3f}"
        table.add_row(
            each.who, f"{each.ms:,.2f}", rate, f"{each.ms / floor:,.1f}", f"{each.fills:,}", f"{each.equity:,.2f}"
        )
    console.print(table)


def swept(bars: Bars) -> tuple[float, float, float]:
    """Score 10,000 pairs by one thread and by all cores; return runs a second of each, and megabytes above the bars."""
    pairs = [(fast, slow) for fast in range(2, 102) for slow in range(105, 205)]
    runs = sweep_of(bars, pairs, LOTS, MEANS)
    runs.part(0, 10)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    parts = [(first, first + A_PART) for first in range(0, len(pairs), A_PART)]
    alone = timed(lambda: runs.part(0, len(pairs)), FEW)
    with ThreadPoolExecutor() as pool:
        together = timed(lambda: list(pool.map(lambda part: runs.part(*part), parts)), FEW)
    above = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return 1000 * len(pairs) / alone, 1000 * len(pairs) / together, above


def main() -> int:
    """Run it; the exit code says whether every goal was met."""
    console, few, many = Console(), daily(), minutes()
    # First, while memory has not grown by anything else.
    alone, together, above = swept(few)
    one, long, exact = compiled_row(few), compiled_row(many), on_a_tape(few)
    show(console, few, [one, exact, *peer_rows(console, few, list(PACKAGES))])
    # backtrader takes a minute for as many.
    show(console, many, [long, *peer_rows(console, many, ["backtesting", "vectorbt"])])
    console.print(
        f"10,000 pairs with return, drawdown and Sharpe: {alone:,.0f} runs/s by one thread, {together:,.0f} by all "
        f"cores ({together / alone:.2f} times), {above:.1f} MB above the bars"
    )
    goals = {
        f"a sweep with measures >= {RUNS_A_SECOND_MIN:,} runs/s": together >= RUNS_A_SECOND_MIN,
        f"under {ABOVE_MAX_MB} MB above the bars": above < ABOVE_MAX_MB,
        f"one compiled run of {DAYS:,} bars with measures <= {ONE_RUN_MAX_MS:g} ms": one.ms <= ONE_RUN_MAX_MS,
        f"compiled over {MINUTES:,} bars >= {BARS_A_SECOND_MIN / 1e6:g} M bars/s": (
            1000 * MINUTES / long.ms >= BARS_A_SECOND_MIN
        ),
        f"one exact run of {DAYS:,} bars <= {EXACT_MAX_MS:g} ms": exact.ms <= EXACT_MAX_MS,
    }
    for goal, is_met in goals.items():
        console.print(f"{goal}: {'met' if is_met else 'missed'}")
    return 0 if all(goals.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
