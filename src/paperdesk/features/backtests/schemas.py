"""What backtests and strategies look like from outside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from paperdesk.core.strategy.strategy import Strategy
from paperdesk.features.backtests.backtests import Backtest, RunMode
from paperdesk.features.backtests.request_backtest import RequestBacktest
from paperdesk.features.broker.schemas import OpenAccountBody
from paperdesk.infra.http import InstantText, Line, NumberText
from paperdesk.infra.jobs import Standing

State = Literal["waiting", "running", "done", "failed", "cancelled"]


class ParameterOut(BaseModel):
    """A parameter of a strategy: its default, and what it may be."""

    name: str
    default: str
    said: str = Field(description="What it may be, in words.", examples=["a whole number from 1 to 1000"])
    at_least: str | None
    at_most: str | None
    choices: list[str]


class ShippedStrategyOut(BaseModel):
    """A strategy that can be run by its name."""

    name: str
    version: int
    description: str
    symbols_least: int
    symbols_most: int
    parameters: list[ParameterOut]

    @classmethod
    def of(cls, kind: type[Strategy]) -> "ShippedStrategyOut":
        """Show a strategy."""
        parameters = [
            ParameterOut(
                name=name,
                default=str(each.default),
                said=each.said,
                at_least=None if each.at_least is None else str(each.at_least),
                at_most=None if each.at_most is None else str(each.at_most),
                choices=list(each.choices),
            )
            for name, each in kind.parameters.items()
        ]
        return cls(
            name=kind.name,
            version=kind.version,
            description=" ".join((kind.__doc__ or "").split()),
            symbols_least=kind.symbols_least,
            symbols_most=kind.symbols_most,
            parameters=parameters,
        )


class BacktestBody(OpenAccountBody):
    """A strategy to run over what a tape has shown, and the account it begins with."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Crossing averages",
                    "tape_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "strategy": "sma_cross",
                    "symbols": ["AAPL"],
                    "parameters": {"fast": 10, "slow": 30},
                    "cash": "100000.00",
                }
            ]
        },
    )
    strategy: Line
    symbols: list[Line] = Field(min_length=1, max_length=200)
    parameters: dict[str, str | int | float | bool] = Field(default={}, max_length=50)
    mode: RunMode = Field(
        default=RunMode.EVENTS,
        description="compiled comes to the same, sooner, or is refused with the names of what only events can express.",
    )
    starts_at: InstantText | None = Field(
        default=None, description="The beginning of the tape unless you name a later one."
    )
    ends_at: InstantText | None = Field(default=None, description="The tape's clock unless you name an earlier one.")

    @model_validator(mode="after")
    def _names_each_symbol_once(self) -> "BacktestBody":
        if len(set(self.symbols)) < len(self.symbols):
            raise ValueError("a symbol stands in the list once")
        return self

    def request(self) -> RequestBacktest:
        """Return what is asked as a command."""
        return RequestBacktest(
            self.command(), self.strategy, self.symbols, self.parameters, self.starts_at, self.ends_at, self.mode
        )


class BacktestOut(BaseModel):
    """A backtest: what was asked, and how far it is."""

    id: UUID
    name: str
    tape_id: UUID
    dataset_id: UUID
    strategy: str
    version: int
    symbols: list[str]
    parameters: dict[str, Any]
    fill_model: str
    currency: str
    cash: NumberText
    mode: RunMode
    after_cursor: int = Field(description="Facts after this one are run.")
    upto_cursor: int = Field(description="Facts up to this one are run.")
    asked_at: datetime
    ended_at: datetime | None
    state: State
    progress: float = Field(description="From 0 to 1.")
    message: str
    job_id: UUID

    @classmethod
    def of(cls, found: Backtest, standing: Standing | None) -> "BacktestOut":
        """Show a run beside its job; without one, what was kept says how it ended."""
        ended: State = "cancelled" if found.report is None else "done"
        return cls(
            **{name: getattr(found, name) for name in _SAME},
            parameters=dict(found.parameters),
            symbols=list(found.symbols),
            fill_model=found.rules.fill_model.name,
            after_cursor=found.stretch.after,
            upto_cursor=found.stretch.upto,
            state=ended if standing is None else cast("State", standing.state),
            progress=1.0 if standing is None else standing.progress,
            message="" if standing is None else standing.message,
        )


_SAME = (
    "id", "name", "tape_id", "dataset_id", "strategy", "version", "currency", "cash", "asked_at", "ended_at", "job_id",
    "mode",
)  # fmt: skip


class RunPointOut(BaseModel):
    """What the account was worth at a close; null where something held had no price."""

    at: datetime
    equity: NumberText | None
    cash: NumberText
    invested: NumberText | None


class RunOrderOut(BaseModel):
    """An order that a strategy placed, as it ended."""

    id: UUID
    accepted_at: datetime
    symbol: str
    side: str
    type: str
    quantity: NumberText
    limit_price: NumberText | None
    stop_price: NumberText | None
    status: str
    filled_quantity: NumberText
    average_fill_price: NumberText | None
    fees: NumberText
    closed_reason: str | None


class RoundTripOut(BaseModel):
    """What happened between holding nothing of a symbol and holding nothing again; an open one has no gain yet."""

    symbol: str
    side: str
    entered_at: datetime
    left_at: datetime | None
    quantity: NumberText
    entry_price: NumberText
    gain: NumberText | None
    fees: NumberText
    exit_reason: str | None
    is_ambiguous: bool = Field(description="A bar did not tell what came first; the worse was taken.")


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


class BacktestResultsOut(BaseModel):
    """What came of a run in figures; one that cannot be said is null, with the reason beside it."""

    began_at: datetime
    ended_at: datetime
    frames: int = Field(description="How often all bars of an instant had closed.")
    fills: int
    ambiguous_fills: int
    fees: NumberText
    equity_before: NumberText | None
    equity_after: NumberText | None
    figures: dict[str, float | None]
    reasons: dict[str, str]
    refusals: list[RunRefusalOut]
    failure: RunFailureOut | None
    is_cancelled: bool

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> "BacktestResultsOut":
        """Show the figures of a report."""
        return cls.model_validate({name: report[name] for name in cls.model_fields})
