"""The stream of order events at /stream.

    client  {"action": "authenticate", "data": {"key_id": ..., "secret_key": ...}}    or key and secret at the top
            {"action": "listen", "data": {"streams": ["trade_updates"]}}              replaces what was listened to
    server  {"stream": "authorization" | "listening" | "trade_updates", "data": {...}}

The server speaks binary frames that hold JSON, as Alpaca's paper stream does, and reads both kinds.
Nothing is told again after a reconnect; what was missed is read over HTTP.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from paperdesk.core.broker.events import (
    ComboFilled,
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
)
from paperdesk.core.broker.orders import Order, OrderStatus
from paperdesk.core.kernel.errors import PaperdeskError, Unauthenticated
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.principal import Principal
from paperdesk.core.kernel.time import instant_text
from paperdesk.doors.alpaca.asking import Visit, token_from, visiting
from paperdesk.doors.alpaca.shapes import order_shape, order_status
from paperdesk.doors.desk import Desk
from paperdesk.doors.open_lines import TooManyLines
from paperdesk.features.broker.order_queries import (
    OrderSearch,
    combo_at_fill,
    exits_of,
    find_orders,
    order_at_fill,
    quantity_after,
)
from paperdesk.features.broker.queries import events_after
from paperdesk.features.broker.rows import event_of
from paperdesk.features.identity.access import address_of
from paperdesk.infra.outbox import account_topic

UPDATES: Final = "trade_updates"
SIGN_IN_S: Final = 10.0
POLICY_VIOLATION: Final = 1008
ENDINGS: Final[dict[type[Event], str]] = {
    OrderCancelled: "canceled",
    OrderExpired: "expired",
    OrderRejected: "rejected",
}


class Said(msgspec.Struct):
    """What a client may say."""

    action: str
    data: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    key: str | None = None
    secret: str | None = None


class Line:
    """One client's end of the stream."""

    def __init__(self, socket: WebSocket, desk: Desk) -> None:
        """Take a line that nobody has spoken on yet."""
        self._socket = socket
        self._desk = desk
        self._listens = False

    async def serve(self) -> None:
        """Serve one client until either side has had enough."""
        await self._socket.accept()
        try:
            known = await self._signed_in()
            if known is None:
                await self._socket.close(POLICY_VIOLATION, "unauthorized")
                return
            who, token = known
            with self._desk.lines.hold(who, self._desk.gate.quotas_of(who.tenant_id)):
                async with asyncio.TaskGroup() as rooms:
                    rooms.create_task(self._tell(who))
                    rooms.create_task(self._listen())
                    rooms.create_task(self._desk.gate.until_ended(token, address_of(self._socket)))
        except* WebSocketDisconnect:
            pass  # the client hung up, which ends everything that was done for it
        except* Unauthenticated:
            await self._socket.close(POLICY_VIOLATION, "unauthorized")
        except* TooManyLines:
            await self._socket.close(POLICY_VIOLATION, "connection limit exceeded")

    async def _signed_in(self) -> tuple[Principal, str] | None:
        try:
            async with asyncio.timeout(SIGN_IN_S):
                said = await self._heard()
        except TimeoutError:
            return None
        known = None if said is None else await self._known(said)
        status = "unauthorized" if known is None else "authorized"
        await self._say("authorization", {"action": "authenticate", "status": status})
        return known

    async def _known(self, said: Said) -> tuple[Principal, str] | None:
        given = said.data
        token = given.get("oauth_token") or token_from(
            str(said.key or given.get("key_id", "")), str(said.secret or given.get("secret_key", ""))
        )
        try:
            return await self._desk.gate.principal(str(token), address_of(self._socket)), str(token)
        except PaperdeskError:
            return None

    async def _listen(self) -> None:
        while True:
            said = await self._heard()
            if said is not None and said.action == "listen":
                wanted = said.data.get("streams")
                self._listens = isinstance(wanted, list) and UPDATES in wanted
                await self._say("listening", {"streams": [UPDATES] if self._listens else []})

    async def _heard(self) -> Said | None:
        """Return the next message, None when it is not one."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1000)
        raw = message.get("bytes") or (message.get("text") or "").encode()
        try:
            return msgspec.json.decode(raw, type=Said)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None

    async def _say(self, stream: str, content: dict[str, Any]) -> None:
        await self._socket.send_bytes(msgspec.json.encode({"stream": stream, "data": content}))

    async def _tell(self, who: Principal) -> None:
        async with visiting(self._desk, who) as visit:
            account_id, seen = visit.account_id, visit.account["last_seq"]
        with self._desk.runtime.bus.subscribe(account_topic(account_id)) as news:
            while True:
                updates, seen = await self._since(who, seen)
                for update in updates if self._listens else ():
                    await self._say(UPDATES, update)
                await news.next()

    async def _since(self, who: Principal, seen: int) -> tuple[list[dict[str, Any]], int]:
        """Return what happened after an event, and the last event there was."""
        async with visiting(self._desk, who) as visit:
            rows = await events_after(visit.work, visit.account_id, seen, None)
            happened = [event_of(row["kind"], row["payload"]) for row in rows]
            updates = [update for event in happened async for update in _updates(visit, event)]
        return updates, rows[-1]["seq"] if rows else seen


async def _updates(visit: Visit, event: Event) -> AsyncIterator[dict[str, Any]]:
    """Yield what an event is at Alpaca: nothing, one update, or of a replacement two; legs are told by their order."""
    match event:
        case OrderAccepted(order=order) | OrderReplaced(order=order) if order.is_leg:
            return
        case OrderAccepted(order=order):
            yield await _told(visit, order_status(order, visit.calendar, event.at), event, order)
        case ComboFilled():
            order = await combo_at_fill(visit.work, visit.dataset, visit.account_id, event)
            name = "fill" if order.status is OrderStatus.FILLED else "partial_fill"
            yield await _told(visit, name, event, order) | {"price": plain(event.price), "qty": plain(event.quantity)}
        case OrderFilled():
            order = await order_at_fill(visit.work, visit.dataset, visit.account_id, event)
            if order.is_leg:
                return
            name = "fill" if order.status is OrderStatus.FILLED else "partial_fill"
            fill = {"execution_id": str(event.fill.id), "price": plain(event.fill.price)}
            held = plain(await quantity_after(visit.work, visit.account, event))
            yield _update(visit, name, event, order) | fill | {"qty": plain(event.fill.quantity), "position_qty": held}
        case OrderReplaced():
            yield await _told(visit, "replaced", event, await _order(visit, event.order_id))
            yield await _told(visit, order_status(event.order, visit.calendar, event.at), event, event.order)
        case OrderCancelled() | OrderExpired() | OrderRejected():
            order = await _order(visit, event.order_id)
            if not order.is_leg:
                yield await _told(visit, ENDINGS[type(event)], event, order)
        case _:
            return


async def _told(visit: Visit, name: str, event: Event, order: Order) -> dict[str, Any]:
    """Return an update about an order; one of several legs shows them as they stand now."""
    legs = await exits_of(visit.work, visit.dataset, [order]) if order.is_combo else {}
    return _update(visit, name, event, order, legs.get(order.id))


def _update(visit: Visit, name: str, event: Event, order: Order, legs: Sequence[Order] | None = None) -> dict[str, Any]:
    shape = order_shape(order, visit.calendar, event.at, legs)
    return {"event": name, "timestamp": instant_text(event.at), "order": shape}


async def _order(visit: Visit, order_id: OrderId) -> Order:
    (order,) = await find_orders(visit.work, visit.dataset, OrderSearch(visit.account_id, order_id))
    return order
