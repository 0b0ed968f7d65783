"""Getting out: every open order at once, or a position at the market."""

from decimal import Decimal

from paperdesk.core.broker.account import Position
from paperdesk.core.broker.checks import check_units
from paperdesk.core.broker.commands import CancelOrders, ClosePosition, PlaceOrder
from paperdesk.core.broker.contingencies import Course, cancel
from paperdesk.core.broker.events import OrderCancelled
from paperdesk.core.broker.orders import BY_REQUEST, OrderClass, OrderKind, OrderType, Side
from paperdesk.core.broker.placement import place
from paperdesk.core.broker.view import MarketView
from paperdesk.core.kernel.errors import Invalid, NotFound
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.market.instruments import Instrument

_WHOLE = Decimal(100)


class NoPosition(NotFound):
    """The account holds nothing of the instrument."""


class CloseAmbiguous(Invalid):
    """A position is closed by a quantity or by a percentage, not by both."""


class PercentOutOfRange(Invalid):
    """A percentage of a position lies above 0 and goes up to 100."""


def cancel_all(course: Course, command: CancelOrders, view: MarketView) -> None:
    """Cancel every open order, or those in one instrument or of one kind, by request and in the order accepted."""
    of = None if command.symbol is None else view.instrument(command.symbol).id
    _cancel(course, of, command.kind)


def close_position(course: Course, command: ClosePosition, view: MarketView) -> None:
    """Place a market order against a position, after cancelling open orders in it if that was asked for."""
    instrument, account = view.instrument(command.symbol), course.account
    position = account.position(instrument.id)
    if not position.quantity:
        raise NoPosition(f"The account holds no {instrument.symbol}.", symbol=instrument.symbol)
    quantity = _quantity(command, position, instrument)
    side = Side.SELL if position.quantity > ZERO else Side.BUY
    if command.cancel_orders:
        _cancel(course, instrument.id)
    if account.rules.margin.is_margined:  # elsewhere a sale finds out by itself; here it would sell short
        check_units(course.account, instrument, side, quantity)
    order = PlaceOrder(
        account_id=command.account_id,
        order_id=command.order_id,
        symbol=command.symbol,
        side=side,
        type=OrderType.MARKET,
        quantity=quantity,
        client_order_id=command.client_order_id,
    )
    place(course, order, view)


def _cancel(course: Course, instrument_id: InstrumentId | None, kind: OrderKind | None = None) -> None:
    for known in sorted(course.account.orders.values(), key=lambda each: each.accepted_seq):
        order = course.order(known.id)
        is_meant = instrument_id in {None, order.instrument.id} and kind in {None, order.kind}
        if not order.is_open or not is_meant:
            continue
        if order.order_class is OrderClass.COMBO:
            cancel(course, order, BY_REQUEST)
        else:
            course.take(OrderCancelled(course.seq, course.at, order.id, BY_REQUEST))


def _quantity(command: ClosePosition, position: Position, instrument: Instrument) -> Decimal:
    """Return the units to close; a percentage is rounded down to whole lots, all of it never is."""
    if command.percent is None:
        return abs(position.quantity) if command.quantity is None else command.quantity
    if command.quantity is not None:
        raise CloseAmbiguous("Name a quantity or a percentage of the position, not both.")
    if not ZERO < command.percent <= _WHOLE:
        raise PercentOutOfRange("The percentage lies above 0 and goes up to 100.", percent=plain(command.percent))
    units = abs(position.quantity) * command.percent / _WHOLE
    return units - units % instrument.lot_step
