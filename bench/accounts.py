"""Accounts that grow: one with ten thousand orders, one with a thousand positions, ten thousand at one quote.

long    ten thousand orders in one account: the last thousand in turn with the first of a new account
wide    an account of a thousand positions, valued and listed, against an empty one
many    ten thousand accounts, each with a working order, at one quote: that fills none, and that fills all
flat    memory of the server over a hundred thousand orders
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from pydantic import SecretStr
from rich.console import Console

from bench.desks import Running, database_of, free_port, serving, temporary_home, wait_for_credentials
from bench.furnish import SYMBOLS, Furnished, Furniture, furnish
from bench.load import BenchFailed, Target, take, write_requests
from bench.machine import look_around
from bench.orders import Goal, bodies, show_goals, without_goal
from paperdesk.core.kernel.ids import AccountId
from paperdesk.infra.settings import Settings

LONG_ORDERS = 10_000
PART = 1_000
WIDE_POSITIONS = 1_000
# With the two that a new desk has, as many as one person may have.
MANY_ACCOUNTS = 9_998
FLAT_ORDERS = 100_000
READS = 20
SENDERS = 16
MEGABYTE = 1_000_000
BELOW, ABOVE = "1.00", "500.00"


@dataclass(frozen=True, slots=True)
class Bench:
    """A desk under test: its process, a way to furnish it, and a client that may do everything."""

    running: Running
    settings: Settings
    client: httpx.AsyncClient
    token: str

    async def furnished(self, wanted: Furniture) -> Furnished:
        """Put a tape and accounts into the desk."""
        return await furnish(self.settings, wanted)

    async def order(self, account_id: AccountId, symbol: str, terms: Mapping[str, str] | None = None) -> float:
        """Buy one unit, at the market unless terms say otherwise; return the seconds it took."""
        body = {"account_id": str(account_id), "symbol": symbol, "side": "buy", "type": "market", "quantity": "1"}
        return await self._timed("POST", "/v1/orders", json=body | dict(terms or {}))

    async def read(self, path: str) -> float:
        """Return the median seconds of reading an address."""
        return median([await self._timed("GET", path) for _ in range(READS)])

    async def step(self, furnished: Furnished) -> float:
        """Deliver one more quote of every symbol; return the seconds until everything it caused is stored."""
        tape = f"/v1/tapes/{furnished.tape_id}"
        started = time.perf_counter()
        await self._timed("POST", f"{tape}/control", json={"action": "step", "unit": "fact", "count": len(SYMBOLS)})
        while not (await self.client.get(tape)).json()["reached"]:
            await asyncio.sleep(0.01)
        return time.perf_counter() - started

    async def _timed(self, method: str, path: str, **more: Any) -> float:  # noqa: ANN401 - httpx's own
        started = time.perf_counter()
        answer = await self.client.request(method, path, **more)
        if answer.is_error:
            raise BenchFailed(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return time.perf_counter() - started


@contextmanager
def desk() -> Iterator[Bench]:
    """Start a desk of its own; everything of it is gone afterwards."""
    with ExitStack() as stack:
        home = stack.enter_context(temporary_home())
        port = free_port()
        up = ["-m", "paperdesk.main", "up", "--port", str(port)]
        running = stack.enter_context(serving(up, port, {"PAPERDESK_HOME": str(home)}))
        kept = wait_for_credentials(home)
        settings = Settings(home=home, database_url=SecretStr(database_of(home).url))
        token = f"{kept['key_id']}.{kept['secret']}"
        headers = {"Authorization": f"Bearer {token}"}
        yield Bench(running, settings, httpx.AsyncClient(base_url=running.url, headers=headers, timeout=120), token)


async def long_account(bench: Bench) -> list[Goal]:
    """Fill ten thousand orders in one account, the last thousand in turn with the first ones of a new account.

    In turn, because a machine that is slower at the end than at the beginning says nothing of the account.
    """
    long, new = (await bench.furnished(Furniture(2))).accounts
    for n in range(LONG_ORDERS):
        await bench.order(long, SYMBOLS[n % len(SYMBOLS)])
    taken: dict[AccountId, list[float]] = {long: [], new: []}
    for n in range(PART):
        for account_id, seconds in taken.items():
            seconds.append(await bench.order(account_id, SYMBOLS[n % len(SYMBOLS)]))
    first, last = median(taken[new]), median(taken[long])
    return [
        Goal(
            f"last thousand of {LONG_ORDERS:,} orders / the first of a new account ({first * 1e3:.1f} ms)",
            last / first,
            1.2,
            is_floor=False,
        )
    ]


async def wide_account(bench: Bench) -> list[Goal]:
    """Buy a thousand instruments, and read what they are worth."""
    symbols = [f"W{number:03}" for number in range(WIDE_POSITIONS)]
    wide, empty = (await bench.furnished(Furniture(2, symbols, minutes=2))).accounts
    await _each(symbols, lambda symbol: bench.order(wide, symbol))
    goals = []
    for name, path in (("account", ""), ("positions", "/positions?limit=500")):
        full, none = await bench.read(f"/v1/accounts/{wide}{path}"), await bench.read(f"/v1/accounts/{empty}{path}")
        goals.append(
            Goal(
                f"{name} of {WIDE_POSITIONS:,} positions, ms (an empty one: {none * 1e3:.1f})",
                full * 1e3,
                50,
                is_floor=False,
            )
        )
    return goals


async def many_accounts(bench: Bench) -> list[Goal]:
    """Let one quote meet a working order of each of ten thousand accounts."""
    furnished = await bench.furnished(Furniture(MANY_ACCOUNTS, fill_on_arrival=False))
    goals = []
    for name, limit in (("fills none", BELOW), ("fills all", ABOVE)):
        terms = {"type": "limit", "limit_price": limit, "time_in_force": "gtc"}
        await _each(furnished.accounts, partial(bench.order, symbol=SYMBOLS[0], terms=terms))
        seconds = await bench.step(furnished)
        goals.append(without_goal(f"a quote for {MANY_ACCOUNTS:,} accounts that {name}, s", seconds))
    return goals


async def flat_memory(bench: Bench) -> list[Goal]:
    """Place a hundred thousand orders over a thousand accounts, and weigh the server before and after."""
    accounts = (await bench.furnished(Furniture(1_000))).accounts
    folder = Path(bench.settings.directory)
    requests = write_requests(folder / "flat.requests", bench.token, bodies(accounts))
    target = Target(f"{bench.running.url}/v1/orders", requests, float, float)
    take(target, 32, 10)
    before, done = resident(bench.running.pid), 0.0
    while done < FLAT_ORDERS:
        done += take(target, 32, 10).rate * 10
    grown = (resident(bench.running.pid) - before) / MEGABYTE
    return [Goal(f"growth over {done:,.0f} orders, MB (from {before / MEGABYTE:.0f})", grown, 100, is_floor=False)]


def resident(pid: int) -> int:
    """Return the bytes of a process that are in memory."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise BenchFailed(f"Process {pid} tells nothing of its memory.")


async def _each(things: Sequence[Any], act: Callable[[Any], Awaitable[object]]) -> None:
    """Do something for each thing, a few at a time."""
    left = iter(things)

    async def sender() -> None:
        for each in left:
            await act(each)

    await asyncio.gather(*(sender() for _ in range(SENDERS)))


PARTS = {"long": long_account, "wide": wide_account, "many": many_accounts, "flat": flat_memory}


async def measure(only: str) -> list[Goal]:
    """Take every part on a desk of its own."""
    goals: list[Goal] = []
    for name, part in PARTS.items():
        if only in name:
            with desk() as bench:
                goals += await part(bench)
                await bench.client.aclose()
    return goals


def main() -> int:
    """Run the benchmark; the exit code says whether every goal was met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", default="", help="take only the parts whose name holds this")
    asked = parser.parse_args()
    console = Console()
    console.print(f"Before: {look_around()}")
    try:
        goals = asyncio.run(measure(asked.only))
    except BenchFailed as failure:
        console.print(f"[red]{failure}[/]")
        return 2
    show_goals(console, goals)
    return 0 if all(goal.is_met for goal in goals) else 1


if __name__ == "__main__":
    sys.exit(main())
