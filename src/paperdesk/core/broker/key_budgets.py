"""What the orders of a key may come to in a day: how many, for how much, and after what loss it opens nothing more.

    rule             counts, in each account and on each day of its market
    orders_a_day     every order and every replacement that is accepted
    notional_a_day   what they are expected to change hands for, at their own price or else at the one that stands;
                     of a replacement what it adds
    loss_a_day       what the account has lost since the previous close, before the order

What only closes a position is free of the last two, so that no budget keeps anybody in a position.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.day_result import DayResult
from paperdesk.core.broker.holds import gross_of
from paperdesk.core.broker.orders import Order
from paperdesk.core.broker.risk_picture import expected_price, only_closes
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.key_limits import KeyBudget
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.market.sessions import calendar


class KeyBudgetSpent(Conflict):
    """The key has used up what its budget allows it in this account today."""


class KeyLossUnknown(Conflict):
    """The key may lose only so much a day, and what the account has lost cannot be told: a price is missing."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a key has spent of its budget in an account on a day."""

    on: date
    orders: int = 0
    notional: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command would bring: the order, a combo's legs or what it replaces beside it, and the market it met."""

    account: Account
    orders: tuple[Order, ...]
    replaced: tuple[Order, ...]
    view: MarketView

    @property
    def on(self) -> date:
        """Return the market day on which it comes."""
        return calendar(self.orders[0].instrument.calendar).day_of(self.view.at)

    @property
    def opening(self) -> Decimal:
        """Return what it is expected to change hands for, without what only closes."""
        return max(_notional(self, self.orders) - _notional(self, self.replaced), ZERO)

    @property
    def worth(self) -> Decimal:
        """Return what all of it is expected to change hands for, whatever it closes or takes the place of."""
        return sum((_worth(self, each) for each in self.orders), ZERO)

    @property
    def only_closes(self) -> bool:
        """Say whether it makes positions smaller and nothing else."""
        return all(only_closes(self.account, each) for each in self.orders)


def charged(budget: KeyBudget, spent: Spent | None, asked: Asked, day: DayResult | None) -> Spent:
    """Return what is spent once an order is accepted, or refuse it."""
    # A day never comes again, though the markets of two instruments may not agree on which it is.
    on = asked.on if spent is None else max(spent.on, asked.on)
    before = spent if spent is not None and spent.on == on else Spent(on)
    opening = asked.opening
    _check("orders_a_day", Decimal(1), _left(budget.orders_a_day, Decimal(before.orders)))
    _check("notional_a_day", opening, _left(budget.notional_a_day, before.notional))
    if budget.loss_a_day is not None and not asked.only_closes:
        _check_loss(budget.loss_a_day, day)
    return Spent(on, before.orders + 1, before.notional + opening)


def _check(rule: str, needed: Decimal, available: Decimal | None) -> None:
    if available is not None and needed > available:
        raise KeyBudgetSpent(
            f"The order needs {plain(needed)} of the key's {rule.replace('_', ' ')}, and {plain(available)} is left.",
            needed=plain(needed),
            available=plain(available),
            rule=rule,
        )


def _check_loss(limit: Decimal, day: DayResult | None) -> None:
    if day is None or day.result is None:
        reason = "nobody has looked" if day is None or day.reason is None else day.reason
        raise KeyLossUnknown(f"What the account has lost today cannot be told: {reason}.", reason=reason)
    lost = max(-day.result, ZERO)
    if lost >= limit:
        raise KeyBudgetSpent(
            f"The account has lost {plain(lost)} today, and from {plain(limit)} on the key opens nothing more.",
            needed=plain(lost),
            available=plain(limit),
            rule="loss_a_day",
        )


def _left(limit: Decimal | int | None, spent: Decimal) -> Decimal | None:
    return None if limit is None else max(Decimal(limit) - spent, ZERO)


def _notional(asked: Asked, orders: Iterable[Order]) -> Decimal:
    return sum((_worth(asked, each) for each in orders if not only_closes(asked.account, each)), ZERO)


def _worth(asked: Asked, order: Order) -> Decimal:
    if order.notional is not None:
        return order.notional
    # What is new may have filled as it arrived, and a replacement goes on with what was left.
    units = order.remaining if asked.replaced else order.quantity
    return gross_of(order.instrument, expected_price(order, asked.view), units, asked.account.currency)
