"""What backtests look like from outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from paperdesk.core.broker.bar_path import BarPath
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.strategy.exits import ExitReason
from paperdesk.features.backtests.backtests import AskedLimit, Backtest, RunMode
from paperdesk.features.backtests.request_backtest import RequestBacktest
from paperdesk.features.backtests.strategy_schemas import SavedVersionOut
from paperdesk.features.broker.limit_schemas import LimitTermsBody
from paperdesk.features.broker.schemas import OpenAccountBody
from paperdesk.infra.http import InstantText, Line, NumberText
from paperdesk.infra.jobs import Standing

LIMITS_MAX = 20

GivenValue = str | int | float | bool
State = Literal["waiting", "running", "done", "failed", "cancelled"]


class RunTermsBody(OpenAccountBody):
    """What a strategy is run over, and the account it begins with."""

    mode: RunMode = Field(
        default=RunMode.EVENTS,
        description="compiled comes to the same, sooner, or is refused with the names of what only events can express.",
    )
    starts_at: InstantText | None = Field(
        default=None, description="The beginning of the tape unless you name a later one."
    )
    ends_at: InstantText | None = Field(default=None, description="The tape's clock unless you name an earlier one.")

    risk_free: NumberText = Field(default=ZERO, ge=-1, le=1, description="A rate without risk, a year; 0.02 is 2 %.")
    benchmark: Line | None = Field(default=None, description="A symbol to measure beside, such as SPY.")
    close_at_end: bool = Field(
        default=False, description="Leave everything at the frame before the last, so that nothing is held at the end."
    )

    def request_of(
        self, strategy: str, symbols: Sequence[str], parameters: Mapping[str, GivenValue]
    ) -> RequestBacktest:
        """Return what is asked of a strategy as a command."""
        return RequestBacktest(
            self.command(),
            strategy,
            symbols,
            parameters,
            self.starts_at,
            self.ends_at,
            self.mode,
            self.risk_free,
            self.benchmark,
            self.close_at_end,
        )


class QuestionBody(RunTermsBody):
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
    parameters: dict[str, GivenValue] = Field(default={}, max_length=50)

    @model_validator(mode="after")
    def _names_each_symbol_once(self) -> "QuestionBody":
        if len(set(self.symbols)) < len(self.symbols):
            raise ValueError("a symbol stands in the list once")
        return self

    def request(self) -> RequestBacktest:
        """Return what is asked as a command."""
        return self.request_of(self.strategy, self.symbols, self.parameters)


class BacktestBody(QuestionBody):
    """A run of a strategy over what a tape has shown, and limits that its account is watched by."""

    limits: list[LimitTermsBody] = Field(
        default=[], max_length=LIMITS_MAX, description="They block nothing; the results tell where each was reached."
    )

    def request(self) -> RequestBacktest:
        """Return what is asked as a command."""
        limits = [AskedLimit(each.kind, each.value, each.symbol, each.thresholds) for each in self.limits]
        return replace(super().request(), limits=limits)


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
    fees: str = Field(description="The name of the fee schedule; custom where it is the run's own.")
    bar_path: BarPath
    currency: str
    cash: NumberText
    mode: RunMode
    risk_free: NumberText
    benchmark: str | None
    after_cursor: int = Field(description="Facts after this one are run.")
    upto_cursor: int = Field(description="Facts up to this one are run.")
    close_at_end: bool
    asked_at: datetime
    ended_at: datetime | None
    state: State
    progress: float = Field(description="From 0 to 1.")
    message: str
    job_id: UUID
    saved_strategy: SavedVersionOut | None = Field(
        description="The saved strategy that it was run of; null where it was of none, or that was deleted."
    )

    @classmethod
    def of(cls, found: Backtest, standing: Standing | None) -> "BacktestOut":
        """Show a run beside its job; without one, what was kept says how it ended."""
        ended: State = "cancelled" if found.report is None else "done"
        return cls(
            **question_members(found),
            **{name: getattr(found, name) for name in ("ended_at", "job_id", "risk_free", "benchmark")},
            fees=found.rules.fees.name,
            bar_path=found.rules.bar_path,
            close_at_end=found.stretch.close_at_end,
            saved_strategy=None if found.saved is None else SavedVersionOut.of(found.saved),
            state=ended if standing is None else cast("State", standing.state),
            progress=1.0 if standing is None else standing.progress,
            message="" if standing is None else standing.message,
        )


_SAME = ("id", "name", "tape_id", "dataset_id", "strategy", "version", "currency", "cash", "asked_at", "mode")


def question_members(asked: Backtest) -> dict[str, Any]:
    """Return what every answer shows of a question: backtests, sweeps and studies."""
    return {
        **{name: getattr(asked, name) for name in _SAME},
        "symbols": list(asked.symbols),
        "parameters": dict(asked.parameters),
        "fill_model": asked.rules.fill_model.name,
        "after_cursor": asked.stretch.after,
        "upto_cursor": asked.stretch.upto,
    }


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
    tag: str | None = Field(default=None, description="The strategy's own word for it.")


class RunFillOut(BaseModel):
    """A fill of a run, in the order in which they were made; `order_number` is the place of its order, from 1."""

    number: int
    at: datetime
    order_number: int
    symbol: str
    side: str
    quantity: NumberText
    price: NumberText
    fee: NumberText
    rule: str | None = Field(description="The rule by which it was made.")
    is_ambiguous: bool = Field(description="A bar did not tell what came first; the worse was taken.")


class RoundTripOut(BaseModel):
    """What happened between holding nothing of a symbol and holding nothing again; an open one has no gain yet."""

    number: int = Field(description="Its place in the run, from 1.")
    symbol: str
    side: str
    decided_at: datetime = Field(description="When the order that began it was placed.")
    entered_at: datetime
    delay_s: float = Field(description="Seconds from the decision to the first fill.")
    left_at: datetime | None
    quantity: NumberText
    entry_price: NumberText
    exit_price: NumberText | None
    gain: NumberText | None = Field(description="What it brought, fees counted.")
    gain_rate: float | None = Field(description="The gain as a fraction of what was paid to enter.")
    fees: NumberText
    bars: int = Field(description="How many bars closed while it was held.")
    adverse: float | None = Field(
        description="The worst price of those bars against the entry, a fraction at or below 0."
    )
    favourable: float | None = Field(description="The best one, a fraction at or above 0.")
    entry_rule: str | None = Field(description="The rule by which its first fill was made.")
    exit_rule: str | None
    exit_reason: ExitReason | None = Field(description="Why it was left; null while it is open.")
    tag: str | None = Field(default=None, description="What the strategy called the order that began it.")
    exit_tag: str | None = Field(default=None, description="What it called the order that ended it.")
    is_ambiguous: bool = Field(description="A bar did not tell what came first; it went by the account's path.")


class RunPeriodOut(BaseModel):
    """A day, week, month or year of a run; its return counts from the last worth before it."""

    name: str = Field(examples=["2024-06"])
    began_at: datetime
    ended_at: datetime
    equity: NumberText | None
    gain: NumberText | None
    rate: float | None
    round_trips: int = Field(description="How many were closed in it.")
    round_trip_gain: NumberText


class RunPositionOut(BaseModel):
    """What was held of a symbol after a fill."""

    at: datetime
    symbol: str
    quantity: NumberText
    average_price: NumberText | None


class RunEventOut(BaseModel):
    """Something that happened to the account of a run, in order."""

    seq: int
    at: datetime
    kind: str = Field(examples=["order_filled"])
    order_id: UUID | None
    symbol: str | None
    reason: str | None = Field(description="The rule of a fill, or why an order ended.")
    tag: str | None = Field(default=None, description="What the strategy called its order.")


class RoundTripBarOut(BaseModel):
    """A bar of a round trip, and what was held at its close and had come of it, without fees."""

    at: datetime
    open: NumberText | None
    high: NumberText | None
    low: NumberText | None
    close: NumberText
    volume: NumberText | None
    quantity: NumberText
    unrealised_pl: NumberText | None
