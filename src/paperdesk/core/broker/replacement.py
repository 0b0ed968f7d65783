"""Replacing an order: a new one takes its place, its reservation and, in a group, its role.

The new order passes the checks that a placed one passes, against the account without the old one. It
queues anew and meets only later facts; it keeps a watermark and a trigger that the old one had.
Members of a group share quantity and time in force, so only their prices can be replaced. Of a combo nothing but the
combo itself can, in combo_replacement.py.
"""

from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.checks import Horizon, check_crossing, check_means, check_terms, horizon
from paperdesk.core.broker.commands import PlaceOrder, ReplaceOrder
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import OrderReplaced
from paperdesk.core.broker.evolution import group_of, with_order
from paperdesk.core.broker.orders import Order, OrderStatus, OrderType, Role, Side
from paperdesk.core.broker.placement import drafted, priced
from paperdesk.core.broker.reservations import reserved
from paperdesk.core.broker.risk_checks import check_risk
from paperdesk.core.broker.short_price import check_short_price
from paperdesk.core.broker.terms import TrailNotAllowed, check_exits
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import Conflict, Invalid
from paperdesk.core.kernel.money import plain
from paperdesk.core.kernel.values import replace


class NothingToChange(Invalid):
    """A replacement must change something."""


class NotReplaceable(Conflict):
    """What the replacement asks for cannot change any more, or never could."""


class QuantityAlreadyFilled(Conflict):
    """The order has filled as much as, or more than, the new quantity."""


def replace_order(course: Course, old: Order, command: ReplaceOrder, view: MarketView) -> None:
    """Accept a new order in the place of an open one, or refuse it by raising; the old one then works on."""
    account, seq, at = course.account, course.seq, course.at
    assert command.new_order_id not in account.orders, "an order id is used once"
    check_changes(old, command)
    asked = _asked(old, command)
    check_terms(account, asked, old.instrument)
    keeps_time = command.time_in_force is None and command.expires_on is None
    works = Horizon(old.expires_at, old.auction_at) if keeps_time else horizon(asked, view, old.instrument)
    check_crossing(asked, view, old.instrument)
    # Only its money and units are given back here; that the old order was replaced is for the event to say.
    freed = with_order(account, replace(old, status=OrderStatus.REPLACED))
    order = priced(freed, _succeeding(old, drafted(freed, asked, old.instrument, view, works)), view)
    if order.group_id is not None:
        _check_side_of_group(freed, order)
    (order,) = reserved(freed, (order,))
    if not order.is_exit:
        check_means(freed, order, view.marks)
        check_short_price(freed, order, view)
        check_risk(freed, order, view)
    course.take(OrderReplaced(seq, at, old.id, replace(order, accepted_seq=seq, accepted_at=at, updated_at=at)))


def check_changes(old: Order, command: ReplaceOrder) -> None:
    """Refuse a replacement of nothing, of what is fixed, and one that has been filled already."""
    changed = [name for name in _CHANGES if getattr(command, name) is not None]
    if not changed:
        raise NothingToChange("The replacement changes nothing.")
    fixed: set[str] = set()
    if old.notional is not None or old.is_leg:
        fixed = set(_CHANGES)
    if old.is_combo:
        fixed |= {"stop_price", "trail"}
    elif old.group_id is not None:
        fixed |= {"quantity", "time_in_force", "expires_on"}
    if old.triggered_at is not None:
        fixed |= {"stop_price", "trail"}
    for name in changed:
        if name in fixed:
            raise NotReplaceable(f"The {name.replace('_', ' ')} of this order cannot be replaced.", field=name)
    if command.trail is not None and old.trail_amount is None and old.trail_rate is None:
        raise TrailNotAllowed(f"An order of the type {old.type.value} does not trail.", type=old.type.value)
    if command.quantity is not None and command.quantity <= old.filled_quantity:
        raise QuantityAlreadyFilled(
            f"The order has filled {plain(old.filled_quantity)} already.",
            quantity=plain(command.quantity),
            filled=plain(old.filled_quantity),
        )


_CHANGES = ("quantity", "limit_price", "stop_price", "trail", "time_in_force", "expires_on")


def _asked(old: Order, command: ReplaceOrder) -> PlaceOrder:
    """Return what would have to be asked for to get the new order."""
    is_trailing = old.type is OrderType.TRAILING_STOP
    return PlaceOrder(
        account_id=old.account_id,
        order_id=command.new_order_id,
        symbol=old.instrument.symbol,
        side=old.side,
        type=old.type,
        quantity=(old.quantity if command.quantity is None else command.quantity) - old.filled_quantity,
        limit_price=_either(command.limit_price, old.limit_price),
        time_in_force=command.time_in_force or old.time_in_force,
        client_order_id=command.client_order_id,
        stop_price=_either(command.stop_price, None if is_trailing else old.stop_price),
        trail_amount=None if old.trail_amount is None else _either(command.trail, old.trail_amount),
        trail_rate=None if old.trail_rate is None else _either(command.trail, old.trail_rate),
        expires_on=command.expires_on,
        post_only=old.post_only,
        # Exits keep the units that their group has reserved, so there is nothing to cut them down to.
        reduce_only=old.reduce_only and not old.is_exit,
        do_not_reduce=old.do_not_reduce,
        lot_choice=old.lot_choice,
        protection_rate=old.protection_rate,
    )


def _either(new: Decimal | None, old: Decimal | None) -> Decimal | None:
    return old if new is None else new


def _succeeding(old: Order, order: Order) -> Order:
    """Give a new order what it takes over from the old one."""
    return replace(
        order,
        watermark=old.watermark,
        triggered_at=old.triggered_at,
        trigger_source=old.trigger_source,
        reduce_only=old.reduce_only,
        order_class=old.order_class,
        group_id=old.group_id,
        parent_id=old.parent_id,
        role=old.role,
        leg=old.leg,
        armed_quantity=None if old.armed_quantity is None else old.workable,
        replaces=old.id,
    )


def _check_side_of_group(account: Account, order: Order) -> None:
    """Refuse prices that would put the exits of a group on the wrong side of the entry, or of each other."""
    prices: dict[Role | None, Decimal | None] = {}
    for each in (order, *group_of(account, order)):
        if each.is_open:
            prices[each.role] = each.stop_price if each.role is Role.STOP_LOSS else each.limit_price or each.stop_price
    is_short = (order.side is Side.BUY) is order.is_exit
    check_exits(prices.get(Role.ENTRY), prices.get(Role.TAKE_PROFIT), prices.get(Role.STOP_LOSS), is_short=is_short)
