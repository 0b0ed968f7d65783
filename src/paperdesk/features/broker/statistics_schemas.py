"""What became of orders, as it looks from outside."""

from datetime import datetime

from pydantic import BaseModel, Field

from paperdesk.core.broker.orders import OrderStatus
from paperdesk.features.broker.statistics_queries import OrderState, OrderStatistics
from paperdesk.infra.http import NumberText


class OrderStateOut(BaseModel):
    """An order as it stood right after an event; `subject` is who asked, or `tape` when the market brought it."""

    seq: int
    at: datetime
    recorded_at: datetime
    event: str
    subject: str
    origin: str | None = Field(
        description="From where it was asked: door, address and request id; null where the market brought it."
    )
    status: OrderStatus
    quantity: NumberText
    filled_quantity: NumberText
    limit_price: NumberText | None
    stop_price: NumberText | None
    triggered_at: datetime | None
    closed_reason: str | None

    @classmethod
    def of(cls, state: OrderState) -> "OrderStateOut":
        """Show one state."""
        order = state.order
        return cls(
            seq=state.seq,
            at=state.at,
            recorded_at=state.recorded_at,
            event=state.kind,
            subject=state.subject,
            origin=state.origin,
            status=order.status,
            quantity=order.quantity,
            filled_quantity=order.filled_quantity,
            limit_price=order.limit_price,
            stop_price=order.stop_price,
            triggered_at=order.triggered_at,
            closed_reason=order.closed_reason,
        )


class OrderStatisticsOut(BaseModel):
    """Counts and sums over the orders of one epoch."""

    epoch: int
    orders: int
    by_status: dict[OrderStatus, int]
    filled_orders: int = Field(description="Orders that filled, in part or in whole.")
    fills: int
    fill_rate: float | None = Field(description="Orders that filled, as a share of those that ended or filled.")
    volume: NumberText = Field(description="What all fills changed hands for, in the account's currency.")
    median_seconds_to_fill: float | None = Field(description="Market seconds from acceptance to the first fill.")
    mean_seconds_to_fill: float | None

    @classmethod
    def of(cls, epoch: int, found: OrderStatistics) -> "OrderStatisticsOut":
        """Show statistics; a rate of nothing is null."""
        unfilled_open = found.total - found.ended - found.filled_open
        judged = found.total - unfilled_open
        return cls(
            epoch=epoch,
            orders=found.total,
            by_status=dict(found.by_status),
            filled_orders=found.filled,
            fills=found.fills,
            fill_rate=found.filled / judged if judged else None,
            volume=found.value,
            median_seconds_to_fill=found.median_seconds,
            mean_seconds_to_fill=found.mean_seconds,
        )
