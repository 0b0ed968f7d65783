"""Tools that take a while: waiting for an order to end, and moving a tape; both are bounded."""

import asyncio
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import Response

from paperdesk.core.broker.orders import OPEN_STATUSES
from paperdesk.core.kernel.principal import Scope
from paperdesk.doors.mcp.accounts import OrderWish
from paperdesk.doors.mcp.asking import Ask
from paperdesk.doors.mcp.market import tape_meant
from paperdesk.doors.mcp.shapes import ClockLine, OrderLine
from paperdesk.doors.mcp.tool import Effect, Tool
from paperdesk.features.broker import routes
from paperdesk.features.broker.order_schemas import OrderOut
from paperdesk.features.broker.queries import account_of_order
from paperdesk.features.marketdata.routes import MarketRoom, post_control
from paperdesk.features.marketdata.schemas import ControlTapeBody
from paperdesk.infra.outbox import account_topic

WAIT_S_MAX = 60


class WaitWish(OrderWish):
    """How long to wait for what."""

    until: Literal["ended", "changed"] = "ended"
    timeout_s: int = Field(default=30, ge=0, le=WAIT_S_MAX)


class Waited(BaseModel):
    """The order as it stands; `happened` is false when the time was up first."""

    happened: bool
    order: OrderLine


class ControlWish(ControlTapeBody):
    """A button of which tape."""

    tape_id: UUID | None = None


async def wait_for_order(ask: Ask, wish: WaitWish) -> Waited:
    """Wait until an order has ended, or changed; it ends only while its tape moves. Tells progress as it fills."""
    async with ask.reading() as work:
        account_id = await account_of_order(work, wish.order_id)
    with ask.desk.runtime.bus.subscribe(account_topic(account_id)) as news:
        first = order = await _read(ask, wish.order_id)
        try:
            async with asyncio.timeout(wish.timeout_s):
                while not _has_happened(wish, first, order):
                    await _tell(ask, order)
                    await news.next()
                    order = await _read(ask, wish.order_id)
        except TimeoutError:
            # What happened while the last reading was under way is told all the same.
            order = await _read(ask, wish.order_id)
    return Waited(happened=_has_happened(wish, first, order), order=OrderLine.of(order))


async def control(ask: Ask, wish: ControlWish) -> ClockLine:
    """Play, pause, step, jump or set the speed of a tape; answers when the fills on the way are made.

    `reached` is false when it is still on its way after some seconds: look again with get_clock.
    """
    async with ask.reading() as work:
        tape_id = await tape_meant(work, wish.tape_id)
    body = ControlTapeBody.model_construct(**{name: getattr(wish, name) for name in ControlTapeBody.model_fields})
    room = MarketRoom(ask.desk.runtime, ask.desk.shelf)
    return ClockLine.of(await post_control(tape_id, body, ask.who, room, Response()))


async def _read(ask: Ask, order_id: UUID) -> OrderOut:
    async with ask.reading() as work:
        return await routes.get_order(order_id, work, ask.desk.shelf)


def _has_happened(wish: WaitWish, first: OrderOut, order: OrderOut) -> bool:
    has_changed = (order.status, order.filled_quantity) != (first.status, first.filled_quantity)
    return order.status not in OPEN_STATUSES or (wish.until == "changed" and has_changed)


async def _tell(ask: Ask, order: OrderOut) -> None:
    """Tell how much of an order is filled, to a client that wants to know."""
    filled, whole = float(order.filled_quantity), float(order.quantity)
    await ask.call.session.report_progress(filled, whole, f"{order.status}: {order.filled_quantity:f} filled")


TOOLS = (
    Tool("wait_for_order", Scope.READ, Effect.READS, wait_for_order),
    Tool("control_tape", Scope.TRADE, Effect.ACTS, control),
)
