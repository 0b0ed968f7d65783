"""Call tools over MCP, beside the routes of REST that call the same, and a request that does nothing: in turns.

What a tool call adds to its use case is its own time less what the use case takes: the time of the route, less that of
a request that only proves who asks.
"""

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from statistics import median, quantiles
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from bench.desks import database_of, free_port, serving, temporary_home, wait_for_credentials
from bench.machine import look_around
from bench.rival import TRIVIAL

ROUNDS = 5
REQUESTS = 200
WARM_UP = 100
ADDED_MS_MAX = 1.5
VERSION = "2026-07-28"
PREFIX = "io.modelcontextprotocol/"
PAIRS = (("get_order", "GET order"), ("place_order", "POST order"))
NOTHING = "empty request"

Ask = Callable[[], httpx.Response]


def timed(ask: Ask, requests: int) -> list[float]:
    """Return the milliseconds of each request; a refused one fails the benchmark."""
    taken = []
    for _ in range(requests):
        started = time.perf_counter()
        ask().raise_for_status()
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def calling(client: httpx.Client, url: str, name: str, arguments: Mapping[str, Any]) -> Ask:
    """Return what calls a tool as a client of the newer protocol does; a failed call fails the benchmark."""
    meta = {f"{PREFIX}protocolVersion": VERSION, f"{PREFIX}clientCapabilities": {}}
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": VERSION}
    headers |= {"Mcp-Method": "tools/call", "Mcp-Name": name}
    params = {"name": name, "arguments": arguments, "_meta": meta}

    def ask() -> httpx.Response:
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        answer = client.post(f"{url}/mcp", json=body, headers=headers)
        assert not answer.json()["result"]["isError"], answer.text
        return answer

    return ask


def asks_of(client: httpx.Client, url: str, rival_url: str, kept: Mapping[str, str]) -> dict[str, Ask]:
    """Return what is asked in turns: two tools, the two routes of the same, and nothing."""
    # Sent again and again it is one order: a thousand that wait would make the next one slower.
    wish = {"symbol": kept["symbol"], "side": "buy", "type": "market", "quantity": "1", "client_order_id": "bench"}
    body = {**wish, "account_id": kept["account_id"]}
    order = client.post(f"{url}/v1/orders", json=body).raise_for_status().json()
    return {
        NOTHING: lambda: client.post(f"{rival_url}{TRIVIAL}"),
        "GET order": lambda: client.get(f"{url}/v1/orders/{order['id']}"),
        "get_order": calling(client, url, "get_order", {"order_id": order["id"]}),
        "POST order": lambda: client.post(f"{url}/v1/orders", json=body),
        "place_order": calling(client, url, "place_order", body),
    }


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
        asks = asks_of(client, desk.url, rival.url, kept)
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
    worst = max(added(console, taken, tool, route) for tool, route in PAIRS)
    return int(worst > ADDED_MS_MAX)


def added(console: Console, taken: Mapping[str, list[list[float]]], tool: str, route: str) -> float:
    """Say what a tool adds to its use case, and to the route of the same, in the median of the rounds."""
    rounds = [[median(each) for each in one] for one in zip(taken[tool], taken[route], taken[NOTHING], strict=True)]
    to_use_case = median(called - (asked - nothing) for called, asked, nothing in rounds)
    ratio = median(called / asked for called, asked, _ in rounds)
    console.print(
        f"{tool}: {to_use_case:.2f} ms more than its use case (goal <= {ADDED_MS_MAX}), {ratio:.2f} times its route"
    )
    return to_use_case


if __name__ == "__main__":
    sys.exit(main())
