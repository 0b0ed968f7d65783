"""What orders look like from outside, and what can be asked of them."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.broker.combos import Strategy
from paperdesk.core.broker.commands import ClosePosition, ReplaceOrder
from paperdesk.core.broker.lots import LotMethod
from paperdesk.core.broker.orders import (
    CONDITIONAL,
    Intent,
    Order,
    OrderClass,
    OrderStatus,
    OrderType,
    Role,
    Side,
    TimeInForce,
    TriggerSource,
)
from paperdesk.core.kernel.ids import AccountId, OrderId
from paperdesk.core.kernel.money import plain
from paperdesk.infra.http import Body, NumberText

CLIENT_ID_LENGTH_MAX = 128
# Any line of text: the database takes no NUL, and people read these in tables.
CLIENT_ID = rf"[^\x00-\x1f\x7f]{{1,{CLIENT_ID_LENGTH_MAX}}}"
AVERAGE_PLACES = Decimal("0.000001")
ONE_PRICE_A_DAY = "This tape has one price a day: a limit can only fill at a close."


class TakeProfitBody(Body):
    """The exit at a gain: a limit order."""

    limit_price: NumberText


class StopLossBody(Body):
    """The exit at a loss: a stop order, or with a limit price a stop-limit order."""

    stop_price: NumberText
    limit_price: NumberText | None = None


class ReplaceOrderBody(Body):
    """What should change about a working order; the rest stays. A new order takes its place."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"limit_price": "73.00"}]})
    quantity: NumberText | None = None
    limit_price: NumberText | None = None
    stop_price: NumberText | None = None
    trail: NumberText | None = Field(default=None, description="In the unit the order trails by.")
    time_in_force: TimeInForce | None = None
    expires_on: date | None = None
    client_order_id: str | None = Field(default=None, pattern=f"^{CLIENT_ID}$")

    def command(
        self, account_id: AccountId, order_id: OrderId, new_order_id: OrderId, key: str | None = None
    ) -> ReplaceOrder:
        """Return what is asked as a command, with the same names; the header's key serves when the body has none."""
        named = {"client_order_id": self.client_order_id or key}
        return ReplaceOrder(account_id, order_id, new_order_id, **dict(self) | named)


class ClosePositionBody(Body):
    """How much of a position to sell at the market: all of it unless a quantity or a percentage is given."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"percent": "50"}]})
    quantity: NumberText | None = None
    percent: NumberText | None = None
    cancel_orders: bool = Field(default=False, description="Take open orders in it off the market first.")
    client_order_id: str | None = Field(default=None, pattern=f"^{CLIENT_ID}$")

    def command(self, account_id: AccountId, order_id: OrderId, symbol: str, key: str | None = None) -> ClosePosition:
        """Return what is asked as a command, with the same names; the header's key serves when the body has none."""
        named = {"client_order_id": self.client_order_id or key}
        return ClosePosition(account_id, order_id, symbol, **dict(self) | named)


class PlaceOrderBody(Body):
    """An order. `client_order_id` makes it safe to send again."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "account_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "symbol": "AAPL",
                    "side": "buy",
                    "type": "limit",
                    "quantity": "10",
                    "limit_price": "74.50",
                    "time_in_force": "gtc",
                    "client_order_id": "my-first-order",
                }
            ]
        },
    )
    account_id: UUID
    symbol: str
    side: Side
    type: OrderType
    quantity: NumberText | None = None
    notional: NumberText | None = Field(default=None, description="Money to spend instead of a quantity.")
    limit_price: NumberText | None = None
    stop_price: NumberText | None = None
    trail_amount: NumberText | None = None
    trail_rate: NumberText | None = Field(default=None, description="0.05 trails by five percent.")
    time_in_force: TimeInForce = TimeInForce.DAY
    expires_on: date | None = Field(default=None, description="The last day of a gtd order.")
    post_only: bool = False
    reduce_only: bool = False
    do_not_reduce: bool = Field(
        default=False, description="Keep the prices of a gtc or gtd order when the instrument goes ex-dividend."
    )
    intent: Intent | None = Field(
        default=None, description="What the order means to do to the position; refused when it would not."
    )
    order_class: OrderClass = OrderClass.SIMPLE
    take_profit: TakeProfitBody | None = None
    stop_loss: StopLossBody | None = None
    lot_method: LotMethod | None = Field(default=None, description="In place of the account's own.")
    lots: list[UUID] | None = Field(default=None, description="The lots to use up first, in this order.")
    protection_rate: NumberText | None = Field(
        default=None, description="How far an order without a limit may go through the market: 0.02 is two percent."
    )
    trigger_source: TriggerSource | None = Field(
        default=None, description="What a stop price is compared with; prints where the tape has them, else quotes."
    )
    client_order_id: str | None = Field(default=None, pattern=f"^{CLIENT_ID}$")


class ComboLegBody(Body):
    """One leg of a combo: `side` or `intent` says which way it goes, and both have to agree when both are given."""

    symbol: str
    side: Side | None = None
    intent: Intent | None = None
    ratio: NumberText = Field(default=Decimal(1), description="Units of it in one combo; shares count singly.")


class PlaceComboBody(Body):
    """Several legs on one underlying as one order, all of them or none, at one net price.

    The limit is per unit of an option: above zero is the most to pay, below zero the least to receive.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "account_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "legs": [
                        {"symbol": "AAPL250117C00100000", "intent": "buy_to_open"},
                        {"symbol": "AAPL250117C00105000", "intent": "sell_to_open"},
                    ],
                    "quantity": "1",
                    "type": "limit",
                    "limit_price": "2.75",
                    "structure": "vertical",
                }
            ]
        },
    )
    account_id: UUID
    legs: list[ComboLegBody] = Field(description="Two to eight, none of them twice.")
    quantity: NumberText = Field(description="How many combos.")
    type: OrderType
    limit_price: NumberText | None = Field(default=None, description="Net; negative for a credit.")
    time_in_force: TimeInForce = TimeInForce.DAY
    expires_on: date | None = Field(default=None, description="The last day of a gtd order.")
    structure: Strategy | None = Field(
        default=None, description="What the legs have to make; refused when they do not."
    )
    order_class: Literal[OrderClass.COMBO] = OrderClass.COMBO
    client_order_id: str | None = Field(default=None, pattern=f"^{CLIENT_ID}$")


class OrderOut(BaseModel):
    """An order as it stands; of a combo `symbol` is what it is on, its prices are net, and its legs are shown with it.

    A leg is an order of the role `leg` that fills with its combo.
    """

    id: UUID
    account_id: UUID
    client_order_id: str
    instrument_id: UUID
    symbol: str
    side: Side
    type: OrderType
    quantity: NumberText
    notional: NumberText | None
    limit_price: NumberText | None
    stop_price: NumberText | None
    trail_amount: NumberText | None
    trail_rate: NumberText | None
    watermark: NumberText | None
    trigger_source: TriggerSource | None = Field(description="Null for an order that waits for no price.")
    triggered_at: datetime | None
    protection_rate: NumberText | None
    protection_price: NumberText | None = Field(description="The worst price that the protection lets it take.")
    time_in_force: TimeInForce
    post_only: bool
    reduce_only: bool
    do_not_reduce: bool
    order_class: OrderClass
    group_id: UUID | None
    parent_id: UUID | None
    role: Role | None
    leg: int
    ratio: int | None
    intent: Intent | None
    structure: Strategy | None
    legs: "list[OrderOut] | None" = Field(description="The legs of a combo; null in lists, where they are rows too.")
    armed_quantity: NumberText | None
    replaces: UUID | None
    replaced_by: UUID | None
    lot_method: LotMethod | None = Field(description="Null when the account's own says which lots leave.")
    lots: list[UUID]
    status: OrderStatus
    filled_quantity: NumberText
    average_fill_price: NumberText | None
    fees: NumberText
    accepted_at: datetime
    updated_at: datetime
    expires_at: datetime
    closed_reason: str | None
    waits_for: str | None
    warnings: list[str]
    seq: int


def order_members(order: Order, *, is_open: bool, has_one_price: bool, legs: Sequence[Order] = ()) -> dict[str, Any]:
    """Return what OrderOut shows of an order; ids, instants and choices are written the same by whoever writes JSON."""
    average = order.average_fill_price
    is_waiting = order.is_open and not is_open
    warnings = [ONE_PRICE_A_DAY] if has_one_price and order.type is OrderType.LIMIT else []
    return {
        "id": order.id,
        "account_id": order.account_id,
        "client_order_id": order.client_order_id,
        "instrument_id": order.instrument.id,
        "symbol": order.instrument.symbol,
        "side": order.side,
        "type": order.type,
        "quantity": plain(order.quantity),
        "notional": _plain(order.notional),
        "limit_price": _plain(order.limit_price),
        "stop_price": _plain(order.stop_price),
        "trail_amount": _plain(order.trail_amount),
        "trail_rate": _plain(order.trail_rate),
        "watermark": _plain(order.watermark),
        "trigger_source": order.trigger_source if order.type in CONDITIONAL else None,
        "triggered_at": order.triggered_at,
        "protection_rate": _plain(order.protection_rate),
        "protection_price": None if order.protection_rate is None else _plain(order.worst_price),
        "time_in_force": order.time_in_force,
        "post_only": order.post_only,
        "reduce_only": order.reduce_only,
        "do_not_reduce": order.do_not_reduce,
        "order_class": order.order_class,
        "group_id": order.group_id,
        "parent_id": order.parent_id,
        "role": order.role,
        "leg": order.leg,
        "ratio": order.ratio,
        "intent": order.intent,
        "structure": order.structure,
        "legs": [order_members(leg, is_open=is_open, has_one_price=has_one_price) for leg in legs] or None,
        "armed_quantity": _plain(order.armed_quantity),
        "replaces": order.replaces,
        "replaced_by": order.replaced_by,
        "lot_method": None if order.lot_choice is None else order.lot_choice.method,
        "lots": [] if order.lot_choice is None else order.lot_choice.named,
        "status": order.status,
        "filled_quantity": plain(order.filled_quantity),
        "average_fill_price": None if average is None else plain(average.quantize(AVERAGE_PLACES, ROUND_HALF_EVEN)),
        "fees": plain(order.fees),
        "accepted_at": order.accepted_at,
        "updated_at": order.updated_at,
        "expires_at": order.expires_at,
        "closed_reason": order.closed_reason,
        "waits_for": "next_open" if is_waiting else None,
        "warnings": warnings,
        "seq": order.accepted_seq,
    }


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)
