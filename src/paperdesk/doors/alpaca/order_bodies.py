"""What Alpaca's clients send to place and to replace an order, and the commands that it means.

What Alpaca knows and Paperdesk does not is refused by name, never left out in silence.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Literal

import msgspec

from paperdesk.core.broker.commands import ComboLeg, PlaceCombo, PlaceOrder, ReplaceOrder, StopLoss, TakeProfit
from paperdesk.core.broker.orders import Intent, Order, OrderClass, OrderType, Side, TimeInForce
from paperdesk.core.kernel.ids import AccountId, OrderId
from paperdesk.core.kernel.money import ZERO
from paperdesk.doors.alpaca.asking import Visit, exact
from paperdesk.doors.alpaca.errors import MalformedQuestion, NotSpokenHere
from paperdesk.doors.alpaca.shapes import PERCENT
from paperdesk.features.broker.order_schemas import CLIENT_ID_LENGTH_MAX

# How many legs an order may have at Alpaca; natively there may be more, and shares among them.
LEGS_MIN, LEGS_MAX = 2, 4
# Alpaca's own lists of what an order can be; ours are longer.
Kind = Literal["market", "limit", "stop", "stop_limit", "trailing_stop"]
Lasting = Literal["day", "gtc", "opg", "cls", "ioc", "fok"]


class Class(StrEnum):
    """Their order classes; a blank one is simple."""

    BLANK = ""
    SIMPLE = "simple"
    BRACKET = "bracket"
    OCO = "oco"
    OTO = "oto"
    MLEG = "mleg"


class Exit(msgspec.Struct):
    """An exit that comes with an order."""

    limit_price: Decimal | None = None
    stop_price: Decimal | None = None


class Leg(msgspec.Struct):
    """A leg of an order of several legs."""

    symbol: str
    ratio_qty: Decimal
    side: Side | None = None
    position_intent: Intent | None = None

    def value(self, visit: Visit) -> ComboLeg:
        """Return it as a leg of ours; at Alpaca only options can be one."""
        side = self.side or (None if self.position_intent is None else self.position_intent.side)
        if side is None:
            raise MalformedQuestion("a leg needs a side or a position_intent")
        symbol = visit.symbol(self.symbol)
        known = visit.listed(symbol)
        if known is not None and known.contract is None:
            raise MalformedQuestion(f"legs must be options, and {known.symbol} is not")
        return ComboLeg(symbol, side, exact(self.ratio_qty) or ZERO, self.position_intent)


class OrderBody(msgspec.Struct):
    """What POST /v2/orders takes; numbers come as numbers or as text."""

    type: Kind
    time_in_force: Lasting
    symbol: str | None = None
    side: Side | None = None
    qty: Decimal | None = None
    notional: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None
    order_class: Class | None = None
    take_profit: Exit | None = None
    stop_loss: Exit | None = None
    extended_hours: bool | None = None
    client_order_id: str | None = None
    position_intent: str | None = None
    legs: list[Leg] | None = None

    def command(self, visit: Visit, order_id: OrderId) -> PlaceOrder | PlaceCombo:
        """Return what is asked as a command."""
        if self.extended_hours:
            raise NotSpokenHere("extended hours orders are not supported: nothing trades outside the session")
        if self.order_class is Class.MLEG:
            return self._combo(visit, order_id)
        if self.symbol is None or self.side is None:
            raise MalformedQuestion("symbol and side are required")
        order_class = OrderClass(self.order_class or Class.SIMPLE)
        is_oco = order_class is OrderClass.OCO
        percent = exact(self.trail_percent)
        return PlaceOrder(
            account_id=visit.account_id,
            order_id=order_id,
            symbol=visit.symbol(self.symbol),
            side=self.side,
            type=OrderType(self.type),
            quantity=exact(self.qty) or ZERO,
            limit_price=_target(self.take_profit) if is_oco else exact(self.limit_price),
            time_in_force=TimeInForce(self.time_in_force),
            client_order_id=client_id(self.client_order_id),
            stop_price=exact(self.stop_price),
            trail_amount=exact(self.trail_price),
            trail_rate=None if percent is None else percent / PERCENT,
            notional=exact(self.notional),
            order_class=order_class,
            take_profit=None if is_oco else _take_profit(self.take_profit),
            stop_loss=_stop_loss(self.stop_loss),
        )

    def _combo(self, visit: Visit, order_id: OrderId) -> PlaceCombo:
        legs = self.legs or []
        if not LEGS_MIN <= len(legs) <= LEGS_MAX:
            raise MalformedQuestion(f"an mleg order must have {LEGS_MIN} to {LEGS_MAX} legs")
        return PlaceCombo(
            account_id=visit.account_id,
            order_id=order_id,
            legs=tuple(leg.value(visit) for leg in legs),
            quantity=exact(self.qty) or ZERO,
            type=OrderType(self.type),
            limit_price=exact(self.limit_price),
            time_in_force=TimeInForce(self.time_in_force),
            client_order_id=client_id(self.client_order_id),
        )


def client_id(given: str | None) -> str | None:
    """Return a client order id as it was given; a blank one is none."""
    if given and (len(given) > CLIENT_ID_LENGTH_MAX or not given.isprintable()):
        raise MalformedQuestion(f"client_order_id must be one line of at most {CLIENT_ID_LENGTH_MAX} characters")
    return given or None


def _target(given: Exit | None) -> Decimal | None:
    return None if given is None else exact(given.limit_price)


def _take_profit(given: Exit | None) -> TakeProfit | None:
    if given is None:
        return None
    price = exact(given.limit_price)
    if price is None:
        raise MalformedQuestion("take_profit.limit_price is required")
    return TakeProfit(price)


def _stop_loss(given: Exit | None) -> StopLoss | None:
    if given is None:
        return None
    price = exact(given.stop_price)
    if price is None:
        raise MalformedQuestion("stop_loss.stop_price is required")
    return StopLoss(price, exact(given.limit_price))


class ReplaceBody(msgspec.Struct):
    """What PATCH /v2/orders/{id} takes."""

    qty: Decimal | None = None
    time_in_force: Lasting | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail: Decimal | None = None
    client_order_id: str | None = None

    def command(self, account_id: AccountId, old: Order, new_id: OrderId) -> ReplaceOrder:
        """Return what is asked as a command; a trail is in the unit of the order that it changes."""
        trail = exact(self.trail)
        return ReplaceOrder(
            account_id=account_id,
            order_id=old.id,
            new_order_id=new_id,
            quantity=exact(self.qty),
            limit_price=exact(self.limit_price),
            stop_price=exact(self.stop_price),
            trail=trail / PERCENT if trail is not None and old.trail_rate is not None else trail,
            time_in_force=None if self.time_in_force is None else TimeInForce(self.time_in_force),
            client_order_id=client_id(self.client_order_id),
        )
