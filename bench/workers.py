"""One sweep, run by one worker process and by two: how much sooner it is done.

The desk's own process is one worker; the other is a process that does nothing else, on the same database. Trials are
run by the exact engine, twenty to a job, on ten years of days.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx
import numpy as np
from pydantic import SecretStr
from rich.console import Console

from bench.desks import database_of, free_port, serving, temporary_home, wait_for_credentials
from bench.furnish import principal_of, runtime_at
from bench.machine import look_around
from bench.random_bars import daily
from paperdesk.core.kernel.ids import DatasetId
from paperdesk.core.kernel.time import instant_of
from paperdesk.core.market.instruments import Kind
from paperdesk.features.marketdata.feeds.columns import BarColumns
from paperdesk.features.marketdata.feeds.manifest import DatasetTerms, SourceKind
from paperdesk.features.marketdata.feeds.series import Named, series_of
from paperdesk.features.marketdata.feeds.writer import write_dataset
from paperdesk.features.marketdata.open_tape import OpenTape, open_tape
from paperdesk.features.marketdata.store import insert_dataset
from paperdesk.features.marketdata.tapes import Shelf
from paperdesk.features.research.jobs import JOBS
from paperdesk.infra.home import Home
from paperdesk.infra.job_worker import Worker
from paperdesk.infra.settings import Settings
from paperdesk.infra.work import UnitOfWork

ROUNDS: Final = 3
RATIO_MIN: Final = 1.7
TRIALS: Final = 80
RANGES: Final = {"fast": {"at_least": "2", "at_most": "9"}, "slow": {"at_least": "20", "at_most": "29"}}
TERMS: Final = DatasetTerms(name="Ten years", kind=SourceKind.SYNTHETIC, provenance="Made for the benchmark.")
LOOK_S: Final = 0.1
ENDS_WITHIN_S: Final = 600.0


async def work(port: int) -> None:
    """Work on the jobs of the database that the environment names, and listen on a port once that has begun."""
    runtime = runtime_at(Settings())
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", port)
    try:
        await Worker(runtime, JOBS).run()
    finally:
        server.close()
        await runtime.close()


def swept(client: httpx.Client, asked: dict[str, Any]) -> float:
    """Return how many seconds a sweep takes, from asking for it until it is done."""
    started = time.perf_counter()
    sweep = client.post("/v1/sweeps", json=asked).raise_for_status().json()
    while time.perf_counter() - started < ENDS_WITHIN_S:
        # The list tells how far sweeps are, and works nothing out of their trials.
        newest = client.get("/v1/sweeps", params={"limit": "1"}).raise_for_status().json()["items"][0]
        if (newest["id"], newest["state"]) == (sweep["id"], "done"):
            return time.perf_counter() - started
        time.sleep(LOOK_S)
    raise TimeoutError(f"The sweep is not done after {ENDS_WITHIN_S} s.")


@contextmanager
def another(home: Path) -> Iterator[None]:
    """Let another worker work until the block is left."""
    port = free_port()
    environment = {"PAPERDESK_HOME": str(home), "PAPERDESK_DATABASE_URL": database_of(home).url}
    with serving(["-m", "bench.workers", str(port)], port, environment):
        yield


async def shelved(settings: Settings) -> dict[str, Any]:
    """Put ten years of days on the shelf, open a tape at their end, and return what is asked of it."""
    runtime, who, bars = runtime_at(settings), principal_of(Home(settings.directory)), daily()
    prices = bars.open, bars.high, bars.low, bars.close, np.full(len(bars), 1_000_000)
    named = series_of(Named("ACME", "Acme", Kind.EQUITY), TERMS, BarColumns(bars.open_at, bars.at, *prices), (2, 0))
    began_at, ended_at = instant_of(int(bars.open_at[0])), instant_of(int(bars.at[-1]))
    try:
        async with runtime.work(who) as work:
            dataset_id = DatasetId(work.new_id())
            manifest = write_dataset(TERMS, [named], settings.datasets / str(dataset_id))
        async with runtime.as_system() as db:
            await insert_dataset(UnitOfWork(who, runtime.clock.now(), db), dataset_id, manifest, None)
        async with runtime.work(who) as work:
            tape = await open_tape(work, Shelf(settings.datasets), OpenTape(dataset_id, "Ten years", ended_at))
    finally:
        await runtime.close()
    terms = {"tape_id": str(tape.id), "strategy": "sma_cross", "symbols": ["ACME"], "fill_model": "ideal"}
    return {"name": "Two workers", **terms, "ranges": RANGES, "starts_at": began_at.isoformat()}


def main() -> int:
    """Run the benchmark; 1 when the goal was missed."""
    console, taken = Console(), {"one worker": list[float](), "two workers": list[float]()}
    with temporary_home() as home:
        port = free_port()
        with serving(["-m", "paperdesk.main", "up", "--port", str(port)], port, {"PAPERDESK_HOME": str(home)}) as desk:
            kept = wait_for_credentials(home)
            headers = {"Authorization": f"Bearer {kept['key_id']}.{kept['secret']}"}
            with httpx.Client(base_url=desk.url, headers=headers, timeout=60) as client:
                url = SecretStr(database_of(home).url)
                asked = asyncio.run(shelved(Settings(home=home, database_url=url)))
                swept(client, asked)
                for _ in range(ROUNDS):
                    taken["one worker"].append(swept(client, asked))
                    with another(home):
                        # It listens before it has loaded what it needs for its first job.
                        swept(client, asked)
                        taken["two workers"].append(swept(client, asked))
    console.print(f"A sweep of {TRIALS} trials, {ROUNDS} rounds ({look_around()})")
    for name, seconds in taken.items():
        console.print(f"{name}: {median(seconds):.2f} s, {TRIALS / median(seconds):.0f} trials/s")
    ratio = median(one / two for one, two in zip(*taken.values(), strict=True))
    console.print(f"one / two: {ratio:.2f} (goal >= {RATIO_MIN} where two cores are free)")
    return int(ratio < RATIO_MIN)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(work(int(sys.argv[1])))
    else:
        sys.exit(main())
