"""What a corporate action does to an open order.

    split, share dividend      units times the ratio, prices divided by it; all open orders
    dividend, spin-off         what waits below the market falls by what a unit lost: buy limits, buys if
                               touched, sell stops and trailing sells that outlive a session (gtc, gtd),
                               unless they say do not reduce
    merger, symbol change,     all open orders in the instrument are cancelled
    delisting

Prices are rounded down to the tick (FINRA rule 5330: the next lower variation), units down to whole lots. An
order with nothing left, or with a price of nothing, is cancelled; so is a group that does not come out in whole
lots, because its members sell what the others buy. A spin-off whose units have no price yet cancels what it
would have reduced. What was filled before stays in units of before.
"""

from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from paperdesk.core.broker.orders import Order, OrderType, Side, TimeInForce
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace

_OUTLIVES_SESSIONS = frozenset({TimeInForce.GTC, TimeInForce.GTD})
_STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})


def scaled(order: Order, ratio: Fraction) -> Order | None:
    """Return an order after its units were multiplied by a ratio; None when nothing of it is left."""
    after = _repriced(order, lambda price: _divided(price, ratio))
    if after.trail_amount is not None:
        after = replace(after, trail_amount=_on_tick(order, _divided(after.trail_amount, ratio)))
    if order.notional is not None:
        return _priced(after)
    pairs = [(units, _whole(order, Fraction(units) * ratio)) for units in (order.remaining, order.workable)]
    (_, left), (_, armed) = pairs
    is_exact = all(Fraction(after) == Fraction(before) * ratio for before, after in pairs)
    if not left or (order.group_id is not None and not is_exact):
        return None
    after = replace(after, quantity=order.filled_quantity + left)
    if order.armed_quantity is not None:
        after = replace(after, armed_quantity=order.filled_quantity + armed)
    return _priced(after)


def is_reduced(order: Order) -> bool:
    """Say whether an order waits below the market through ex-dates and falls with it."""
    if order.do_not_reduce or order.time_in_force not in _OUTLIVES_SESSIONS:
        return False
    if order.side is Side.SELL:
        return order.is_waiting and order.type in _STOPS
    return order.type is OrderType.MARKET_IF_TOUCHED if order.is_waiting else order.is_limited


def reduced(order: Order, drop: Decimal) -> Order | None:
    """Return an order whose prices fell by what a unit lost; None when one of them reached nothing."""
    return _priced(_repriced(order, lambda price: price - drop))


def _repriced(order: Order, change: Callable[[Decimal], Decimal]) -> Order:
    def changed(price: Decimal | None) -> Decimal | None:
        return None if price is None else _on_tick(order, change(price))

    return replace(
        order,
        limit_price=changed(order.limit_price),
        stop_price=changed(order.stop_price),
        hold_price=changed(order.hold_price),
        watermark=changed(order.watermark),
        protection_price=changed(order.protection_price),
    )


def _priced(order: Order) -> Order | None:
    """Return the order while all of its prices are prices."""
    limits, stops = (order.limit_price, order.protection_price), (order.stop_price, order.trail_amount, order.watermark)
    return order if all(price is None or price > ZERO for price in (*limits, *stops, order.hold_price)) else None


def _divided(price: Decimal, ratio: Fraction) -> Decimal:
    quotient = Fraction(price) / ratio
    return Decimal(quotient.numerator) / Decimal(quotient.denominator)


def _on_tick(order: Order, price: Decimal) -> Decimal:
    tick = order.instrument.tick
    return (price / tick).to_integral_value(ROUND_FLOOR) * tick


def _whole(order: Order, units: Fraction) -> Decimal:
    step = order.instrument.lot_step
    return int(units / Fraction(step)) * step
