"""What sweeps look like from outside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.backtest.search import TRIALS_MAX, Range, Search, Steps
from paperdesk.core.broker.chance import SEED_MAX
from paperdesk.features.backtests.backtests import RunMode
from paperdesk.features.backtests.result_schemas import SelectionOut
from paperdesk.features.backtests.schemas import GivenValue, QuestionBody, question_members
from paperdesk.features.research.queries import HeatMap, Progress, SweepState
from paperdesk.features.research.request_sweep import RequestSweep
from paperdesk.features.research.sweeps import Objective, Sweep
from paperdesk.infra.db import Row
from paperdesk.infra.http import Body, NumberText

TrialMeasure = Literal[
    "sharpe", "total_return", "cagr", "calmar", "volatility", "max_drawdown", "equity_after", "orders", "refusals"
]


class StepsBody(Body):
    """Numbers from one to another, both of them within, a step apart."""

    at_least: NumberText
    at_most: NumberText
    step: NumberText = Field(default="1", validate_default=True)

    def range(self) -> Range:
        """Return it as a range."""
        return Steps(self.at_least, self.at_most, self.step)


class SearchBody(QuestionBody):
    """A strategy to run with many parameters over what a tape has shown, and the account each run begins with."""

    ranges: dict[str, StepsBody | list[GivenValue]] = Field(
        max_length=10, description="The values that a parameter takes: a list of them, or steps between two numbers."
    )
    search: Search = Field(
        default=Search.GRID,
        description="grid tries every combination, random draws some, learned chooses each by what came before.",
    )
    trials: Annotated[int, Field(ge=1, le=TRIALS_MAX)] | None = Field(
        default=None, description="How many combinations are drawn or learned; as many as there are without it."
    )
    search_seed: Annotated[int, Field(ge=0, le=SEED_MAX)] = Field(
        default=0, description="Which combinations are drawn; the same number draws the same."
    )
    objective: Objective = Field(default=Objective.SHARPE, description="The measure by which one trial is the best.")

    def searched(self, *, only_end: bool = False) -> RequestSweep:
        """Return what is asked as a command."""
        ranges = {name: each.range() if isinstance(each, StepsBody) else each for name, each in self.ranges.items()}
        how = (self.search, self.trials, self.search_seed, self.objective)
        return RequestSweep(self.request(), ranges, *how, only_end=only_end)


class SweepBody(SearchBody):
    """A strategy to run with many parameters, and of what came of each everything or the end alone."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Which averages",
                    "tape_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "strategy": "sma_cross",
                    "symbols": ["AAPL"],
                    "ranges": {"fast": {"at_least": "5", "at_most": "50", "step": "5"}, "slow": [100, 150, 200]},
                    "fill_model": "ideal",
                    "mode": "compiled",
                }
            ]
        },
    )
    only_end: bool = Field(
        default=False,
        description="Tell of each trial what it was worth at its end, its return, growth and number of orders alone: "
        "compiled sweeps are several times as fast, and know nothing of drawdowns, ratios and luck.",
    )

    def sweep(self) -> RequestSweep:
        """Return what is asked as a command."""
        return self.searched(only_end=self.only_end)


class TrialOut(BaseModel):
    """What came of one set of parameters; a measure that cannot be said is null, with the reason."""

    number: int
    parameters: dict[str, Any]
    total_return: float | None
    cagr: float | None
    volatility: float | None
    sharpe: float | None
    max_drawdown: float | None
    calmar: float | None
    equity_after: NumberText | None
    orders: int | None
    refusals: int | None
    reason: str | None

    @classmethod
    def of(cls, row: Row) -> "TrialOut":
        """Show a row of the ledger."""
        return cls.model_validate({name: row[name] for name in cls.model_fields})


class SweepOut(BaseModel):
    """A sweep: what is searched, and how far it is."""

    id: UUID
    name: str
    tape_id: UUID
    dataset_id: UUID
    strategy: str
    version: int
    symbols: list[str]
    parameters: dict[str, Any] = Field(description="Those that stay the same in every trial.")
    axes: dict[str, list[Any]] = Field(description="Every value of those that change.")
    search: Search
    search_seed: int
    mode: RunMode
    objective: Objective
    only_end: bool = Field(description="Nothing is measured on the way there.")
    currency: str
    cash: NumberText
    fill_model: str
    after_cursor: int
    upto_cursor: int
    asked_at: datetime
    state: SweepState
    trials: int
    ended_trials: int = Field(description="Of how many it is known what came of them.")
    progress: float = Field(description="From 0 to 1.")
    message: str
    job_ids: list[UUID] = Field(description="The jobs that share its trials; any worker takes any of them.")

    @classmethod
    def of(cls, sweep: Sweep, progress: Progress) -> "SweepOut":
        """Show a sweep."""
        return cls.model_validate(_shown(sweep, progress))


class SweepResultsOut(SweepOut):
    """A sweep with the best of its trials, and what of that may be owed to having tried often."""

    best: TrialOut | None
    selection: SelectionOut | None = Field(
        description="Of the best trial, beside all trials of its family; null while they run."
    )

    @classmethod
    def beside(cls, shown: SweepOut, best: Row | None, selection: SelectionOut | None) -> "SweepResultsOut":
        """Show a sweep with its best trial."""
        return cls(**dict(shown), best=None if best is None else TrialOut.of(best), selection=selection)


class HeatCellOut(BaseModel):
    """What the trials with one pair of values came to; null where there is none."""

    value: float | None
    trials: int


class HeatMapOut(BaseModel):
    """A measure over two parameters; a row of cells for each value of `y`, in it one for each value of `x`."""

    sweep_id: UUID
    measure: str
    x: str
    y: str
    x_values: list[Any]
    y_values: list[Any]
    cells: list[list[HeatCellOut]]

    @classmethod
    def of(cls, sweep_id: UUID, names: Mapping[str, str], found: HeatMap) -> "HeatMapOut":
        """Show a map."""
        cells = [[HeatCellOut(value=each.value, trials=each.trials) for each in row] for row in found.rows]
        values = {"x_values": list(found.x_values), "y_values": list(found.y_values)}
        return cls(sweep_id=sweep_id, measure=names["measure"], x=names["x"], y=names["y"], **values, cells=cells)


def _shown(sweep: Sweep, progress: Progress) -> dict[str, Any]:
    return {
        **question_members(sweep.asked),
        "axes": {name: list(values) for name, values in sweep.axes.items()},
        "search": sweep.search,
        "search_seed": sweep.seed,
        "objective": sweep.objective,
        "only_end": sweep.only_end,
        "state": progress.state,
        "trials": sweep.trials,
        "ended_trials": progress.ended,
        "progress": progress.ended / sweep.trials,
        "message": progress.message,
        "job_ids": list(sweep.job_ids),
    }
