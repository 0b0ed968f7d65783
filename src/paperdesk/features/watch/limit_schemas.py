"""What the limits of an account, what was told of them and what they measure look like from outside."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.broker.limit_measures import NO_EQUITY, NO_PRICE, NO_PRICE_OF_DAY
from paperdesk.core.broker.watched_limits import UNITS, LimitKind, LimitState, LimitUnit, Measured, rounded
from paperdesk.core.kernel.money import money
from paperdesk.features.broker.limit_schemas import PART, UNIT, LimitTermsBody
from paperdesk.features.watch.account_limits import Evaluation, KeptLimit, LimitAlert
from paperdesk.features.watch.measure_account import MeasuredAccount
from paperdesk.features.watch.set_limit import ChangeLimit, SetLimit
from paperdesk.infra.http import Body, NumberText


class LimitBody(LimitTermsBody):
    """A limit that an account is watched by: of one symbol, or without one of all it holds."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"kind": "daily_loss", "value": "500"}]}
    )

    is_enabled: bool = True

    def command(self, account_id: UUID) -> SetLimit:
        """Return what is asked."""
        return SetLimit(account_id, self.kind, self.value, self.symbol, self.thresholds, self.is_enabled)


class LimitChangeBody(Body):
    """What changes of a limit; what is left out stays."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"value": "750"}]})

    value: NumberText | None = Field(default=None, description=UNIT)
    warning: NumberText | None = Field(default=None, description=PART)
    critical: NumberText | None = Field(default=None, description=PART)
    breached: NumberText | None = Field(default=None, description=PART)
    is_enabled: bool | None = None

    def command(self, limit_id: UUID) -> ChangeLimit:
        """Return what is asked."""
        return ChangeLimit(limit_id, self.value, self.warning, self.critical, self.breached, self.is_enabled)


class LimitOut(BaseModel):
    """A limit, and how far it was used when it was looked at."""

    id: UUID
    account_id: UUID
    kind: LimitKind
    symbol: str | None
    unit: LimitUnit
    value: NumberText
    warning: NumberText
    critical: NumberText
    breached: NumberText
    is_enabled: bool
    state: LimitState | None = Field(description="Null while the limit is disabled, for nobody looks then.")
    measured: NumberText | None = Field(description="In the unit of the value; null where it is not known, or endless.")
    utilisation: NumberText | None = Field(description="What is measured over the value.")
    reason: str | None = Field(description="Why nothing is measured.")
    looked_at: datetime | None = Field(
        description="The tape's clock when somebody asked last, or when the state changed after that."
    )
    set_at: datetime = Field(description="The tape's clock when the limit was set or changed.")

    @classmethod
    def of(cls, kept: KeptLimit) -> "LimitOut":
        """Show a limit."""
        limit, look = kept.limit, kept.look
        return cls(
            id=kept.id,
            account_id=kept.account_id,
            kind=limit.kind,
            symbol=kept.symbol,
            unit=limit.unit,
            value=limit.value,
            warning=limit.thresholds.warning,
            critical=limit.thresholds.critical,
            breached=limit.thresholds.breached,
            is_enabled=kept.is_enabled,
            state=kept.state,
            measured=None if look is None else rounded(look.measured.amount),
            utilisation=rounded(kept.utilisation),
            reason=None if look is None else look.measured.reason,
            looked_at=None if look is None else look.at,
            set_at=kept.set_at,
        )


class LimitAlertOut(BaseModel):
    """That a limit came up to a state: what it measured then, and who has taken note."""

    number: int = Field(description="Counts what was told of this account's limits.")
    id: UUID
    account_id: UUID
    limit_id: UUID
    kind: LimitKind
    symbol: str | None
    state: LimitState
    unit: LimitUnit
    value: NumberText
    threshold: NumberText = Field(description="From which part of the value on the state begins.")
    measured: NumberText | None = Field(description="Null where it is endless.")
    reason: str | None
    at: datetime = Field(description="The tape's clock.")
    recorded_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None = Field(description="`user:` or `key:` and its id.")

    @classmethod
    def of(cls, alert: LimitAlert) -> "LimitAlertOut":
        """Show an alert."""
        told = {name: getattr(alert, name) for name in cls.model_fields if name != "unit"}
        return cls(**{**told, "unit": UNITS[alert.kind], "measured": rounded(alert.measured)})


class EvaluationOut(BaseModel):
    """The enabled limits of an account as they stand now, and what was told of them at that."""

    account_id: UUID
    at: datetime = Field(description="The tape's clock.")
    limits: list[LimitOut]
    alerts: list[LimitAlertOut]

    @classmethod
    def of(cls, account_id: UUID, found: Evaluation) -> "EvaluationOut":
        """Show an evaluation."""
        return cls(
            account_id=account_id,
            at=found.at,
            limits=[LimitOut.of(each) for each in found.limits],
            alerts=[LimitAlertOut.of(each) for each in found.alerts],
        )


class RiskMeasuresOut(BaseModel):
    """What limits measure of an account now; what is null says why under `reasons`."""

    account_id: UUID
    at: datetime = Field(description="The tape's clock.")
    cursor: int
    currency: str
    equity: NumberText | None
    gross_value: NumberText | None = Field(description="The market value of all positions, long and short.")
    largest_position: NumberText | None = Field(description="The market value of the largest position.")
    unrealised_pl: NumberText | None
    day_pl: NumberText | None = Field(description="The result since the previous close.")
    exposure: NumberText | None = Field(description="`gross_value` over equity: 1.5 is 150 %.")
    leverage: NumberText | None = Field(description="`gross_value` over equity, as how many times.")
    peak_equity: NumberText | None = Field(description="The most at a close, at the beginning, or now.")
    peak_at: datetime | None
    drawdown: NumberText | None = Field(description="How far equity is below its peak, as a fraction of that.")
    maintenance_requirement: NumberText | None = Field(description="Null for an account that cannot owe.")
    margin_ratio: NumberText | None = Field(description="That requirement over equity; from 1 on there is a call.")
    reasons: dict[str, str] = Field(description="Why a figure is null, by its name.")

    @classmethod
    def of(cls, account_id: UUID, found: MeasuredAccount) -> "RiskMeasuresOut":
        """Show what is measured."""
        measures, tape, account = found.measures, found.tape, found.worth.account
        of_equity, fallen, peak = measures.of_equity(), measures.drawdown, measures.peak
        needed, ratio = _margin(found)
        return cls(
            account_id=account_id,
            at=tape.at,
            cursor=tape.cursor,
            currency=account.currency,
            equity=measures.worth.equity,
            gross_value=measures.gross(),
            largest_position=measures.largest,
            unrealised_pl=measures.unrealised,
            day_pl=measures.day.result,
            exposure=rounded(of_equity.amount),
            leverage=rounded(of_equity.amount),
            peak_equity=peak.amount,
            peak_at=peak.at,
            drawdown=rounded(fallen.amount),
            maintenance_requirement=needed.amount,
            margin_ratio=rounded(ratio.amount),
            reasons=_reasons(found, needed, ratio),
        )


def _margin(found: MeasuredAccount) -> tuple[Measured, Measured]:
    """Return what holding the positions needs, and which part of equity that is."""
    account, stands = found.worth.account, found.worth.standing
    if not account.rules.margin.is_margined:
        return (Measured(None, "The account cannot owe anything."),) * 2
    if stands is None:
        return (Measured(None, NO_PRICE),) * 2
    needed = Measured(money(stands.maintenance, account.currency))
    if stands.equity <= 0:
        return needed, Measured(None, NO_EQUITY)
    return needed, Measured(stands.maintenance / stands.equity)


def _reasons(found: MeasuredAccount, needed: Measured, ratio: Measured) -> dict[str, str]:
    measures = found.measures
    priced = None if measures.gross() is not None else NO_PRICE
    of_equity, peak = measures.of_equity().reason, measures.peak.reason
    why = {
        **dict.fromkeys(("gross_value", "largest_position", "unrealised_pl"), priced),
        "equity": None if measures.worth.equity is not None else NO_PRICE,
        "day_pl": None if measures.day.result is not None else NO_PRICE_OF_DAY,
        **dict.fromkeys(("exposure", "leverage"), of_equity),
        **dict.fromkeys(("peak_equity", "peak_at"), peak),
        "drawdown": measures.drawdown.reason,
        "maintenance_requirement": needed.reason,
        "margin_ratio": ratio.reason,
    }
    return {name: reason for name, reason in why.items() if reason is not None}
