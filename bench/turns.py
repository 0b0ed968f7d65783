"""One client who asks a desk for several things in turns, beside a request that does nothing on another server."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from statistics import median, quantiles
from typing import TypeAlias

import httpx
from rich.console import Console
from rich.table import Table

from bench.desks import database_of, free_port, serving, temporary_home, wait_for_credentials
from bench.machine import look_around
from bench.rival import TRIVIAL

ROUNDS = 5
WARM_UP = 100
NOTHING = "empty request"

Ask: TypeAlias = Callable[[], httpx.Response]
AsksOf: TypeAlias = Callable[[httpx.Client, str, Mapping[str, str]], dict[str, Ask]]
Readings: TypeAlias = dict[str, list[list[float]]]


def timed(ask: Ask, requests: int) -> list[float]:
    """Return the milliseconds of each request; a refused one fails the benchmark."""
    taken = []
    for _ in range(requests):
        started = time.perf_counter()
        ask().raise_for_status()
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def readings(asks_of: AsksOf, requests: int) -> Readings:
    """Start a desk and a server that does nothing over the same database, and ask both in turns.

    `asks_of` returns what is asked of the desk: of a client, its address and the credentials it was founded with.
    """
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
        asks = {NOTHING: lambda: client.post(f"{rival.url}{TRIVIAL}"), **asks_of(client, desk.url, kept)}
        for ask in asks.values():
            timed(ask, WARM_UP)
        rounds = [{name: timed(ask, requests) for name, ask in asks.items()} for _ in range(ROUNDS)]
    return {name: [each[name] for each in rounds] for name in asks}


def show(console: Console, taken: Readings, requests: int) -> None:
    """Print the median and the tail of each request."""
    table = Table("request", "p50 ms", "p99 ms", title=f"One client, {ROUNDS} x {requests} requests ({look_around()})")
    for name, rounds in taken.items():
        p99 = median(quantiles(one, n=100)[98] for one in rounds)
        table.add_row(name, f"{median(map(median, rounds)):.2f}", f"{p99:.2f}")
    console.print(table)
