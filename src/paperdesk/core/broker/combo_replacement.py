"""Replacing a combo: a new one takes its place with legs of its own; only how many, its net limit and its time change.

It passes the checks that a placed one passes, against the account without the old one, and queues anew. If it is
refused, the old one works on.
"""

from collections.abc import Sequence
from decimal import Decimal

from paperdesk.core.broker.checks import Horizon
from paperdesk.core.broker.combo_orders import check_legs, combo_members, horizon_of_combo
from paperdesk.core.broker.combo_prices import legs_of
from paperdesk.core.broker.combo_terms import check_terms_of_combo
from paperdesk.core.broker.commands import ComboLeg, PlaceCombo, ReplaceOrder
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import OrderReplaced
from paperdesk.core.broker.evolution import with_order
from paperdesk.core.broker.orders import Order, OrderStatus
from paperdesk.core.broker.replacement import check_changes
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.values import replace


def replace_combo(course: Course, old: Order, command: ReplaceOrder, view: MarketView) -> None:
    """Accept a new combo in the place of an open one, or refuse it by raising; the old one then works on."""
    account, at = course.account, course.at
    assert command.new_order_id not in account.orders, "an order id is used once"
    check_changes(old, command)
    legs = legs_of(account, old)
    asked, instruments = _asked(old, legs, command), tuple(leg.instrument for leg in legs)
    check_terms_of_combo(asked, instruments)
    keeps_time = command.time_in_force is None and command.expires_on is None
    works = Horizon(old.expires_at) if keeps_time else horizon_of_combo(asked, view, instruments)
    # Only money and units are given back here; that the old orders were replaced is for the events to say.
    freed = account
    for each in (old, *legs):
        freed = with_order(freed, replace(each, status=OrderStatus.REPLACED))
    check_legs(freed, asked, instruments)
    members = combo_members(freed, asked, instruments, view, works)
    for before, member in zip((old, *legs), members, strict=True):
        seq = course.seq
        order = replace(member, accepted_seq=seq, accepted_at=at, updated_at=at, replaces=before.id)
        course.take(OrderReplaced(seq, at, before.id, order))


def _asked(old: Order, legs: Sequence[Order], command: ReplaceOrder) -> PlaceCombo:
    """Return what would have to be asked for to get the new combo."""
    return PlaceCombo(
        account_id=old.account_id,
        order_id=command.new_order_id,
        legs=tuple(ComboLeg(leg.instrument.symbol, leg.side, Decimal(leg.ratio or 0), leg.intent) for leg in legs),
        quantity=(old.quantity if command.quantity is None else command.quantity) - old.filled_quantity,
        type=old.type,
        limit_price=old.limit_price if command.limit_price is None else command.limit_price,
        time_in_force=command.time_in_force or old.time_in_force,
        expires_on=command.expires_on,
        client_order_id=command.client_order_id,
    )
