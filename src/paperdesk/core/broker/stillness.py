"""What leaves an account as it is: prices that no order waits for, and bells that end nothing.

A long way along a market is mostly that, and whoever knows it beforehand need not look at every fact. Said is only
what is certain: of anything unusual that it might change something.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.orders import Order, OrderType, Side, TriggerSource
from paperdesk.core.broker.triggers import stop_of
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import MAGNITUDE_MAX, ZERO
from paperdesk.core.market.facts import CloseFact, MarketFact, OpenFact, RangeFact, SessionClosed, SessionOpened
from paperdesk.core.market.option_ids import contract_of


@dataclass(frozen=True, slots=True)
class Stillness:
    """Between which prices of each instrument, and until when, nothing happens; prices at the bounds are beyond them.

    Prices of instruments that are not named change nothing, and without an order nothing ends by itself.
    """

    prices: Mapping[InstrumentId, tuple[Decimal, Decimal]]
    until: datetime | None = None

    def covers(self, fact: MarketFact) -> bool:
        """Say whether it is certain that a fact changes nothing."""
        match fact:
            case SessionOpened():
                return True
            case SessionClosed():
                return self.until is None or fact.at < self.until
            case OpenFact() | CloseFact():
                span = (fact.price, fact.price)
            case RangeFact():
                span = (fact.low, fact.high)
            case _:
                return False
        bounds = self.prices.get(fact.instrument_id)
        return bounds is None or bounds[0] < span[0] <= span[1] < bounds[1]


EVERYWHERE: Final = Stillness({})


def stillness(account: Account) -> Stillness | None:
    """Return what leaves an account as it is; None where any price or bell might change it.

    It cannot owe, holds nothing that ends by itself or that funding is settled for, and its cash neither earns nor,
    once all has settled, is missing.
    """
    orders = [each for each in account.orders.values() if each.is_open]
    # Orders are asked first: one at the market waits for no price, and then the rest need not be asked.
    still = EVERYWHERE if not orders else None if account.rules.fill_model.is_chancy else _around(orders)
    return None if still is None or _might_change(account) else still


def _might_change(account: Account) -> bool:
    """Say whether a price or a bell may change what an account has, its orders apart."""
    margin, book = account.rules.margin, account.book
    return (
        margin.is_margined
        or margin.interest.credit_rate > ZERO
        or bool(book.recalls)
        or bool([each for each in account.positions.values() if each.quantity and _might_end(account, each)])
        or (bool(book.unsettled) and account.cash < sum((each.received for each in book.unsettled), ZERO))
    )


def leaves_alone(account: Account, fact: MarketFact) -> bool:
    """Say whether it is certain that a fact changes nothing about an account."""
    found = stillness(account)
    return found is not None and found.covers(fact)


def _around(orders: list[Order]) -> Stillness | None:
    bounds: dict[InstrumentId, tuple[Decimal, Decimal]] = {}
    for order in orders:
        own = _between(order)
        if own is None:
            return None
        low, high = bounds.get(order.instrument.id, own)
        bounds[order.instrument.id] = max(low, own[0]), min(high, own[1])
    return Stillness(bounds, min(each.expires_at for each in orders))


def _between(order: Order) -> tuple[Decimal, Decimal] | None:
    """Return between which prices an order only waits; None where it waits for none."""
    if order.auction_at is not None or order.is_immediate or order.is_combo or order.is_leg:
        return None
    if order.workable <= ZERO and order.is_exit:
        return ZERO, MAGNITUDE_MAX
    if order.is_waiting:
        return _waiting(order) if order.trigger_source is TriggerSource.PRINT else None
    if not order.is_limited or order.limit_price is None:
        return None
    return (order.limit_price, MAGNITUDE_MAX) if order.side is Side.BUY else (ZERO, order.limit_price)


def _waiting(order: Order) -> tuple[Decimal, Decimal]:
    stop = stop_of(order)
    if order.watermark is not None:
        return (order.watermark, stop) if order.side is Side.BUY else (stop, order.watermark)
    rises = (order.side is Side.BUY) is not (order.type is OrderType.MARKET_IF_TOUCHED)
    return (ZERO, stop) if rises else (stop, MAGNITUDE_MAX)


def _might_end(account: Account, position: Position) -> bool:
    """Say whether something that is held may end, is owed, or is what funding is settled for."""
    return position.quantity < ZERO or account.rules.margin.is_funded or contract_of(position.instrument_id) is not None
