"""What indicators look like from outside."""

from datetime import datetime

from pydantic import BaseModel, Field

from paperdesk.features.marketdata.feeds.manifest import SourceKind
from paperdesk.features.marketdata.indicators import BARS, Measure, Picked, Reading
from paperdesk.infra.http import NumberText, PageOf


class IndicatorsOut(BaseModel):
    """Indicators of a symbol at the end of its newest bar that is over."""

    symbol: str
    source: SourceKind
    interval: str
    at: datetime | None = Field(description="When the newest bar was over.")
    close: NumberText | None
    bars: int = Field(description=f"How many bars they rest on, {BARS} at most.")
    values: dict[Measure, NumberText | None]
    reason: str | None = Field(description="Why some of them are null.")

    @classmethod
    def of(cls, reading: Reading, source: SourceKind, interval: str) -> "IndicatorsOut":
        """Show what was measured."""
        is_whole = all(value is not None for value in reading.values.values())
        return cls(
            symbol=reading.symbol,
            source=source,
            interval=interval,
            at=reading.at,
            close=reading.close,
            bars=reading.bars,
            values=dict(reading.values),
            reason=None if is_whole else "too few bars are over, or the source has no range or volume for them",
        )


class PickedOut(BaseModel):
    """A symbol that a scan picked."""

    symbol: str
    at: datetime
    close: NumberText
    value: NumberText

    @classmethod
    def of(cls, picked: Picked) -> "PickedOut":
        """Show it."""
        return cls(symbol=picked.symbol, at=picked.at, close=picked.close, value=picked.value)


class ScanOut(PageOf[PickedOut]):
    """What a scan picked out of a market by one measure of daily bars, the highest first."""

    source: SourceKind
    at: datetime = Field(description="The tape's clock.")
    measure: Measure
    matching: int = Field(description="How many were picked in all.")
