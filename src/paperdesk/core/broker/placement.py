"""Placing an order: the checks, then the order as it is accepted, with the members of its group.

    class     the order that was asked for    what comes with it
    bracket   the entry                       take_profit (leg 1) and stop_loss (leg 2), waiting for it
    oto       the entry                       the one exit that was named, waiting for it
    oco       the take-profit itself          stop_loss (leg 2), working at once

Members share the quantity and the time in force of the order that was asked for. Their ids follow
from its id and the name of their role.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.chance import drawn_for
from paperdesk.core.broker.checks import (
    Horizon,
    NoPriceYet,
    check_crossing,
    check_group,
    check_intent,
    check_means,
    check_terms,
    check_trigger,
    horizon,
    reducible,
    standing_price,
)
from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.broker.contingencies import Course, reject
from paperdesk.core.broker.events import OrderAccepted
from paperdesk.core.broker.fill_models import crossed_price
from paperdesk.core.broker.lot_choice import check_choice
from paperdesk.core.broker.margin import added_requirement, stage_of
from paperdesk.core.broker.option_margin import Exposure
from paperdesk.core.broker.orders import BY_VENUE, OPPOSITE, Order, OrderClass, OrderType, Role, Side, TriggerSource
from paperdesk.core.broker.reservations import reserved
from paperdesk.core.broker.risk_checks import check_risk
from paperdesk.core.broker.short_price import check_short_price
from paperdesk.core.broker.terms import TrailOutOfRange
from paperdesk.core.broker.triggers import trailed
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.ids import OrderId, derived
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.kernel.values import replace_struct
from paperdesk.core.market.instruments import Instrument

# What chance is drawn for.
REJECT = "reject"


def place(course: Course, command: PlaceOrder, view: MarketView) -> None:
    """Accept an order with all members of its group, or refuse it by raising; chance may have the venue reject it."""
    account = course.account
    assert command.order_id not in account.orders, "an order id is used once"
    instrument = view.instrument(command.symbol)
    check_terms(account, command, instrument)
    check_group(command, view, instrument)
    check_intent(account, command, instrument)
    check_choice(account, command.lot_choice, instrument, command.side, command.quantity)
    works = horizon(command, view, instrument)
    check_trigger(command, view, instrument)
    check_crossing(command, view, instrument)
    order = priced(account, drafted(account, command, instrument, view, works), view)
    members = reserved(account, tuple(_members(order, command)))
    check_means(account, members[0], view.marks)
    check_short_price(account, members[0], view)
    check_risk(account, members[0], view)
    accept(course, members, view)


def accept(course: Course, members: Iterable[Order], view: MarketView) -> None:
    """Accept an order with what came with it; chance may have the venue reject it."""
    asked, *with_it = members
    for member in (asked, *with_it):
        seq, at = course.seq, course.at
        course.take(OrderAccepted(seq, at, replace_struct(member, accepted_seq=seq, accepted_at=at, updated_at=at)))
    rules = course.account.rules
    reject_rate = rules.fill_model.reject_rate
    if reject_rate and drawn_for(rules.seed, asked, view.cursor, REJECT) < reject_rate:
        reject(course, course.order(asked.id), BY_VENUE)


def drafted(account: Account, command: PlaceOrder, instrument: Instrument, view: MarketView, works: Horizon) -> Order:
    """Return the order that was asked for, before it has its prices and its place in the account's sequence."""
    return Order(
        id=command.order_id,
        account_id=account.id,
        client_order_id=command.idempotency_key,
        instrument=instrument,
        side=command.side,
        type=command.type,
        quantity=reducible(account, command, instrument),
        limit_price=command.limit_price,
        time_in_force=command.time_in_force,
        accepted_at=view.at,
        accepted_fact=view.cursor,
        accepted_seq=account.last_seq + 1,
        expires_at=works.expires_at,
        updated_at=view.at,
        matched_through=view.cursor,
        stop_price=command.stop_price,
        trail_amount=command.trail_amount,
        trail_rate=command.trail_rate,
        trigger_source=command.trigger_source or (TriggerSource.PRINT if view.has_prints else TriggerSource.QUOTE),
        auction_at=works.auction_at,
        notional=command.notional,
        post_only=command.post_only,
        reduce_only=command.reduce_only,
        do_not_reduce=command.do_not_reduce,
        nth=_nth(account, command.side, instrument, view),
        lot_choice=command.lot_choice,
        protection_rate=command.protection_rate,
    )


def _nth(account: Account, side: Side, instrument: Instrument, view: MarketView) -> int:
    """Count the orders alike that were placed at the same fact; nobody asks where nothing is drawn."""
    if not account.rules.fill_model.is_chancy:
        return 0
    return sum(
        order.accepted_fact == view.cursor and (order.side, order.instrument) == (side, instrument)
        for order in account.orders.values()
    )


def priced(account: Account, order: Order, view: MarketView) -> Order:
    """Return an order with what the market gives it: where a trail starts, and what a buy reserves at."""
    if order.type is OrderType.TRAILING_STOP:
        start = order.watermark or standing_price(order.instrument, view, order.side)
        order = replace_struct(order, watermark=start, stop_price=trailed(order, start))
        if order.stop_price == ZERO:
            raise TrailOutOfRange(f"A trail as wide as the price of {plain(start)} never stops.", price=plain(start))
    if order.protection_rate is not None and order.stop_price is None:
        standing = standing_price(order.instrument, view, order.side)
        order = replace_struct(order, protection_price=order.protected_from(standing))
    can_open = order.side is Side.BUY or account.rules.margin.is_margined
    return replace_struct(order, hold_price=_hold_price(account, order, view)) if can_open else order


def _hold_price(account: Account, order: Order, view: MarketView) -> Decimal | None:
    """Return what a unit is expected to cost at most: a limit exactly, the rest with their half spread."""
    if order.notional is not None and not account.rules.margin.is_margined:
        return None
    if order.instrument.contract is not None and order.side is Side.SELL:
        return _written_price(account, order, view)
    if order.is_limited or (order.protection_rate is not None and order.side is Side.BUY):
        return order.worst_price
    quote = view.quotes.get(order.instrument.id)
    price = order.stop_price or standing_price(order.instrument, view, order.side)
    if order.notional is not None and not price:
        raise NoPriceYet(f"Nobody asks anything for {order.instrument.symbol}.", symbol=order.instrument.symbol)
    is_quoted = order.stop_price is None and quote is not None and quote.derived_from is None
    if is_quoted or order.side is Side.SELL:  # what a short sale brings less is no more margin
        return price
    return crossed_price(account.rules.fill_model, order.side, price, order.instrument.tick)


def _written_price(account: Account, order: Order, view: MarketView) -> Decimal | None:
    """Return the price at which a written option reserves what it adds to the requirement of its book.

    It is worked out once, with the prices that stand; whether the account can carry the fill is seen when it fills.
    """
    price = order.limit_price or order.stop_price or standing_price(order.instrument, view, order.side)
    opens = order.workable - account.position(order.instrument.id).closable(Side.SELL)
    if opens <= ZERO:
        return price
    added = Exposure(order.instrument, -opens, price)
    needed = added_requirement(account, added, view.marks, stage_of(account))
    return price if needed is None else needed / (opens * order.instrument.multiplier)


def _members(order: Order, command: PlaceOrder) -> Iterator[Order]:
    if command.order_class is OrderClass.SIMPLE:
        yield order
        return
    is_entry = command.order_class is not OrderClass.OCO
    order = replace_struct(
        order,
        order_class=command.order_class,
        group_id=order.id,
        role=Role.ENTRY if is_entry else Role.TAKE_PROFIT,
    )
    yield order
    if command.take_profit is not None:
        yield _exit(order, Role.TAKE_PROFIT, limit_price=command.take_profit.limit_price)
    if command.stop_loss is not None:
        yield _exit(
            order, Role.STOP_LOSS, limit_price=command.stop_loss.limit_price, stop_price=command.stop_loss.stop_price
        )


def _exit(primary: Order, role: Role, *, limit_price: Decimal | None, stop_price: Decimal | None = None) -> Order:
    """Return an exit: it waits for its entry with nothing armed, or works at once beside its partner."""
    exit_id = OrderId(derived(primary.id, role.value))
    limited = OrderType.LIMIT if stop_price is None else OrderType.STOP_LIMIT
    return replace_struct(
        primary,
        id=exit_id,
        client_order_id=str(exit_id),
        side=OPPOSITE[primary.side] if primary.role is Role.ENTRY else primary.side,
        type=OrderType.STOP if limit_price is None else limited,
        limit_price=limit_price,
        stop_price=stop_price,
        hold_price=None,
        post_only=False,
        protection_rate=None,
        protection_price=None,
        role=role,
        parent_id=primary.id,
        leg=1 if role is Role.TAKE_PROFIT else 2,
        armed_quantity=ZERO if primary.role is Role.ENTRY else None,
    )
