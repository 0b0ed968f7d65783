"""What the benchmarks of backtests have in common: random bars, an account, and how time is taken."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import numpy as np

from paperdesk.core.backtest.compiled.means import Means
from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.broker.fees import fee_schedule
from paperdesk.core.broker.fill_models import IDEAL
from paperdesk.core.kernel.ids import AccountId, TapeId, TenantId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument, Kind, instrument_id
from paperdesk.core.market.sessions import XNYS, Session, calendar

DAYS, MINUTES, A_SESSION = 2_520, 1_000_000, 390
ROUNDS: Final = 15
FEW: Final = 5
MEANS = Means(Decimal(1_000_000), Rules(fill_model=IDEAL, fees=fee_schedule("percent")))
ACME = Instrument(
    instrument_id(Kind.EQUITY, "ACME", XNYS), "ACME", "Acme", Kind.EQUITY, "USD", Decimal("0.01"), Decimal(1)
)


def account_at(at: datetime) -> Account:
    """Return nobody's account, with the means of the benchmark."""
    nobody = UUID(int=0)
    ids = (AccountId(nobody), TenantId(nobody), TapeId(nobody))
    return Account(*ids, MEANS.currency, MEANS.rules, MEANS.cash, ZERO, 0, 0, at)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: who ran, how long it took, how many fills there were, and the equity at the end."""

    who: str
    ms: float
    fills: int
    equity: float


def walk(sessions: list[Session], a_session: int, bars: int, step: int, seed: int = 7) -> Bars:
    """Return bars that follow each other in sessions, by a random walk of so many cents."""
    chance = np.random.default_rng(seed)
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


def many_daily(count: int) -> list[Bars]:
    """Return ten years of days of many symbols."""
    found = sessions(DAYS)
    named = (replace(ACME, id=instrument_id(Kind.EQUITY, f"N{at}", XNYS), symbol=f"N{at}") for at in range(count))
    first = walk(found, 1, DAYS, 150, 0)
    walks = ((of, walk(found, 1, DAYS, 150, seed)) for seed, of in enumerate(named))
    return [replace(each, instrument=of, at=first.at, open_at=first.open_at) for of, each in walks]


def minutes() -> Bars:
    """Return a million minutes."""
    return walk(sessions(-(-MINUTES // A_SESSION)), A_SESSION, MINUTES, 5)


def sessions(count: int) -> list[Session]:
    """Return so many sessions."""
    return list(calendar(XNYS).sessions(date(2010, 1, 1), date(2026, 1, 1)))[:count]


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
