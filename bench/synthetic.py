"""The synthetic market: a year of minutes, quotes ten times a second, and an option chain with Greeks."""

import gc
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count
from statistics import median
from uuid import UUID

from rich.console import Console
from rich.table import Table

from bench.machine import look_around
from paperdesk.core.kernel.ids import DatasetId, TapeId, UserId
from paperdesk.core.synthetic.daily import DailyMarket, generate_daily
from paperdesk.core.synthetic.minutes import generate_minutes
from paperdesk.core.synthetic.presets import preset_of
from paperdesk.features.marketdata.chain_schemas import ChainLineOut
from paperdesk.features.marketdata.chains import ContractQuery, chain
from paperdesk.features.marketdata.channels import ChannelKey, Moment
from paperdesk.features.marketdata.feeds.dataset import Dataset
from paperdesk.features.marketdata.feeds.manifest import Detail, Recipe
from paperdesk.features.marketdata.feeds.synthetic import market_manifest, market_sessions, open_synthetic
from paperdesk.features.marketdata.publication import Publication
from paperdesk.features.marketdata.tapes import Shelf, Tape, TapeState
from paperdesk.infra.bus import Subscription
from paperdesk.infra.http import PageOf
from paperdesk.infra.settings import Settings
from paperdesk.serving import COLLECT_AFTER

PRESET, SEED = "calm_market", 7
CORES, SESSIONS, SYMBOLS = 2, 252, 120
CONTRACTS = 400
ROUNDS = 7
YEAR_MAX_S, SHARE_MAX, CHAIN_MAX_MS = 20.0, 0.10, 5.0


def a_year(market: DailyMarket) -> tuple[float, int]:
    """Generate the minutes of the last 252 sessions on two threads; return the seconds, and the bars."""
    days = range(len(market.sessions) - SESSIONS, len(market.sessions))
    started = time.perf_counter()
    with ThreadPoolExecutor(CORES) as pool:
        bars = sum(pool.map(lambda day: generate_minutes(market, day).close.size, days))
    return time.perf_counter() - started, bars


def tape_at(dataset: Dataset, at: datetime) -> Tape:
    """Return a tape that stands at an instant."""
    cursor, nobody = dataset.cursor_at(at), UUID(int=0)
    return Tape(
        TapeId(nobody), None, UserId(nobody), DatasetId(nobody), "Benchmark", shared=False, cursor=cursor, at=at,
        target_cursor=cursor, target_at=at, state=TapeState.PAUSED, speed=None, has_ended=False, starts_at=at,
    )  # fmt: skip


def quoting(dataset: Dataset, at: datetime) -> float:
    """Let one subscriber follow the quotes of 120 symbols, each of which changes each time; return ms a time."""
    publication, follower = Publication(Shelf(Settings().datasets)), Subscription()
    now = Moment(tape_at(dataset, at), dataset)
    symbols = [each.instrument.symbol for each in dataset.search("", now.tape.cursor)][:SYMBOLS]
    channels = publication.channels(now, [ChannelKey(now.tape.id, "quotes", symbol) for symbol in symbols])
    publication.admit(follower, channels)
    minute = count(1)

    def advance() -> None:
        later = Moment(tape_at(dataset, at + next(minute) * timedelta(minutes=1)), dataset)
        for channel in channels:
            channel.advance(later)

    assert len(channels) == SYMBOLS, "the market has as many"
    return timed(advance)


def chain_of(dataset: Dataset, at: datetime) -> tuple[float, int]:
    """Read the options of the next expiries, at least 400, with their Greeks; return ms for 400 of them, and how many.

    That is the use case, from the tape to exact lines; the door writes them down besides.
    """
    tape = tape_at(dataset, at)
    days = [line.contract.expires_on for line in chain(tape, dataset, ContractQuery("AAPL"))]
    asked = ContractQuery("AAPL", expires_to=days[CONTRACTS - 1])
    contracts = len(list(chain(tape, dataset, asked)))
    return timed(lambda: list(chain(tape, dataset, asked))) * CONTRACTS / contracts, contracts


def shown(dataset: Dataset, at: datetime) -> float:
    """Write 400 lines of a chain down as the door does; return milliseconds."""
    lines = list(chain(tape_at(dataset, at), dataset, ContractQuery("AAPL")))[:CONTRACTS]
    return timed(
        lambda: PageOf[ChainLineOut](
            items=[ChainLineOut.of_line(each) for each in lines], next_cursor=None
        ).model_dump_json()
    )


def timed(work: Callable[[], object]) -> float:
    """Return the milliseconds of processor time that something takes, the median of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - started))
    return median(taken)


def main() -> int:
    """Run the benchmark; 1 when a goal was missed."""
    console, around = Console(), look_around()
    seconds, bars = a_year(generate_daily(preset_of(PRESET), SEED, market_sessions()))
    dataset: Dataset = open_synthetic(market_manifest(Recipe(PRESET, SEED, Detail.MINUTE)))
    # As the server does once it stands: what is there by now is never looked through again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    noon = dataset.calendar.next_open(dataset.starts_from) + timedelta(hours=2)
    share = quoting(dataset, noon) * 10 / 1000
    chain_ms, contracts = chain_of(dataset, noon)
    table = Table("what", "here", "goal", title=f"Synthetic market ({around})")
    table.add_row(f"a year of minutes: {bars:,} bars, two threads", f"{seconds:.1f} s", f"< {YEAR_MAX_S:.0f} s")
    table.add_row(f"quotes of {SYMBOLS} symbols, 10 Hz", f"{share:.1%} of a core", f"< {SHARE_MAX:.0%}")
    per = f"{CONTRACTS} contracts with Greeks, of a chain of {contracts:,}"
    table.add_row(per, f"{chain_ms:.1f} ms", f"< {CHAIN_MAX_MS:.0f} ms")
    table.add_row(f"{CONTRACTS} of them, written down by the door", f"{shown(dataset, noon):.1f} ms", "")
    console.print(table)
    return int(seconds >= YEAR_MAX_S or share >= SHARE_MAX or chain_ms >= CHAIN_MAX_MS)


if __name__ == "__main__":
    sys.exit(main())
