"""What the Greeks of an account look like from outside."""

from datetime import datetime

from pydantic import BaseModel, Field

from paperdesk.core.broker.portfolio_greeks import Money, UnderlyingGreeks
from paperdesk.core.kernel.money import money
from paperdesk.features.broker.greek_history import GreekPoint
from paperdesk.infra.http import NumberText


class MoneyGreeksOut(BaseModel):
    """Greeks in money."""

    delta: NumberText = Field(description="What is held, as if all of it were the underlying.")
    gamma: NumberText = Field(description="By how much that changes when the underlying moves by a hundredth.")
    theta: NumberText = Field(description="What a day brings.")
    vega: NumberText = Field(description="What a percentage point of volatility brings.")
    rho: NumberText = Field(description="What a percentage point of interest brings.")

    @classmethod
    def of(cls, found: Money | None, currency: str) -> "MoneyGreeksOut | None":
        """Show them, rounded as money is."""
        if found is None:
            return None
        return cls(**{name: money(getattr(found, name), currency) for name in cls.model_fields})


class UnderlyingGreeksOut(BaseModel):
    """What the positions in one underlying and its options come to; null where one of them is unknown."""

    underlying: str
    spot: NumberText | None
    delta: NumberText | None = Field(description="In units of the underlying.")
    gamma: NumberText | None = Field(description="By how many units the delta changes when it moves by 1.00.")
    money: MoneyGreeksOut | None
    missing: dict[str, str] = Field(description="What is not known, by symbol, and why.")

    @classmethod
    def of(cls, found: UnderlyingGreeks, currency: str) -> "UnderlyingGreeksOut":
        """Show one underlying."""
        return cls(
            underlying=found.underlying,
            spot=found.spot,
            delta=found.delta,
            gamma=found.gamma,
            money=MoneyGreeksOut.of(found.money, currency),
            missing=dict(found.missing),
        )


class AccountGreeksOut(BaseModel):
    """The Greeks of an account at an instant: by underlying, together in money, and for each 1,000 invested."""

    at: datetime
    underlyings: list[UnderlyingGreeksOut]
    invested: NumberText | None = Field(description="What positions are worth without their signs.")
    total: MoneyGreeksOut | None = Field(description="Null where one underlying is unknown.")
    per_thousand: MoneyGreeksOut | None = Field(description="Null too where nothing is invested.")

    @classmethod
    def of(cls, point: GreekPoint, currency: str) -> "AccountGreeksOut":
        """Show a point."""
        found = point.greeks
        return cls(
            at=point.at,
            underlyings=[UnderlyingGreeksOut.of(each, currency) for each in found.underlyings],
            invested=found.invested,
            total=MoneyGreeksOut.of(found.total, currency),
            per_thousand=MoneyGreeksOut.of(found.per_thousand, currency),
        )
