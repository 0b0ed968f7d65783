"""How else a backtest might have come: its round trips in another order, and its returns drawn again in blocks."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import numpy as np

from paperdesk.core.backtest.measures import RUINED, steps_of
from paperdesk.core.backtest.monte_carlo import LEAST, Spread, bootstrapped, shuffled
from paperdesk.features.backtests.queries import read_report
from paperdesk.infra.work import ReadOnly

TOO_FEW_TRIPS: Final = "fewer than two round trips were closed"
TOO_FEW_RETURNS: Final = "there are fewer than two returns, or something held had no price"


@dataclass(frozen=True, slots=True)
class Draws:
    """How often is drawn, by which seed, and how many returns stay together."""

    runs: int
    seed: int
    block: int


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """What a run might have come to; what cannot be drawn has a reason."""

    drawdown_by_order: Spread | None
    by_returns: Mapping[str, Spread]
    reasons: Mapping[str, str]


async def read_monte_carlo(work: ReadOnly, backtest_id: UUID, draws: Draws) -> MonteCarlo:
    """Draw from what came of a run; raises UnknownBacktest or NoReportYet."""
    report = await read_report(work, backtest_id, "equity", "round_trips")
    return await asyncio.to_thread(_drawn, report, draws)


def _drawn(report: Mapping[str, Any], draws: Draws) -> MonteCarlo:
    gains = np.array([float(each["gain"]) for each in report["round_trips"] if each["gain"] is not None])
    worth = [each["equity"] for each in report["equity"]]
    curve = np.array([np.nan if each is None else float(each) for each in worth])
    steps = steps_of(curve)
    reasons: dict[str, str] = {}
    by_order, by_returns = None, dict[str, Spread]()
    if len(gains) < LEAST or np.isnan(curve[0]):
        reasons["drawdown_by_order"] = TOO_FEW_TRIPS
    else:
        by_order = shuffled(gains, float(curve[0]), draws.runs, draws.seed)
    if steps is None:
        reasons["by_returns"] = RUINED
    elif len(steps) < LEAST or not np.isfinite(steps).all():
        reasons["by_returns"] = TOO_FEW_RETURNS
    else:
        by_returns = bootstrapped(steps, draws.runs, draws.seed, draws.block)
    return MonteCarlo(by_order, by_returns, reasons)
