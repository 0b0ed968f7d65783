"""What came of a backtest: events, orders and the worth of the account at every close, and how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from paperdesk.core.backtest.delivered import Delivery
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.events import Event, OrderFilled
from paperdesk.core.broker.orders import Order, OrderStatus, OrderType, Role, Side
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.strategy.exits import Note
from paperdesk.core.strategy.scene import Wish


class Point(Struct, frozen=True, gc=False):
    """What the account was worth at an instant, and what of it was in positions; None where a price was missing."""

    at: datetime
    cash: Decimal
    equity: Decimal | None
    invested: Decimal | None


class Refused(Struct, frozen=True):
    """Something a strategy asked for, when, and the refusal."""

    at: datetime
    command: Wish
    refusal: PaperdeskError


class Done(Struct, frozen=True, gc=False):
    """A fill as every driver knows it: when, of which order, how much at which price, and what it owed."""

    at: datetime
    order_id: OrderId
    quantity: Decimal
    price: Decimal
    fee: Decimal
    ambiguous: bool = False
    rule: str | None = None


class Placed(Struct, frozen=True):
    """An order as a driver that keeps no whole orders knows it: what was asked for, and how it ended."""

    id: OrderId
    accepted_at: datetime
    instrument: Instrument
    side: Side
    quantity: Decimal
    status: OrderStatus
    closed_reason: str | None
    type: OrderType = OrderType.MARKET
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    filled_quantity: Decimal = ZERO
    average_fill_price: Decimal | None = None
    fees: Decimal = ZERO
    role: Role | None = None
    is_exit: bool = False


class Failure(Struct, frozen=True):
    """A strategy that raised: at which bar, in which line of which file, and what."""

    at: datetime
    error: str
    file: str
    line: int


@dataclass(slots=True)
class Result:
    """A run as far as it came; `failure` says why not to its end, and `is_cancelled` that somebody stopped it.

    Only the exact engine knows the account at the end and its events, and if that is wanted how many of them had
    happened when each frame was `heard`. `notes` are what the strategy said of its orders.
    """

    account: Account
    began_at: datetime
    ended_at: datetime
    frames: int = 0
    points: list[Point] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    orders: Sequence[Order | Placed] = ()
    done: list[Done] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    failure: Failure | None = None
    is_cancelled: bool = False
    deliveries: Sequence[Delivery] = ()
    notes: Mapping[OrderId, Note] = field(default_factory=dict)
    heard: list[int] | None = None

    @property
    def fills(self) -> list[OrderFilled]:
        """Return the fills, oldest first."""
        return [each for each in self.events if isinstance(each, OrderFilled)]
