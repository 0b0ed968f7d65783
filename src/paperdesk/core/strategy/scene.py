"""What a driver shows a strategy of its account and tape, and the terms and wishes a strategy answers with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Final, Protocol, TypeAlias

from msgspec import Struct

from paperdesk.core.broker.commands import CancelOrder, ChooseLeverage, PlaceCombo, PlaceOrder
from paperdesk.core.broker.orders import CONDITIONAL, OrderClass, OrderType, Side, TimeInForce
from paperdesk.core.kernel.ids import AccountId, OrderId
from paperdesk.core.market.options import Right
from paperdesk.core.strategy.exits import ExitReason, Note
from paperdesk.core.strategy.history import History

Wish: TypeAlias = PlaceOrder | PlaceCombo | CancelOrder | ChooseLeverage

_ONE: Final = Decimal(1)
_BILLIONTH: Final = Decimal("1e-9")
_MARKET: Final = OrderType.MARKET
_BY_EXITS: Final = (OrderClass.SIMPLE, OrderClass.OTO, OrderClass.BRACKET)


class Working(Struct, frozen=True, gc=False):
    """An order of the strategy's account that is still open; an exit waits for what its entry brings."""

    order_id: OrderId
    symbol: str
    side: Side
    quantity: Decimal
    filled: Decimal
    is_exit: bool = False
    type: OrderType = OrderType.MARKET
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    group_id: OrderId | None = None
    is_combo: bool = False

    @property
    def to_come(self) -> Decimal:
        """Return the signed units it may still bring."""
        rest = self.quantity - self.filled
        return rest if self.side is Side.BUY else -rest

    @property
    def waits_for_stop(self) -> bool:
        """Say whether it is of a type that waits for a stop price."""
        return self.type in CONDITIONAL


class Filled(Struct, frozen=True, gc=False):
    """What a fill tells a strategy."""

    order_id: OrderId
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True)
class Listed:
    """An option that is listed at a moment: its terms, the units it delivers, and its quote, where it has one."""

    symbol: str
    expires_on: date
    right: Right
    strike: Decimal
    units: Decimal
    bid: Decimal | None
    ask: Decimal | None


class Scene(Protocol):
    """What a driver knows of one account and its tape at a moment."""

    @property
    def account_id(self) -> AccountId:
        """Return whose orders are placed."""

    @property
    def now(self) -> datetime:
        """Return the clock of the tape."""

    @property
    def cash(self) -> Decimal:
        """Return the cash that no open order has reserved."""

    @property
    def equity(self) -> Decimal | None:
        """Return what the account is worth; None where something has no price."""

    @property
    def working(self) -> Sequence[Working]:
        """Return the open orders, oldest first."""

    def position(self, symbol: str) -> Decimal:
        """Return the signed units that are held."""

    def history(self, symbol: str, timeframe: str | None = None) -> History:
        """Return the closed bars of a symbol, of the tape itself or of a timeframe that the strategy declares."""

    def chain(self, underlying: str) -> Sequence[Listed]:
        """Return the options on an underlying that are listed and have not expired, by expiry, strike and right."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How an order is to be worked, beyond its side and quantity; without a price it is a market order.

    An order by money has a `notional`, commission included, and a quantity of zero. A tag is a word of the strategy's
    own, by which gains are told apart; a reason says why the order leaves a position.
    """

    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_rate: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    tag: str | None = None
    reason: ExitReason | None = None
    notional: Decimal | None = None

    @property
    def type(self) -> OrderType:
        """Return the type that follows from the prices that are named."""
        if self.trail_rate is not None:
            return OrderType.TRAILING_STOP
        if self.stop_price is not None:
            return OrderType.STOP if self.limit_price is None else OrderType.STOP_LIMIT
        return _MARKET if self.limit_price is None else OrderType.LIMIT

    @property
    def order_class(self) -> OrderClass:
        """Return the class that follows from the exits that are named."""
        exits = (self.take_profit is not None) + (self.stop_loss is not None)
        return _BY_EXITS[exits]

    @property
    def note(self) -> Note | None:
        """Return what the strategy says about the order; None where it says nothing."""
        return None if self.tag is None and self.reason is None else Note(self.tag, self.reason)


AT_MARKET: Final = Terms()


def whole_units(units: Decimal) -> Decimal:
    """Return whole units, towards less."""
    return units.quantize(_ONE, ROUND_FLOOR)


def parts_of(share: Decimal, count: int) -> Decimal:
    """Return an equal part of a share, in billionths and towards less."""
    return (share / count).quantize(_BILLIONTH, ROUND_FLOOR)
