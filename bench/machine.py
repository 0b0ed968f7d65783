"""How quiet the machine is: what a benchmark says about its surroundings, so that a disturbed run shows."""

import os
import tempfile
import time
from dataclasses import dataclass

PROBE_S = 0.5
BLOCK = b"\0" * 8192


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Cores, tasks that want one (mean of the last minute), and 8 kB overwrites made durable per second."""

    cores: int
    load: float
    syncs_per_s: float

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.cores} cores, load {self.load:.1f}, {self.syncs_per_s:,.0f} fdatasync/s"


def look_around() -> Surroundings:
    """Measure for half a second."""
    done = 0
    with tempfile.TemporaryFile() as file:
        started = time.perf_counter()
        while time.perf_counter() - started < PROBE_S:
            os.pwrite(file.fileno(), BLOCK, 0)
            os.fdatasync(file.fileno())
            done += 1
    return Surroundings(os.cpu_count() or 1, os.getloadavg()[0], done / PROBE_S)
