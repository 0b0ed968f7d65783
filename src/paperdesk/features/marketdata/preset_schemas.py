"""What the presets of the synthetic market, and the truth behind them, look like from outside."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from paperdesk.core.kernel.principal import Principal
from paperdesk.core.synthetic.presets import BEGINS_ON, Preset
from paperdesk.core.synthetic.truth import FACTOR_FUNDS, Truth
from paperdesk.features.marketdata.presets import Replay, SavedPreset
from paperdesk.features.marketdata.save_preset import SavePreset
from paperdesk.infra.http import Body, DayText, InstantText, Line


class PresetOut(BaseModel):
    """A tape that can be opened by name, beginning at `starts_at` or `starts_on` if nothing else is asked.

    A synthetic market is made from a seed, and its tapes begin on `begins_on` or later; a recorded or
    saved one plays a dataset.
    """

    name: str
    title: str
    summary: str
    kind: Literal["synthetic", "recorded", "saved"]
    label: str | None = None
    begins_on: date | None = None
    starts_on: date | None = None
    starts_at: datetime | None = None
    dataset_id: UUID | None = None
    warm_up: int = 0
    shared: bool = True
    is_mine: bool = False

    @classmethod
    def of(cls, preset: Preset) -> "PresetOut":
        """Show a synthetic market."""
        return cls(
            name=preset.name,
            title=preset.title,
            summary=preset.summary,
            kind="synthetic",
            label=preset.label,
            begins_on=BEGINS_ON,
            starts_on=preset.starts_on,
        )

    @classmethod
    def of_replay(cls, replay: Replay, dataset_id: UUID) -> "PresetOut":
        """Show a well-known time of a recorded dataset."""
        return cls(
            name=replay.name,
            title=replay.title,
            summary=replay.summary,
            kind="recorded",
            starts_on=replay.starts_on,
            dataset_id=dataset_id,
        )

    @classmethod
    def of_saved(cls, preset: SavedPreset, who: Principal) -> "PresetOut":
        """Show what somebody saved."""
        return cls(
            name=preset.name,
            title=preset.title,
            summary=preset.summary,
            kind="saved",
            starts_at=preset.starts_at,
            dataset_id=preset.dataset_id,
            warm_up=preset.warm_up,
            shared=preset.shared,
            is_mine=preset.owner_id == who.user_id,
        )


class SavePresetBody(Body):
    """A tape of yours, or a dataset and a moment, under a name."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "my_crash",
                    "title": "My crash",
                    "summary": "What we practise on Mondays.",
                    "tape_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "shared": True,
                }
            ]
        },
    )
    name: Line
    title: Line
    summary: Line
    tape_id: UUID | None = None
    dataset_id: UUID | None = None
    start_at: InstantText | None = None
    start_on: DayText | None = Field(default=None, description="A day instead of an instant: its close.")
    warm_up: int = Field(default=0, ge=0, le=100_000)
    shared: bool = Field(default=False, description="Whether everybody of the tenant sees it.")

    @model_validator(mode="after")
    def _has_one_source(self) -> "SavePresetBody":
        if (self.tape_id is None) == (self.dataset_id is None):
            raise ValueError("give tape_id or dataset_id, one of them")
        if self.start_at and self.start_on:
            raise ValueError("give start_at or start_on, not both")
        if self.dataset_id is not None and not (self.start_at or self.start_on):
            raise ValueError("a dataset needs start_at or start_on")
        return self

    def command(self) -> SavePreset:
        """Return what is asked as a command."""
        return SavePreset(
            name=self.name,
            title=self.title,
            summary=self.summary,
            tape_id=self.tape_id,
            dataset_id=self.dataset_id,
            start=self.start_at or self.start_on,
            warm_up=self.warm_up,
            shared=self.shared,
        )


class TruthOut(BaseModel):
    """The true coefficients of one instrument, on daily simple returns in excess of cash."""

    symbol: str
    betas: dict[str, float]
    market_beta: float
    rate_sensitivity: float
    residual_volatility: float


class TruthsOut(BaseModel):
    """What estimates on the synthetic market should find."""

    factor_funds: list[str]
    items: list[TruthOut]

    @classmethod
    def of(cls, found: list[Truth]) -> "TruthsOut":
        """Show the truth."""
        return cls(factor_funds=list(FACTOR_FUNDS), items=[TruthOut(**asdict(each)) for each in found])
