"""Orders by the stream: the commands of every other door, done one after the other and answered on the same line."""

from typing import NamedTuple
from uuid import UUID

import msgspec
from pydantic import ValidationError
from starlette.websockets import WebSocket

from paperdesk.core.broker.commands import CancelOrder, PlaceCombo
from paperdesk.core.kernel.errors import Invalid
from paperdesk.core.kernel.ids import OrderId
from paperdesk.doors.problems import malformed
from paperdesk.features.broker.answers import Placed
from paperdesk.features.broker.cancel_order import cancel_order
from paperdesk.features.broker.hot_routes import decoded, placed_members, read_order
from paperdesk.features.broker.order_schemas import ReplaceOrderBody
from paperdesk.features.broker.place_combo import place_combo
from paperdesk.features.broker.place_order import place_order
from paperdesk.features.broker.queries import account_of_order
from paperdesk.features.broker.replace_order import replace_order
from paperdesk.features.broker.work import BrokerWork
from paperdesk.features.identity.access import address_of, from_door, gate_of, runtime_of
from paperdesk.infra.bus import Message


class OrderNotNamed(Invalid):
    """To replace or cancel an order, its id is given."""


class OrderWish(NamedTuple):
    """What is asked of orders: what to do, with which order, and what it is to be."""

    do: str
    id: UUID | None
    order: bytes


async def done(socket: WebSocket, token: str, wish: OrderWish) -> Message:
    """Do what is asked, by who still holds the token, and return what the client is told of it.

    It counts as a request of theirs. Raises what the use cases raise, MalformedRequest, OrderNotNamed.
    """
    gate, runtime = gate_of(socket), runtime_of(socket)
    who = from_door(await gate.principal(token, address_of(socket)), "stream", socket)
    gate.count_request(socket, who)
    work = BrokerWork(who, runtime.clock.now(), socket.app.state.writer)
    placed = await (_placed(work, wish) if wish.do == "place" else _changed(socket, work, wish))
    return {"event": "done", "did": wish.do, "is_new": placed.is_new, "order": placed_members(placed)}


async def _placed(work: BrokerWork, wish: OrderWish) -> Placed:
    command = read_order(wish.order).command(OrderId(work.new_id()), None)
    return await (place_combo(work, command) if isinstance(command, PlaceCombo) else place_order(work, command))


async def _changed(socket: WebSocket, work: BrokerWork, wish: OrderWish) -> Placed:
    if wish.id is None:
        raise OrderNotNamed("Name the order by its id.")
    order_id = OrderId(wish.id)
    async with runtime_of(socket).read(work.who) as reading:
        account_id = await account_of_order(reading, order_id)
    if wish.do == "cancel":
        return await cancel_order(work, CancelOrder(account_id, order_id))
    return await replace_order(work, _changes(wish.order).command(account_id, order_id, OrderId(work.new_id())))


def _changes(raw: bytes) -> ReplaceOrderBody:
    try:
        return ReplaceOrderBody.model_validate(decoded(raw, msgspec.json.decode))
    except ValidationError as error:
        raise malformed("order", error.errors()) from None
