"""Load on one address, and what it cost: rate, latency and processor time per request.

The load comes from wrk (`apt-get install wrk`), so that little of the machine goes into making it.
"""

import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("load.lua")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")

Cpu = Callable[[], float]


class BenchFailed(Exception):
    """A benchmark could not be taken; a sentence for the person who asked for it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One slot of load: requests per second, latencies in ms, and CPU in microseconds per request."""

    rate: float
    p50_ms: float
    p99_ms: float
    server_us: float = 0.0
    database_us: float = 0.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where load goes: the address, the file of prepared requests, and what counts the CPU of both sides."""

    url: str
    requests: Path
    server_cpu: Cpu
    database_cpu: Cpu


def write_requests(path: Path, token: str, bodies: Sequence[str]) -> Path:
    """Write prepared requests in the form that load.lua reads."""
    path.touch(mode=0o600)
    path.write_text("\n".join([token, *bodies, ""]), encoding="utf-8")
    return path


def take(target: Target, connections: int, seconds: float) -> Reading:
    """Load a target for a while; a refused or broken request fails the benchmark."""
    before = target.server_cpu(), target.database_cpu()
    counted = _wrk(target, connections, seconds)
    used = target.server_cpu() - before[0], target.database_cpu() - before[1]
    if counted["refused"] or counted["broken"] or not counted["requests"]:
        raise BenchFailed(f"{target.url} did not serve every request: {counted}")
    done = counted["requests"]
    return Reading(
        rate=done / counted["duration_us"] * 1e6,
        p50_ms=counted["p50_us"] / 1e3,
        p99_ms=counted["p99_us"] / 1e3,
        server_us=used[0] / done * 1e6,
        database_us=used[1] / done * 1e6,
    )


def _wrk(target: Target, connections: int, seconds: float) -> dict[str, int]:
    wrk = shutil.which("wrk")
    if wrk is None:
        raise BenchFailed("The load generator wrk is not installed; on Debian: apt-get install wrk")
    words = [wrk, "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "10s", "-s", str(SCRIPT), target.url]
    answer = subprocess.run(
        [*words, "--", str(target.requests)], check=True, capture_output=True, text=True, timeout=seconds + 30
    )
    counted: dict[str, int] = json.loads(answer.stdout.splitlines()[-1])
    return counted


def cpu_of(pid: int) -> float:
    """Return the processor seconds of a process so far, and of the children it has buried."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS_PER_S


def cpu_of_tree(pid: int) -> float:
    """Return the processor seconds of a process and its children so far, living or not."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    used = 0.0
    for child in children:
        with suppress(FileNotFoundError):  # it ended meanwhile, and counts as buried
            used += cpu_of(int(child))
    return used + cpu_of(pid)


def median(readings: Sequence[Reading]) -> Reading:
    """Return the median of each number."""
    names = Reading.__dataclass_fields__
    return Reading(**{name: statistics.median(getattr(one, name) for one in readings) for name in names})
