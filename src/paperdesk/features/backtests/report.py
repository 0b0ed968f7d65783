"""What came of a run, as it is kept and told: figures, the worth at every close, orders, round trips, refusals.

Money is text and exact; measures are numbers, or null with the reason beside them.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from paperdesk.core.backtest.measures import measures_of
from paperdesk.core.backtest.result import Failure, Placed, Point, Refused, Result
from paperdesk.core.backtest.round_trips import RoundTrip, round_trips_of
from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.kernel.time import instant_text

POINTS_MAX: Final = 5000
"""How many points of an equity curve are kept; of a longer one every n-th, and the last."""

_PRICE: Final = Decimal("0.000001")
NO_PRICE = "something held had no price at the beginning or at the end"
NONE_CLOSED = "no round trip was closed"
NO_LOSS = "no round trip lost"


def report_of(result: Result) -> dict[str, Any]:
    """Write down what came of a run."""
    orders = {each.id: each for each in result.orders}
    trips = round_trips_of([(each.at, each) for each in result.done], orders)
    figures, reasons = _figures(result, trips)
    return {
        "began_at": instant_text(result.began_at),
        "ended_at": instant_text(result.ended_at),
        "frames": result.frames,
        "fills": len(result.done),
        "ambiguous_fills": sum(each.ambiguous for each in result.done),
        "fees": plain(sum((each.fee for each in result.done), ZERO)),
        "equity_before": _money(result.points[0].equity),
        "equity_after": _money(result.points[-1].equity),
        "figures": figures,
        "reasons": reasons,
        "equity": [_point(each) for each in _thinned(result.points)],
        "orders": [_order(each) for each in result.orders],
        "round_trips": [_trip(each) for each in trips],
        "refusals": [_refusal(each) for each in result.refused],
        "failure": None if result.failure is None else _failure(result.failure),
        "is_cancelled": result.is_cancelled,
    }


def _figures(result: Result, trips: Sequence[RoundTrip]) -> tuple[dict[str, float | None], dict[str, str]]:
    """Return the measures of the curve and of the round trips; without every price there are none of the curve."""
    known = [(each.at, float(each.equity)) for each in result.points if each.equity is not None]
    is_whole = len(known) == len(result.points)
    figures: dict[str, float | None] = {}
    reasons: dict[str, str] = {}
    if is_whole:
        measured = measures_of([at for at, _ in known], [equity for _, equity in known])
        figures, reasons = dict(measured.figures), dict(measured.reasons)
    else:
        figures, reasons = {"total_return": None}, {"total_return": NO_PRICE}
    closed = [each for each in trips if not each.is_open]
    won = [each.gain for each in closed if each.gain > ZERO]
    lost = [-each.gain for each in closed if each.gain <= ZERO]
    figures["win_rate"] = len(won) / len(closed) if closed else None
    figures["profit_factor"] = float(sum(won, ZERO) / sum(lost, ZERO)) if sum(lost, ZERO) else None
    figures["exposure"] = sum(bool(each.invested) for each in result.points) / len(result.points)
    if not closed:
        reasons |= {"win_rate": NONE_CLOSED, "profit_factor": NONE_CLOSED}
    elif figures["profit_factor"] is None:
        reasons["profit_factor"] = NO_LOSS
    return figures, reasons


def _thinned(points: Sequence[Point]) -> list[Point]:
    every = -(-len(points) // POINTS_MAX)
    kept = list(points[::every])
    return kept if kept[-1] is points[-1] else [*kept, points[-1]]


def _point(point: Point) -> dict[str, Any]:
    money = {name: _money(getattr(point, name)) for name in ("equity", "cash", "invested")}
    return {"at": instant_text(point.at), **money}


def _order(order: Order | Placed) -> dict[str, Any]:
    average = order.average_fill_price
    return {
        "id": str(order.id),
        "accepted_at": instant_text(order.accepted_at),
        "symbol": order.instrument.symbol,
        "side": order.side.value,
        "type": order.type.value,
        "quantity": plain(order.quantity),
        "limit_price": _money(order.limit_price),
        "stop_price": _money(order.stop_price),
        "status": order.status.value,
        "filled_quantity": plain(order.filled_quantity),
        "average_fill_price": None if average is None else _price(average),
        "fees": plain(order.fees),
        "closed_reason": order.closed_reason,
    }


def _trip(trip: RoundTrip) -> dict[str, Any]:
    return {
        "symbol": trip.symbol,
        "side": trip.side.value,
        "entered_at": instant_text(trip.entered_at),
        "left_at": _instant(trip.left_at),
        "quantity": plain(trip.quantity),
        "entry_price": _price(trip.entry_price),
        "gain": None if trip.is_open else plain(trip.gain),
        "fees": plain(trip.fees),
        "exit_reason": trip.exit_reason,
        "is_ambiguous": trip.is_ambiguous,
    }


def _refusal(refused: Refused) -> dict[str, Any]:
    command, refusal = refused.command, refused.refusal
    is_order = isinstance(command, PlaceOrder)
    return {
        "at": instant_text(refused.at),
        "command": "place_order" if is_order else "cancel_order",
        "symbol": command.symbol if isinstance(command, PlaceOrder) else None,
        "code": refusal.code,
        "message": refusal.message,
    }


def _failure(failure: Failure) -> dict[str, Any]:
    # The name of the file alone: where things are installed is nobody's business.
    file = failure.file.replace("\\", "/").rpartition("/")[2]
    return {"at": instant_text(failure.at), "error": failure.error, "file": file, "line": failure.line}


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)


def _price(price: Decimal) -> str:
    return plain(price.quantize(_PRICE, ROUND_HALF_EVEN))


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant_text(at)
