"""What the holdings of funds look like from outside."""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import BaseModel, Field

from paperdesk.core.market.fund_holdings import FundHolding
from paperdesk.infra.http import NumberText, PageOf


class FundHoldingOut(BaseModel):
    """One line of a fund's report; null where the report does not say it."""

    name: str
    symbol: str | None
    weight_rate: NumberText | None = Field(description="The part of the fund, as a fraction.")
    quantity: NumberText | None
    market_value: NumberText | None

    @classmethod
    def of(cls, holding: FundHolding) -> "FundHoldingOut":
        """Show a holding."""
        return cls(
            name=holding.name,
            symbol=holding.symbol,
            weight_rate=holding.weight_rate,
            quantity=holding.quantity,
            market_value=holding.market_value,
        )


class FundHoldingsOut(PageOf[FundHoldingOut]):
    """What a fund holds by its newest report; without a report no day, and why."""

    symbol: str
    held_on: date | None
    known_at: datetime | None
    reason: str | None = Field(description="Why there is no report; null where there is one.")

    @classmethod
    def of(
        cls,
        symbol: str,
        report: Sequence[FundHolding],
        lines: Sequence[FundHolding],
        next_cursor: str | None,
        *,
        is_told: bool,
    ) -> "FundHoldingsOut":
        """Show a page of a report."""
        unknown = "no report of this fund is known yet" if is_told else "no source of this tape tells what funds hold"
        return cls(
            items=[FundHoldingOut.of(each) for each in lines],
            next_cursor=next_cursor,
            symbol=symbol,
            held_on=report[0].held_on if report else None,
            known_at=report[0].known_at if report else None,
            reason=None if report else unknown,
        )
