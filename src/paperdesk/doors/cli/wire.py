"""What a desk says by REST in the words of strategies, and what strategies wish in the words of REST."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import numpy as np

from paperdesk.core.broker.commands import PlaceCombo, PlaceOrder
from paperdesk.core.broker.orders import OrderType, Side
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.time import instant_from_text, instant_of, instant_text, microseconds
from paperdesk.core.market.options import Right
from paperdesk.core.strategy.context import Filled, Working
from paperdesk.core.strategy.history import Column, History
from paperdesk.core.strategy.scene import Listed
from paperdesk.doors.cli.client import Row

_COLUMNS: Final[tuple[Column, ...]] = ("open", "high", "low", "close", "volume")
_EXITS: Final = frozenset({"take_profit", "stop_loss"})
# Names that a strategy gave its orders, by the ids that the desk gave them.
Names = Mapping[str, str]


def working_of(order: Row, names: Names) -> Working:
    """Return an open order."""
    group = order["group_id"]
    return Working(
        _named(order["id"], names),
        order["symbol"],
        Side(order["side"]),
        Decimal(order["quantity"]),
        Decimal(order["filled_quantity"]),
        order["role"] in _EXITS,
        OrderType(order["type"]),
        _decimal(order["limit_price"]),
        _decimal(order["stop_price"]),
        None if group is None else OrderId(UUID(group)),
        order["order_class"] == "combo" and order["role"] is None,
    )


def filled_of(fill: Row, names: Names) -> Filled:
    """Return a fill."""
    quantity, price, fee = (Decimal(fill[each]) for each in ("quantity", "price", "fee"))
    return Filled(_named(fill["order_id"], names), fill["symbol"], Side(fill["side"]), quantity, price, fee)


def listed_of(option: Row) -> Listed:
    """Return an option of a chain."""
    return Listed(
        option["symbol"],
        date.fromisoformat(option["expires_on"]),
        Right(option["right"]),
        Decimal(option["strike"]),
        Decimal(option["deliverable"]),
        _decimal(option["bid"]),
        _decimal(option["ask"]),
    )


def no_bars() -> History:
    """Return the history of what has no bar yet."""
    return History(np.empty(0, np.int64), {name: np.empty(0, np.float64) for name in _COLUMNS})


def grow_by(history: History, bar: Row) -> None:
    """Tell a history of a bar; what its source does not have is missing."""
    values = {name: float("nan" if bar[name] is None else bar[name]) for name in _COLUMNS}
    history.grow(microseconds(instant_from_text(bar["at"])), values)


def just_after(history: History) -> str | None:
    """Return the instant from which on bars are new to a history; None where all are."""
    return None if not history.known else instant_text(instant_of(history.at.item(-1) + 1))


def order_body(wish: PlaceOrder | PlaceCombo) -> dict[str, Any]:
    """Return the body that asks for an order; members that are None need not be sent."""
    body = {
        "account_id": str(wish.account_id),
        "client_order_id": str(wish.order_id),
        "type": wish.type.value,
        "time_in_force": wish.time_in_force.value,
    }
    return {**body, **(_of_legs(wish) if isinstance(wish, PlaceCombo) else _of_one(wish))}


def _of_legs(combo: PlaceCombo) -> dict[str, Any]:
    legs = [{"symbol": each.symbol, "side": each.side.value, "ratio": plain(each.ratio)} for each in combo.legs]
    return {"order_class": "combo", "legs": legs, "quantity": plain(combo.quantity)}


def _of_one(order: PlaceOrder) -> dict[str, Any]:
    prices = {name: getattr(order, name) for name in ("limit_price", "stop_price", "trail_rate", "notional")}
    profit, loss = order.take_profit, order.stop_loss
    return {
        **{name: None if price is None else plain(price) for name, price in prices.items()},
        "symbol": order.symbol,
        "side": order.side.value,
        "quantity": plain(order.quantity) if order.notional is None else None,
        "order_class": order.order_class.value,
        "take_profit": None if profit is None else {"limit_price": plain(profit.limit_price)},
        "stop_loss": None if loss is None else {"stop_price": plain(loss.stop_price)},
    }


def _named(order_id: str, names: Names) -> OrderId:
    return OrderId(UUID(names.get(order_id, order_id)))


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
