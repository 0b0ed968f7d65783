"""What the presets of the synthetic market, and the truth behind them, look like from outside."""

from dataclasses import asdict
from datetime import date

from pydantic import BaseModel

from paperdesk.core.synthetic.presets import BEGINS_ON, Preset
from paperdesk.core.synthetic.truth import FACTOR_FUNDS, Truth


class PresetOut(BaseModel):
    """A synthetic market that can be opened by name.

    Tapes on it begin on `begins_on` or later, and on `starts_on` if nothing else is asked.
    """

    name: str
    title: str
    summary: str
    label: str | None
    begins_on: date
    starts_on: date

    @classmethod
    def of(cls, preset: Preset) -> "PresetOut":
        """Show a preset."""
        return cls(
            name=preset.name,
            title=preset.title,
            summary=preset.summary,
            label=preset.label,
            begins_on=BEGINS_ON,
            starts_on=preset.starts_on,
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
