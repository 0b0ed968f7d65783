"""What accounts, orders and the ledger look like from outside."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.commands import ClosePosition, ReplaceOrder
from paperdesk.core.broker.fill_models import fill_model
from paperdesk.core.broker.ledger import Book, EntryKind
from paperdesk.core.broker.orders import Order, OrderClass, OrderStatus, OrderType, Role, Side, TimeInForce
from paperdesk.core.broker.valuation import PositionValue, Valuation
from paperdesk.core.kernel.errors import Problem
from paperdesk.core.kernel.ids import AccountId, OrderId, TapeId
from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.time import instant_text
from paperdesk.features.broker.open_account import OpenAccount
from paperdesk.infra.http import Body, Line, NumberText

CLIENT_ID_LENGTH_MAX = 128
# Any line of text: the database takes no NUL, and people read these in tables.
CLIENT_ID = rf"[^\x00-\x1f\x7f]{{1,{CLIENT_ID_LENGTH_MAX}}}"
_AVERAGE_PLACES = Decimal("0.000001")
ONE_PRICE_A_DAY = "This tape has one price a day: a limit can only fill at a close."


class AccountOut(BaseModel):
    """An account and what it is worth at its tape's clock; what cannot be known is null with a reason."""

    id: UUID
    number: str
    name: str
    currency: str
    tape_id: UUID
    at: datetime
    cash: NumberText
    held_cash: NumberText
    buying_power: NumberText
    market_value: NumberText | None
    equity: NumberText | None
    equity_reason: str | None
    fill_model: str
    fill_on_arrival: bool
    last_seq: int
    status: str
    created_at: datetime

    @classmethod
    def of(cls, account: Mapping[str, Any], worth: Valuation, at: datetime) -> "AccountOut":
        """Show a row of accounts with its worth at an instant of its tape."""
        same = ("id", "number", "name", "currency", "tape_id", "cash", "last_seq", "status")
        return cls(
            **{name: account[name] for name in same},
            at=at,
            held_cash=account["held"],
            buying_power=account["cash"] - account["held"],
            market_value=worth.market_value,
            equity=worth.equity,
            equity_reason=worth.reason,
            fill_model=account["rules"]["fill_model"],
            fill_on_arrival=account["rules"]["fill_on_arrival"],
            created_at=account["recorded_at"],
        )


class OpenAccountBody(Body):
    """A new account on a tape, with its first cash."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "name": "Practice",
                    "tape_id": "0192f0c1-7b1e-7a3c-8000-3f5d5f9d9a11",
                    "currency": "USD",
                    "cash": "100000.00",
                }
            ]
        },
    )
    name: Line
    tape_id: UUID
    currency: str = "USD"
    cash: NumberText = Decimal(100_000)
    fill_model: str = "realistic"
    fill_on_arrival: bool = False

    def command(self) -> OpenAccount:
        """Return what is asked as a command; the cash is a transfer of its own."""
        rules = Rules(fill_model=fill_model(self.fill_model), fill_on_arrival=self.fill_on_arrival)
        return OpenAccount(self.name, TapeId(self.tape_id), self.currency, rules, self.cash)


class TransferBody(Body):
    """Cash to put in, or with a minus sign to take out."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"amount": "2500.00"}]})
    amount: NumberText


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

    def command(self, account_id: AccountId, order_id: OrderId, new_order_id: OrderId) -> ReplaceOrder:
        """Return what is asked as a command; fields and command share their names."""
        return ReplaceOrder(account_id, order_id, new_order_id, **dict(self))


class ClosePositionBody(Body):
    """How much of a position to sell at the market: all of it unless a quantity or a percentage is given."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"percent": "50"}]})
    quantity: NumberText | None = None
    percent: NumberText | None = None
    cancel_orders: bool = Field(default=False, description="Take open orders in it off the market first.")
    client_order_id: str | None = Field(default=None, pattern=f"^{CLIENT_ID}$")

    def command(self, account_id: AccountId, order_id: OrderId, symbol: str) -> ClosePosition:
        """Return what is asked as a command; fields and command share their names."""
        return ClosePosition(account_id, order_id, symbol, **dict(self))


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
    order_class: OrderClass = OrderClass.SIMPLE
    take_profit: TakeProfitBody | None = None
    stop_loss: StopLossBody | None = None
    client_order_id: str | None = Field(default=None, pattern=f"^{CLIENT_ID}$")


class OrderOut(BaseModel):
    """An order as it stands."""

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
    triggered_at: datetime | None
    time_in_force: TimeInForce
    post_only: bool
    reduce_only: bool
    order_class: OrderClass
    group_id: UUID | None
    parent_id: UUID | None
    role: Role | None
    leg: int
    armed_quantity: NumberText | None
    replaces: UUID | None
    replaced_by: UUID | None
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


def order_members(order: Order, *, is_open: bool, has_one_price: bool) -> dict[str, Any]:
    """Render an order as OrderOut describes it, for the routes that do not go through the model."""
    average = order.average_fill_price
    is_waiting = order.is_open and not is_open
    warnings = [ONE_PRICE_A_DAY] if has_one_price and order.type is OrderType.LIMIT else []
    return {
        "id": str(order.id),
        "account_id": str(order.account_id),
        "client_order_id": order.client_order_id,
        "instrument_id": str(order.instrument.id),
        "symbol": order.instrument.symbol,
        "side": order.side.value,
        "type": order.type.value,
        "quantity": plain(order.quantity),
        "notional": _plain(order.notional),
        "limit_price": _plain(order.limit_price),
        "stop_price": _plain(order.stop_price),
        "trail_amount": _plain(order.trail_amount),
        "trail_rate": _plain(order.trail_rate),
        "watermark": _plain(order.watermark),
        "triggered_at": None if order.triggered_at is None else instant_text(order.triggered_at),
        "time_in_force": order.time_in_force.value,
        "post_only": order.post_only,
        "reduce_only": order.reduce_only,
        "order_class": order.order_class.value,
        "group_id": _text(order.group_id),
        "parent_id": _text(order.parent_id),
        "role": _text(order.role),
        "leg": order.leg,
        "armed_quantity": _plain(order.armed_quantity),
        "replaces": _text(order.replaces),
        "replaced_by": _text(order.replaced_by),
        "status": order.status.value,
        "filled_quantity": plain(order.filled_quantity),
        "average_fill_price": None if average is None else plain(average.quantize(_AVERAGE_PLACES, ROUND_HALF_EVEN)),
        "fees": plain(order.fees),
        "accepted_at": instant_text(order.accepted_at),
        "updated_at": instant_text(order.updated_at),
        "expires_at": instant_text(order.expires_at),
        "closed_reason": order.closed_reason,
        "waits_for": "next_open" if is_waiting else None,
        "warnings": warnings,
        "seq": order.accepted_seq,
    }


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)


def _text(name: object) -> str | None:
    return None if name is None else str(name)


class PositionOut(BaseModel):
    """A position at its mark."""

    instrument_id: UUID
    symbol: str
    quantity: NumberText
    reserved: NumberText
    cost_basis: NumberText
    average_price: NumberText | None
    mark: NumberText | None
    mark_source: str | None
    market_value: NumberText | None
    unrealised_pl: NumberText | None
    reason: str | None

    @classmethod
    def of(cls, symbol: str, value: PositionValue) -> "PositionOut":
        """Show a valued position; its average price is derived from its cost."""
        position = value.position
        average = position.cost / position.quantity if position.quantity else None
        return cls(
            instrument_id=position.instrument_id,
            symbol=symbol,
            quantity=position.quantity,
            reserved=position.reserved,
            cost_basis=position.cost,
            average_price=None if average is None else average.quantize(_AVERAGE_PLACES, ROUND_HALF_EVEN),
            mark=value.mark,
            mark_source=value.mark_source,
            market_value=value.market_value,
            unrealised_pl=value.unrealised_pl,
            reason=value.reason,
        )


class FillOut(BaseModel):
    """One execution, with the market price it was made from and the rule that made it."""

    id: UUID
    order_id: UUID
    symbol: str
    side: Side
    quantity: NumberText
    price: NumberText
    fee: NumberText
    at: datetime
    fact_seq: int
    reference: NumberText
    rule: str
    ambiguous: bool
    seq: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "FillOut":
        """Show a row of fills."""
        return cls(**{name: row[name] for name in cls.model_fields})


class PostingOut(BaseModel):
    """One line of an entry."""

    book: Book
    currency: str
    amount: NumberText
    instrument_id: UUID | None
    quantity: NumberText | None


class EntryOut(BaseModel):
    """One entry of the journal, with the cash after it."""

    id: UUID
    number: int
    seq: int
    at: datetime
    recorded_at: datetime
    kind: EntryKind
    description: str
    postings: list[PostingOut]
    cash_change: NumberText
    cash_after: NumberText

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "EntryOut":
        """Show a row of entries."""
        return cls(**{name: row[name] for name in cls.model_fields})


class TransferOut(BaseModel):
    """The entry a transfer made."""

    id: UUID
    number: int
    at: datetime
    description: str
    amount: NumberText


class DifferenceOut(BaseModel):
    """Two records of an account that do not agree."""

    code: str
    message: str


class ReconciliationOut(BaseModel):
    """Whether an account's events, ledger and balances agree, and where they do not."""

    balanced: bool
    problems: list[DifferenceOut]

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> "ReconciliationOut":
        """Show what a reconciliation found."""
        found = [DifferenceOut(code=problem.code, message=problem.message) for problem in problems]
        return cls(balanced=not found, problems=found)


class EquityPointOut(BaseModel):
    """What the account was worth at a session's close, or is now; null where a price is missing."""

    at: datetime
    equity: NumberText | None
    cash: NumberText
