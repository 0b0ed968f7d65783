"""What a strategy may see at a frame of its tape, and the plain orders it can ask for."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from paperdesk.core.broker.commands import CancelOrder, ComboLeg, PlaceCombo, PlaceOrder, StopLoss, TakeProfit
from paperdesk.core.broker.orders import OrderClass, OrderType, Role, Side
from paperdesk.core.kernel.ids import AccountId, OrderId, derived
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.strategy.exits import Note
from paperdesk.core.strategy.history import History
from paperdesk.core.strategy.scene import AT_MARKET, Listed, Scene, Terms, Wish, Working

_EXITS = (Role.TAKE_PROFIT, Role.STOP_LOSS)


class Asking:
    """A look through a scene, and what has been asked for in this frame; `notes` are kept for the whole run."""

    def __init__(self, scene: Scene, symbols: Sequence[str]) -> None:
        """Look through a scene at some symbols."""
        self._scene = scene
        self.symbols = tuple(symbols)
        self.commands: list[Wish] = []
        self.notes: dict[OrderId, Note] = {}
        self._asked = 0

    @property
    def account_id(self) -> AccountId:
        """Return whose orders are placed."""
        return self._scene.account_id

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

    def chain(self, underlying: str) -> Sequence[Listed]:
        """Return the options on an underlying that are listed now and have not expired, by expiry, strike and right."""
        return self._scene.chain(underlying)

    def outlook(self, symbol: str) -> Decimal:
        """Return the signed units that are held and on order; exits are not counted, nor are combos on the symbol."""
        held, working = self._scene.position(symbol), self._scene.working
        if not working:
            return held
        own = (each for each in working if each.symbol == symbol and not each.is_exit and not each.is_combo)
        return held + sum((each.to_come for each in own), ZERO)

    def buy(self, symbol: str, quantity: Decimal, terms: Terms = AT_MARKET) -> OrderId:
        """Ask for a purchase, and return the id of its order."""
        return self._order(symbol, Side.BUY, quantity, terms)

    def sell(self, symbol: str, quantity: Decimal, terms: Terms = AT_MARKET) -> OrderId:
        """Ask for a sale, and return the id of its order."""
        return self._order(symbol, Side.SELL, quantity, terms)

    def buy_for(self, symbol: str, amount: Decimal) -> OrderId:
        """Ask for as much as so much money buys, commission included, in the parts that the instrument is traded in."""
        return self.buy(symbol, ZERO, Terms(notional=amount))

    def combo(self, legs: Sequence[tuple[str, int]], units: Decimal, limit: Decimal | None = None) -> OrderId:
        """Ask for several legs as one order, so many times: of each symbol how many are bought, below zero sold.

        The limit is net and per unit of an option: above zero the most to pay, below zero the least to receive.
        """
        account_id, order_id = self._scene.account_id, self._next_id(AT_MARKET)
        named = tuple(
            ComboLeg(symbol, Side.BUY if ratio > 0 else Side.SELL, Decimal(abs(ratio))) for symbol, ratio in legs
        )
        kind = OrderType.MARKET if limit is None else OrderType.LIMIT
        self.commands.append(PlaceCombo(account_id, order_id, named, units, kind, limit))
        return order_id

    def cancel(self, order_id: OrderId) -> None:
        """Ask for the end of an order."""
        self.commands.append(CancelOrder(self._scene.account_id, order_id))

    def _order(
        self, symbol: str, side: Side, quantity: Decimal, terms: Terms, order_class: OrderClass | None = None
    ) -> OrderId:
        account_id, order_id = self._scene.account_id, self._next_id(terms)
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
                notional=terms.notional,
                order_class=order_class or terms.order_class,
                take_profit=None if profit is None else TakeProfit(profit),
                stop_loss=None if loss is None else StopLoss(loss),
            )
        )
        return order_id

    def _next_id(self, terms: Terms) -> OrderId:
        """Return the id of the next order, and note what is said about it; its exits have its tag."""
        self._asked += 1
        order_id = OrderId(derived(self._scene.account_id, "strategy", self._asked))
        note = terms.note
        if note is not None:
            self.notes[order_id] = note
            if terms.tag is not None:
                self.notes |= {OrderId(derived(order_id, role.value)): Note(terms.tag) for role in _EXITS}
        return order_id
