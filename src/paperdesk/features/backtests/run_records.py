"""What happened in a run, as rows that are kept: events in order, positions after every fill, periods, symbols."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from paperdesk.core.backtest.delivered import Delivery
from paperdesk.core.backtest.leaving import Reasons
from paperdesk.core.backtest.periods import Period, PeriodKind, periods_of
from paperdesk.core.backtest.result import Done, Placed, Point
from paperdesk.core.backtest.round_trips import RoundTrip
from paperdesk.core.broker.events import Event, OrderAccepted, OrderFilled
from paperdesk.core.broker.orders import Order, Side
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.kernel.time import instant_text
from paperdesk.features.broker.order_schemas import AVERAGE_PLACES
from paperdesk.features.broker.rows import KIND_OF

_KINDS: Final[tuple[PeriodKind, ...]] = ("day", "week", "month", "year")


def price_text(price: Decimal) -> str:
    """Write a price that was divided as it is shown."""
    return plain(price.quantize(AVERAGE_PLACES, ROUND_HALF_EVEN))


def event_rows(
    events: Iterable[Event], orders: Mapping[OrderId, Order | Placed], reasons: Reasons
) -> list[dict[str, Any]]:
    """Return the events of a run in their order: what happened, to which order, and why."""
    return [_event(each, orders, reasons) for each in events]


def _event(event: Event, orders: Mapping[OrderId, Order | Placed], reasons: Reasons) -> dict[str, Any]:
    order_id = _order_of(event)
    order = None if order_id is None else orders.get(order_id)
    return {
        "seq": event.seq,
        "at": instant_text(event.at),
        "kind": KIND_OF[type(event)],
        "order_id": None if order_id is None else str(order_id),
        "symbol": None if order is None else order.instrument.symbol,
        "reason": event.fill.rule if isinstance(event, OrderFilled) else getattr(event, "reason", None),
        "tag": None if order_id is None else reasons.tag(order_id),
    }


def _order_of(event: Event) -> OrderId | None:
    if isinstance(event, OrderAccepted):
        return event.order.id
    found: OrderId | None = event.fill.order_id if isinstance(event, OrderFilled) else getattr(event, "order_id", None)
    return found


def fill_rows(fills: Iterable[Done], orders: Iterable[Order | Placed]) -> list[dict[str, Any]]:
    """Return every fill in its order, each with the place of its order among the orders, from 1."""
    placed = {each.id: (place, each) for place, each in enumerate(orders, 1)}
    rows: list[dict[str, Any]] = []
    for number, fill in enumerate(fills, 1):
        place, order = placed[fill.order_id]
        its = {"number": number, "at": instant_text(fill.at), "order_number": place}
        what = {"symbol": order.instrument.symbol, "side": order.side.value, "quantity": plain(fill.quantity)}
        paid = {"price": plain(fill.price), "fee": plain(fill.fee)}
        rows.append({**its, **what, **paid, "rule": fill.rule, "is_ambiguous": fill.ambiguous})
    return rows


def position_rows(
    fills: Iterable[Done], orders: Mapping[OrderId, Order | Placed], deliveries: Iterable[Delivery] = ()
) -> list[dict[str, Any]]:
    """Return what was held of a symbol after every fill or delivery of it, and what it had cost on average."""
    held: dict[str, tuple[Decimal, Decimal]] = {}
    rows: list[dict[str, Any]] = []
    moves: list[Done | Delivery] = [*fills, *deliveries]
    for moved in sorted(moves, key=lambda each: each.at):
        of = orders[moved.order_id] if isinstance(moved, Done) else moved
        symbol = moved.symbol if isinstance(moved, Delivery) else orders[moved.order_id].instrument.symbol
        held[symbol] = units, average = _after(held.get(symbol, (ZERO, ZERO)), of.side, moved)
        price = price_text(average) if units else None
        rows.append({"at": instant_text(moved.at), "symbol": symbol, "quantity": plain(units), "average_price": price})
    return rows


def _after(before: tuple[Decimal, Decimal], side: Side, fill: Done | Delivery) -> tuple[Decimal, Decimal]:
    """Return units and average price after a fill: what adds is averaged in, and what turns over begins anew."""
    (units, average), price = before, fill.price
    change = fill.quantity if side is Side.BUY else -fill.quantity
    now = units + change
    if units * change >= ZERO:
        return now, (average * units + price * change) / now
    return now, average if now * units > ZERO else price


def period_rows(points: Sequence[Point], trips: Sequence[RoundTrip]) -> dict[str, list[dict[str, Any]]]:
    """Return a run by days, weeks, months and years."""
    return {kind: [_period(each) for each in periods_of(points, trips, kind)] for kind in _KINDS}


def _period(period: Period) -> dict[str, Any]:
    return {
        "name": period.name,
        "began_at": instant_text(period.began_at),
        "ended_at": instant_text(period.ended_at),
        "equity": None if period.equity is None else plain(period.equity),
        "gain": None if period.gain is None else plain(period.gain),
        "rate": period.rate,
        "round_trips": period.round_trips,
        "round_trip_gain": plain(period.round_trip_gain),
    }


def gain_rows(
    trips: Iterable[RoundTrip], of: Callable[[RoundTrip], str | None]
) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """Yield what closed round trips have brought, and what trading has cost, by what they have in common.

    Those that have nothing to say of it come last.
    """
    together: dict[str | None, list[RoundTrip]] = {}
    for trip in trips:
        together.setdefault(of(trip), []).append(trip)
    for name in sorted(together, key=lambda name: (name is None, name or "")):
        found = together[name]
        yield (
            name,
            {
                "round_trips": sum(not each.is_open for each in found),
                "gain": plain(sum((each.gain for each in found if not each.is_open), ZERO)),
                "fees": plain(sum((each.fees for each in found), ZERO)),
            },
        )
