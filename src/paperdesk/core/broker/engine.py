"""The broker in three pure functions over one account. Read this file first.

    decide   answers people: events, or a refusal by name
    react    answers the market: what a fact does to the open orders
    evolve   only remembers: the account after an event; it cannot refuse

Nothing here reads a clock, draws a number or knows a database.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import TypeVar

from paperdesk.core.broker import ledger
from paperdesk.core.broker.account import Account, Position
from paperdesk.core.broker.checks import check_order, check_transfer
from paperdesk.core.broker.commands import CancelOrder, Command, PlaceOrder, TransferCash
from paperdesk.core.broker.events import (
    CashTransferred,
    Event,
    Fill,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderFilled,
)
from paperdesk.core.broker.fees import commission
from paperdesk.core.broker.holds import cash_needed, held_cash, reserved_units
from paperdesk.core.broker.ledger import Book, Entry, EntryKind
from paperdesk.core.broker.lots import Lot, LotChange, apply_changes, reduce_first_in
from paperdesk.core.broker.matching import Execution, ends_unfilled, match_order
from paperdesk.core.broker.orders import Order, OrderStatus, Side, TimeInForce, next_status, require_open
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import NotFound
from paperdesk.core.kernel.ids import EntryId, FillId, LotId, OrderId, derived
from paperdesk.core.kernel.money import ZERO, money, plain
from paperdesk.core.market.facts import MarketFact, PriceFact, QuoteFact, SessionClosed, SessionOpened
from paperdesk.core.market.quotes import Quote

AT_RELEASE = "insufficient_buying_power_at_release"
NOT_FILLED_AT_ONCE = "not_filled_at_once"
BY_REQUEST = "by_request"

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class UnknownOrder(NotFound):
    """There is no such order in this account."""


def decide(account: Account, command: Command, view: MarketView) -> tuple[Event, ...]:
    """Turn a command into events, or refuse it by raising; a refusal leaves no trace."""
    at = max(view.at, account.last_at)
    match command:
        case PlaceOrder():
            return (_accept(account, command, view, at),)
        case CancelOrder():
            order = _known_order(account, command.order_id)
            require_open(order)
            return (OrderCancelled(account.last_seq + 1, at, order.id, BY_REQUEST),)
        case _:
            check_transfer(account, command.amount)
            return (_transfer(account, command, at),)


def react(account: Account, fact: MarketFact) -> tuple[Event, ...]:
    """Return what a market fact does to the account's open orders, in the order they were accepted."""
    match fact:
        case SessionOpened():
            return ()
        case SessionClosed():
            return tuple(_expiries(account, fact))
        case _:
            return tuple(_executions(account, fact, _working(account, fact)))


def arrive(account: Account, order_id: OrderId, quote: Quote, cursor: int) -> tuple[Event, ...]:
    """Fill an order as it arrives against a standing real quote; a rule of accounts traded by hand."""
    assert quote.derived_from is None, "an order never fills on arrival against a price nobody quoted"
    order = _known_order(account, order_id)
    fact = QuoteFact(cursor, quote.at, quote.instrument_id, quote.bid, quote.ask, quote.bid_size, quote.ask_size)
    return tuple(_executions(account, fact, (order,)))


def evolve(account: Account, event: Event) -> Account:
    """Return the account after an event."""
    match event:
        case OrderAccepted():
            return _with_order(_stamped(account, event), event.order)
        case OrderFilled():
            return _after_fill(_stamped(account, event), event)
        case OrderCancelled():
            return _ended(account, event, OrderStatus.CANCELLED, event.reason)
        case OrderExpired():
            return _ended(account, event, OrderStatus.EXPIRED, "time_in_force")
        case _:
            return _after_entry(_stamped(account, event), event.entry)


def fold(account: Account, events: Iterable[Event]) -> Account:
    """Return the account after all events, in their order."""
    return reduce(evolve, events, account)


def _accept(account: Account, command: PlaceOrder, view: MarketView, at: datetime) -> OrderAccepted:
    assert command.order_id not in account.orders, "an order id is used once"
    instrument = view.instrument(command.symbol)
    hold_price = check_order(account, command, instrument, view)
    seq = account.last_seq + 1
    order = Order(
        id=command.order_id,
        account_id=account.id,
        client_order_id=command.idempotency_key,
        instrument=instrument,
        side=command.side,
        type=command.type,
        quantity=command.quantity,
        limit_price=command.limit_price,
        time_in_force=command.time_in_force,
        accepted_at=at,
        accepted_fact=view.cursor,
        accepted_seq=seq,
        expires_at=view.long_ends_at if command.time_in_force is TimeInForce.GTC else view.day_ends_at,
        updated_at=at,
        matched_through=view.cursor,
        hold_price=hold_price,
    )
    return OrderAccepted(seq, at, order)


def _transfer(account: Account, command: TransferCash, at: datetime) -> CashTransferred:
    entry = Entry(
        id=command.entry_id,
        number=account.last_entry + 1,
        at=at,
        kind=EntryKind.TRANSFER,
        description="Deposit" if command.amount > ZERO else "Withdrawal",
        postings=ledger.transferred(account.currency, command.amount),
    )
    return CashTransferred(account.last_seq + 1, at, entry)


def _known_order(account: Account, order_id: OrderId) -> Order:
    if order_id not in account.orders:
        raise UnknownOrder("There is no such order in this account.", order_id=str(order_id))
    return account.orders[order_id]


def _working(account: Account, fact: PriceFact) -> tuple[Order, ...]:
    """Return the open orders that may meet a fact: its instrument, and a cursor before it."""
    working = (
        order
        for order in account.orders.values()
        if order.is_open and order.instrument.id == fact.instrument_id and order.matched_through < fact.seq
    )
    return tuple(sorted(working, key=lambda order: order.accepted_seq))


def _expiries(account: Account, fact: SessionClosed) -> Iterator[Event]:
    due = [order for order in account.orders.values() if order.is_open and order.expires_at <= fact.at]
    at = max(fact.at, account.last_at)
    for seq, order in enumerate(sorted(due, key=lambda order: order.accepted_seq), account.last_seq + 1):
        yield OrderExpired(seq, at, order.id)


def _executions(account: Account, fact: PriceFact, orders: tuple[Order, ...]) -> Iterator[Event]:
    size_used = {Side.BUY: ZERO, Side.SELL: ZERO}
    happened: tuple[Event, ...] = ()
    for order in orders:
        account = fold(account, happened)
        happened = tuple(_meet(account, order, fact, size_used[order.side]))
        for event in happened:
            if isinstance(event, OrderFilled):
                size_used[order.side] += event.fill.quantity
            yield event


def _meet(account: Account, order: Order, fact: PriceFact, size_used: Decimal) -> Iterator[Event]:
    """Yield the events of one order meeting one fact: a fill, a cancellation, both or none.

    What is left of an order is cancelled when it could be paid only with cash reserved for other orders.
    """
    execution = match_order(order, fact, account.rules.fill_model, size_used)
    seq, at = account.last_seq + 1, max(fact.at, account.last_at)
    if execution is None:
        if ends_unfilled(order, fact):
            yield OrderCancelled(seq, at, order.id, NOT_FILLED_AT_ONCE)
        return
    if order.side is Side.BUY and not _can_pay(account, order, execution):
        yield OrderCancelled(seq, at, order.id, AT_RELEASE)
        return
    filled = _fill(account, order, execution, fact)
    yield filled
    if execution.quantity == order.remaining:
        return
    if order.is_immediate:
        yield OrderCancelled(seq + 1, at, order.id, NOT_FILLED_AT_ONCE)
    elif order.side is Side.BUY and evolve(account, filled).buying_power < ZERO:
        yield OrderCancelled(seq + 1, at, order.id, AT_RELEASE)


def _can_pay(account: Account, order: Order, execution: Execution) -> bool:
    free = account.buying_power + held_cash(account, order)
    return cash_needed(account, execution.price, execution.quantity) <= free


def _fill(account: Account, order: Order, execution: Execution, fact: PriceFact) -> OrderFilled:
    seq, at = account.last_seq + 1, max(fact.at, account.last_at)
    fee = commission(account.rules.fees, execution.quantity, account.currency)
    fill_id = FillId(derived(order.id, "fill", fact.seq))
    fill = Fill(
        id=fill_id,
        order_id=order.id,
        instrument_id=order.instrument.id,
        quantity=execution.quantity,
        price=execution.price,
        fee=fee,
        fact_seq=fact.seq,
        reference=execution.reference,
        rule=execution.rule,
    )
    postings, lot_changes = _book(account, order, fill, at)
    entry = Entry(
        id=EntryId(derived(fill_id, "entry")),
        number=account.last_entry + 1,
        at=at,
        kind=EntryKind.FILL,
        description=f"{_VERB[order.side]} {plain(fill.quantity)} {order.instrument.symbol} at {plain(fill.price)}",
        postings=postings,
    )
    return OrderFilled(seq, at, fill, entry, lot_changes)


_VERB = {Side.BUY: "Bought", Side.SELL: "Sold"}


def _book(
    account: Account, order: Order, fill: Fill, at: datetime
) -> tuple[tuple[ledger.Posting, ...], tuple[LotChange, ...]]:
    gross = money(fill.price * fill.quantity, account.currency)
    units = (order.instrument.id, fill.quantity)
    if order.side is Side.BUY:
        lot = Lot(LotId(derived(fill.id, "lot")), at, account.last_seq + 1, fill.quantity, gross)
        return ledger.bought(account.currency, gross, fill.fee, units), (LotChange(lot, is_new=True),)
    lots = account.position(order.instrument.id).lots
    changes, cost = reduce_first_in(lots, fill.quantity, account.currency)
    return ledger.sold(account.currency, gross, fill.fee, units, cost), changes


def _stamped(account: Account, event: Event) -> Account:
    assert event.seq == account.last_seq + 1, "events of an account are numbered without gaps"
    return replace(account, last_seq=event.seq, last_at=event.at)


def _with_order(account: Account, order: Order) -> Account:
    """Put an order in its new state, and move the reservations by the difference."""
    before = account.orders.get(order.id)
    held = held_cash(account, order) - (held_cash(account, before) if before else ZERO)
    units = reserved_units(order) - (reserved_units(before) if before else ZERO)
    position = account.position(order.instrument.id)
    positions = account.positions
    if units:
        positions = _put(positions, position.instrument_id, replace(position, reserved=position.reserved + units))
    orders = _put(account.orders, order.id, order)
    return replace(account, held=account.held + held, positions=positions, orders=orders)


def _after_fill(account: Account, event: OrderFilled) -> Account:
    fill = event.fill
    before = account.orders[fill.order_id]
    filled = before.filled_quantity + fill.quantity
    assert filled <= before.quantity, "no order fills more than its quantity"
    is_whole = filled == before.quantity
    order = replace(
        before,
        status=next_status(before.status, OrderStatus.FILLED if is_whole else OrderStatus.PARTIALLY_FILLED),
        filled_quantity=filled,
        filled_value=before.filled_value + fill.price * fill.quantity,
        fees=before.fees + fill.fee,
        matched_through=max(before.matched_through, fill.fact_seq),
        updated_at=event.at,
        closed_reason="filled" if is_whole else None,
    )
    account = _after_entry(_with_order(account, order), event.entry)
    position = account.position(fill.instrument_id)
    signed = fill.quantity if order.side is Side.BUY else -fill.quantity
    changed = Position(
        instrument_id=fill.instrument_id,
        quantity=position.quantity + signed,
        reserved=position.reserved,
        cost=position.cost + event.entry.change(Book.SECURITIES),
        lots=apply_changes(position.lots, event.lot_changes),
    )
    return replace(account, positions=_put(account.positions, fill.instrument_id, changed))


def _after_entry(account: Account, entry: Entry) -> Account:
    assert entry.number == account.last_entry + 1, "entries of an account are numbered without gaps"
    return replace(account, cash=account.cash + entry.change(Book.CASH), last_entry=entry.number)


def _ended(account: Account, event: OrderCancelled | OrderExpired, status: OrderStatus, reason: str) -> Account:
    before = account.orders[event.order_id]
    order = replace(before, status=next_status(before.status, status), updated_at=event.at, closed_reason=reason)
    return _with_order(_stamped(account, event), order)


def _put(mapping: Mapping[_Key, _Value], key: _Key, value: _Value) -> dict[_Key, _Value]:
    changed = dict(mapping)
    changed[key] = value
    return changed
