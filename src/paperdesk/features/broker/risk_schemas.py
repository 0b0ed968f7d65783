"""What the risk of an order looks like from outside, and the rules about it that an account is opened with."""

from typing import Annotated

from pydantic import BaseModel, Field

from paperdesk.core.broker.risk_checks import Assessment
from paperdesk.core.broker.risk_rules import RiskFigures, RiskLevel, RiskLimits, RiskMode, RiskRules
from paperdesk.core.broker.risk_voices import Finding
from paperdesk.infra.http import Body, Line, NumberText

_FIGURES, _LIMITS = RiskFigures(), RiskLimits()

Above = Annotated[NumberText, Field(gt=0)]
Amount = Annotated[NumberText, Field(ge=0)]


class RiskFiguresBody(Body):
    """What orders are compared with; shares and rates are fractions of equity."""

    concentration: Above = _FIGURES.concentration
    sector: Above = _FIGURES.sector
    leverage: Above = _FIGURES.leverage
    buying_power: Amount = _FIGURES.buying_power
    day_trades: Annotated[int, Field(ge=0)] = _FIGURES.day_trades
    option_level: Annotated[int, Field(ge=0, le=4)] = _FIGURES.option_level
    volatile_share: Above = _FIGURES.volatile_share
    volatile_vol: Above = _FIGURES.volatile_vol
    margin_buffer: Annotated[NumberText, Field(ge=1)] = _FIGURES.margin_buffer
    cash: Amount = _FIGURES.cash
    days_to_expiry: Annotated[int, Field(ge=0)] = _FIGURES.days_to_expiry


class RiskLimitsBody(Body):
    """Limits of the account; one that is null is not kept."""

    position_value: Amount | None = _LIMITS.position_value
    orders_a_day: Annotated[int, Field(ge=0)] | None = _LIMITS.orders_a_day
    contracts: Amount | None = _LIMITS.contracts
    naked_contracts: Amount | None = _LIMITS.naked_contracts
    strike_distance: Amount | None = _LIMITS.strike_distance
    days_to_expiry: Annotated[int, Field(ge=0)] | None = _LIMITS.days_to_expiry
    delta: Amount | None = _LIMITS.delta
    theta: Amount | None = _LIMITS.theta
    vega: Amount | None = _LIMITS.vega


class RiskBody(Body):
    """Whether risk is looked at, only warned of, or blocks orders, and by which figures and limits."""

    mode: RiskMode = RiskMode.WARN
    figures: RiskFiguresBody = RiskFiguresBody()
    limits: RiskLimitsBody | None = None
    sectors: dict[Line, Line] = Field(default_factory=dict, description="The account's own word on a symbol's sector.")

    def rules(self) -> RiskRules:
        """Return them as a value; fields and rules share their names."""
        limits = None if self.limits is None else RiskLimits(**dict(self.limits))
        return RiskRules(self.mode, RiskFigures(**dict(self.figures)), limits, self.sectors)


class FindingOut(BaseModel):
    """A rule that spoke: what it measured, what that is compared with, and what to do about it."""

    code: str
    severity: RiskLevel
    message: str
    suggestion: str
    measured: str
    figure: str

    @classmethod
    def of(cls, finding: Finding) -> "FindingOut":
        """Show a finding."""
        return cls(
            code=finding.code,
            severity=finding.level,
            message=finding.message,
            suggestion=finding.suggestion,
            measured=finding.facts["measured"],
            figure=finding.facts["figure"],
        )


class UnmeasuredOut(BaseModel):
    """A rule that could not speak, and why."""

    code: str
    reason: str


class RiskOut(BaseModel):
    """How risky an order would be: the worst finding is its level, and `blocks` says whether an extreme one refuses."""

    level: RiskLevel
    blocks: bool
    findings: list[FindingOut]
    unmeasured: list[UnmeasuredOut]

    @classmethod
    def of(cls, found: Assessment | None) -> "RiskOut | None":
        """Show an assessment, nothing where nobody looks."""
        if found is None:
            return None
        return cls(
            level=found.level,
            blocks=found.blocks,
            findings=[FindingOut.of(each) for each in found.findings],
            unmeasured=[UnmeasuredOut(code=each.code, reason=each.reason) for each in found.unmeasured],
        )
