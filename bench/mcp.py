"""Call tools over MCP, beside the routes of REST that call the same, and a request that does nothing: in turns.

What a tool call adds to its use case is its own time less what the use case takes: the time of the route, less that of
a request that only proves who asks.
"""

import sys
from collections.abc import Mapping
from statistics import median
from typing import Any

import httpx
from rich.console import Console

from bench.turns import NOTHING, Ask, Readings, readings, show

REQUESTS = 200
ADDED_MS_MAX = 1.5
VERSION = "2026-07-28"
PREFIX = "io.modelcontextprotocol/"
PAIRS = (("get_order", "GET order"), ("place_order", "POST order"))


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


def asks_of(client: httpx.Client, url: str, kept: Mapping[str, str]) -> dict[str, Ask]:
    """Return what is asked in turns: two tools, and the two routes of the same."""
    # Sent again and again it is one order: a thousand that wait would make the next one slower.
    wish = {"symbol": kept["symbol"], "side": "buy", "type": "market", "quantity": "1", "client_order_id": "bench"}
    body = {**wish, "account_id": kept["account_id"]}
    order = client.post(f"{url}/v1/orders", json=body).raise_for_status().json()
    return {
        "GET order": lambda: client.get(f"{url}/v1/orders/{order['id']}"),
        "get_order": calling(client, url, "get_order", {"order_id": order["id"]}),
        "POST order": lambda: client.post(f"{url}/v1/orders", json=body),
        "place_order": calling(client, url, "place_order", body),
    }


def main() -> int:
    """Run the benchmark; 1 when the goal was missed."""
    console, taken = Console(), readings(asks_of, REQUESTS)
    show(console, taken, REQUESTS)
    worst = max(added(console, taken, tool, route) for tool, route in PAIRS)
    return int(worst > ADDED_MS_MAX)


def added(console: Console, taken: Readings, tool: str, route: str) -> float:
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
