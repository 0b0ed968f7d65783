"""What position sizes look like from outside."""

from pydantic import BaseModel, Field

from paperdesk.core.strategy.sizing import Method
from paperdesk.features.broker.position_sizes import PositionSize
from paperdesk.infra.http import NumberText

_PLACES = 6


class PositionSizeOut(BaseModel):
    """How much to buy, and what that was worked out from; rates are fractions, 0.05 is five percent."""

    symbol: str
    method: Method
    is_suggested: bool = Field(description="Whether the method follows from the tolerance of risk, or from the stop.")
    wanted_share: NumberText = Field(description="The share of equity that the method asks for.")
    share: NumberText = Field(description="What is left of it within the bounds.")
    units: NumberText
    notional: NumberText = Field(description="What so many units cost at the price.")
    rules: list[str] = Field(
        description="What changed the share: at_least, at_most, cash_kept, no_edge, less_than_one_lot."
    )
    price: NumberText
    equity: NumberText
    cash: NumberText = Field(description="Buying power: the cash that no open order has reserved.")
    held: int = Field(description="How many other positions are held.")
    volatility: NumberText | None = Field(description="Of a year, by twenty days; null with fewer.")
    average_range: NumberText | None = Field(description="Average true range of twenty days, a unit; null with fewer.")
    win_rate: NumberText | None
    payoff: NumberText | None

    @classmethod
    def of(cls, found: PositionSize) -> "PositionSizeOut":
        """Show a size."""
        size, basis = found.size, found.basis
        same = ("price", "equity", "cash", "held", "volatility", "average_range", "win_rate", "payoff")
        return cls(
            symbol=found.symbol,
            method=size.method,
            is_suggested=found.is_suggested,
            wanted_share=round(size.wanted, _PLACES),
            share=round(size.share, _PLACES),
            units=size.units,
            notional=size.units * basis.price * basis.multiplier,
            rules=list(size.rules),
            **{name: getattr(basis, name) for name in same},
        )
