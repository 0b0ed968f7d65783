"""What strategies and their payoffs look like from outside."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.broker.combos import Strategy
from paperdesk.core.broker.legs import Leg
from paperdesk.core.broker.payoff import Payoff
from paperdesk.core.broker.requirements import Paired, Requirement
from paperdesk.core.market.options import MalformedOptionSymbol, parse_occ
from paperdesk.features.broker.payoffs import Estimate, Outlook
from paperdesk.features.broker.strategies import HeldStrategy, Strategies
from paperdesk.infra.http import Body, DayText, NumberText, SymbolLine

_PLACES = Decimal("0.000001")
LEGS_MAX = 40


class LegBody(Body):
    """One leg: an OCC symbol, or the symbol of the underlying; signed contracts or units, and their price per unit."""

    symbol: SymbolLine
    quantity: NumberText
    price: NumberText

    def leg(self) -> Leg:
        """Return it as a value."""
        try:
            return Leg(self.symbol, self.quantity, parse_occ(self.symbol), self.price)
        except MalformedOptionSymbol:
            return Leg(self.symbol, self.quantity, None, self.price)


class OutlookBody(Body):
    """A day before expiry and a market: the price of the underlying, and fractions a year."""

    on: DayText
    spot: NumberText = Field(gt=0)
    vol: NumberText = Field(ge=0, le=10)
    rate: NumberText = Decimal(0)
    dividend_yield: NumberText = Decimal(0)

    def value(self) -> Outlook:
        """Return it as a value."""
        return Outlook(self.on, self.spot, self.vol, self.rate, self.dividend_yield)


class PayoffBody(Body):
    """Legs to draw, and a market if their value before expiry is wanted too."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "legs": [
                        {"symbol": "ACME240607C00100000", "quantity": "1", "price": "3.00"},
                        {"symbol": "ACME240607C00105000", "quantity": "-1", "price": "1.20"},
                    ],
                    "outlook": {"on": "2024-06-04", "spot": "101", "vol": "0.25"},
                }
            ]
        },
    )
    legs: list[LegBody] = Field(min_length=1, max_length=LEGS_MAX)
    outlook: OutlookBody | None = None


class CornerOut(BaseModel):
    """A price of the underlying at expiry, and the profit there."""

    spot: NumberText
    profit: NumberText


class PayoffLineOut(BaseModel):
    """Profit at expiry: corners, the slope above the last one, and what follows; null is unbounded."""

    corners: list[CornerOut]
    slope: NumberText
    cost: NumberText
    max_profit: NumberText | None
    max_loss: NumberText | None
    break_evens: list[NumberText]

    @classmethod
    def of(cls, line: Payoff) -> "PayoffLineOut":
        """Show a payoff."""
        return cls(
            corners=[CornerOut(spot=each.spot, profit=each.profit) for each in line.corners],
            slope=line.slope,
            cost=line.cost,
            max_profit=line.max_profit,
            max_loss=line.max_loss,
            break_evens=[each.quantize(_PLACES, ROUND_HALF_EVEN) for each in line.break_evens],
        )


class LegOut(BaseModel):
    """One leg of one strategy, with what it cost per unit."""

    symbol: str
    quantity: NumberText
    price: NumberText

    @classmethod
    def of(cls, leg: Leg) -> "LegOut":
        """Show a leg."""
        return cls(symbol=leg.symbol, quantity=leg.quantity, price=leg.price.quantize(_PLACES, ROUND_HALF_EVEN))


class StrategyOut(BaseModel):
    """A strategy, so many times; its payoff is null with a reason where legs end on different days."""

    strategy: Strategy
    underlying: str
    units: NumberText
    legs: list[LegOut]
    payoff: PayoffLineOut | None
    reason: str | None

    @classmethod
    def of(cls, held: HeldStrategy) -> "StrategyOut":
        """Show a strategy."""
        return cls(
            strategy=held.combo.strategy,
            underlying=held.underlying,
            units=held.combo.units,
            legs=[LegOut.of(leg) for leg in held.combo.legs],
            payoff=None if held.payoff is None else PayoffLineOut.of(held.payoff),
            reason=held.reason,
        )


class PairedOut(BaseModel):
    """Legs that are margined together, what they need, and why."""

    strategy: str
    legs: list[LegOut]
    requirement: NumberText
    equity_needed: NumberText
    explanation: str

    @classmethod
    def of(cls, paired: Paired) -> "PairedOut":
        """Show a pairing."""
        return cls(
            strategy=paired.strategy,
            legs=[LegOut.of(leg) for leg in paired.legs],
            requirement=paired.requirement,
            equity_needed=paired.equity_needed,
            explanation=paired.explanation,
        )


class RequirementOut(BaseModel):
    """What the book of one underlying needs; exact when no pairing needs less."""

    requirement: NumberText
    equity_needed: NumberText
    is_exact: bool
    paired: list[PairedOut]

    @classmethod
    def of(cls, needed: Requirement) -> "RequirementOut":
        """Show a requirement."""
        return cls(
            requirement=needed.total,
            equity_needed=needed.equity_needed,
            is_exact=needed.is_exact,
            paired=[PairedOut.of(each) for each in needed.paired],
        )


class StrategiesOut(BaseModel):
    """The strategies that positions make, and for an account with margin what maintaining their books needs."""

    items: list[StrategyOut]
    requirements: list[RequirementOut]

    @classmethod
    def of(cls, found: Strategies) -> "StrategiesOut":
        """Show an account's strategies."""
        return cls(
            items=[StrategyOut.of(each) for each in found.held],
            requirements=[RequirementOut.of(each) for each in found.needed],
        )


class EstimateOut(BaseModel):
    """Profit before expiry over a range of prices, with sensitivities at the spot; all of it by a model."""

    corners: list[CornerOut]
    delta: NumberText
    gamma: NumberText
    vega_per_vol: NumberText
    theta_per_year: NumberText
    rho_per_rate: NumberText
    dual_delta: NumberText = Field(description="The value by the strikes, all of them moved together.")
    vanna_per_vol: NumberText = Field(description="The delta by the volatility.")
    charm_per_year: NumberText = Field(description="The delta by the time that passes.")
    vomma_per_vol: NumberText = Field(description="The vega by the volatility.")
    veta_per_vol_year: NumberText = Field(description="The vega by the time that passes.")
    speed: NumberText = Field(description="The gamma by the spot.")
    zomma_per_vol: NumberText = Field(description="The gamma by the volatility.")
    color_per_year: NumberText = Field(description="The gamma by the time that passes.")
    ultima_per_vol: NumberText = Field(description="The vomma by the volatility.")
    probability_of_profit: NumberText | None
    distribution: str | None

    @classmethod
    def of(cls, found: Estimate) -> "EstimateOut":
        """Show an estimate."""
        return cls(
            corners=[CornerOut(spot=spot, profit=profit) for spot, profit in found.profits],
            **found.sensitivities,
            probability_of_profit=found.probability_of_profit,
            distribution=found.distribution,
        )


class PayoffOut(BaseModel):
    """What legs are called, their payoff at expiry, and their value before it."""

    strategy: Strategy
    payoff: PayoffLineOut | None
    reason: str | None
    estimate: EstimateOut | None

    @classmethod
    def of(cls, strategy: Strategy, line: Payoff | None, reason: str | None, estimate: Estimate | None) -> "PayoffOut":
        """Show what was asked for."""
        return cls(
            strategy=strategy,
            payoff=None if line is None else PayoffLineOut.of(line),
            reason=reason,
            estimate=None if estimate is None else EstimateOut.of(estimate),
        )


def legs_of(bodies: Sequence[LegBody]) -> tuple[Leg, ...]:
    """Return legs as values."""
    return tuple(body.leg() for body in bodies)
