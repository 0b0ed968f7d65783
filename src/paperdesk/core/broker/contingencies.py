"""What happens to the rest of a group when one of its members moves.

    what happened                what follows
    an entry fills               its exits are armed for as much as was bought
    an exit fills                its partner shrinks by as much; with nothing left it is cancelled
    an entry ends unfilled       its exits shrink to what was bought; with nothing bought they are cancelled
    an exit is cancelled         the open rest of the group is cancelled: no entry goes on unprotected
    a member is rejected         as when it is cancelled
    an exit expires              nothing: members share their time in force, so each expires by itself
    a member is replaced         nothing: its successor takes its place in the group
    a combo or a leg of it ends  all of it ends, for the same reason; legs stand and fall together

Exits are resting orders from the fill on, so an entry that fills in parts is protected in parts.
"""

from datetime import datetime
from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.events import Event, OrderCancelled, OrderExpired, OrderFilled, OrderRejected, OrderResized
from paperdesk.core.broker.evolution import evolve, group_of
from paperdesk.core.broker.good_faith import restricted_until, sold_too_early
from paperdesk.core.broker.margin_events import AccountFrozen, GoodFaithViolated
from paperdesk.core.broker.orders import ENTRY_ENDED, PARTNER_CANCELLED, PARTNER_FILLED, Order, OrderClass, Role
from paperdesk.core.broker.settlement import market_day
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import ZERO


class Course:
    """The events of one happening as they follow from each other, the account after the last and before the first."""

    __slots__ = ("account", "at", "before", "events")

    def __init__(self, account: Account, at: datetime) -> None:
        """Begin with an account, and remember where it began."""
        self.account = self.before = account
        self.at = at
        self.events: list[Event] = []

    @property
    def seq(self) -> int:
        """Return the number of the next event."""
        return self.account.last_seq + 1

    @property
    def happened(self) -> tuple[Event, ...]:
        """Return the events so far."""
        return tuple(self.events)

    def take(self, event: Event) -> None:
        """Remember an event."""
        self.events.append(event)
        self.account = evolve(self.account, event)

    def order(self, order_id: OrderId) -> Order:
        """Return an order as it stands now."""
        return self.account.orders[order_id]


def cancel(course: Course, order: Order, reason: str) -> None:
    """Cancel an order, and let its group follow."""
    for each in (order, *_open_rest(course, order)):
        course.take(OrderCancelled(course.seq, course.at, each.id, reason))
    _others_follow(course, order)


def reject(course: Course, order: Order, reason: str) -> None:
    """Let the venue reject an order, and let its group follow."""
    for each in (order, *_open_rest(course, order)):
        course.take(OrderRejected(course.seq, course.at, each.id, reason))
    _others_follow(course, order)


def expire(course: Course, order: Order) -> None:
    """Let an order expire, and let the exits of an entry follow."""
    course.take(OrderExpired(course.seq, course.at, order.id))
    if order.role is Role.ENTRY:
        _entry_ended(course, order)


def fill(course: Course, event: OrderFilled) -> None:
    """Fill an order, and let its group follow."""
    course.take(event)
    _check_good_faith(course, event)
    order, sold = course.order(event.fill.order_id), event.fill.quantity
    others = [each for each in _open_others(course, order) if each.is_exit]
    for other in others:
        armed = other.armed_quantity
        if order.role is Role.ENTRY:
            _resize(course, other, other.quantity, (armed or ZERO) + sold, event.fill.fact_seq)
        elif other.quantity - sold == other.filled_quantity:
            course.take(OrderCancelled(course.seq, course.at, other.id, PARTNER_FILLED))
        else:
            left = None if armed is None else armed - sold
            _resize(course, other, other.quantity - sold, left, event.fill.fact_seq)


def _open_rest(course: Course, order: Order) -> tuple[Order, ...]:
    """Return the rest of a combo: it and its legs end together."""
    return _open_others(course, order) if order.order_class is OrderClass.COMBO else ()


def _others_follow(course: Course, order: Order) -> None:
    if order.role is Role.ENTRY:
        _entry_ended(course, order)
    elif order.is_exit:
        for other in _open_others(course, order):
            course.take(OrderCancelled(course.seq, course.at, other.id, PARTNER_CANCELLED))


def _check_good_faith(course: Course, event: OrderFilled) -> None:
    """Record that a fill sold what had been bought with proceeds that have not settled yet, and what follows."""
    if not course.account.book.unpaid:
        return
    on = market_day(course.order(event.fill.order_id).instrument, event)
    for each in sold_too_early(course.account, event, on):
        course.take(GoodFaithViolated(course.seq, course.at, on, each.lot_id, each.until))
        until = restricted_until(course.account.book, on)
        if until is not None:
            course.take(AccountFrozen(course.seq, course.at, until))


def _entry_ended(course: Course, entry: Order) -> None:
    for exit_order in _open_others(course, entry):
        quantity = exit_order.quantity - entry.remaining
        if quantity == exit_order.filled_quantity:
            course.take(OrderCancelled(course.seq, course.at, exit_order.id, ENTRY_ENDED))
        else:
            _resize(course, exit_order, quantity, exit_order.armed_quantity, None)


def _resize(course: Course, order: Order, quantity: Decimal, armed: Decimal | None, fact_seq: int | None) -> None:
    course.take(OrderResized(course.seq, course.at, order.id, quantity, armed, fact_seq))


def _open_others(course: Course, order: Order) -> tuple[Order, ...]:
    others = group_of(course.account, order)
    return tuple(each for each in others if each.is_open) if others else others
