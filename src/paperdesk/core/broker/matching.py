"""An order meets a market fact: an execution, or nothing.

The written table, the same for live accounts and for backtests. A buy is shown; a sell mirrors it.

    fact          market order                  limit order
    open, close   that price and half spread    the same when not above the limit
    range         -                             the limit, when the low trades through it
    quote         the ask, up to its size       the ask up to its size, when not above the limit

    fact          stop, trailing, if touched    stop-limit                     post-only
    open, close   triggered: as a market order  triggered: as a limit order    the limit, when the price
    range         triggered with the stop in    the limit, when the stop and   goes through it; never
                  it: the stop and half spread  half spread are not above it   better, because it
    quote         triggered: as a market order  triggered: as a limit order    gives and never takes

What triggers stands in triggers.py; a price gap beyond a stop fills at the open. A stop-limit that was
triggered in a range gets the worst it allows there, or rests; once triggered it is a limit order. A stop
that the range lies beyond has no price in it and waits for the close, as market orders do.

A range has no inner order, so it has no price of its own to give: only a limit or a stop can fill in it.
A close acts as a print: what rested before it has already met the range. Orders that must fill at
once end with the first print or quote they meet. On-open and on-close orders meet only the print of
their auction, the first open or close at its instant or after, and end with it. Nothing fills beyond the
size that was quoted, nor in parts finer than the instrument is traded in.
"""

from dataclasses import dataclass
from decimal import Decimal

from paperdesk.core.broker.fill_models import FillModel, crossed_price, is_reached
from paperdesk.core.broker.orders import Order, Side, TimeInForce
from paperdesk.core.broker.triggers import is_triggered, stop_of
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
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
    if not _may_meet(order, fact):
        return None
    execution = _touch(order, fact, model, size_used)
    if execution is None or execution.quantity <= ZERO:
        return None
    if order.time_in_force is TimeInForce.FOK and execution.quantity < order.workable:
        return None
    return replace(execution, rule=f"{order.type.value}_{execution.rule}") if order.is_waiting else execution


def ends_unfilled(order: Order, fact: PriceFact) -> bool:
    """Say whether an order that must fill at once, or in an auction, has met its one chance."""
    if order.auction_at is not None:
        return _is_auction(order, fact)
    return order.is_immediate and not isinstance(fact, RangeFact)


def _may_meet(order: Order, fact: PriceFact) -> bool:
    if order.auction_at is not None:
        return _is_auction(order, fact)
    return not order.is_waiting or is_triggered(order, fact)


def _is_auction(order: Order, fact: PriceFact) -> bool:
    auction = OpenFact if order.time_in_force is TimeInForce.OPG else CloseFact
    return order.auction_at is not None and isinstance(fact, auction) and fact.at >= order.auction_at


def _touch(order: Order, fact: PriceFact, model: FillModel, size_used: Decimal) -> Execution | None:
    match fact:
        case QuoteFact():
            return _meet_quote(order, fact, model, size_used)
        case RangeFact():
            return _stop_in_range(order, fact, model) if order.is_waiting else _limit_in_range(order, fact, model)
        case _:
            return _meet_print(order, fact, model)


def _meet_quote(order: Order, quote: QuoteFact, model: FillModel, size_used: Decimal) -> Execution | None:
    asked, size = (quote.ask, quote.ask_size) if order.side is Side.BUY else (quote.bid, quote.bid_size)
    price = _given(order, asked, asked, model)
    if price is None:
        return None
    if size is None:
        return Execution(order.workable, price, asked, "at_quote" if order.is_waiting else "quote")
    left = size - size_used
    whole = left - left % order.instrument.lot_step
    return Execution(min(order.workable, whole), price, asked, "at_quote" if order.is_waiting else "quote")


def _meet_print(order: Order, fact: OpenFact | CloseFact, model: FillModel) -> Execution | None:
    crossed = crossed_price(model, order.side, fact.price, order.instrument.tick)
    price = _given(order, fact.price, crossed, model)
    if price is None:
        return None
    name = "open" if isinstance(fact, OpenFact) else "close"
    return Execution(order.workable, price, fact.price, f"at_{name}" if order.is_waiting else name)


def _given(order: Order, market: Decimal, crossed: Decimal, model: FillModel) -> Decimal | None:
    """Return the price an order gets where the market stands, None when that is beyond its limit."""
    if not order.post_only:
        return crossed if _is_acceptable(order, crossed) else None
    limit = _limit_of(order)
    return limit if is_reached(model, order.side, limit, market, market) else None


def _limit_in_range(order: Order, fact: RangeFact, model: FillModel) -> Execution | None:
    if not order.is_limited or order.is_immediate:
        return None
    limit = _limit_of(order)
    if not is_reached(model, order.side, limit, fact.low, fact.high):
        return None
    return Execution(order.workable, limit, limit, "limit_in_range")


def _stop_in_range(order: Order, fact: RangeFact, model: FillModel) -> Execution | None:
    stop = stop_of(order)
    if not fact.low <= stop <= fact.high:
        return None
    price = crossed_price(model, order.side, stop, order.instrument.tick)
    if not _is_acceptable(order, price):
        return None
    return Execution(order.workable, _limit_of(order) if order.is_limited else price, stop, "in_range")


def _is_acceptable(order: Order, price: Decimal) -> bool:
    if not order.is_limited:
        return True
    limit = _limit_of(order)
    return price <= limit if order.side is Side.BUY else price >= limit


def _limit_of(order: Order) -> Decimal:
    assert order.limit_price is not None, "a limit order has a limit price"
    return order.limit_price
