"""What somebody waits for, beside a request that does nothing, in turns: `python -m bench.stated`.

Lists, something made and taken away again, a line that is opened and one that is heard on, and a backtest that is
asked for and withdrawn, so that none runs beside what is measured next. What a sign-in takes is told by `bench.auth`.
"""

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Final

import httpx
from rich.console import Console
from websockets.sync.client import ClientConnection, connect

from bench.turns import NOTHING, Ask, Readings, readings, show
from paperdesk.core.kernel.time import instant_from_text, instant_text

REQUESTS: Final = 100
LISTS: Final = ("list of accounts", "list of orders", "list of jobs")
MADE, OPENED, HEARD, BACKTEST = "watchlist made and removed", "line opened", "answer on a line", "backtest asked for"
# The times that are stated, 25 ms of a list or a write, 10 of a line and 50 of a backtest, as so many empty requests:
# one takes 0.6 ms where nothing else runs. What is made and what is asked for is taken away again by a second write.
TIMES_MAX: Final = {**dict.fromkeys(LISTS, 40.0), MADE: 80.0, OPENED: 16.0, HEARD: 16.0, BACKTEST: 120.0}


def asks_of(lines: ExitStack, client: httpx.Client, url: str, kept: Mapping[str, str]) -> dict[str, Ask]:
    """Return what is asked in turns; a line stays open as long as the stack."""
    account = client.get(f"{url}/v1/accounts/{kept['account_id']}").raise_for_status().json()
    stream = f"ws{url.removeprefix('http')}/v1/stream"
    headers = {"Authorization": client.headers["Authorization"]}
    line = lines.enter_context(connect(stream, additional_headers=headers, proxy=None))
    run = {
        "name": "Bench", "tape_id": account["tape_id"], "strategy": "buy_and_hold", "symbols": [kept["symbol"]],
        "starts_at": instant_text(instant_from_text(account["at"]) - timedelta(days=10)),
    }  # fmt: skip

    def made() -> httpx.Response:
        answer = client.post(f"{url}/v1/watchlists", json={"name": "Bench", "symbols": []}).raise_for_status()
        return client.delete(f"{url}/v1/watchlists/{answer.json()['id']}")

    def opened() -> httpx.Response:
        with connect(stream, additional_headers=headers, proxy=None) as another:
            return answered(another)

    def asked_for() -> httpx.Response:
        answer = client.post(f"{url}/v1/backtests", json=run).raise_for_status()
        return client.post(f"{url}/v1/backtests/{answer.json()['id']}/cancel")

    def answered(on: ClientConnection) -> httpx.Response:
        on.send('{"do": "ping"}')
        while '"pong"' not in str(on.recv()):
            pass
        return httpx.Response(200, request=httpx.Request("GET", url))

    return {
        "list of accounts": lambda: client.get(f"{url}/v1/accounts"),
        "list of orders": lambda: client.get(f"{url}/v1/orders", params={"account_id": kept["account_id"]}),
        "list of jobs": lambda: client.get(f"{url}/v1/jobs"),
        MADE: made,
        OPENED: opened,
        HEARD: lambda: answered(line),
        BACKTEST: asked_for,
    }


def times(taken: Readings, name: str) -> float:
    """Return how many times an empty request something takes, in the median of the rounds."""
    return median(median(one) / median(empty) for one, empty in zip(taken[name], taken[NOTHING], strict=True))


def main() -> int:
    """Run the benchmark; 1 when a goal was missed."""
    console = Console()
    with ExitStack() as lines:
        taken = readings(partial(asks_of, lines), REQUESTS)
    show(console, taken, REQUESTS)
    found = {name: times(taken, name) for name in TIMES_MAX}
    for name, most in TIMES_MAX.items():
        console.print(f"{name}: {found[name]:.1f} times an empty request (goal <= {most:g})")
    return int(any(found[name] > most for name, most in TIMES_MAX.items()))


if __name__ == "__main__":
    sys.exit(main())
