"""What a re-score is asked with, and what it answers: two lives of an account side by side."""

from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.broker.orders import Order, OrderStatus, Side
from paperdesk.core.kernel.money import ZERO
from paperdesk.features.broker.equity_history import EquityPoint
from paperdesk.features.broker.order_schemas import AVERAGE_PLACES
from paperdesk.features.broker.replay import Impossible
from paperdesk.features.broker.rescore_account import OrderScore, Rescore, gain_of
from paperdesk.features.broker.rows import name_of_command
from paperdesk.infra.http import Body, Line, NumberText


class RescoreBody(Body):
    """Under which fill model an account's orders are to be filled again."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"fill_model": "harsh"}]})
    fill_model: Line


class FilledOut(BaseModel):
    """What came of an order in one of the two lives."""

    status: OrderStatus
    filled_quantity: NumberText
    average_fill_price: NumberText | None
    fees: NumberText
    closed_reason: str | None

    @classmethod
    def of(cls, order: Order | None) -> "FilledOut | None":
        """Show an order, or nothing where there was none."""
        if order is None:
            return None
        average = order.average_fill_price
        return cls(
            status=order.status,
            filled_quantity=order.filled_quantity,
            average_fill_price=None if average is None else average.quantize(AVERAGE_PLACES, ROUND_HALF_EVEN),
            fees=order.fees,
            closed_reason=order.closed_reason,
        )


class OrderScoreOut(BaseModel):
    """One order in both lives; null where it never was."""

    order_id: UUID
    symbol: str
    side: Side
    before: FilledOut | None
    after: FilledOut | None
    gain: NumberText = Field(description="How much more money it brought, or less it cost, fees counted.")

    @classmethod
    def of(cls, score: OrderScore) -> "OrderScoreOut":
        """Show an order of both lives."""
        order = score.after or score.before
        assert order is not None, "an order was there in one life at least"
        before, after = FilledOut.of(score.before), FilledOut.of(score.after)
        return cls(
            order_id=order.id,
            symbol=order.instrument.symbol,
            side=order.side,
            before=before,
            after=after,
            gain=gain_of(score),
        )


class EquityScoreOut(BaseModel):
    """What the account was worth at an instant, and would have been; null where a price is missing."""

    at: datetime
    before: NumberText | None
    after: NumberText | None
    difference: NumberText | None

    @classmethod
    def of(cls, before: EquityPoint, after: EquityPoint) -> "EquityScoreOut":
        """Show two points of the same instant."""
        return cls(at=before.at, before=before.equity, after=after.equity, difference=_less(after, before))


class ImpossibleOut(BaseModel):
    """A command that would have been refused, and the refusal."""

    seq: int
    at: datetime
    command: str
    code: str
    message: str

    @classmethod
    def of(cls, found: Impossible) -> "ImpossibleOut":
        """Show what became impossible."""
        asked, refusal = found.asked, found.refusal
        name = name_of_command(asked.command)
        return cls(seq=asked.seq, at=asked.at, command=name, code=refusal.code, message=refusal.message)


class RescoreOut(BaseModel):
    """An account's present epoch under its own fill model and under another; nothing of the account has changed."""

    fill_model: str
    other_model: str
    fills_before: int = Field(description="How many orders filled, in part or in whole.")
    fills_after: int
    equity_before: NumberText | None
    equity_after: NumberText | None
    difference: NumberText | None
    orders: list[OrderScoreOut] = Field(description="The orders that came out differently, oldest first.")
    equity: list[EquityScoreOut]
    impossible: list[ImpossibleOut]

    @classmethod
    def of(cls, found: Rescore) -> "RescoreOut":
        """Show two lives of an account."""
        before, after = found.equity[-1]
        scores = [OrderScoreOut.of(each) for each in found.orders]
        return cls(
            fill_model=found.before.name,
            other_model=found.after.name,
            fills_before=sum(1 for each in found.orders if _filled(each.before)),
            fills_after=sum(1 for each in found.orders if _filled(each.after)),
            equity_before=before.equity,
            equity_after=after.equity,
            difference=_less(after, before),
            orders=[each for each in scores if each.before != each.after],
            equity=[EquityScoreOut.of(*pair) for pair in found.equity],
            impossible=[ImpossibleOut.of(each) for each in found.impossible],
        )


class RescoreAnswer(BaseModel):
    """The re-score, or when it takes long the job that works it out; its result is the same."""

    rescore: RescoreOut | None
    job_id: UUID | None


def _filled(order: Order | None) -> bool:
    return order is not None and order.filled_quantity > ZERO and not order.is_leg


def _less(after: EquityPoint, before: EquityPoint) -> Decimal | None:
    return None if after.equity is None or before.equity is None else after.equity - before.equity
