"""Replay a year of minute bars of one symbol through the engine, with one working order that never fills.

97,740 bars are about 251 sessions of the New York exchange. Each bar is three facts: open, range, close.
"""

import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.broker.engine import decide, fold, react
from paperdesk.core.broker.orders import OrderType, Side, TimeInForce
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.ids import AccountId, OrderId, TapeId, TenantId, derived
from paperdesk.core.kernel.money import ZERO, trap_floats
from paperdesk.core.kernel.time import microseconds
from paperdesk.core.market.facts import MarketFact, SessionClosed, SessionOpened
from paperdesk.core.market.instruments import Instrument, Kind
from paperdesk.core.market.sessions import calendar
from paperdesk.features.marketdata.feeds.columns import BarColumns
from paperdesk.features.marketdata.feeds.dataset import Dataset, open_dataset
from paperdesk.features.marketdata.feeds.manifest import DatasetTerms, SourceKind
from paperdesk.features.marketdata.feeds.series import Named, series_of
from paperdesk.features.marketdata.feeds.writer import write_dataset

BARS = 97_740
ROUNDS = 3
FIRST_ON, LAST_ON = date(2024, 1, 2), date(2025, 1, 31)
LONG_AFTER = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE_US = 60_000_000
LIMIT_PRICE = Decimal("1.00")
TERMS = DatasetTerms(name="A year of minutes", kind=SourceKind.SYNTHETIC, provenance="Made for the benchmark.")
PAPER = Named("PAPR", "Paper Mills", Kind.EQUITY)
ROWS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Replay:
    """One way of walking the tape: seconds for all facts, and how many there were."""

    name: str
    seconds: float
    facts: int

    @property
    def rate(self) -> float:
        """Return facts per second."""
        return self.facts / self.seconds


def minute_bars() -> BarColumns:
    """Return a year of seeded minute bars around 100.00, in cents."""
    opens = [
        opened
        for session in calendar("XNYS").sessions(FIRST_ON, LAST_ON)
        for opened in range(microseconds(session.opens_at), microseconds(session.closes_at), MINUTE_US)
    ][:BARS]
    chance = np.random.Generator(np.random.PCG64(7))
    close = 10_000 + np.cumsum(chance.integers(-1, 1, size=BARS, endpoint=True))
    opened = np.concatenate([[10_000], close[:-1]])
    open_at = np.array(opens, np.int64)
    return BarColumns(
        open_at=open_at,
        at=open_at + MINUTE_US,
        open=opened,
        high=np.maximum(opened, close) + 2,
        low=np.minimum(opened, close) - 2,
        close=close,
        volume=chance.integers(100, 10_000, size=BARS),
    )


def account_with_order(instrument: Instrument, at: datetime) -> Account:
    """Return an account with one working order, a buy far below the market."""
    ids = {name: derived(instrument.id, name) for name in ("account", "tenant", "tape", "order")}
    account = Account(
        id=AccountId(ids["account"]),
        tenant_id=TenantId(ids["tenant"]),
        tape_id=TapeId(ids["tape"]),
        currency="USD",
        rules=Rules(),
        cash=Decimal(100_000),
        held=ZERO,
        last_seq=0,
        last_entry=0,
        last_at=at,
    )
    view = MarketView(0, at, True, LONG_AFTER, LONG_AFTER, {instrument.symbol: instrument}, {})  # noqa: FBT003 - is open
    order_id, gtc = OrderId(ids["order"]), TimeInForce.GTC
    order = PlaceOrder(
        account.id, order_id, instrument.symbol, Side.BUY, OrderType.LIMIT, Decimal(10), LIMIT_PRICE, gtc
    )
    return fold(account, decide(account, order, view))


def count(facts: Iterable[MarketFact]) -> int:
    """Read every fact and do nothing with it."""
    return sum(1 for _ in facts)


def walk(account: Account, facts: Iterable[MarketFact]) -> int:
    """Let every fact meet the account; return how many there were."""
    total = 0
    for fact in facts:
        events = react(account, fact)
        if events:
            account = fold(account, events)
        total += 1
    return total


def replay(dataset: Dataset) -> list[Replay]:
    """Walk the tape with and without an order; the median of some rounds each."""
    (instrument,) = dataset.instruments.values()
    account = account_with_order(instrument, dataset.at_of(0))
    timed: dict[str, list[float]] = {"facts alone": [], "with one working order": []}
    facts = 0
    for _ in range(ROUNDS):
        started = time.perf_counter()
        facts = count(dataset.facts_between(0, dataset.facts_total))
        read = time.perf_counter()
        walk(account, dataset.facts_between(0, dataset.facts_total))
        timed["facts alone"].append(read - started)
        timed["with one working order"].append(time.perf_counter() - read)
    return [Replay(name, median(seconds), facts) for name, seconds in timed.items()]


def profiled(dataset: Dataset) -> list[tuple[str, float]]:
    """Return where the time goes, by function, as shares of the whole under the profiler."""
    (instrument,) = dataset.instruments.values()
    account = account_with_order(instrument, dataset.at_of(0))
    profiler = cProfile.Profile()
    profiler.runcall(walk, account, dataset.facts_between(0, dataset.facts_total))
    stats = pstats.Stats(profiler).get_stats_profile()
    rows = [(name, profile.tottime) for name, profile in stats.func_profiles.items()]
    rows.sort(key=lambda row: -row[1])
    return [(name, seconds / stats.total_tt) for name, seconds in rows[:ROWS_SHOWN]]


def show(console: Console, walks: list[Replay], shares: list[tuple[str, float]]) -> None:
    """Print rates, and where the time goes."""
    table = Table("walk", "seconds", "facts/s", "bars/s", title=f"A year of minute bars, {BARS:,} bars")
    for one in walks:
        table.add_row(one.name, f"{one.seconds:.2f}", f"{one.rate:,.0f}", f"{BARS / one.seconds:,.0f}")
    console.print(table)
    table = Table("function", "share of its own", title="Where the time goes (cProfile)")
    for name, share in shares:
        table.add_row(name, f"{share:.0%}")
    console.print(table)


def main() -> int:
    """Run the benchmark."""
    trap_floats()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "minutes"
        write_dataset(TERMS, [series_of(PAPER, TERMS, minute_bars(), (2, 0))], path)
        dataset = open_dataset(path)
    sessions = sum(
        isinstance(fact, SessionOpened | SessionClosed)
        for fact in dataset.facts_between(0, dataset.facts_total, frozenset())
    )
    console = Console()
    console.print(f"{dataset.facts_total:,} facts, {sessions:,} of them sessions that open or close")
    show(console, replay(dataset), profiled(dataset))
    return 0


if __name__ == "__main__":
    sys.exit(main())
