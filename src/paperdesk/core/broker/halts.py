"""Halts as an account meets them: orders wait, and what cannot wait is refused or ends.

While an instrument is halted its tape has no prices of it, so nothing fills, nothing triggers and no trail moves;
whoever fills on arrival waits as well. What resumes a halt lets the next price be met as any other.
"""

from collections.abc import Iterable

from paperdesk.core.broker.contingencies import Course, cancel
from paperdesk.core.broker.orders import NOT_FILLED_AT_ONCE, Order, TimeInForce
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import Conflict
from paperdesk.core.kernel.time import instant_text
from paperdesk.core.market.facts import StatusFact, TradingHalted
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.market.quotes import Quotes


class InstrumentHalted(Conflict):
    """Trading in the instrument is halted, and the order cannot wait until it is resumed."""


def check_halt(instrument: Instrument, time_in_force: TimeInForce, view: MarketView) -> None:
    """Refuse an order that must fill at once in an instrument that is not traded now."""
    halt = halt_of(instrument, view)
    if halt is None:
        return
    since = instant_text(halt.at)
    raise InstrumentHalted(
        f"{instrument.symbol} has been halted since {since} ({halt.reason.value}), and an {time_in_force.value} order "
        "cannot wait.",
        symbol=instrument.symbol,
        halted_at=since,
        reason=halt.reason.value,
        time_in_force=time_in_force.value,
    )


def halt_of(instrument: Instrument, view: MarketView) -> TradingHalted | None:
    """Return the halt that stops an instrument: its own, or for an option that of what it is written on."""
    own = view.halts.get(instrument.id)
    if own is not None or instrument.underlying_id is None:
        return own
    return view.halts.get(instrument.underlying_id)


def quotes_of_traded(view: MarketView, orders: Iterable[Order]) -> Quotes:
    """Return the standing quotes for orders, without those from before of what is halted now."""
    if not view.halts:
        return view.quotes
    stopped = {order.instrument.id for order in orders if halt_of(order.instrument, view) is not None}
    return {instrument_id: quote for instrument_id, quote in view.quotes.items() if instrument_id not in stopped}


def concerns(fact: StatusFact, order: Order) -> bool:
    """Say whether a halt, or its end, is one of an open order's instrument or of what that is written on."""
    instrument = order.instrument
    return order.is_open and fact.instrument_id in (instrument.id, instrument.underlying_id)


def halt(course: Course, fact: TradingHalted) -> None:
    """End the orders that had to fill at once and have not met anything yet; all others wait."""
    orders = sorted(course.account.orders.values(), key=lambda order: order.accepted_seq)
    for order in orders:
        whole = course.order(order.parent_id) if order.is_leg and order.parent_id is not None else order
        if order.is_immediate and concerns(fact, order) and course.order(whole.id).is_open:
            cancel(course, whole, NOT_FILLED_AT_ONCE)
