"""What tools answer where a model needs less than a page does: fields of the same answers, under the same names."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from paperdesk.core.broker.orders import Intent, OrderClass, OrderStatus, OrderType, Role, Side, TimeInForce
from paperdesk.core.market.instruments import Kind
from paperdesk.core.market.options import Right
from paperdesk.features.broker.preview_schemas import RefusalOut
from paperdesk.features.marketdata.control_tape import FlatOut
from paperdesk.features.marketdata.feeds.manifest import PriceBasis, SourceKind
from paperdesk.features.marketdata.tapes import TapeState
from paperdesk.infra.http import NumberText


class Line(BaseModel):
    """The base of a shorter answer."""

    model_config = ConfigDict(from_attributes=True)

    @classmethod
    def of(cls, whole: BaseModel) -> Self:
        """Take from a whole answer what this one has."""
        return cls.model_validate(whole)


class AccountLine(Line):
    """An account and what it is worth at its tape's clock."""

    id: UUID
    number: str
    name: str
    currency: str
    tape_id: UUID
    at: datetime
    cash: NumberText
    held_cash: NumberText
    unsettled_cash: NumberText
    buying_power: NumberText | None
    market_value: NumberText | None
    equity: NumberText | None
    equity_reason: str | None
    contributed: NumberText
    gain: NumberText | None
    day_pl: NumberText | None
    day_reason: str | None
    fill_model: str
    fees: str
    seed: int
    status: str


class PositionLine(Line):
    """A position at its mark."""

    symbol: str
    quantity: NumberText
    reserved: NumberText
    average_price: NumberText | None
    cost_basis: NumberText
    mark: NumberText | None
    market_value: NumberText | None
    unrealised_pl: NumberText | None
    day_pl: NumberText | None
    reason: str | None


class OrderLine(Line):
    """An order as it stands."""

    id: UUID
    client_order_id: str
    symbol: str
    side: Side
    type: OrderType
    quantity: NumberText
    notional: NumberText | None
    limit_price: NumberText | None
    stop_price: NumberText | None
    time_in_force: TimeInForce
    order_class: OrderClass
    group_id: UUID | None
    role: Role | None
    intent: Intent | None
    structure: str | None
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


class SentLine(Line):
    """An order as it stands right after something was asked of it."""

    id: UUID
    client_order_id: str
    symbol: str
    side: Side
    type: OrderType
    quantity: NumberText
    limit_price: NumberText | None
    stop_price: NumberText | None
    status: OrderStatus
    filled_quantity: NumberText
    average_fill_price: NumberText | None
    expires_at: datetime
    replaced_by: UUID | None
    waits_for: str | None
    warnings: list[str]


class FillLine(Line):
    """One execution."""

    id: UUID
    order_id: UUID
    symbol: str
    side: Side
    quantity: NumberText
    price: NumberText
    fee: NumberText
    realised: NumberText
    at: datetime
    rule: str


class WorthLine(Line):
    """Cash and buying power at one moment of a preview."""

    cash: NumberText
    held_cash: NumberText
    buying_power: NumberText | None
    position: NumberText | None
    margin_reason: str | None


class ExpectedFillLine(Line):
    """The fill an order would get if what stands were the next that it meets."""

    quantity: NumberText
    price: NumberText
    cost: NumberText
    fees: dict[str, NumberText]
    rules: list[str]


class PreviewLine(Line):
    """What placing an order would come to; nothing was stored."""

    would_be_accepted: bool
    refusal: RefusalOut | None
    before: WorthLine
    accepted: WorthLine | None
    filled: WorthLine | None
    expected_fill: ExpectedFillLine | None
    unfilled_reason: str | None
    borrow_rate: NumberText | None
    warnings: list[str]


class QuoteLine(Line):
    """A standing quote; null with a reason where there is none yet."""

    symbol: str
    at: datetime | None
    bid: NumberText | None
    ask: NumberText | None
    bid_size: NumberText | None
    ask_size: NumberText | None
    last: NumberText | None
    previous_close: NumberText | None
    derived_from: str | None
    reason: str | None


class QuoteLines(Line):
    """Standing quotes in the order they were asked for, and where prices come from."""

    source: SourceKind
    items: list[QuoteLine]


class BarLine(Line):
    """A closed bar."""

    at: datetime
    open: NumberText | None
    high: NumberText | None
    low: NumberText | None
    close: NumberText
    volume: NumberText | None


class BarLines(Line):
    """Closed bars, oldest first."""

    symbol: str
    source: SourceKind
    interval: str
    price_basis: PriceBasis
    items: list[BarLine]
    reason: str | None


class InstrumentLine(Line):
    """An instrument that the tape has shown by now."""

    symbol: str
    name: str
    kind: Kind
    currency: str
    tick: NumberText
    lot_step: NumberText
    tradable: bool


class ContractLine(Line):
    """An option with its quote, and what the middle of it implies."""

    symbol: str
    expires_on: date
    right: Right
    strike: NumberText
    bid: NumberText | None
    ask: NumberText | None
    implied_vol: NumberText | None
    delta: NumberText | None
    volume: NumberText | None
    reason: str | None


class ClockLine(Line):
    """Where a tape's clock stands, and when its market opens and closes."""

    id: UUID
    at: datetime
    session_open: bool
    next_open_at: datetime
    next_close_at: datetime
    state: TapeState
    speed: NumberText | FlatOut
    reached: bool
    has_ended: bool
    can_control: bool
