"""An order meets a market fact: an execution, or nothing.

The written table, the same for live accounts and for backtests. A buy is shown; a sell mirrors it.

    fact          market order                  limit order
    open, close   that price and half spread    the same when not above the limit
    range         -                             the limit, when the low trades through it
    quote         the ask, up to its size       the ask up to its size, when not above the limit

A range has no inner order, so it has no price of its own to give: only a limit can fill in it.
A close acts as a print: what rested before it has already met the range. Orders that must fill at
once end with the first print or quote they meet. Nothing fills beyond the size that was quoted,
nor in parts finer than the instrument is traded in.
"""

from dataclasses import dataclass
from decimal import Decimal

from paperdesk.core.broker.fill_models import FillModel, crossed_price, is_reached
from paperdesk.core.broker.orders import Order, OrderType, Side, TimeInForce
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.facts import CloseFact, OpenFact, PriceFact, QuoteFact, RangeFact


@dataclass(frozen=True, slots=True)
class Execution:
    """What one order gets from one fact: units, price, the market price it was made from, and the rule."""

    quantity: Decimal
    price: Decimal
    reference: Decimal
    rule: str


def match_order(order: Order, fact: PriceFact, model: FillModel, size_used: Decimal) -> Execution | None:
    """Match an open order against one fact; `size_used` is what earlier orders took of a quote."""
    execution = _touch(order, fact, model, size_used)
    if execution is None or execution.quantity <= ZERO:
        return None
    if order.time_in_force is TimeInForce.FOK and execution.quantity < order.remaining:
        return None
    return execution


def ends_unfilled(order: Order, fact: PriceFact) -> bool:
    """Say whether an order that must fill at once has met its one chance."""
    return order.is_immediate and not isinstance(fact, RangeFact)


def _touch(order: Order, fact: PriceFact, model: FillModel, size_used: Decimal) -> Execution | None:
    match fact:
        case QuoteFact():
            return _meet_quote(order, fact, size_used)
        case RangeFact():
            return _meet_range(order, fact, model)
        case _:
            return _meet_print(order, fact, model)


def _meet_quote(order: Order, quote: QuoteFact, size_used: Decimal) -> Execution | None:
    price, size = (quote.ask, quote.ask_size) if order.side is Side.BUY else (quote.bid, quote.bid_size)
    if not _is_acceptable(order, price):
        return None
    if size is None:
        return Execution(order.remaining, price, price, "quote")
    left = size - size_used
    whole = left - left % order.instrument.lot_step
    return Execution(min(order.remaining, whole), price, price, "quote")


def _meet_print(order: Order, fact: OpenFact | CloseFact, model: FillModel) -> Execution | None:
    price = crossed_price(model, order.side, fact.price, order.instrument.tick)
    if not _is_acceptable(order, price):
        return None
    return Execution(order.remaining, price, fact.price, "open" if isinstance(fact, OpenFact) else "close")


def _meet_range(order: Order, fact: RangeFact, model: FillModel) -> Execution | None:
    if order.type is not OrderType.LIMIT or order.is_immediate:
        return None
    limit = order.limit_price
    assert limit is not None, "a limit order has a limit price"
    if not is_reached(model, order.side, limit, fact.low, fact.high):
        return None
    return Execution(order.remaining, limit, limit, "limit_in_range")


def _is_acceptable(order: Order, price: Decimal) -> bool:
    if order.type is OrderType.MARKET:
        return True
    assert order.limit_price is not None, "a limit order has a limit price"
    return price <= order.limit_price if order.side is Side.BUY else price >= order.limit_price
