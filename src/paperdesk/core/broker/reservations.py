"""What the open orders of a margined account reserve: units to close with, margin to open with.

Orders are taken in the order they were accepted. Each first closes what is held the other way and no earlier
order has promised; that reserves units and no money. What is left of it opens, and needs by how much it raises
the requirement of the position with all that earlier orders open: never less than nothing, and not the same as
the sum of what each would need alone. Exits of one group promise the same units, so together they count once.

Reservations that move because another order did are an event of their own, so that whoever folds the events
needs no prices to know them.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from paperdesk.core.broker.account import Account
from paperdesk.core.broker.combo_margin import money_held
from paperdesk.core.broker.contingencies import Course
from paperdesk.core.broker.events import Reservation, ReservationsMoved
from paperdesk.core.broker.evolution import with_order
from paperdesk.core.broker.fees import fee_due
from paperdesk.core.broker.holds import money_left
from paperdesk.core.broker.margin import Stage, exposure, requirement, stage_of
from paperdesk.core.broker.orders import Order, OrderClass, Side
from paperdesk.core.kernel.ids import InstrumentId, OrderId
from paperdesk.core.kernel.money import ZERO, money
from paperdesk.core.kernel.values import replace_struct


def reserved(account: Account, orders: tuple[Order, ...]) -> tuple[Order, ...]:
    """Return orders that are about to be accepted, with what each of them will reserve."""
    if not account.rules.margin.is_margined and not orders[0].is_combo:
        return orders
    for order in orders:
        account = with_order(account, order)
    found: dict[OrderId, Reservation] = {}
    for instrument_id in {order.instrument.id for order in orders}:
        found |= _reservations(account, instrument_id)
    return tuple(
        replace_struct(each, held_units=found[each.id].units, held_money=found[each.id].money) for each in orders
    )


def with_reservations(course: Course) -> Course:
    """Add to what happened by how much it moved what open orders reserve."""
    before, after = course.before, course.account
    if course.events and (after.rules.margin.is_margined or _has_combos(after)):
        moved = tuple(_moved(after, _concerned(before, after)))
        if moved:
            course.take(ReservationsMoved(course.seq, after.last_at, moved))
    return course


def moved_reservations(account: Account) -> tuple[Reservation, ...]:
    """Return what open orders should reserve, of those that reserve something else."""
    return tuple(_moved(account, {order.instrument.id for order in account.orders.values()}))


def _has_combos(account: Account) -> bool:
    return bool([order for order in account.orders.values() if order.is_combo])


def _concerned(before: Account, after: Account) -> set[InstrumentId]:
    """Return the instruments whose reservations may have moved.

    Where only some instruments are at hand, a combo brings orders in others without those beside them; nothing
    happened there, so what they reserve stays.
    """
    if stage_of(before) is not stage_of(after):
        return {order.instrument.id for order in after.orders.values()}
    chosen = {each.instrument_id for each in {*before.book.leverage} ^ {*after.book.leverage}}
    chosen |= {key for key, position in after.positions.items() if position is not before.positions.get(key)}
    return chosen | {order.instrument.id for key, order in after.orders.items() if order is not before.orders.get(key)}


def _moved(account: Account, concerned: set[InstrumentId]) -> Iterator[Reservation]:
    for instrument_id in sorted(concerned):
        for order_id, found in _reservations(account, instrument_id).items():
            order = account.orders[order_id]
            if (order.held_units, order.held_money) != (found.units, found.money):
                yield found


def _reservations(account: Account, instrument_id: InstrumentId) -> dict[OrderId, Reservation]:
    working = [each for each in account.orders.values() if each.is_open and each.instrument.id == instrument_id]
    if not account.rules.margin.is_margined:
        return {order.id: _in_cash(account, order) for order in working if order.order_class is OrderClass.COMBO}
    walk = _Walk(account, account.position(instrument_id).quantity)
    return {order.id: walk.take(order) for order in sorted(working, key=_accepted)}


def _accepted(order: Order) -> tuple[int, int]:
    return order.accepted_seq, order.leg


def _in_cash(account: Account, order: Order) -> Reservation:
    """Return what a combo, or a leg of it, reserves in an account that owes nothing."""
    sells = order.is_leg and order.side is Side.SELL
    return Reservation(
        order.id, order.workable if sells else ZERO, money_held(account, order) if order.is_combo else ZERO
    )


class _Walk:
    """A position, and what the orders before the next one have promised of it and will open beside it."""

    def __init__(self, account: Account, quantity: Decimal) -> None:
        self.account = account
        self.quantity = quantity
        self.promised = ZERO
        self.opening = ZERO
        self.of_group: defaultdict[OrderId | None, Decimal] = defaultdict(Decimal)

    def take(self, order: Order) -> Reservation:
        """Return what an order reserves, and remember it for those after it."""
        if order.is_exit:
            more = max(order.workable - self.of_group[order.group_id], ZERO)
            self.of_group[order.group_id] += more
            self.promised += more
            return Reservation(order.id, order.workable, ZERO)
        if order.is_combo:
            return Reservation(order.id, ZERO, money_held(self.account, order))
        sign = Decimal(1 if order.side is Side.BUY else -1)
        left = self._units(order)
        closes = min(left, max(-sign * self.quantity - self.promised, ZERO))
        self.promised += closes
        opens = ZERO if order.is_leg else left - closes  # what a leg opens, its combo reserves for
        return Reservation(order.id, closes, self._margin(order, sign * opens) if opens else ZERO)

    def _units(self, order: Order) -> Decimal:
        """Return the units an order may still fill; one by money fills what its money is expected to buy."""
        if order.notional is None:
            return order.workable
        assert order.hold_price is not None, "an order that may open knows at which price it reserves"
        units = money_left(self.account, order) / order.hold_price
        return units - units % order.instrument.lot_step

    def _margin(self, order: Order, opens: Decimal) -> Decimal:
        price, account = order.hold_price, self.account
        assert price is not None, "an order that may open knows at which price it reserves"
        held = account.position(order.instrument.id)
        base, cost = (held.quantity, held.cost) if self.quantity * opens > ZERO else (ZERO, ZERO)
        before, after = (
            requirement([exposure(account, order.instrument, (base + each, cost + worth), price)], self._stage(order))
            for each in (self.opening, self.opening + opens)
            for worth in (each * price * order.instrument.multiplier,)
        )
        self.opening += opens
        currency = self.account.currency
        return money(max(after - before, ZERO), currency) + fee_due(
            self.account.rules.fees, order, abs(opens), price, currency
        )

    def _stage(self, order: Order) -> Stage:
        """Return what an order has to meet; a pair with leverage is opened on its initial margin in every regime."""
        has_leverage = self.account.book.leverage_of(order.instrument.id) > 1
        return Stage.INITIAL if has_leverage else stage_of(self.account)
