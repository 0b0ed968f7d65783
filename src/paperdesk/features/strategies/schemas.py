"""What saved strategies look like from outside."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from paperdesk.features.backtests.schemas import GivenValue, RunTermsBody
from paperdesk.features.strategies.change_strategy import ChangeStrategy
from paperdesk.features.strategies.read_performance import Performance, Performed, VersionPerformance
from paperdesk.features.strategies.save_strategy import SaveStrategy
from paperdesk.features.strategies.saved_strategies import SavedStrategy, StrategyVersion
from paperdesk.infra.http import Body, Line

SYMBOLS_MAX = 200


class SavedStrategyBody(Body):
    """A shipped strategy to keep under a name, with its symbols, and its parameters, sizing among them."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Slow averages",
                    "strategy": "sma_cross",
                    "symbols": ["AAPL"],
                    "parameters": {"fast": 50, "slow": 200, "sizing": "percent_equity", "percent": "0.5"},
                    "note": "As it is taught",
                }
            ]
        },
    )
    name: Line
    strategy: Line
    symbols: list[Line] = Field(min_length=1, max_length=SYMBOLS_MAX)
    parameters: dict[str, GivenValue] = Field(
        default={}, max_length=50, description="What is not named is kept as it usually is now."
    )
    note: str = Field(default="", max_length=500, description="What is to be remembered of this version.")
    is_published: bool = Field(default=False, description="Whether everybody of your tenant may read and run it.")

    @model_validator(mode="after")
    def _names_each_symbol_once(self) -> "SavedStrategyBody":
        if len(set(self.symbols)) < len(self.symbols):
            raise ValueError("a symbol stands in the list once")
        return self

    def command(self) -> SaveStrategy:
        """Return what is asked."""
        return SaveStrategy(self.name, self.strategy, self.symbols, self.parameters, self.note, self.is_published)


class SavedStrategyChangeBody(Body):
    """What of a saved strategy is to be otherwise; what is not named stays, each parameter for itself."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"parameters": {"fast": 20}, "note": "Quicker"}]}
    )
    name: Line | None = None
    symbols: list[Line] | None = Field(default=None, min_length=1, max_length=SYMBOLS_MAX)
    parameters: dict[str, GivenValue] | None = Field(default=None, max_length=50)
    note: str = Field(default="", max_length=500)

    @model_validator(mode="after")
    def _names_each_symbol_once(self) -> "SavedStrategyChangeBody":
        if self.symbols is not None and len(set(self.symbols)) < len(self.symbols):
            raise ValueError("a symbol stands in the list once")
        return self

    def command(self, saved_id: UUID) -> ChangeStrategy:
        """Return what is asked."""
        return ChangeStrategy(saved_id, self.name, self.symbols, self.parameters, self.note)


class StrategyRunBody(RunTermsBody):
    """What a saved strategy is run over, and the account it begins with."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Slow averages, 2024",
                    "tape_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "starts_at": "2024-01-02T21:00:00Z",
                }
            ]
        },
    )


class StrategyVersionOut(BaseModel):
    """What is traded and how, from an instant on; a version never changes."""

    number: int
    code_version: int = Field(description="Of the shipped strategy when the version was made.")
    symbols: list[str]
    parameters: dict[str, Any]
    note: str
    made_at: datetime

    @classmethod
    def of(cls, found: StrategyVersion) -> "StrategyVersionOut":
        """Show a version."""
        its: Mapping[str, Any] = {name: getattr(found, name) for name in cls.model_fields}
        return cls.model_validate({**its, "symbols": list(found.symbols), "parameters": dict(found.parameters)})


class SavedStrategyOut(BaseModel):
    """A saved strategy and its newest version, which is the one that runs."""

    id: UUID
    name: str
    strategy: str
    version: int
    is_active: bool = Field(description="Whether it may be run.")
    is_published: bool = Field(description="Whether everybody of the tenant may read and run it.")
    is_mine: bool = Field(description="Whether you saved it; who saved it changes it alone.")
    created_at: datetime
    changed_at: datetime
    newest: StrategyVersionOut

    @classmethod
    def of(cls, found: SavedStrategy, reader: UUID) -> "SavedStrategyOut":
        """Show a strategy to somebody."""
        names = ("id", "name", "strategy", "is_active", "is_published", "created_at", "changed_at")
        its: Mapping[str, Any] = {name: getattr(found, name) for name in names}
        newest = StrategyVersionOut.of(found.newest)
        return cls(**its, version=newest.number, is_mine=found.owner_id == reader, newest=newest)


class PerformedOut(BaseModel):
    """What one backtest of a version came to; a figure that cannot be said is null, with the reason."""

    backtest_id: UUID
    version: int
    name: str
    tape_id: UUID
    ended_at: datetime
    figures: dict[str, float | None]
    reasons: dict[str, str]

    @classmethod
    def of(cls, found: Performed) -> "PerformedOut":
        """Show a backtest."""
        return cls.model_validate({name: getattr(found, name) for name in cls.model_fields})


class VersionPerformanceOut(BaseModel):
    """What the ended backtests of one version came to."""

    version: int
    runs: int
    latest: PerformedOut
    best: PerformedOut | None

    @classmethod
    def of(cls, found: VersionPerformance) -> "VersionPerformanceOut":
        """Show a version."""
        best = None if found.best is None else PerformedOut.of(found.best)
        return cls(version=found.version, runs=found.runs, latest=PerformedOut.of(found.latest), best=best)


class StrategyPerformanceOut(BaseModel):
    """What a saved strategy has brought by its backtests; what no run has shown is null, with the reason."""

    saved_strategy_id: UUID
    measure: str = Field(description="The measure by which a backtest is the best.")
    runs: int = Field(description="How many backtests of it went to their end.")
    latest: PerformedOut | None
    best: PerformedOut | None
    versions: list[VersionPerformanceOut]
    reasons: dict[str, str]

    @classmethod
    def of(cls, saved_id: UUID, measure: str, found: Performance) -> "StrategyPerformanceOut":
        """Show what it has brought."""
        return cls(
            saved_strategy_id=saved_id,
            measure=measure,
            runs=found.runs,
            latest=None if found.latest is None else PerformedOut.of(found.latest),
            best=None if found.best is None else PerformedOut.of(found.best),
            versions=[VersionPerformanceOut.of(each) for each in found.versions],
            reasons=dict(found.reasons),
        )
