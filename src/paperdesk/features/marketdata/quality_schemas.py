"""What the quality report of a dataset looks like from outside, and the request to repair one."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.features.marketdata.assess_dataset import AssessDataset, Assessment
from paperdesk.infra.http import Body, NumberText


class GapOut(BaseModel):
    """Bars, or sessions, that are missing in one run."""

    starts_at: datetime
    ends_at: datetime
    missing: int


class OutlierOut(BaseModel):
    """A close far from the one before; it may well be true."""

    at: datetime
    change_rate: NumberText


class SymbolQualityOut(BaseModel):
    """How good the rows of one symbol are; lists name the first of what the totals count."""

    symbol: str
    rows: int
    first_at: datetime | None
    last_at: datetime | None
    bar_length_s: int | None = Field(description="How long most bars are; null is a whole session, or no bars.")
    coverage_rate: NumberText | None = Field(description="What part of the expected bars, or sessions, is there.")
    missing: int
    behind: int = Field(description="How many are missing since the last row.")
    gaps_total: int
    gaps: list[GapOut]
    unchanged_max: int = Field(description="The longest run of equal closes.")
    outliers_total: int
    outliers: list[OutlierOut]
    crossed: int
    locked: int


class QualityOut(BaseModel):
    """The quality report of a dataset as of an instant, symbol by symbol."""

    dataset_id: UUID
    at: datetime
    items: list[SymbolQualityOut]

    @classmethod
    def of(cls, asked: AssessDataset, found: Assessment) -> "QualityOut":
        """Show a report."""
        items = [SymbolQualityOut(symbol=symbol, **asdict(quality)) for symbol, quality in found.symbols]
        return cls(dataset_id=asked.dataset_id, at=found.at, items=items)


class RepairBody(Body):
    """Where the missing bars are to come from."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"from_dataset_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11"}]},
    )
    from_dataset_id: UUID
