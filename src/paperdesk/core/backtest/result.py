"""What came of a backtest: events, orders and the worth of the account at every close, and how it ended."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import CancelOrder, PlaceOrder
from paperdesk.core.broker.events import Event, OrderFilled
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.errors import PaperdeskError


@dataclass(frozen=True, slots=True)
class Point:
    """What the account was worth at an instant, and what of it was in positions; None where a price was missing."""

    at: datetime
    cash: Decimal
    equity: Decimal | None
    invested: Decimal | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Something a strategy asked for, when, and the refusal."""

    at: datetime
    command: PlaceOrder | CancelOrder
    refusal: PaperdeskError


@dataclass(frozen=True, slots=True)
class Failure:
    """A strategy that raised: at which bar, in which line of which file, and what."""

    at: datetime
    error: str
    file: str
    line: int


@dataclass(slots=True)
class Result:
    """A run as far as it came; `failure` says why not to its end, and `is_cancelled` that somebody stopped it."""

    account: Account
    began_at: datetime
    ended_at: datetime
    frames: int = 0
    points: list[Point] = field(default_factory=list[Point])
    events: list[Event] = field(default_factory=list[Event])
    orders: list[Order] = field(default_factory=list[Order])
    refused: list[Refused] = field(default_factory=list[Refused])
    failure: Failure | None = None
    is_cancelled: bool = False

    @property
    def fills(self) -> list[OrderFilled]:
        """Return the fills, oldest first."""
        return [each for each in self.events if isinstance(each, OrderFilled)]
