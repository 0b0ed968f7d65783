"""Orders and positions: Alpaca's requests to our use cases, and what they answer."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from paperdesk.core.broker.account import AtExpiry
from paperdesk.core.broker.closing import NoPosition
from paperdesk.core.broker.commands import (
    CancelOrder,
    CancelOrders,
    ClosePosition,
    ExerciseOption,
    InstructExpiry,
    PlaceCombo,
)
from paperdesk.core.broker.day_result import Opened
from paperdesk.core.broker.engine import UnknownOrder
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import OrderId, uuid_from_text
from paperdesk.doors.alpaca.answers import Answer
from paperdesk.doors.alpaca.asking import Ask, Listed, Visit, When, exact
from paperdesk.doors.alpaca.errors import MalformedQuestion, members, told
from paperdesk.doors.alpaca.leg_cover import check_covered
from paperdesk.doors.alpaca.order_bodies import OrderBody, ReplaceBody
from paperdesk.doors.alpaca.shapes import order_shape, position_shape
from paperdesk.features.broker.answers import Placed
from paperdesk.features.broker.cancel_order import cancel_order
from paperdesk.features.broker.cancel_orders import cancel_orders
from paperdesk.features.broker.close_position import close_position
from paperdesk.features.broker.day_queries import opened_since, previous_close
from paperdesk.features.broker.deciding import ClientOrderIdTaken
from paperdesk.features.broker.exercise_option import exercise_option
from paperdesk.features.broker.instruct_expiry import instruct_expiry
from paperdesk.features.broker.order_queries import OrderSearch, exits_of, find_orders
from paperdesk.features.broker.place_combo import place_combo
from paperdesk.features.broker.place_order import place_order
from paperdesk.features.broker.queries import by_symbol, open_positions, value
from paperdesk.features.broker.replace_order import replace_order
from paperdesk.features.broker.work import BrokerWork

LIMIT_DEFAULT, LIMIT_MAX = 50, 500


class OrdersQuery(msgspec.Struct):
    """What GET /v2/orders takes."""

    status: Literal["open", "closed", "all"] = "open"
    limit: int = LIMIT_DEFAULT
    after: When | None = None
    until: When | None = None
    direction: Literal["asc", "desc"] = "desc"
    nested: bool = False
    symbols: Listed | None = None
    side: Side | None = None
    before_order_id: UUID | None = None
    after_order_id: UUID | None = None

    def search(self, visit: Visit) -> OrderSearch:
        """Return what is asked as a search."""
        if not 1 <= self.limit <= LIMIT_MAX:
            raise MalformedQuestion(f"limit must be between 1 and {LIMIT_MAX}")
        return OrderSearch(
            account_id=visit.account_id,
            status=self.status,
            symbols=None if self.symbols is None else tuple(visit.symbol(word) for word in self.symbols.words),
            side=self.side,
            after=None if self.after is None else self.after.start,
            until=None if self.until is None else self.until.end,
            later_than=self.after_order_id,
            earlier_than=self.before_order_id,
            oldest_first=self.direction == "asc",
            without_exits=self.nested,
            limit=self.limit,
        )


class OrderQuery(msgspec.Struct):
    """How one order is asked for."""

    nested: bool = False
    client_order_id: str | None = None


class CloseQuery(msgspec.Struct):
    """How much of a position is to be closed; whether open orders go first."""

    qty: Decimal | None = None
    percentage: Decimal | None = None
    cancel_orders: bool = False


async def post_order(ask: Ask) -> Answer:
    """Place an order; a client order id that was used before is refused, as at Alpaca."""
    body = await ask.body(OrderBody)
    broker = ask.broker
    async with ask.visiting() as visit:
        command = body.command(visit, OrderId(broker.new_id()))
        if isinstance(command, PlaceCombo):
            await _check_cover(visit, command)
    if isinstance(command, PlaceCombo):
        return await _placed(ask, visit, await place_combo(broker, command))
    return await _placed(ask, visit, await place_order(broker, command))


async def _check_cover(visit: Visit, command: PlaceCombo) -> None:
    """Refuse a short leg that the order itself does not cover; a leg that nobody knows is refused by the broker."""
    known = {leg: listed.contract for leg in command.legs if (listed := visit.listed(leg.symbol)) is not None}
    held = {
        known_as.symbol: each.quantity
        for each in await open_positions(visit.work, visit.account)
        if (known_as := visit.dataset.instruments.get(each.instrument_id)) is not None
    }
    legs = [(leg, contract) for leg, contract in known.items() if contract is not None]
    check_covered(legs, command.quantity, held)


async def get_orders(ask: Ask) -> Answer:
    """List orders."""
    query = ask.query(OrdersQuery)
    async with ask.visiting() as visit:
        found = await find_orders(visit.work, visit.dataset, query.search(visit))
        return Answer(await _shown(visit, found, nested=query.nested))


async def get_order(ask: Ask) -> Answer:
    """Show one order."""
    async with ask.visiting() as visit:
        order = await _order(visit, ask.named("order_id"))
        return Answer((await _shown(visit, [order], nested=ask.query(OrderQuery).nested))[0])


async def get_order_by_client_id(ask: Ask) -> Answer:
    """Show the order that was placed under a client order id."""
    wanted = ask.query(OrderQuery).client_order_id
    async with ask.visiting() as visit:
        search = OrderSearch(visit.account_id, client_order_id=wanted or "", limit=1)
        found = await find_orders(visit.work, visit.dataset, search)
        if not found:
            raise UnknownOrder("There is no such order.")
        return Answer((await _shown(visit, found, nested=False))[0])


async def patch_order(ask: Ask) -> Answer:
    """Replace a working order by a new one."""
    body, broker = await ask.body(ReplaceBody), ask.broker
    async with ask.visiting() as visit:
        old = await _order(visit, ask.named("order_id"))
    command = body.command(visit.account_id, old, OrderId(broker.new_id()))
    return await _placed(ask, visit, await replace_order(broker, command))


async def delete_order(ask: Ask) -> Answer:
    """Cancel a working order."""
    async with ask.visiting() as visit:
        order = await _order(visit, ask.named("order_id"))
    await cancel_order(ask.broker, CancelOrder(visit.account_id, order.id))
    return Answer(None, 204)


async def delete_orders(ask: Ask) -> Answer:
    """Cancel every open order."""
    async with ask.visiting() as visit:
        pass
    cancelled = await cancel_orders(ask.broker, CancelOrders(visit.account_id))
    return Answer([{"id": str(order.id), "status": 200} for order in cancelled.orders if not order.is_leg], 207)


async def get_positions(ask: Ask) -> Answer:
    """List positions at their marks."""
    async with ask.visiting() as visit:
        return Answer([shape for _, shape in await _positions(visit)])


async def get_position(ask: Ask) -> Answer:
    """Show one position."""
    async with ask.visiting() as visit:
        instrument = visit.instrument(ask.named("symbol"))
        held = dict(await _positions(visit))
        if instrument.symbol not in held:
            raise NoPosition(f"The account holds no {instrument.symbol}.", symbol=instrument.symbol)
        return Answer(held[instrument.symbol])


async def delete_position(ask: Ask) -> Answer:
    """Close a position at the market, or a part of it."""
    query, broker = ask.query(CloseQuery), ask.broker
    async with ask.visiting() as visit:
        symbol = visit.instrument(ask.named("symbol")).symbol
    command = ClosePosition(
        visit.account_id, OrderId(broker.new_id()), symbol, exact(query.qty), exact(query.percentage)
    )
    return await _placed(ask, visit, await close_position(broker, command))


async def delete_positions(ask: Ask) -> Answer:
    """Close every position at the market; each has its own outcome."""
    query, broker = ask.query(CloseQuery), ask.broker
    async with ask.visiting() as visit:
        symbols = [symbol for symbol, _ in await _positions(visit)]
    if query.cancel_orders:
        await cancel_orders(broker, CancelOrders(visit.account_id))
    return Answer([await _closed(broker, visit, symbol) for symbol in symbols], 207)


async def post_exercise(ask: Ask) -> Answer:
    """Exercise every contract of an option that is held."""
    async with ask.visiting() as visit:
        symbol = visit.instrument(ask.named("contract")).symbol
    await exercise_option(ask.broker, ExerciseOption(visit.account_id, symbol))
    return Answer(None)


async def post_do_not_exercise(ask: Ask) -> Answer:
    """Let an option lapse on its last day, whatever it is worth then."""
    async with ask.visiting() as visit:
        symbol = visit.instrument(ask.named("contract")).symbol
    await instruct_expiry(ask.broker, InstructExpiry(visit.account_id, symbol, AtExpiry.LAPSE))
    return Answer(None)


async def _closed(broker: BrokerWork, visit: Visit, symbol: str) -> dict[str, Any]:
    command = ClosePosition(visit.account_id, OrderId(broker.new_id()), symbol)
    try:
        placed = await close_position(broker, command)
    except PaperdeskError as error:
        return {"symbol": symbol, "status": told(error).status, "body": members(error)}
    shape = order_shape(placed.order, visit.calendar, placed.view.at)
    return {"symbol": symbol, "status": 200, "order_id": str(placed.order.id), "body": shape}


async def _placed(ask: Ask, visit: Visit, placed: Placed) -> Answer:
    """Show an order that was just accepted, with the exits that came with it."""
    order = placed.order
    if not placed.is_new:
        raise ClientOrderIdTaken("Another order has this client order id.", client_order_id=order.client_order_id)
    exits: list[Order] | None = None
    if order.group_id is not None and order.parent_id is None:
        async with ask.desk.runtime.read(ask.who) as work:
            exits = (await exits_of(work, visit.dataset, [order])).get(order.group_id)
    return Answer(order_shape(order, visit.calendar, placed.view.at, exits))


async def _order(visit: Visit, order_id: str) -> Order:
    found = await find_orders(
        visit.work, visit.dataset, OrderSearch(visit.account_id, order_id=uuid_from_text(order_id))
    )
    if not found:
        raise UnknownOrder("There is no such order.", order_id=order_id)
    return found[0]


async def _shown(visit: Visit, found: Sequence[Order], *, nested: bool) -> list[dict[str, Any]]:
    tops = [order for order in found if nested and order.parent_id is None]
    exits = await exits_of(visit.work, visit.dataset, tops)
    legs = {order.id: exits[order.group_id] for order in tops if order.group_id in exits}
    return [order_shape(order, visit.calendar, visit.tape.at, legs.get(order.id)) for order in found]


async def _positions(visit: Visit) -> list[tuple[str, dict[str, Any]]]:
    worth = await value(visit.work, visit.account, visit.tape, visit.dataset)
    close = previous_close(visit.dataset.calendar, visit.tape.at)
    opened = await opened_since(visit.work, visit.account, close)
    shown: list[tuple[str, dict[str, Any]]] = []
    for symbol, each in by_symbol(worth.valuation, visit.dataset):
        instrument = visit.dataset.instruments[each.position.instrument_id]
        last = visit.dataset.previous_close(instrument.id, visit.tape.cursor)
        shown.append((symbol, position_shape(instrument, each, last, opened.get(instrument.id, Opened()))))
    return shown
