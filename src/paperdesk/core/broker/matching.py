"""An order meets a market fact: an execution, or nothing.

The written table, the same for live accounts and for backtests. A buy is shown; a sell mirrors it.

    fact          market order                  limit order
    open, close   that price and its costs      the same when not above the limit
    range         -                             the limit, when the low trades through it
    quote         the ask, up to its size       the ask up to its size, when not above the limit

    fact          stop, trailing, if touched    stop-limit                     post-only
    open, close   triggered: as a market order  triggered: as a limit order    the limit, when the price
    range         triggered with the stop in    the limit, when the stop and   goes through it; never
                  it: the stop and its costs    its costs are not above it     better, because it
    quote         triggered: as a market order  triggered: as a limit order    gives and never takes

What triggers stands in triggers.py; a price gap beyond a stop fills at the open. A stop-limit that was
triggered in a range gets the worst it allows there, or rests; once triggered it is a limit order. A stop
that the range lies beyond has no price in it and waits for the close, as market orders do.

What the costs are (spread, impact, latency), how a resting limit queues and how a price is rounded stands in
fill_models.py; how much of a fact an order can have, by quoted size or by volume, in liquidity.py. A limit
order takes no more at an open or close than its limit leaves room for impact. A protected order is filled like one
without protection, or not at all where that were beyond its protection.

A range has no inner order, so it has no price of its own to give: only a limit or a stop can fill in it.
A close acts as a print: what rested before it has already met the range. Orders that must fill at
once end with the first print or quote they meet. On-open and on-close orders meet only the print of
their auction, get its one price there, and end with it; where the tape has none, the first open or close
at its instant or after is used as the official one. Nothing else meets the print of an auction. Nothing
fills in parts finer than the instrument is traded in.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeAlias

from msgspec import Struct, field

from paperdesk.core.broker.fill_models import (
    NO_STRAIN,
    FillModel,
    Parts,
    for_instrument,
    impact_rate,
    is_reached,
    moved_by_size,
    printed,
    quoted,
    strained,
    units_within,
    unquoted,
)
from paperdesk.core.broker.liquidity import LIMIT_LEFT, Reach, reach, volume_of
from paperdesk.core.broker.orders import Order, Side, TimeInForce
from paperdesk.core.broker.triggers import is_triggered, stop_of
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import Auction, AuctionFact, CloseFact, OpenFact, PriceFact, QuoteFact, RangeFact

_ONE = Decimal(1)
Print: TypeAlias = OpenFact | CloseFact | AuctionFact


class Execution(Struct, frozen=True, gc=False):
    """What one order gets from one fact: units, price, the market price it was made from, and the rule.

    `parts` say what the price is made of, `rules` which further rules had a hand in it, `draws` what
    chance was drawn for it, and `seen` what was looked at besides the fact.
    """

    quantity: Decimal
    price: Decimal
    reference: Decimal
    rule: str
    parts: Parts
    rules: tuple[str, ...] = ()
    draws: Mapping[str, Decimal] = field(default_factory=dict)
    seen: Mapping[str, Decimal] = field(default_factory=dict)


def match_order(order: Order, fact: PriceFact, model: FillModel, size_used: Decimal) -> Execution | None:
    """Match an open order against one fact; `size_used` is what earlier orders took of it."""
    if not _may_meet(order, fact):
        return None
    execution = _touch(order, fact, model, size_used)
    if execution is None or execution.quantity <= ZERO:
        return None
    is_short = order.time_in_force is TimeInForce.FOK and execution.quantity < order.workable
    return None if is_short else execution


def ends_unfilled(order: Order, fact: PriceFact) -> bool:
    """Say whether an order that must fill at once, or in an auction, has met its one chance."""
    if order.auction_at is not None:
        return _is_auction(order, fact)
    return order.is_immediate and not isinstance(fact, RangeFact | AuctionFact)


def _may_meet(order: Order, fact: PriceFact) -> bool:
    if order.auction_at is not None:
        return _is_auction(order, fact)
    if isinstance(fact, AuctionFact):
        return False
    return not order.is_waiting or is_triggered(order, fact)


def _is_auction(order: Order, fact: PriceFact) -> bool:
    if order.auction_at is None or fact.at < order.auction_at:
        return False
    is_opening = order.time_in_force is TimeInForce.OPG
    if isinstance(fact, AuctionFact):
        return is_opening is (fact.auction is Auction.OPENING)
    return isinstance(fact, OpenFact if is_opening else CloseFact)


def _touch(order: Order, fact: PriceFact, model: FillModel, size_used: Decimal) -> Execution | None:
    match fact:
        case QuoteFact():
            return _meet_quote(order, fact, model, size_used)
        case RangeFact():
            in_range = _stop_in_range if order.is_waiting else _limit_in_range
            return in_range(order, fact, model, size_used)
        case _:
            return _meet_print(order, fact, model, size_used)


def _meet_quote(order: Order, quote: QuoteFact, model: FillModel, size_used: Decimal) -> Execution | None:
    asked = quote.ask if order.side is Side.BUY else quote.bid
    found = reach(order, quote, model, size_used)
    parts = quote_parts(order, quote, model, size_used + found.units)
    given = _given(order, asked, parts, model)
    if given is None:
        return None
    return _execution(order, found, given, asked, "quote")


def quote_parts(order: Order, quote: QuoteFact, model: FillModel, taken: Decimal) -> Parts:
    """Return what a quote costs an order, when so much of its side is taken with it."""
    model, tick = for_instrument(model, order.instrument, quote.bid)
    parts = quoted(model, order.side, quote.bid, quote.ask, tick)
    size = quote.ask_size if order.side is Side.BUY else quote.bid_size
    if model.size_share and size:
        moved = (quote.ask - quote.bid) * model.size_share * min(taken / size, _ONE)
        parts = moved_by_size(parts, order.side, moved, tick)
    return parts if model.strain is NO_STRAIN else strained(parts, model.strain, order.side, tick)


def _meet_print(order: Order, fact: Print, model: FillModel, size_used: Decimal) -> Execution | None:
    found = reach(order, fact, model, size_used)
    if order.worst_price is not None and not order.post_only and model.impact_bps and order.auction_at is None:
        found = _within_limit(order, fact, model, size_used, found)
    parts = _print_parts(order, fact, model, size_used + found.units)
    given = _given(order, fact.price, parts, model)
    if given is None:
        return None
    if isinstance(fact, AuctionFact):
        return _execution(order, found, given, fact.price, f"{fact.auction.value}_auction")
    name = "open" if isinstance(fact, OpenFact) else "close"
    if order.auction_at is not None:
        found = replace(found, rules=(*found.rules, f"official_{name}_used"))
    return _execution(order, found, given, fact.price, name)


def _print_parts(order: Order, fact: Print, model: FillModel, taken: Decimal) -> Parts:
    if order.auction_at is not None:
        return printed(order.side, fact.price, order.instrument.tick)
    impact = impact_rate(model, taken, volume_of(fact))
    return unquoted(model, order.side, fact.price, order.instrument.tick, impact)


def _within_limit(order: Order, fact: Print, model: FillModel, size_used: Decimal, found: Reach) -> Reach:
    """Return what a limit leaves room for: as many units as keep the price with their impact inside it."""
    volume, parts = volume_of(fact), _print_parts(order, fact, replace(model, impact_bps=ZERO), ZERO)
    before = parts.price - parts.rounding
    worst = order.worst_price
    assert worst is not None, "only who has a worst price leaves room up to it"
    room = worst - before if order.side is Side.BUY else before - worst
    if not volume or room < ZERO:
        return found
    rate = room / (fact.price * model.strain.factor)
    return found.at_most(units_within(model, rate, volume) - size_used, order, LIMIT_LEFT)


def _given(order: Order, market: Decimal, parts: Parts, model: FillModel) -> Parts | None:
    """Return the price an order gets where the market stands, None when that is beyond its limit."""
    if not order.post_only:
        return parts if _is_acceptable(order, parts) else None
    limit = _limit_of(order)
    is_met = is_reached(model, order.side, limit, (market, market), order.instrument.tick)
    return Parts(market).at_limit(limit) if is_met else None


def _limit_in_range(order: Order, fact: RangeFact, model: FillModel, size_used: Decimal) -> Execution | None:
    if not order.is_limited or order.is_immediate:
        return None
    limit = _limit_of(order)
    if not is_reached(model, order.side, limit, (fact.low, fact.high), order.instrument.tick):
        return None
    found = reach(order, fact, model, size_used, limit)
    return _execution(order, found, Parts(limit), limit, "limit_in_range")


def _stop_in_range(order: Order, fact: RangeFact, model: FillModel, size_used: Decimal) -> Execution | None:
    stop = stop_of(order)
    if not fact.low <= stop <= fact.high:
        return None
    found = reach(order, fact, model, size_used)
    impact = impact_rate(model, size_used + found.units, volume_of(fact))
    parts = unquoted(model, order.side, stop, order.instrument.tick, impact)
    if not _is_acceptable(order, parts):
        return None
    given = parts.at_limit(_limit_of(order)) if order.is_limited else parts
    return _execution(order, found, given, stop, "in_range")


def _execution(order: Order, found: Reach, parts: Parts, reference: Decimal, rule: str) -> Execution:
    """Put an execution together; the rule of an order that the same fact triggered names its type as well."""
    if order.is_waiting:
        rule = f"{order.type.value}_{rule}" if rule == "in_range" else f"{order.type.value}_at_{rule}"
    price = parts.price
    shown = price.quantize(order.instrument.tick)  # as many places as the tick has, where that loses nothing
    return Execution(found.units, shown if shown == price else price, reference, rule, parts, found.rules)


def _is_acceptable(order: Order, parts: Parts) -> bool:
    worst = order.worst_price
    if worst is None:
        return True
    return parts.price <= worst if order.side is Side.BUY else parts.price >= worst


def _limit_of(order: Order) -> Decimal:
    assert order.limit_price is not None, "a limit order has a limit price"
    return order.limit_price
