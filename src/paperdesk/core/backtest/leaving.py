"""Why positions were left: by the broker itself, by what an order is, or by what a strategy said of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from paperdesk.core.backtest.result import Placed, Result
from paperdesk.core.broker.events import Event, OrderAccepted
from paperdesk.core.broker.margin_book import CallKind, MarginCall
from paperdesk.core.broker.margin_events import BuyInStarted, LiquidationStarted, MarginCalled, PairLiquidated
from paperdesk.core.broker.orders import Order, OrderType
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.strategy.exits import ExitReason, Note

# Orders of the broker's own begin their names with what they are for.
_OWN: Final = ("liquidation-", "buy-in-")
_BY_TYPE: Final = {
    OrderType.STOP: ExitReason.STOP_LOSS,
    OrderType.STOP_LIMIT: ExitReason.STOP_LOSS,
    OrderType.TRAILING_STOP: ExitReason.TRAILING_STOP,
    OrderType.MARKET_IF_TOUCHED: ExitReason.TAKE_PROFIT,
}


@dataclass(frozen=True, slots=True)
class Reasons:
    """What is known of orders beyond themselves: what a strategy said of its own, and why the broker placed its own."""

    notes: Mapping[OrderId, Note] = field(default_factory=dict[OrderId, Note])
    forced: Mapping[OrderId, ExitReason] = field(default_factory=dict[OrderId, ExitReason])

    @classmethod
    def of(cls, result: Result) -> "Reasons":
        """Return what a run knows."""
        return cls(result.notes, forced_by(result.events))

    def tag(self, order_id: OrderId) -> str | None:
        """Return the tag of an order."""
        note = self.notes.get(order_id)
        return None if note is None else note.tag

    def why(self, order: Order | Placed) -> ExitReason:
        """Say why an order left a position: the broker's reason, its role, what was said of it, or its type."""
        forced, note = self.forced.get(order.id), self.notes.get(order.id)
        if forced is not None:
            return forced
        if order.is_exit and order.role is not None:
            return ExitReason(order.role.value)
        if note is not None and note.reason is not None:
            return note.reason
        return _BY_TYPE.get(order.type, ExitReason.SIGNAL)


def forced_by(events: Iterable[Event]) -> dict[OrderId, ExitReason]:
    """Return why the broker placed each order of its own, of the events of an account in their order.

    A call that is due on the day it is made gives no time: that is how pairs bought with leverage are closed.
    """
    found: dict[OrderId, ExitReason] = {}
    calls: dict[CallKind, MarginCall] = {}
    why = ExitReason.LIQUIDATION
    for event in events:
        match event:
            case MarginCalled():
                calls[event.call.kind] = event.call
            case LiquidationStarted():
                call = calls[event.kind]
                why = ExitReason.LIQUIDATION if call.due_on == call.issued_on else ExitReason.MARGIN_CALL
            case BuyInStarted() | PairLiquidated():
                why = ExitReason.LIQUIDATION
            case OrderAccepted() if event.order.client_order_id.startswith(_OWN):
                found[event.order.id] = why
            case _:
                pass
    return found
