"""What people want to be told of orders, and what they were told, as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from paperdesk.core.broker.orders import OrderStatus
from paperdesk.core.kernel.ids import AccountId, OrderId, TenantId, UserId
from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.time import instant_text


class OrderEvent(StrEnum):
    """What can happen to an order that somebody may want to hear of."""

    ACCEPTED = "order_accepted"
    FILLED = "order_filled"
    COMBO_FILLED = "combo_filled"
    CANCELLED = "order_cancelled"
    REJECTED = "order_rejected"
    EXPIRED = "order_expired"
    REPLACED = "order_replaced"
    TRIGGERED = "order_triggered"
    RESIZED = "order_resized"
    TRAIL_MOVED = "trail_moved"
    ADJUSTED = "order_adjusted"


class Way(StrEnum):
    """How somebody is told: on the stream, in the log, by a message to an address of theirs, or by a letter."""

    STREAM = "stream"
    LOG = "log"
    WEBHOOK = "webhook"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Rule:
    """Which events of an account's orders its owner is told of, and how; an empty list means any.

    `told_seq` is the last event of the account that was looked at.
    """

    id: UUID
    tenant_id: TenantId
    owner_id: UserId
    account_id: AccountId
    name: str
    events: Sequence[OrderEvent]
    states: Sequence[OrderStatus]
    symbols: Sequence[str]
    ways: Sequence[Way]
    url: str | None
    told_seq: int

    def wants(self, event: str, state: OrderStatus, symbol: str) -> bool:
        """Say whether what happened to an order is to be told."""
        return (
            (event in self.events if self.events else event in list(OrderEvent))
            and (not self.states or state in self.states)
            and (not self.symbols or symbol in self.symbols)
        )


@dataclass(frozen=True, slots=True)
class Notification:
    """One thing that somebody is told: an event of an order, and how the order stood right after it."""

    id: UUID
    rule_id: UUID
    rule: str
    account_id: AccountId
    seq: int
    event: str
    order_id: OrderId
    symbol: str
    state: OrderStatus
    quantity: Decimal
    filled_quantity: Decimal
    at: datetime
    number: int = 0
    job_id: UUID | None = None

    @property
    def told(self) -> Mapping[str, Any]:
        """Return it as a message tells it; whoever hears the same id twice has heard it once."""
        return {
            "id": str(self.id),
            "rule": self.rule,
            "account_id": str(self.account_id),
            "seq": self.seq,
            "event": self.event,
            "order_id": str(self.order_id),
            "symbol": self.symbol,
            "state": self.state.value,
            "quantity": plain(self.quantity),
            "filled_quantity": plain(self.filled_quantity),
            "at": instant_text(self.at),
        }
