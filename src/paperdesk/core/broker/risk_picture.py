"""The book of an account as it would be if an order filled: what every check of risk is measured on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.checks import standing_price
from paperdesk.core.broker.holds import held_cash
from paperdesk.core.broker.margin import book_requirement, buying_power, exposures_of, keeping_stage, standing
from paperdesk.core.broker.option_margin import Exposure
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.sessions import calendar


@dataclass(frozen=True, slots=True)
class Picture:
    """An account before an order, the order, and everything it would hold once all of that had filled at a price.

    `book` and `equity` are None while a position has no price.
    """

    account: Account
    order: Order
    view: MarketView
    price: Decimal
    book: tuple[Exposure, ...] | None
    equity: Decimal | None

    @property
    def today(self) -> date:
        """Return the market day on which the order is placed."""
        return calendar(self.order.instrument.calendar).day_of(self.view.at)

    @property
    def held(self) -> Decimal:
        """Return the units of the order's instrument after it, with their sign."""
        return self.account.position(self.order.instrument.id).quantity + _signed(self.order, self.price)

    def sector_of(self, instrument: Instrument) -> str | None:
        """Return the sector of a name, for an option that of what it is on: the account's word, else the tape's."""
        symbol = instrument.symbol if instrument.contract is None else instrument.contract.underlying
        known = self.account.rules.risk.sectors.get(symbol)
        return known or self.view.sectors.get(instrument.moves_with)

    @property
    def cash_left(self) -> Decimal:
        """Return the cash that no order holds, this one included."""
        return self.account.cash - self.account.held - held_cash(self.account, self.order)

    @property
    def buying_power_left(self) -> Decimal:
        """Return what is left to buy with once the order has reserved its part."""
        if not self.account.rules.margin.is_margined:
            return self.cash_left
        stands = standing(self.account, self.view.marks)
        assert stands is not None, "whoever may owe opens nothing while a position has no price"
        holding = replace(self.account, held=self.account.held + held_cash(self.account, self.order))
        return buying_power(holding, stands)

    @property
    def maintenance(self) -> Decimal | None:
        """Return what holding the book would need; None while that is not known."""
        return None if self.book is None else book_requirement(self.book, self.view.marks, keeping_stage(self.account))


def expected_price(order: Order, view: MarketView) -> Decimal:
    """Return the price that an order is expected to fill at: its own, or else the one that stands."""
    return order.limit_price or order.stop_price or standing_price(order.instrument, view, order.side)


def pictured(account: Account, order: Order, view: MarketView, beside: Iterable[Order] = ()) -> Picture:
    """Return an account as an order would leave it, at the order's own price or else at the one that stands.

    Orders beside it fill with it, at what they reserve at.
    """
    price = expected_price(order, view)
    held = exposures_of(account, view.marks)
    if held is None:
        return Picture(account, order, view, price, None, None)
    equity = account.cash + sum((each.value for each in held), ZERO)
    equity += sum((each.amount for each in account.claims.values()), ZERO)
    for each in beside:
        held = _with(held, each)
    others = [each for each in held if each.instrument.id != order.instrument.id]
    own = account.position(order.instrument.id).quantity + _signed(order, price)
    book = (*others, Exposure(order.instrument, own, price)) if own else tuple(others)
    return Picture(account, order, view, price, book, equity)


def _with(held: list[Exposure], order: Order) -> list[Exposure]:
    own = sum((each.quantity for each in held if each.instrument.id == order.instrument.id), ZERO)
    price = order.hold_price
    assert price is not None, "a leg knows the price that stood when it was asked for"
    others = [each for each in held if each.instrument.id != order.instrument.id]
    units = own + _signed(order, price)
    return [*others, Exposure(order.instrument, units, price)] if units else others


def only_closes(account: Account, order: Order) -> bool:
    """Say whether an order makes a position smaller and nothing else."""
    held = account.position(order.instrument.id).quantity
    return order.is_exit or (held if order.side is Side.SELL else -held) >= order.quantity > ZERO


def _signed(order: Order, price: Decimal) -> Decimal:
    """Return the units an order would bring; one by money brings what its money buys at the price."""
    units = order.quantity if order.notional is None else order.notional / (price * order.instrument.multiplier)
    return units if order.side is Side.BUY else -units
