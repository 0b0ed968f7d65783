"""What waiting orders wait for: a stop price reached, a price touched, a trail that moves.

Prints (open, close) and ranges trigger, or quotes: on tapes that never print, and where an order asks for it, by the
side it would meet, the bid for a sell and the ask for a buy, or by their middle. The one source also moves a trail.

    waiting order                print p or quote        range (low, high)
    buy stop, stop-limit         p at or above stop      high at or above stop
    sell stop, stop-limit        p at or below stop      low at or below stop
    buy if touched               p at or below stop      low at or below stop
    sell if touched              p at or above stop      high at or above stop
    trailing                     as a stop, by the stop price it had before the fact

A trailing stop that was not triggered moves its watermark with the fact's best price. A range has no
inner order, so the old stop meets the range's worst price, and the new one acts from the close on.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from paperdesk.core.broker.orders import Order, OrderType, Side, TriggerSource
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.market.facts import CloseFact, OpenFact, PriceFact, QuoteFact, RangeFact


def is_triggered(order: Order, fact: PriceFact) -> bool:
    """Say whether a fact brings the price that a waiting order waits for."""
    span = _span(order, fact) if order.is_waiting else None
    if span is None:
        return False
    low, high = span
    stop = stop_of(order)
    return high >= stop if _waits_for_rise(order) else low <= stop


def trail_moved(order: Order, fact: PriceFact) -> tuple[Decimal, Decimal] | None:
    """Return the new watermark and stop price of a trailing stop, if the fact has a better price for it."""
    span = _span(order, fact)
    if span is None or order.watermark is None:
        return None
    low, high = span
    best = min(low, order.watermark) if order.side is Side.BUY else max(high, order.watermark)
    return None if best == order.watermark else (best, trailed(order, best))


def trailed(order: Order, watermark: Decimal) -> Decimal:
    """Return the stop price a trail away from a watermark, rounded to the tick against the customer."""
    distance = order.trail_amount if order.trail_rate is None else watermark * order.trail_rate
    assert distance is not None, "a trailing stop trails by an amount or by a rate"
    tick = order.instrument.tick
    if order.side is Side.BUY:
        return ((watermark + distance) / tick).to_integral_value(ROUND_CEILING) * tick
    return max(((watermark - distance) / tick).to_integral_value(ROUND_FLOOR) * tick, ZERO)


def stop_of(order: Order) -> Decimal:
    """Return the price a conditional order waits for."""
    assert order.stop_price is not None, "a conditional order has a stop price"
    return order.stop_price


def _waits_for_rise(order: Order) -> bool:
    return (order.side is Side.BUY) is not (order.type is OrderType.MARKET_IF_TOUCHED)


def _span(order: Order, fact: PriceFact) -> tuple[Decimal, Decimal] | None:
    """Return the lowest and highest price of a fact that counts for an order's trigger."""
    match fact:
        case QuoteFact():
            price = _quoted(order, fact)
            return None if price is None else (price, price)
        case RangeFact() if order.trigger_source is TriggerSource.PRINT:
            return fact.low, fact.high
        case OpenFact() | CloseFact() if order.trigger_source is TriggerSource.PRINT:
            return fact.price, fact.price
        case _:
            return None


def _quoted(order: Order, quote: QuoteFact) -> Decimal | None:
    if order.trigger_source is TriggerSource.PRINT:
        return None
    if order.trigger_source is TriggerSource.MID:
        return (quote.bid + quote.ask) / 2
    return quote.ask if order.side is Side.BUY else quote.bid
