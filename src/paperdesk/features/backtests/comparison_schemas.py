"""What runs side by side look like from outside."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from pydantic import BaseModel, Field

from paperdesk.core.backtest.side_by_side import BETTER, best_of
from paperdesk.features.backtests.compare_backtests import ComparedBacktests
from paperdesk.features.backtests.queries import report_in
from paperdesk.features.backtests.result_schemas import SelectionOut


class ComparedRunOut(BaseModel):
    """One of the runs: what it was, over which time, and how often was tried to find it."""

    id: UUID
    name: str
    strategy: str
    version: int
    symbols: list[str]
    parameters: dict[str, Any]
    currency: str
    began_at: datetime
    ended_at: datetime
    selection: SelectionOut


class ComparedMeasureOut(BaseModel):
    """A measure of every run, in the order of the runs; null where it cannot be said."""

    name: str
    values: list[float | None]
    best: list[int] = Field(description="Places of the best, from 0; none where there is no better, or all are equal.")
    more_is_better: bool | None = Field(description="Null where neither more nor less is better.")


class ComparedPointOut(BaseModel):
    """A day that all runs know: the worth of each over that of the first such day, and what each is above the first."""

    on: date
    at: datetime
    growth: list[float]
    difference: list[float] = Field(description="Growth less that of the first run.")


class BacktestComparisonOut(BaseModel):
    """Runs side by side, as they were and on the days that all know."""

    runs: list[ComparedRunOut]
    measures: list[ComparedMeasureOut] = Field(description="Each run over all of its own time.")
    common_measures: list[ComparedMeasureOut] = Field(description="All of them over the days that all know.")
    correlations: list[list[float | None]] = Field(description="Of the returns from day to day; null without movement.")
    points: list[ComparedPointOut]

    @classmethod
    def of(cls, found: ComparedBacktests) -> "BacktestComparisonOut":
        """Show a comparison."""
        together = found.together
        return cls(
            runs=list(_runs(found)),
            measures=_measures(_own_figures(found)),
            common_measures=_measures([each.figures for each in together.measures]),
            correlations=[
                [float(each) if np.isfinite(each) else None for each in row] for row in together.correlations
            ],
            points=[
                ComparedPointOut(on=on, at=at, growth=growth.tolist(), difference=(growth - growth[0]).tolist())
                for on, at, growth in zip(together.days, together.at, together.growth.T, strict=True)
            ],
        )


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _runs(found: ComparedBacktests) -> Iterator[ComparedRunOut]:
    for asked, selection in found.runs:
        report = report_in(asked)
        told = {name: getattr(asked, name) for name in ("id", "name", "strategy", "version", "currency")}
        yield ComparedRunOut(
            **told,
            symbols=list(asked.symbols),
            parameters=dict(asked.parameters),
            began_at=report["began_at"],
            ended_at=report["ended_at"],
            selection=SelectionOut.of(selection),
        )


def _own_figures(found: ComparedBacktests) -> list[dict[str, float | None]]:
    return [
        {**report_in(asked)["figures"], "deflated_sharpe": selection.deflated_sharpe} for asked, selection in found.runs
    ]


def _measures(figures: Sequence[Any]) -> list[ComparedMeasureOut]:
    names = dict.fromkeys(name for each in figures for name in each)
    return [_measure(name, [each.get(name) for each in figures]) for name in names]


def _measure(name: str, values: list[float | None]) -> ComparedMeasureOut:
    return ComparedMeasureOut(name=name, values=values, best=best_of(name, values), more_is_better=BETTER.get(name))
