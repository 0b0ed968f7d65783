"""Tools under the names of an earlier simulator: one for each side and type of order."""

from typing import Any, Final
from uuid import UUID

from paperdesk.core.broker.orders import OrderKind, OrderType, Side, TimeInForce
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.accounts import OrderWish
from paperdesk.doors.mcp.asking import Ask, OfAccount
from paperdesk.doors.mcp.orders import (
    CancelAllWish,
    Cancelled,
    ComboWish,
    PlaceWish,
    all_cancelled,
    cancel,
    place,
    placed,
)
from paperdesk.doors.mcp.shapes import SentLine
from paperdesk.doors.mcp.tool import Effect, Run, Tool
from paperdesk.features.broker.queries import read_order
from paperdesk.infra.http import LineAsWritten, NumberText, SymbolLine


class OrderOfAnotherKind(Conflict):
    """The order is not of the kind that the tool is for; cancel_order cancels any."""


class Terms(OfAccount):
    """What every order has."""

    symbol: SymbolLine
    quantity: NumberText
    time_in_force: TimeInForce = TimeInForce.DAY
    client_order_id: LineAsWritten | None = None
    confirmation: str | None = None


class AnyTypeWish(Terms):
    """An order of any type; `price` is its limit, or the stop of a stop order."""

    order_type: OrderType = OrderType.MARKET
    price: NumberText | None = None
    stop_price: NumberText | None = None
    trail_amount: NumberText | None = None
    trail_rate: NumberText | None = None


class LimitWish(Terms):
    """An order at a limit."""

    limit_price: NumberText


class StopWish(Terms):
    """An order that waits for a stop."""

    stop_price: NumberText


class StopLimitWish(Terms):
    """An order that waits for a stop, then has a limit."""

    stop_price: NumberText
    limit_price: NumberText


class TrailingWish(Terms):
    """An order whose stop follows the price, by an amount or a rate."""

    trail_amount: NumberText | None = None
    trail_rate: NumberText | None = None


class CreditWish(OfAccount):
    """A spread that is opened for what it brings, per unit of an option."""

    short_symbol: SymbolLine
    long_symbol: SymbolLine
    quantity: NumberText
    credit: NumberText
    client_order_id: LineAsWritten | None = None
    confirmation: str | None = None


class DebitWish(OfAccount):
    """A spread that is opened for what it costs, per unit of an option."""

    short_symbol: SymbolLine
    long_symbol: SymbolLine
    quantity: NumberText
    debit: NumberText
    client_order_id: LineAsWritten | None = None
    confirmation: str | None = None


async def _sent(ask: Ask, wish: Terms, **more: Any) -> SentLine:  # noqa: ANN401 - the fields of an order
    """Place what was wished for, as place_order does."""
    given = wish.model_dump(mode="json", exclude_unset=True, exclude={"order_type", "price"})
    return await place(ask, PlaceWish.model_validate({**given, **more}))


def any_type(side: Side) -> Run:
    """Return the function that places an order of any type on a side."""

    async def send(ask: Ask, wish: AnyTypeWish) -> SentLine:
        more: dict[str, Any] = {"side": side, "type": wish.order_type}
        if wish.price is not None:
            is_stop = wish.order_type in {OrderType.STOP, OrderType.MARKET_IF_TOUCHED} and wish.stop_price is None
            more["stop_price" if is_stop else "limit_price"] = wish.price
        return await _sent(ask, wish, **more)

    return send


def at_limit(side: Side) -> Run:
    """Return the function that places an order at a limit on a side."""

    async def send(ask: Ask, wish: LimitWish) -> SentLine:
        return await _sent(ask, wish, side=side, type=OrderType.LIMIT)

    return send


def on_stop(side: Side) -> Run:
    """Return the function that places a stop order on a side."""

    async def send(ask: Ask, wish: StopWish) -> SentLine:
        return await _sent(ask, wish, side=side, type=OrderType.STOP)

    return send


def on_stop_limit(side: Side) -> Run:
    """Return the function that places a stop-limit order on a side."""

    async def send(ask: Ask, wish: StopLimitWish) -> SentLine:
        return await _sent(ask, wish, side=side, type=OrderType.STOP_LIMIT)

    return send


def trailing(side: Side) -> Run:
    """Return the function that places a trailing stop on a side."""

    async def send(ask: Ask, wish: TrailingWish) -> SentLine:
        return await _sent(ask, wish, side=side, type=OrderType.TRAILING_STOP)

    return send


async def open_for_credit(ask: Ask, wish: CreditWish) -> SentLine:
    """Open a spread for a net credit: sell one option and buy another on the same underlying, as one order."""
    return await _spread(ask, wish, -abs(wish.credit))


async def open_for_debit(ask: Ask, wish: DebitWish) -> SentLine:
    """Open a spread for a net debit: buy one option and sell another on the same underlying, as one order."""
    return await _spread(ask, wish, abs(wish.debit))


async def _spread(ask: Ask, wish: CreditWish | DebitWish, limit: Any) -> SentLine:  # noqa: ANN401 - a net price
    legs = [
        {"symbol": wish.short_symbol, "intent": "sell_to_open"},
        {"symbol": wish.long_symbol, "intent": "buy_to_open"},
    ]
    same = wish.model_dump(include={"account_id", "quantity", "client_order_id", "confirmation"}, exclude_unset=True)
    body = {**same, "legs": legs, "type": OrderType.LIMIT, "limit_price": limit}
    return await placed(ask, ComboWish.model_validate(body))


def cancelling(kind: OrderKind) -> Run:
    """Return the function that cancels an order of one kind."""

    async def cancel_one(ask: Ask, wish: OrderWish) -> SentLine:
        await _require(ask, wish.order_id, kind)
        return await cancel(ask, wish)

    return cancel_one


def cancelling_all(kind: OrderKind) -> Run:
    """Return the function that cancels the working orders of one kind."""

    async def cancel_some(ask: Ask, wish: CancelAllWish) -> Cancelled:
        return await all_cancelled(ask, wish, kind)

    return cancel_some


async def _require(ask: Ask, order_id: UUID, kind: OrderKind) -> None:
    async with ask.desk.runtime.read(ask.who) as work:
        order, _, _ = await read_order(work, ask.desk.shelf, order_id)
    if order.kind is not kind:
        raise OrderOfAnotherKind(
            f"This order is of the kind {order.kind.value!r}; cancel_order cancels any.", kind=order.kind.value
        )


_WORDS: Final = {Side.BUY: "Buy", Side.SELL: "Sell"}
_IN_SHARES: Final = {
    "": (any_type, "shares with any type of order, at the market unless a type and a price are given."),
    "_limit": (at_limit, "shares at a limit or better."),
    "_stop": (on_stop, "shares at the market once the price has gone to the stop."),
    "_stop_loss": (on_stop, "shares at the market once the price has gone to the stop, to end a loss."),
    "_stop_limit": (on_stop_limit, "shares at a limit once the price has gone to the stop."),
    "_trailing_stop": (trailing, "shares once the price has turned by an amount or a rate from its best."),
}


def _order(name: str, run: Run, told: str | None = None) -> Tool:
    return Tool(name, Scope.TRADE, Effect.ACTS, run, told)


def _ending(name: str, run: Run, told: str) -> Tool:
    return Tool(name, Scope.TRADE, Effect.ENDS, run, told)


TOOLS = (
    *(
        _order(f"{side.value}_stock{ending}", making(side), f"{_WORDS[side]} {what}")
        for ending, (making, what) in _IN_SHARES.items()
        for side in (Side.BUY, Side.SELL)
    ),
    *(
        _order(f"{side.value}_option_limit", at_limit(side), f"{_WORDS[side]} contracts of an option at a limit.")
        for side in (Side.BUY, Side.SELL)
    ),
    _order("create_stock_order", place),
    _order("option_credit_spread", open_for_credit),
    _order("option_debit_spread", open_for_debit),
    _ending("cancel_stock_order_by_id", cancelling(OrderKind.EQUITY), "Cancel a working order in shares."),
    _ending("cancel_option_order_by_id", cancelling(OrderKind.OPTION), "Cancel a working order in an option."),
    _ending("cancel_all_stock_orders_tool", cancelling_all(OrderKind.EQUITY), "Cancel every working order in shares."),
    _ending("cancel_all_option_orders_tool", cancelling_all(OrderKind.OPTION), "Cancel every working option order."),
)
