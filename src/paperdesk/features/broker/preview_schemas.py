"""What the preview of an order looks like from outside."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from paperdesk.core.broker.combo_prices import net_of
from paperdesk.core.broker.events import ComboFilled, OrderFilled
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.preview import Footing, Preview
from paperdesk.core.kernel.errors import Problem
from paperdesk.core.kernel.money import ZERO
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
    legs: "list[ExpectedFillOut] | None" = Field(description="The fills a combo's net price is made of, leg by leg.")

    @classmethod
    def of(cls, found: Preview) -> "ExpectedFillOut | None":
        """Show the fill that a preview expects, if it expects one."""
        if found.combo is not None:
            return cls._of_combo(found, found.combo)
        return None if found.fill is None else cls._of(found.fill)

    @classmethod
    def _of(cls, filled: OrderFilled) -> "ExpectedFillOut":
        fill, told = filled.fill, filled.fill.explanation
        assert told is not None, "every fill explains itself"
        return cls(
            quantity=fill.quantity,
            price=fill.price,
            cost=-filled.entry.change(Book.CASH),
            fees=dict(told.fees),
            reference=fill.reference,
            parts=PartsOut.model_validate(told.parts, from_attributes=True),
            rules=list(told.rules),
            legs=None,
        )

    @classmethod
    def _of_combo(cls, found: Preview, combo: ComboFilled) -> "ExpectedFillOut":
        by_leg = {each.fill.order_id: each for each in found.leg_fills}
        filled = [by_leg[leg.id] for leg in found.legs]
        legs = [cls._of(each) for each in filled]
        fees: defaultdict[str, Decimal] = defaultdict(Decimal)
        for leg in legs:
            for kind, amount in leg.fees.items():
                fees[kind] += amount
        return cls(
            quantity=combo.quantity,
            price=combo.price,
            cost=sum((leg.cost for leg in legs), ZERO),
            fees=fees,
            reference=net_of(found.legs, [each.fill.reference for each in filled]),
            parts=PartsOut.model_validate(combo.parts, from_attributes=True),
            rules=legs[0].rules,
            legs=legs,
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
        description="no_price_yet, legs_not_quoted, waits_for_auction, out_of_reach, or why it would end at once."
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
    view = found.view
    return order_members(found.order, is_open=view.is_open, has_one_price=view.has_one_price, legs=found.legs)
