"""Ask other backtesters for the same run, where they are installed: each in an environment under the user's cache."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.kernel.time import instant_of

HERE = Path(__file__).parent
# What pip installs for each backtester, and for each reader of files.
PACKAGES = {
    "backtesting": "backtesting",
    "vectorbt": "'vectorbt[rust]'",
    "backtrader": "backtrader pandas",
    "zipline": "zipline-reloaded",
    "nautilus": "'nautilus_trader<2'",
}
READERS = {"polars": "polars numpy"}
# What makes an environment where our own Python is too old; pyenv gives its name to nobody without being asked.
PYTHONS = {"nautilus": "PYENV_VERSION=3.12 python3.12"}


@dataclass(frozen=True, slots=True)
class Answer:
    """How long a peer took at best, how many fills it had, and the equity at the end, added up over many runs.

    Megabytes are those of the task above what its process had before, and None where a peer does not tell.
    """

    ms: float
    fills: int
    equity: float
    above_mb: float | None = None


def home_of(peer: str) -> Path:
    """Return where the environment of a peer is looked for."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return Path(cache or Path.home() / ".cache") / "paperdesk-peers" / peer


def advice(peer: str) -> str:
    """Say how a peer is installed."""
    home, python = home_of(peer), PYTHONS.get(peer, "python3")
    return f"{peer} not installed: {python} -m venv {home} && {home}/bin/pip install {(PACKAGES | READERS)[peer]}"


def asked(peer: str, bars: Bars | list[Bars], rounds: int, task: str = "cross") -> Answer | None:
    """Return what a peer says of a task, None where it is not installed; of many bars each is a column."""
    python = home_of(peer) / "bin" / "python"
    if not python.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bars.npz"
        one, names = bars if isinstance(bars, Bars) else bars[0], ("open", "high", "low", "close")
        prices: dict[str, Any] = {
            name: getattr(bars, name) if isinstance(bars, Bars) else np.stack([getattr(each, name) for each in bars], 1)
            for name in names
        }
        ends = np.zeros(len(one), np.bool_)
        ends[one.sessions_ended(instant_of(one.open_at.item(0)))] = True
        np.savez(path, allow_pickle=False, at=one.at, open_at=one.open_at, ends=ends, **prices)
        program = [str(python), str(HERE / f"ask_{peer}.py"), str(path), str(rounds), task]
        said = subprocess.run(program, capture_output=True, text=True, check=True)
    return Answer(**json.loads(said.stdout.splitlines()[-1]))
