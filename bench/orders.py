"""Durable orders over HTTP, and what they are measured against, interleaved in one run.

durable    `paperdesk up` itself: order, fill, entry, lot, position and events in one commit; on margin the same in
           Regulation T accounts, whose orders are judged by everything they hold
memory     the same route, authentication, parsing and engine; nothing is stored
orm        the same doors over one ORM transaction a request, storing the same rows
statement  the rows of an order by one statement of pgbench
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from bench import pgbench
from bench.desks import database_of, free_port, serving, temporary_home, wait_for_credentials
from bench.furnish import SYMBOLS, Furniture, furnish
from bench.load import BenchFailed, Reading, Target, cpu_of, cpu_of_tree, median, take, write_requests
from bench.machine import look_around
from bench.rival import TRIVIAL
from paperdesk.core.kernel.ids import AccountId
from paperdesk.infra.db import Server
from paperdesk.infra.settings import Settings

ACCOUNTS = 1_000
COUNTS = (1, 32, 128)
ROUNDS = 3
SECONDS = 5.0
# Long enough for the first order, which opens the dataset.
WARM_UP_S = 4.0
LIMIT_PRICE = "1.00"

Slot = Callable[[float], Reading]


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio, and what it has to be."""

    name: str
    ratio: float
    wanted: float
    is_floor: bool = True

    @property
    def is_met(self) -> bool:
        """Say whether the ratio is on the right side."""
        return self.ratio >= self.wanted if self.is_floor else self.ratio <= self.wanted


def bodies(accounts: Sequence[AccountId], *, resting: bool = False) -> list[str]:
    """Return one small buy for each account: at the market, or far below it so that it rests."""
    terms = {"type": "limit", "limit_price": LIMIT_PRICE, "time_in_force": "gtc"} if resting else {"type": "market"}
    return [
        json.dumps(
            {"account_id": str(each), "symbol": SYMBOLS[n % len(SYMBOLS)], "side": "buy", "quantity": "1", **terms}
        )
        for n, each in enumerate(accounts)
    ]


@contextmanager
def bench_slots() -> Iterator[dict[str, Slot]]:
    """Start everything that is compared; yield what takes a reading of each, by name."""
    with ExitStack() as stack:
        home = stack.enter_context(temporary_home())
        port = free_port()
        environment = {"PAPERDESK_HOME": str(home)}
        up = ["-m", "paperdesk.main", "up", "--port", str(port)]
        durable = stack.enter_context(serving(up, port, environment))
        kept = wait_for_credentials(home)
        database = database_of(home)
        accounts = asyncio.run(
            furnish(
                Settings(home=home, database_url=SecretStr(database.url)), Furniture(3 * ACCOUNTS, margined=ACCOUNTS)
            )
        ).accounts
        server = Server.at(database.url)
        pgbench.prepare_here(server)
        rivals = {}
        for kind in ("memory", "orm"):
            rival_port = free_port()
            words = ["-m", "bench.rival", kind, str(rival_port)]
            shared = {**environment, "PAPERDESK_DATABASE_URL": database.url}
            rivals[kind] = stack.enter_context(serving(words, rival_port, shared))
        token = f"{kept['key_id']}.{kept['secret']}"
        spread, for_orm, margined = (accounts[n * ACCOUNTS :][:ACCOUNTS] for n in range(3))
        write = partial(_written, home, token)
        files = {
            "spread": write("spread", bodies(spread)),
            "hot": write("hot", bodies(spread[:1])),
            "resting": write("resting", bodies(spread, resting=True)),
            "orm": write("orm", bodies(for_orm)),
            "margin": write("margin", bodies(margined)),
        }
        database_cpu = partial(cpu_of_tree, database.pid)
        orders = "/v1/orders"

        def at(url: str, file: str, pid: int) -> Target:
            return Target(url, files[file], partial(cpu_of, pid), database_cpu)

        ours, memory, orm = (f"{one.url}{orders}" for one in (durable, rivals["memory"], rivals["orm"]))
        slots: dict[str, Slot] = {}
        for count in COUNTS:
            slots[f"durable {count}"] = partial(take, at(ours, "spread", durable.pid), count)
            slots[f"memory {count}"] = partial(take, at(memory, "spread", rivals["memory"].pid), count)
            slots[f"durable margin {count}"] = partial(take, at(ours, "margin", durable.pid), count)
            slots[f"memory margin {count}"] = partial(take, at(memory, "margin", rivals["memory"].pid), count)
        slots["durable hot 32"] = partial(take, at(ours, "hot", durable.pid), 32)
        slots["durable resting 32"] = partial(take, at(ours, "resting", durable.pid), 32)
        slots["orm 32"] = partial(take, at(orm, "orm", rivals["orm"].pid), 32)
        trivial = at(f"{rivals['memory'].url}{TRIVIAL}", "spread", rivals["memory"].pid)
        slots["trivial 1"] = partial(take, trivial, 1)
        slots["statement 1"] = partial(pgbench.take_statement, server)
        yield slots


def _written(folder: Path, token: str, name: str, lines: Sequence[str]) -> Path:
    return write_requests(folder / f"{name}.requests", token, lines)


def measure(slots: dict[str, Slot], rounds: int, seconds: float) -> dict[str, Reading]:
    """Warm every slot up, then take them in turn, and return each one's median."""
    for slot in slots.values():
        slot(WARM_UP_S)
    taken: dict[str, list[Reading]] = {name: [] for name in slots}
    for _ in range(rounds):
        for name, slot in slots.items():
            taken[name].append(slot(seconds))
            print(f"  {name:<20}{taken[name][-1].rate:>9,.0f}/s  p99 {taken[name][-1].p99_ms:6.2f} ms", file=sys.stderr)
    return {name: median(readings) for name, readings in taken.items()}


def goals(taken: dict[str, Reading]) -> list[Goal]:
    """Return the ratios that the order path has to reach."""
    ours = taken["durable 32"]
    alone = taken["statement 1"].p50_ms + taken["trivial 1"].p50_ms
    on_margin = [
        (count, name, taken[f"durable margin {count}"].rate / taken[slot].rate)
        for count in COUNTS
        for name, slot in (("memory", f"memory margin {count}"), ("statement", "statement 1"))
    ]
    return [
        Goal("durable / memory, 32 connections", ours.rate / taken["memory 32"].rate, 0.5),
        Goal("p50 of one client / (statement + trivial POST)", taken["durable 1"].p50_ms / alone, 2.5, is_floor=False),
        Goal("one hot account / 1,000 accounts", taken["durable hot 32"].rate / ours.rate, 0.8),
        Goal("durable / plain ORM transaction", ours.rate / taken["orm 32"].rate, 8.0),
        *(without_goal(f"margin, {count} connections: durable / {name}", ratio) for count, name, ratio in on_margin),
    ]


def without_goal(name: str, figure: float) -> Goal:
    """Return a figure that is shown among the goals and has none."""
    return Goal(name, figure, float("inf"), is_floor=False)


def show(console: Console, taken: dict[str, Reading], ratios: Sequence[Goal]) -> None:
    """Print the readings and the ratios."""
    table = Table("slot", "orders/s", "p50 ms", "p99 ms", "server us", "database us", title="Orders")
    for name, one in taken.items():
        numbers = (
            f"{one.rate:,.0f}",
            f"{one.p50_ms:.2f}",
            f"{one.p99_ms:.2f}",
            f"{one.server_us:.0f}",
            f"{one.database_us:.0f}",
        )
        table.add_row(name, *numbers)
    console.print(table)
    show_goals(console, ratios)


def show_goals(console: Console, ratios: Sequence[Goal]) -> None:
    """Print what was reached, and what was to be."""
    table = Table("ratio", "here", "goal", "", title="Goals")
    for goal in ratios:
        sign = ">=" if goal.is_floor else "<="
        wanted = "none named" if goal.wanted == float("inf") else f"{sign} {goal.wanted:g}"
        table.add_row(goal.name, f"{goal.ratio:.2f}", wanted, "met" if goal.is_met else "missed")
    console.print(table)


def main() -> int:
    """Run the benchmark; the exit code says whether every goal was met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--only", default="", help="take only the slots whose name holds this")
    asked = parser.parse_args()
    console = Console()
    console.print(f"Before: {look_around()}")
    try:
        with bench_slots() as slots:
            chosen = {name: slot for name, slot in slots.items() if asked.only in name}
            taken = measure(chosen, asked.rounds, asked.seconds)
    except BenchFailed as failure:
        console.print(f"[red]{failure}[/]")
        return 2
    ratios = [] if asked.only else goals(taken)
    console.print(f"After: {look_around()}")
    show(console, taken, ratios)
    return 0 if all(goal.is_met for goal in ratios) else 1


if __name__ == "__main__":
    sys.exit(main())
