"""How else it might have come: the same round trips in another order, and the same returns drawn again in blocks.

    order     round trips happen in another order: the end is the same, the way there is not
    returns   blocks of returns that followed each other are drawn with repetition, and joined at the ends (circular
              block bootstrap, Politis and Romano 1992), so that what hangs together stays together

Equal seeds give equal draws.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from paperdesk.core.backtest.measures import drawdowns
from paperdesk.core.strategy.indicators import Floats
from paperdesk.core.synthetic.chance import stream

QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
LEAST: Final = 2
# So many runs at a time, so that many long ones need little memory.
_AT_ONCE: Final = 100
_FLAT: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Spread:
    """What a figure comes to over many draws, and what it was."""

    was: float
    quantiles: Mapping[float, float]
    share_worse: float
    """How many draws came out below what it was."""


def shuffled(gains: Floats, cash: float, runs: int, seed: int) -> Spread:
    """Return the deepest drawdown when round trips happen in another order."""
    chance = stream(seed, "order")

    def fall(order: Floats) -> float:
        return float(drawdowns(cash + np.concatenate([[0.0], np.cumsum(order)])).min())

    return spread_of(fall(gains), np.array([fall(chance.permutation(gains)) for _ in range(runs)]))


def bootstrapped(steps: Floats, runs: int, seed: int, block: int) -> dict[str, Spread]:
    """Return total return, deepest drawdown and Sharpe ratio of a period, when blocks of returns are drawn again."""
    chance, count = stream(seed, "returns", block), len(steps)
    parts = [min(_AT_ONCE, runs - place) for place in range(0, runs, _AT_ONCE)]
    drawn = [_drawn(steps, chance, part, min(block, count)) for part in parts]
    found = {name: np.concatenate([each[name] for each in drawn]) for name in drawn[0]}
    was = _figures(steps[None, :])
    return {name: spread_of(float(was[name][0]), values) for name, values in found.items()}


def _drawn(steps: Floats, chance: np.random.Generator, runs: int, block: int) -> dict[str, Floats]:
    count = len(steps)
    starts = chance.integers(0, count, (runs, -(-count // block)))
    places = (starts[:, :, None] + np.arange(block)) % count
    return _figures(steps[places.reshape(runs, -1)[:, :count]])


def _figures(steps: Floats) -> dict[str, Floats]:
    """Return the figures of rows of returns."""
    curves = np.cumprod(np.concatenate([np.ones((len(steps), 1)), 1 + steps], axis=1), axis=1)
    falls = (curves / np.maximum.accumulate(curves, axis=1) - 1).min(axis=1)
    spread = steps.std(axis=1, ddof=1)
    is_still = spread <= _FLAT
    sharpe = np.where(is_still, 0.0, steps.mean(axis=1) / np.where(is_still, 1.0, spread))
    return {"total_return": curves[:, -1] - 1, "max_drawdown": falls, "sharpe": sharpe}


def spread_of(was: float, values: Floats) -> Spread:
    """Return what a figure comes to over some draws, beside what it was."""
    quantiles = {each: float(np.quantile(values, each)) for each in QUANTILES}
    return Spread(was, quantiles, float((values < was).mean()))
