"""What the preview of an order looks like from outside."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from paperdesk.core.broker.preview import Footing, Preview
from paperdesk.core.kernel.errors import Problem
from paperdesk.core.market.instruments import Instrument
from paperdesk.features.broker.margin_schemas import MarginOut
from paperdesk.features.broker.order_schemas import OrderOut, order_members
from paperdesk.features.broker.risk_schemas import RiskOut
from paperdesk.features.broker.schemas import PartsOut
from paperdesk.infra.http import NumberText


class RefusalOut(BaseModel):
    """Why an order would be refused: what placing it would answer."""

    code: str
    detail: str
    facts: dict[str, Any]

    @classmethod
    def of(cls, problem: Problem) -> "RefusalOut":
        """Show a refusal."""
        return cls(code=problem.code, detail=problem.message, facts=dict(problem.facts))


class FootingOut(BaseModel):
    """An account at one moment of a preview; `position` is what it holds of the instrument.

    `margin_reason` says what the margin has to cover, or why it is not known; null where the account cannot owe.
    """

    cash: NumberText
    held_cash: NumberText
    buying_power: NumberText | None
    position: NumberText | None
    margin: MarginOut | None
    margin_reason: str | None

    @classmethod
    def of(cls, footing: Footing, instrument: Instrument | None) -> "FootingOut":
        """Show how an account stands."""
        account, margin = footing.account, MarginOut.of(footing.account, footing.stands)
        return cls(
            cash=account.cash,
            held_cash=account.held,
            buying_power=account.buying_power if margin is None else margin.buying_power,
            position=None if instrument is None else account.position(instrument.id).quantity,
            margin=margin,
            margin_reason=footing.margin_reason,
        )


class ExpectedFillOut(BaseModel):
    """The fill an order would get if what stands were the next that it meets.

    `cost` is what it takes out of cash with its fees, below zero what it brings.
    """

    quantity: NumberText
    price: NumberText
    cost: NumberText
    fees: dict[str, NumberText]
    reference: NumberText
    parts: PartsOut
    rules: list[str]

    @classmethod
    def of(cls, found: Preview) -> "ExpectedFillOut | None":
        """Show the fill that a preview expects, if it expects one."""
        told = None if found.fill is None else found.fill.fill.explanation
        if found.fill is None or found.cost is None or told is None:
            return None
        fill = found.fill.fill
        return cls(
            quantity=fill.quantity,
            price=fill.price,
            cost=found.cost,
            fees=dict(told.fees),
            reference=fill.reference,
            parts=PartsOut.model_validate(told.parts, from_attributes=True),
            rules=list(told.rules),
        )


class OrderPreviewOut(BaseModel):
    """What placing an order would come to; nothing was stored.

    `before` is the account as it is, `accepted` with the order in it, and `filled` after the fill that it can expect.
    """

    would_be_accepted: bool
    refusal: RefusalOut | None
    order: OrderOut | None
    before: FootingOut
    accepted: FootingOut | None
    filled: FootingOut | None
    expected_fill: ExpectedFillOut | None
    unfilled_reason: str | None = Field(
        description="no_price_yet, waits_for_auction, out_of_reach, or why the order would end at once."
    )
    borrow_rate: NumberText | None = Field(description="What borrowing what it sells short costs a year.")
    risk: RiskOut | None = Field(description="Null where the account does not look, or the order would be refused.")
    warnings: list[str]

    @classmethod
    def of(cls, found: Preview) -> "OrderPreviewOut":
        """Show a preview."""
        return cls(
            would_be_accepted=found.refusal is None,
            refusal=None if found.refusal is None else RefusalOut.of(found.refusal),
            order=None if found.order is None else OrderOut(**_order(found)),
            before=FootingOut.of(found.before, found.instrument),
            accepted=None if found.accepted is None else FootingOut.of(found.accepted, found.instrument),
            filled=None if found.filled is None else FootingOut.of(found.filled, found.instrument),
            expected_fill=ExpectedFillOut.of(found),
            unfilled_reason=found.unfilled_reason,
            borrow_rate=found.borrow_rate,
            risk=RiskOut.of(found.risk),
            warnings=list(found.warnings),
        )


def _order(found: Preview) -> Mapping[str, Any]:
    assert found.order is not None, "only a preview with an order shows one"
    return order_members(found.order, is_open=found.view.is_open, has_one_price=found.view.has_one_price)
