"""What came of a run in figures, and beside them how it stands in its family."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from paperdesk.core.backtest.trials import Selection
from paperdesk.core.broker.bar_path import BarPath
from paperdesk.core.broker.watched_limits import LimitKind, LimitState, LimitUnit
from paperdesk.core.strategy.exits import ExitReason
from paperdesk.infra.http import NumberText


class RunSymbolOut(BaseModel):
    """What the closed round trips of a symbol brought, and what all trading of it cost."""

    symbol: str
    round_trips: int
    gain: NumberText
    fees: NumberText


class RunInputOut(BaseModel):
    """What the tape had shown of a symbol by the end of the run."""

    symbol: str
    rows: int
    hash: str


class RunTagOut(BaseModel):
    """What the closed round trips of a tag brought, and what all trading of it cost; null is what has no tag."""

    tag: str | None
    round_trips: int
    gain: NumberText
    fees: NumberText


class RunExitOut(BaseModel):
    """What the round trips that were left for one reason brought, and what they cost; null is what is open still."""

    reason: ExitReason | None
    round_trips: int
    gain: NumberText
    fees: NumberText


class RunEvidenceOut(BaseModel):
    """SHA-256 of what was asked, of the data and of the results, and the version that ran it."""

    config_hash: str
    dataset_hash: str
    inputs: list[RunInputOut] = Field(default=[], description="Prices of each symbol; none for runs from before.")
    code_version: str
    code_hash: str | None = Field(default=None, description="Of the modules that decide.")
    parts: dict[str, str] = Field(default={}, description="Of orders, fills, fees, curve, figures and refusals.")
    result_hash: str = Field(description="Equal for equal inputs; ids of the run are left out.")


class RunRefusalOut(BaseModel):
    """Something the strategy asked for that was refused, and why."""

    at: datetime
    command: str
    symbol: str | None
    code: str
    message: str


class RunFailureOut(BaseModel):
    """Where a strategy raised: at which bar, and in which line of which file."""

    at: datetime
    error: str
    file: str
    line: int


class SelectionOut(BaseModel):
    """A run beside its family: all runs of one strategy on the same symbols of the same dataset."""

    trials: int = Field(description="How many different runs the family has, sweeps counted trial by trial.")
    deflated_sharpe: float | None = Field(
        description="How likely the Sharpe ratio is above what luck alone comes to after so many trials; 0.95 is good."
    )
    sharpe_by_luck: float | None = Field(description="The Sharpe ratio a year that so many trials without skill reach.")
    overfitting_probability: float | None = Field(
        description="How often the best of one half of the time was no better than the middle in the other half."
    )
    reasons: dict[str, str] = Field(description="Why a figure is missing.")

    @classmethod
    def of(cls, found: Selection) -> "SelectionOut":
        """Show how a trial stands in its family."""
        return cls(
            trials=found.trials,
            deflated_sharpe=found.deflated_sharpe,
            sharpe_by_luck=found.sharpe_by_luck,
            overfitting_probability=found.overfitting_probability,
            reasons=dict(found.reasons),
        )


class LimitSightingOut(BaseModel):
    """A bar of a run at which a limit was looked at; `measured` is null where it is endless."""

    bar: int = Field(description="Its place among the bars of the run, from 1.")
    at: datetime
    measured: NumberText | None
    reason: str | None


class RunLimitOut(BaseModel):
    """How a limit was used in a run: the first bar at each threshold or beyond, and how often that was told of."""

    kind: LimitKind
    symbol: str | None
    unit: LimitUnit
    value: NumberText
    thresholds: list[NumberText] = Field(description="Of a warning, an alarm and a breach.")
    warning: LimitSightingOut | None = Field(description="Null where it never came to that.")
    critical: LimitSightingOut | None
    breached: LimitSightingOut | None
    highest: LimitSightingOut | None = Field(description="Where it measured most.")
    unknown_bars: int = Field(description="At how many bars something had no price.")
    alerts: dict[LimitState, int] = Field(description="How often an account would have been told of each state.")
    state: LimitState = Field(description="At the last bar.")


class BacktestResultsOut(BaseModel):
    """What came of a run in figures; one that cannot be said is null, with the reason beside it."""

    began_at: datetime
    ended_at: datetime
    frames: int = Field(description="How often all bars of an instant had closed.")
    fills: int
    ambiguous_fills: int = Field(description="Fills of which a bar did not tell whether another exit came first.")
    bar_path: BarPath | None = Field(default=None, description="Which was taken to have come first there.")
    fees: NumberText
    funding: NumberText | None = Field(
        default=None,
        description="What settlements of funding took; below zero they brought it. Null for runs from before it.",
    )
    equity_before: NumberText | None
    equity_after: NumberText | None
    figures: dict[str, float | None]
    reasons: dict[str, str]
    by_symbol: list[RunSymbolOut] = []
    by_tag: list[RunTagOut] = []
    by_exit_reason: list[RunExitOut] = []
    evidence: RunEvidenceOut | None = Field(default=None, description="Null for runs from before it was kept.")
    selection: SelectionOut
    limits: list[RunLimitOut] = Field(default=[], description="In the order in which they were asked for.")
    refusals: list[RunRefusalOut]
    failure: RunFailureOut | None
    is_cancelled: bool

    @classmethod
    def of(cls, report: Mapping[str, Any], selection: Selection) -> "BacktestResultsOut":
        """Show the figures of a report, and beside them the family of the run."""
        told = {name: report[name] for name in cls.model_fields if name in report}
        return cls.model_validate({**told, "selection": SelectionOut.of(selection)})
