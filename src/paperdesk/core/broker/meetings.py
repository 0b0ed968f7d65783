"""Who meets a fact: orders one by one, each as the ones before it left the account, and combos by their legs."""

from collections.abc import Iterable

from paperdesk.core.broker.combo_execution import meet_combo
from paperdesk.core.broker.combo_prices import legs_of
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.execution import Meeting, meet_order
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.orders import Order, OrderClass
from paperdesk.core.market.facts import PriceFact, QuoteFact
from paperdesk.core.market.quotes import NO_QUOTES, Quotes


def meet(course: Course, fact: PriceFact, orders: Iterable[Order], marks: Marks, quotes: Quotes = NO_QUOTES) -> None:
    """Let orders meet a fact one by one; a leg brings its combo along, and only a quote moves that."""
    meeting = Meeting(course, fact, marks, quotes)
    for known in orders:
        order = course.order(known.id)
        if order.order_class is not OrderClass.COMBO:
            meet_order(meeting, order)
        elif order.parent_id is not None and isinstance(fact, QuoteFact):
            meet_combo(meeting, course.order(order.parent_id))


def meet_standing(course: Course, order: Order, quotes: Quotes, cursor: int, marks: Marks) -> None:
    """Let an order meet the real quotes that stand; where nobody quotes it, nothing happens."""
    wanted = legs_of(course.account, order) if order.is_combo else (order,)
    found = [quote for each in wanted if (quote := quotes.get(each.instrument.id)) and quote.derived_from is None]
    if len(found) < len(wanted):
        return
    quote = max(found, key=lambda each: each.at)
    fact = QuoteFact(cursor, quote.at, quote.instrument_id, quote.bid, quote.ask, quote.bid_size, quote.ask_size)
    if order.is_combo:
        meet_combo(Meeting(course, fact, marks, quotes), order, is_standing=True)
    else:
        meet(course, fact, (order,), marks)
