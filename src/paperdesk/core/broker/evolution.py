"""Remembering: the account after an event. Nothing here decides, and nothing can refuse."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import reduce
from typing import Final, TypeAlias, TypeVar

from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.events import (
    AccountForked,
    AccountReset,
    AccountStatusChanged,
    Booking,
    CashTransferred,
    ComboFilled,
    DividendEarned,
    DividendPaid,
    Event,
    ExpiryInstructed,
    OrderAccepted,
    OrderAdjusted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderResized,
    OrderTriggered,
    ReservationsMoved,
    TrailMoved,
    booking_of,
)
from paperdesk.core.broker.forking import forked
from paperdesk.core.broker.holds import held_cash, promised_units, reserved_units
from paperdesk.core.broker.ledger import Book, Entry
from paperdesk.core.broker.lots import LotChange, apply_changes
from paperdesk.core.broker.margin_book import DayTrade, MarginBook, Placed
from paperdesk.core.broker.margin_events import MarginEvent, book_after
from paperdesk.core.broker.orders import REPLACED_BY_REQUEST, TIME_IS_UP, Order, OrderStatus, next_status
from paperdesk.core.broker.settlement import book_after_fill
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace_struct
from paperdesk.core.market.sessions import calendar

# What happens to one order alone.
OrderMoved: TypeAlias = (
    OrderCancelled
    | OrderRejected
    | OrderExpired
    | OrderTriggered
    | TrailMoved
    | OrderResized
    | OrderAdjusted
    | ComboFilled
)
# Named once, because every fill is asked for them.
_CASH: Final = Book.CASH
_FILLED: Final = OrderStatus.FILLED

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def evolve(account: Account, event: Event) -> Account:
    """Return the account after an event."""
    assert event.seq == account.last_seq + 1, "events of an account are numbered without gaps"
    if isinstance(event, OrderFilled):
        return _after_fill(account, event)
    if isinstance(event, OrderAccepted):
        return with_order(_counting(account, event.order), event.order, event)
    if isinstance(event, OrderMoved):
        return with_order(account, order_after(account.orders[event.order_id], event), event)
    account = replace_struct(account, last_seq=event.seq, last_at=event.at)
    if isinstance(event, OrderReplaced):
        return _after_replacement(account, event)
    return _after_other(account, event)


def order_after(before: Order, event: OrderMoved | OrderFilled | OrderReplaced) -> Order:
    """Return an order after something that happened to it."""
    match event:
        case OrderFilled():
            return _filled(before, event)
        case OrderReplaced():
            return _succeeded(before, event)
        case OrderCancelled() | OrderRejected() | OrderExpired():
            return _ended(before, event)
        case _:
            return _changed(before, event)


def fold(account: Account, events: Iterable[Event]) -> Account:
    """Return the account after all events, in their order."""
    return reduce(evolve, events, account)


def group_of(account: Account, order: Order) -> tuple[Order, ...]:
    """Return the other members of an order's group, ended ones too, in the order they were accepted."""
    if order.group_id is None:
        return ()
    members = (each for each in account.orders.values() if each.group_id == order.group_id and each.id != order.id)
    return tuple(sorted(members, key=lambda each: each.accepted_seq))


def with_order(account: Account, order: Order, event: Event | None = None) -> Account:
    """Put an order in its new state, and move the reservations of it and its group by the difference.

    Where an event did that, the account is after it.
    """
    before = account.orders.get(order.id)
    held = held_cash(account, order) - (held_cash(account, before) if before else ZERO)
    units = _units_more(account, before, order)
    positions = account.positions
    if units:
        position = account.position(order.instrument.id)
        positions = _put(
            positions, position.instrument_id, replace_struct(position, reserved=position.reserved + units)
        )
    return replace_struct(
        account,
        last_seq=account.last_seq if event is None else event.seq,
        last_at=account.last_at if event is None else event.at,
        held=account.held + held,
        positions=positions,
        orders=_put(account.orders, order.id, order),
    )


def _units_more(account: Account, before: Order | None, order: Order) -> Decimal:
    """Return by how many more units an order and its group promise than before."""
    if order.group_id is None:
        promised = promised_units(order)
        return promised if before is None else promised - promised_units(before)
    others = group_of(account, order)
    return reserved_units((*others, order)) - reserved_units((*others, before) if before else others)


def _counting(account: Account, order: Order) -> Account:
    """Return the account with an order more on its day, where it has a limit on them."""
    if not account.rules.risk.counts_orders or order.is_exit or order.is_leg:
        return account
    on = calendar(order.instrument.calendar).day_of(order.accepted_at)
    return replace_struct(account, book=replace_struct(account.book, placed=Placed(on, account.book.placed_on(on) + 1)))


def _after_replacement(account: Account, event: OrderReplaced) -> Account:
    before = account.orders[event.order_id]
    return with_order(with_order(account, _succeeded(before, event)), event.order)


def _succeeded(before: Order, event: OrderReplaced) -> Order:
    return replace_struct(
        before,
        status=next_status(before.status, OrderStatus.REPLACED),
        updated_at=event.at,
        closed_reason=REPLACED_BY_REQUEST,
        replaced_by=event.order.id,
    )


def _ended(before: Order, event: OrderCancelled | OrderRejected | OrderExpired) -> Order:
    match event:
        case OrderExpired():
            status, reason = OrderStatus.EXPIRED, TIME_IS_UP
        case OrderRejected():
            status, reason = OrderStatus.REJECTED, event.reason
        case _:
            status, reason = OrderStatus.CANCELLED, event.reason
    return replace_struct(before, status=next_status(before.status, status), updated_at=event.at, closed_reason=reason)


def _changed(before: Order, event: OrderTriggered | TrailMoved | OrderResized | OrderAdjusted | ComboFilled) -> Order:
    if isinstance(event, ComboFilled):
        return _more_filled(before, event, (event.quantity, event.price, event.fee), event.fact_seq)
    through = max(before.matched_through, event.fact_seq or 0)
    order = replace_struct(before, updated_at=event.at, matched_through=through)
    match event:
        case OrderTriggered():
            return replace_struct(order, triggered_at=event.at)
        case TrailMoved():
            return replace_struct(order, watermark=event.watermark, stop_price=event.stop_price)
        case OrderResized():
            return replace_struct(order, quantity=event.quantity, armed_quantity=event.armed_quantity)
        case _:
            return replace_struct(
                order,
                quantity=event.quantity,
                armed_quantity=event.armed_quantity,
                limit_price=event.limit_price,
                stop_price=event.stop_price,
                hold_price=event.hold_price,
                trail_amount=event.trail_amount,
                watermark=event.watermark,
                protection_price=event.protection_price,
            )


def _after_fill(account: Account, event: OrderFilled) -> Account:
    """Return the account after a fill in one copy: its order, what it reserves, what it books, what is remembered."""
    fill, entry = event.fill, event.entry
    before = account.orders[fill.order_id]
    order = _filled(before, event)
    _check_entry(account, entry)
    held = account.position(fill.instrument_id)
    units = _units_more(account, before, order)
    reserved = held.reserved + units if units else held.reserved
    return replace_struct(
        account,
        last_seq=event.seq,
        last_at=event.at,
        cash=account.cash + entry.change(_CASH),
        held=account.held + (held_cash(account, order) - held_cash(account, before)),
        last_entry=entry.number,
        book=_book_after(account, event),
        positions=_put(account.positions, held.instrument_id, _moved(held, entry, event.lot_changes, reserved)),
        orders=_put(account.orders, order.id, order),
    )


def _filled(before: Order, event: OrderFilled) -> Order:
    fill = event.fill
    return _more_filled(before, event, (fill.quantity, fill.price, fill.fee), fill.fact_seq)


def _more_filled(
    before: Order, event: OrderFilled | ComboFilled, done: tuple[Decimal, Decimal, Decimal], fact_seq: int
) -> Order:
    quantity, price, fee = done
    filled = before.filled_quantity + quantity
    assert quantity <= before.workable, "no order fills more than its quantity"
    is_whole = filled == before.quantity
    return replace_struct(
        before,
        status=next_status(before.status, _FILLED if is_whole else OrderStatus.PARTIALLY_FILLED),
        filled_quantity=filled,
        filled_value=before.filled_value + price * quantity,
        fees=before.fees + fee,
        matched_through=max(before.matched_through, fact_seq),
        updated_at=event.at,
        closed_reason="filled" if is_whole else None,
    )


def _after_other(account: Account, event: Event) -> Account:
    match event:
        case ReservationsMoved():
            return _reserving(account, event)
        case ExpiryInstructed():
            position = replace_struct(account.position(event.instrument_id), at_expiry=event.at_expiry)
            return replace_struct(account, positions=_put(account.positions, event.instrument_id, position))
        case MarginEvent():
            return replace_struct(account, book=book_after(account.book, event))
        case AccountStatusChanged():
            return replace_struct(account, status=event.status)
        case AccountForked() | AccountReset():
            return _begun(account, event)
        case _:
            return _with_claims(_after_booking(_remembering(account, event), booking_of(event)), event)


def _begun(account: Account, event: AccountForked | AccountReset) -> Account:
    if isinstance(event, AccountForked):
        return forked(account, event)
    return _after_booking(_begun_anew(account, event), event.booking)


def _begun_anew(account: Account, event: AccountReset) -> Account:
    """Return the account with nothing of its old epochs but its numbers; what it begins with counts as a deposit."""
    cash = event.booking.entry.change(Book.CASH)
    book = MarginBook(memorandum=cash) if account.rules.margin.is_margined else MarginBook()
    blank = replace_struct(account, epoch=event.epoch, cash=ZERO, held=ZERO, book=book)
    return replace_struct(blank, positions={}, orders={}, claims={})


def _reserving(account: Account, event: ReservationsMoved) -> Account:
    for each in event.reservations:
        order = account.orders[each.order_id]
        account = with_order(account, replace_struct(order, held_units=each.units, held_money=each.money))
    return account


def _remembering(account: Account, event: Event) -> Account:
    """Return the account with what it remembers of cash that moved; a deposit counts in full."""
    if not isinstance(event, CashTransferred) or not account.rules.margin.is_margined:
        return account
    memorandum = account.book.memorandum + event.entry.change(Book.CASH)
    return replace_struct(account, book=replace_struct(account.book, memorandum=memorandum))


def _book_after(account: Account, event: OrderFilled) -> MarginBook:
    """Return what an account remembers after a fill."""
    book = book_after_fill(account, event)
    if event.day_trade_on is not None:
        day_trade = DayTrade(event.day_trade_on, event.fill.order_id)
        day_trades = (*(each for each in book.day_trades if each != day_trade), day_trade)
        book = replace_struct(book, day_trades=day_trades)
    if event.memorandum is ZERO:
        return book
    return replace_struct(book, memorandum=book.memorandum + event.memorandum)


def _after_booking(account: Account, booking: Booking | None) -> Account:
    assert booking is not None, "whatever is no change of an order books something"
    entry, positions = booking.entry, account.positions
    _check_entry(account, entry)
    for move in booking.moves:
        held = account.position(move.instrument_id)
        moved = _moved(held, entry, move.lot_changes, held.reserved)
        positions = _put(positions, move.instrument_id, moved)
    cash = account.cash + entry.change(Book.CASH)
    return replace_struct(account, cash=cash, last_entry=entry.number, positions=positions)


def _check_entry(account: Account, entry: Entry) -> None:
    assert entry.number == account.last_entry + 1, "entries of an account are numbered without gaps"
    assert account.rules.fees.is_exact or entry.is_in_cents, f"{entry} is finer than its currency"


def _moved(held: Position, entry: Entry, changes: tuple[LotChange, ...], reserved: Decimal) -> Position:
    """Return a position after what an entry posts of it, and with what is promised of it then."""
    units, cost = entry.moved(held.instrument_id)
    return replace_struct(
        held,
        quantity=held.quantity + units,
        reserved=reserved,
        cost=held.cost + cost,
        lots=apply_changes(held.lots, changes),
    )


def _with_claims(account: Account, event: Event) -> Account:
    match event:
        case DividendEarned():
            return replace_struct(account, claims=_put(account.claims, event.claim.action_id, event.claim))
        case DividendPaid():
            left = {each: claim for each, claim in account.claims.items() if each != event.action_id}
            return replace_struct(account, claims=left)
        case _:
            return account


def _put(mapping: Mapping[_Key, _Value], key: _Key, value: _Value) -> dict[_Key, _Value]:
    return {**mapping, key: value}
