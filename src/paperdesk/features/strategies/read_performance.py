"""What a saved strategy has brought, by the backtests of its versions; nothing is said that no run has shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from paperdesk.features.backtests.queries import RunFigures, figures_of
from paperdesk.features.strategies.queries import read_runs
from paperdesk.infra.work import ReadOnly

RunMeasure: TypeAlias = Literal["sharpe", "total_return", "cagr", "calmar", "sortino"]
FIGURES: Final = (
    "total_return", "cagr", "volatility", "sharpe", "sortino", "calmar", "max_drawdown", "win_rate", "profit_factor",
    "round_trips",
)  # fmt: skip
NO_RUN: Final = "no backtest of it has ended"
NO_MEASURE: Final = "no backtest of it has this measure"


@dataclass(frozen=True, slots=True)
class Performed:
    """What one backtest of a version came to; a figure that is missing has a reason."""

    backtest_id: UUID
    version: int
    name: str
    tape_id: UUID
    ended_at: datetime
    figures: Mapping[str, float | None]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class VersionPerformance:
    """What the ended backtests of one version came to."""

    version: int
    runs: int
    latest: Performed
    best: Performed | None


@dataclass(frozen=True, slots=True)
class Performance:
    """What a strategy came to: its latest and its best backtest, and those of each version."""

    runs: int
    latest: Performed | None
    best: Performed | None
    versions: Sequence[VersionPerformance]
    reasons: Mapping[str, str]


async def read_performance(work: ReadOnly, saved_id: UUID, by: RunMeasure) -> Performance:
    """Return what a saved strategy has brought; the best is that with most of a measure, the first of equals."""
    found = await performed(work, saved_id)
    versions = [
        VersionPerformance(number, len(runs), runs[-1], _best(runs, by))
        for number in sorted({each.version for each in found})
        for runs in [[each for each in found if each.version == number]]
    ]
    best = _best(found, by)
    reasons = {"latest": NO_RUN, "best": NO_RUN} if not found else {"best": NO_MEASURE} if best is None else {}
    return Performance(len(found), found[-1] if found else None, best, versions, reasons)


async def performed(work: ReadOnly, saved_id: UUID) -> list[Performed]:
    """Return the backtests of a saved strategy that went to their end, in the order in which they did."""
    runs = await read_runs(work, saved_id)
    found = [_performed(each, runs[each.id]) for each in await figures_of(work, list(runs))]
    return sorted(found, key=lambda each: (each.ended_at, each.backtest_id))


def _performed(run: RunFigures, version: int) -> Performed:
    figures = {name: run.figures.get(name) for name in FIGURES}
    reasons = {name: run.reasons.get(name, NO_MEASURE) for name, value in figures.items() if value is None}
    return Performed(run.id, version, run.name, run.tape_id, run.ended_at, figures, reasons)


def _best(runs: Sequence[Performed], by: RunMeasure) -> Performed | None:
    rated = [(value, each) for each in runs if (value := each.figures.get(by)) is not None]
    return max(rated, key=lambda pair: pair[0])[1] if rated else None
