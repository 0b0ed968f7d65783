"""What a strategy may see at a frame of its tape, and the commands it collects; it cannot tell who drives it.

A backtest and a program at the public API each bring a `Scene`. Everything is what the strategy's account and the
tape's closed bars say at that moment; orders go out after the frame, and meet only what comes after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Protocol

from paperdesk.core.broker.commands import CancelOrder, PlaceOrder, StopLoss, TakeProfit
from paperdesk.core.broker.orders import OrderClass, OrderType, Side, TimeInForce
from paperdesk.core.kernel.ids import AccountId, OrderId, derived
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.strategy.history import History

_ONE = Decimal(1)
_BILLIONTH = Decimal("1e-9")
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Working:
    """An order of the strategy's account that is still open; an exit waits for what its entry brings."""

    order_id: OrderId
    symbol: str
    side: Side
    quantity: Decimal
    filled: Decimal
    is_exit: bool = False

    @property
    def to_come(self) -> Decimal:
        """Return the signed units it may still bring."""
        rest = self.quantity - self.filled
        return rest if self.side is Side.BUY else -rest


@dataclass(frozen=True, slots=True)
class Filled:
    """What a fill tells a strategy."""

    order_id: OrderId
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    fee: Decimal


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


@dataclass(frozen=True, slots=True)
class Terms:
    """How an order is to be worked, beyond its side and quantity; without a price it is a market order."""

    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_rate: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.DAY
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None

    @property
    def type(self) -> OrderType:
        """Return the type that follows from the prices that are named."""
        if self.trail_rate is not None:
            return OrderType.TRAILING_STOP
        if self.stop_price is not None:
            return OrderType.STOP if self.limit_price is None else OrderType.STOP_LIMIT
        return OrderType.MARKET if self.limit_price is None else OrderType.LIMIT

    @property
    def order_class(self) -> OrderClass:
        """Return the class that follows from the exits that are named."""
        exits = sum(each is not None for each in (self.take_profit, self.stop_loss))
        return (OrderClass.SIMPLE, OrderClass.OTO, OrderClass.BRACKET)[exits]


AT_MARKET = Terms()


class Context:
    """One strategy's window on its account and tape, and what it has asked for in this frame."""

    def __init__(self, scene: Scene, symbols: Sequence[str]) -> None:
        """Look through a scene at some symbols."""
        self._scene = scene
        self.symbols = tuple(symbols)
        self.commands: list[PlaceOrder | CancelOrder] = []
        self._asked = 0
        self._brought: tuple[Mapping[str, Decimal], Mapping[str, Decimal]] | None = None

    @property
    def now(self) -> datetime:
        """Return the clock of the tape."""
        return self._scene.now

    @property
    def cash(self) -> Decimal:
        """Return the cash that no open order has reserved."""
        return self._scene.cash

    @property
    def equity(self) -> Decimal | None:
        """Return what the account is worth; None where something has no price."""
        return self._scene.equity

    @property
    def working(self) -> Sequence[Working]:
        """Return the open orders, oldest first."""
        return self._scene.working

    def position(self, symbol: str) -> Decimal:
        """Return the signed units that are held."""
        return self._scene.position(symbol)

    def history(self, symbol: str, timeframe: str | None = None) -> History:
        """Return the bars of a symbol that have closed; those of a timeframe once they are over."""
        return self._scene.history(symbol, timeframe)

    def price(self, symbol: str) -> Decimal | None:
        """Return the last close of a symbol; None before the first."""
        return self.history(symbol).price

    def outlook(self, symbol: str) -> Decimal:
        """Return the signed units that are held and on order; exits are not counted."""
        on_order = (each.to_come for each in self.working if each.symbol == symbol and not each.is_exit)
        return self.position(symbol) + sum(on_order, ZERO)

    def buy(self, symbol: str, quantity: Decimal, terms: Terms = AT_MARKET) -> OrderId:
        """Ask for a purchase, and return the id of its order."""
        return self._order(symbol, Side.BUY, quantity, terms)

    def sell(self, symbol: str, quantity: Decimal, terms: Terms = AT_MARKET) -> OrderId:
        """Ask for a sale, and return the id of its order."""
        return self._order(symbol, Side.SELL, quantity, terms)

    def cancel(self, order_id: OrderId) -> None:
        """Ask for the end of an order."""
        self.commands.append(CancelOrder(self._scene.account_id, order_id))

    def enter(self, symbol: str, share: Decimal, stop_rate: Decimal) -> OrderId | None:
        """Ask for a share of the equity in whole units, with a stop so far below the last close; None without one."""
        price, equity = self.price(symbol), self.equity
        units = ZERO if price is None or equity is None else whole_units(equity * share / price)
        if price is None or units <= ZERO:
            return None
        stop = (price * (1 - stop_rate)).quantize(_CENT)
        return self.buy(symbol, units, Terms(stop_loss=stop, time_in_force=TimeInForce.GTC))

    def leave(self, symbol: str) -> None:
        """Ask for the end of every open order, and for the sale of what is held of a symbol."""
        for each in self.working:
            self.cancel(each.order_id)
        if held := self.position(symbol):
            self.sell(symbol, held)

    def hold(self, symbol: str, units: Decimal) -> OrderId | None:
        """Order what lacks to so many signed units, counting what is on order; None when nothing does."""
        lacking = units - self.outlook(symbol)
        if lacking == ZERO:
            return None
        return self.buy(symbol, lacking) if lacking > ZERO else self.sell(symbol, -lacking)

    def hold_share(self, symbol: str, share: Decimal) -> OrderId | None:
        """Order what lacks to a share of the account's equity, in whole units; None without a price or a need."""
        lacking = self._lacking(symbol, share, self.equity)
        return self.hold(symbol, self.outlook(symbol) + lacking)

    def bring(self, shares: Mapping[str, Decimal]) -> bool:
        """Order towards shares of the equity: sales first, and purchases at a later bar, with what those brought.

        What is too much is told by the first bar that asks for these shares; prices that move while it is sold do not
        make it more. Say whether nothing is left to be asked for.
        """
        equity = self.equity
        lacking = {each: self._lacking(each, share, equity) for each, share in shares.items()}
        if self._brought is None or self._brought[0] != shares:
            self._brought = shares, {each: self.outlook(each) + units for each, units in lacking.items()}
        most = self._brought[1]
        sales = {each: held - most[each] for each in shares if (held := self.outlook(each)) > most[each]}
        for each, units in sales.items():
            self.sell(each, units)
        if sales or any(each.to_come < ZERO and not each.is_exit for each in self.working):
            return False
        self._brought = None
        for each, units in lacking.items():
            if units > ZERO:
                self.buy(each, units)
        return True

    def _lacking(self, symbol: str, share: Decimal, equity: Decimal | None) -> Decimal:
        price = self.price(symbol)
        if price is None or equity is None:
            return ZERO
        return whole_units(equity * share / price) - self.outlook(symbol)

    def _order(self, symbol: str, side: Side, quantity: Decimal, terms: Terms) -> OrderId:
        self._asked += 1
        account_id = self._scene.account_id
        order_id = OrderId(derived(account_id, "strategy", self._asked))
        profit, loss = terms.take_profit, terms.stop_loss
        self.commands.append(
            PlaceOrder(
                account_id,
                order_id,
                symbol,
                side,
                terms.type,
                quantity,
                terms.limit_price,
                terms.time_in_force,
                stop_price=terms.stop_price,
                trail_rate=terms.trail_rate,
                order_class=terms.order_class,
                take_profit=None if profit is None else TakeProfit(profit),
                stop_loss=None if loss is None else StopLoss(loss),
            )
        )
        return order_id


def parts_of(share: Decimal, count: int) -> Decimal:
    """Return an equal part of a share, in billionths and towards less."""
    return (share / count).quantize(_BILLIONTH, ROUND_FLOOR)


def whole_units(units: Decimal) -> Decimal:
    """Return whole units, towards less."""
    return units.quantize(_ONE, ROUND_FLOOR)
