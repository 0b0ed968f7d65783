"""A thousand subscribers who hear twenty quotes a second each, in a process of their own.

A delay runs from the moment at which the pump has moved the tape to the moment at which the subscriber's process
has the message in hand. The server's own processor time is told beside it.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
from rich.console import Console
from rich.table import Table

from bench.desks import ROOT, free_port, serving, temporary_home
from bench.load import BenchFailed
from bench.machine import look_around
from bench.stream_desk import GREETING, MOMENTS, QUOTES_A_SECOND, SYMBOLS

SUBSCRIBERS = 1000
SECONDS = 15.0
P99_MAX_MS = 50.0
# Of the messages that were due, at least so many have to arrive for the rate to count as reached.
SHARE_MIN = 0.95


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of it: delays in milliseconds, seconds it took, messages made, the server's share of a core."""

    delays: np.ndarray[tuple[int], np.dtype[np.float64]]
    seconds: float
    made: int
    core: float

    @property
    def rate(self) -> float:
        """Return the messages a second that each subscriber heard."""
        return len(self.delays) / self.seconds / SUBSCRIBERS


def measure() -> Heard:
    """Run a desk and its subscribers, play the tape for a while, and join what both noted."""
    with temporary_home() as home:
        port, environment = free_port(), {"PAPERDESK_HOME": str(home)}
        words = ["-m", "bench.stream_desk", str(port), str(SUBSCRIBERS)]
        with serving(words, port, environment) as desk:
            kept = json.loads((home / GREETING).read_text())
            seconds, core = _listened(desk.url, desk.pid, kept, home)
        due = {int(seq): at for seq, at in json.loads((home / MOMENTS).read_text()).items()}
        heard = np.load(home / "heard.npy")
    if not len(heard):
        raise BenchFailed("Nobody heard anything.")
    delays = 1000 * (heard[:, 1] - np.array([due[int(seq)] for seq in heard[:, 0]]))
    return Heard(delays, seconds, len(np.unique(heard[:, 0])) * len(SYMBOLS), core)


def _listened(url: str, pid: int, kept: dict[str, str], home: Path) -> tuple[float, float]:
    """Let the subscribers come, play the tape, and return for how long, and how much of a core the server took."""
    address = url.replace("http", "ws") + "/v1/stream"
    asked = [address, kept["token"], kept["tape_id"], str(SUBSCRIBERS), str(home / "heard.npy")]
    readers = subprocess.Popen(
        [sys.executable, "-m", "bench.stream_readers", *asked],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert readers.stdin is not None
    assert readers.stdout is not None
    try:
        if readers.stdout.readline() != "ready\n":
            raise BenchFailed("The subscribers did not come.")
        control = f"{url}/v1/tapes/{kept['tape_id']}/control"
        with httpx.Client(headers={"Authorization": f"Bearer {kept['token']}"}) as client:
            client.post(control, json={"action": "play", "speed": "1"}).raise_for_status()
            began, worked = time.monotonic(), _processor_s(pid)
            time.sleep(SECONDS)
            seconds, worked = time.monotonic() - began, _processor_s(pid) - worked
            client.post(control, json={"action": "pause"}).raise_for_status()
        readers.communicate("\n", timeout=60)
    finally:
        readers.kill()
    return seconds, worked / seconds


def _processor_s(pid: int) -> float:
    """Return the seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Run the benchmark; 1 when the goal was missed."""
    console, around, heard = Console(), look_around(), measure()
    p50, p99 = np.percentile(heard.delays, [50, 99])
    table = Table("figure", "here", title=f"{SUBSCRIBERS:,} subscribers, {len(SYMBOLS)} symbols ({around})")
    table.add_row("messages made, each encoded once", f"{heard.made:,}")
    table.add_row("messages delivered", f"{len(heard.delays):,}")
    table.add_row("a second and subscriber", f"{heard.rate:.1f}")
    table.add_row("delay p50 / p99 / longest, ms", f"{p50:.1f} / {p99:.1f} / {heard.delays.max():.0f}")
    each_us = 1e6 * heard.core * heard.seconds / len(heard.delays)
    table.add_row("core used by the server", f"{heard.core:.2f}, {each_us:.0f} µs a delivery")
    console.print(table)
    wanted = SHARE_MIN * QUOTES_A_SECOND * len(SYMBOLS)
    console.print(f"p99 {p99:.1f} ms (goal < {P99_MAX_MS:.0f}) at {heard.rate:.1f} messages/s (goal >= {wanted:.0f})")
    return int(p99 >= P99_MAX_MS or heard.rate < wanted)


if __name__ == "__main__":
    sys.exit(main())
