"""Read the latest quote of a symbol, beside an authenticated request that does nothing: one client, in turns."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from statistics import median, quantiles

import httpx
from rich.console import Console
from rich.table import Table

from bench.desks import database_of, free_port, serving, temporary_home, wait_for_credentials
from bench.machine import look_around
from bench.rival import TRIVIAL

ROUNDS = 5
REQUESTS = 300
WARM_UP = 100
RATIO_MAX = 1.3


def timed(ask: Callable[[], httpx.Response], requests: int) -> list[float]:
    """Return the milliseconds of each request; a refused one fails the benchmark."""
    taken = []
    for _ in range(requests):
        started = time.perf_counter()
        ask().raise_for_status()
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def readings() -> dict[str, list[list[float]]]:
    """Start a desk and a server that does nothing over the same database, and ask both in turns."""
    with ExitStack() as stack:
        home = stack.enter_context(temporary_home())
        environment = {"PAPERDESK_HOME": str(home)}
        port, rival_port = free_port(), free_port()
        desk = stack.enter_context(serving(["-m", "paperdesk.main", "up", "--port", str(port)], port, environment))
        kept = wait_for_credentials(home)
        shared = {**environment, "PAPERDESK_DATABASE_URL": database_of(home).url}
        rival = stack.enter_context(serving(["-m", "bench.rival", "memory", str(rival_port)], rival_port, shared))
        headers = {"Authorization": f"Bearer {kept['key_id']}.{kept['secret']}"}
        client = stack.enter_context(httpx.Client(headers=headers))
        tape_id = client.get(f"{desk.url}/v1/tapes").raise_for_status().json()["items"][0]["id"]
        quote = {"tape_id": tape_id, "symbols": kept["symbol"]}
        asks: dict[str, Callable[[], httpx.Response]] = {
            "empty request": lambda: client.post(f"{rival.url}{TRIVIAL}"),
            "latest quote": lambda: client.get(f"{desk.url}/v1/quotes", params=quote),
        }
        for ask in asks.values():
            timed(ask, WARM_UP)
        rounds = [{name: timed(ask, REQUESTS) for name, ask in asks.items()} for _ in range(ROUNDS)]
    return {name: [each[name] for each in rounds] for name in asks}


def main() -> int:
    """Run the benchmark; 1 when the goal was missed."""
    console, taken = Console(), readings()
    table = Table("request", "p50 ms", "p99 ms", title=f"One client, {ROUNDS} x {REQUESTS} requests ({look_around()})")
    for name, rounds in taken.items():
        p99 = median(quantiles(one, n=100)[98] for one in rounds)
        table.add_row(name, f"{median(map(median, rounds)):.2f}", f"{p99:.2f}")
    console.print(table)
    pairs = zip(taken["latest quote"], taken["empty request"], strict=True)
    ratio = median(median(quote) / median(empty) for quote, empty in pairs)
    console.print(f"latest quote / empty request, p50: {ratio:.2f} (goal <= {RATIO_MAX}), median of {ROUNDS} pairs")
    return int(ratio > RATIO_MAX)


if __name__ == "__main__":
    sys.exit(main())
