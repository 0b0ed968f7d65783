"""What spreads that are built from a template look like from outside."""

from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.broker.combos import Strategy
from paperdesk.core.broker.spread_templates import SpreadTemplate
from paperdesk.core.kernel.money import money_from_float
from paperdesk.features.broker.build_spread import VOL_PLACES, BuildSpread, BuiltLeg, Spread
from paperdesk.features.broker.strategy_schemas import EstimateOut, PayoffLineOut
from paperdesk.infra.http import Body, DayText, NumberText, SymbolLine

STRIKES_MAX = 4
UNITS_MAX = 1_000_000


class SpreadBody(Body):
    """A template on an expiry: its strikes, ascending, or a width around the price of the underlying."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "tape_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "template": "iron_condor",
                    "underlying": "ACME",
                    "expires_on": "2024-06-07",
                    "width": "5",
                }
            ]
        },
    )

    tape_id: UUID
    template: SpreadTemplate
    underlying: SymbolLine
    expires_on: DayText
    strikes: list[NumberText] = Field(default_factory=list[Decimal], max_length=STRIKES_MAX)
    width: NumberText | None = Field(default=None, gt=0, description="How far neighbouring strikes lie apart.")
    units: NumberText = Field(default=Decimal(1), gt=0, le=UNITS_MAX)
    rate: NumberText = Decimal(0)
    dividend_yield: NumberText = Decimal(0)

    def command(self) -> BuildSpread:
        """Return what is asked."""
        return BuildSpread(**{name: getattr(self, name) for name in type(self).model_fields})


class BuiltLegOut(BaseModel):
    """A contract, how many are bought (sold below zero), and its standing quote; the price is the middle."""

    symbol: str
    right: str
    strike: NumberText
    quantity: NumberText
    bid: NumberText | None
    ask: NumberText | None
    price: NumberText | None
    implied_vol: NumberText | None
    reason: str | None = Field(description="Why the quote implies no volatility.")

    @classmethod
    def of(cls, built: BuiltLeg) -> "BuiltLegOut":
        """Show a leg."""
        line, quote = built.line, built.line.quote
        return cls(
            symbol=line.instrument.symbol,
            right=line.contract.right.value,
            strike=line.contract.strike,
            quantity=built.quantity,
            bid=None if quote is None else quote.bid,
            ask=None if quote is None else quote.ask,
            price=built.price,
            implied_vol=None if line.implied is None else money_from_float(line.implied.vol, VOL_PLACES),
            reason=line.reason,
        )


class SpreadOut(BaseModel):
    """A spread with its payoff at expiry and what a model says before; null with a reason."""

    template: SpreadTemplate
    spot: NumberText
    legs: list[BuiltLegOut]
    strategy: Strategy | None = Field(description="What an order of these legs is called.")
    payoff: PayoffLineOut | None
    payoff_reason: str | None
    volatility: NumberText | None = Field(description="The mean of what the legs imply, used for all of them.")
    estimate: EstimateOut | None
    estimate_reason: str | None

    @classmethod
    def of(cls, spread: Spread) -> "SpreadOut":
        """Show a spread."""
        return cls(
            template=spread.template,
            spot=spread.spot,
            legs=[BuiltLegOut.of(each) for each in spread.legs],
            strategy=spread.strategy,
            payoff=None if spread.payoff is None else PayoffLineOut.of(spread.payoff),
            payoff_reason=spread.payoff_reason,
            volatility=spread.volatility,
            estimate=None if spread.estimate is None else EstimateOut.of(spread.estimate),
            estimate_reason=spread.estimate_reason,
        )
