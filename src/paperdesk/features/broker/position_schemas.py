"""What a position looks like from outside: what is held, what it is worth, and what it needs of the account."""

from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from pydantic import BaseModel, Field

from paperdesk.core.broker.day_result import NO_PRICE_THEN
from paperdesk.core.broker.margin_book import MarginMode
from paperdesk.core.broker.position_margin import PositionMargin
from paperdesk.core.broker.valuation import PositionValue
from paperdesk.features.broker.order_schemas import AVERAGE_PLACES
from paperdesk.infra.http import NumberText


class PositionOut(BaseModel):
    """A position at its mark."""

    instrument_id: UUID
    symbol: str
    quantity: NumberText
    reserved: NumberText
    cost_basis: NumberText
    average_price: NumberText | None
    mark: NumberText | None
    mark_source: str | None
    market_value: NumberText | None
    unrealised_pl: NumberText | None
    day_pl: NumberText | None = Field(description="What it has brought since the previous close, without fees.")
    reason: str | None
    leverage: int = Field(description="How many times its own means the account buys the pair for; 1 is the usual.")
    initial_margin: NumberText | None = Field(description="What opening the position needs of equity.")
    maintenance_margin: NumberText | None = Field(description="What going on to hold it needs.")
    margin_mode: MarginMode = Field(
        description="What answers for it: all that the account has, or its initial margin as a margin of its own."
    )
    liquidation_price: NumberText | None = Field(
        description="Where the account is worth its maintenance if this price alone moves, and the pair is sold below "
        "it; where its margin is isolated, where that is used up to its maintenance and the pair is closed."
    )
    margin_reason: str | None = Field(description="Why something of its margin is null.")

    @classmethod
    def of(cls, symbol: str, value: PositionValue, day_pl: Decimal | None, needs: PositionMargin) -> "PositionOut":
        """Show a valued position; its average price is derived from its cost."""
        position = value.position
        average = position.cost / position.quantity if position.quantity else None
        return cls(
            instrument_id=position.instrument_id,
            symbol=symbol,
            quantity=position.quantity,
            reserved=position.reserved,
            cost_basis=position.cost,
            average_price=_shown(average),
            mark=value.mark,
            mark_source=value.mark_source,
            market_value=value.market_value,
            unrealised_pl=value.unrealised_pl,
            day_pl=day_pl,
            reason=value.reason or (NO_PRICE_THEN if day_pl is None else None),
            leverage=needs.leverage,
            initial_margin=_shown(needs.initial),
            maintenance_margin=_shown(needs.maintenance),
            margin_mode=needs.mode,
            liquidation_price=_shown(needs.liquidation_price),
            margin_reason=needs.reason,
        )


def _shown(number: Decimal | None) -> Decimal | None:
    """Return a number that was divided as it is shown."""
    return None if number is None else number.quantize(AVERAGE_PLACES, ROUND_HALF_EVEN)
