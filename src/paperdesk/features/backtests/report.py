"""What came of a run, as it is kept and told: figures, the worth at every close, orders, round trips, refusals.

Money is text and exact; measures are numbers, or null with the reason beside them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from paperdesk.core.backtest.benchmark import against_benchmark
from paperdesk.core.backtest.excursions import Excursion, excursion_of
from paperdesk.core.backtest.leaving import Reasons
from paperdesk.core.backtest.measures import Measured, duration_of_fall, measures_of
from paperdesk.core.backtest.result import Failure, Placed, Point, Refused, Result
from paperdesk.core.backtest.round_trips import RoundTrip, round_trips_of
from paperdesk.core.backtest.trip_figures import trip_figures
from paperdesk.core.broker.commands import CancelOrder, ChooseLeverage, PlaceCombo, PlaceOrder
from paperdesk.core.broker.events import Event, booking_of
from paperdesk.core.broker.ledger import Book
from paperdesk.core.broker.orders import Order
from paperdesk.core.kernel.money import ZERO, plain
from paperdesk.core.kernel.time import instant_text
from paperdesk.core.strategy.history import History
from paperdesk.features.backtests.run_records import (
    event_rows,
    fill_rows,
    gain_rows,
    period_rows,
    position_rows,
    price_text,
)

POINTS_MAX: Final = 5000
"""How many points of an equity curve are kept; of a longer one every n-th, and the last."""

_ASKED: Final = {
    PlaceOrder: "place_order",
    PlaceCombo: "place_combo",
    CancelOrder: "cancel_order",
    ChooseLeverage: "choose_leverage",
}
NO_PRICE = "something held had no price at the beginning or at the end"


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What a run is measured by: the bars of its symbols, the closes a year, a rate without risk, and a benchmark."""

    history: Callable[[str], History]
    periods_a_year: float
    risk_free: Decimal = ZERO
    benchmark: str | None = None


def report_of(result: Result, by: Yardstick) -> dict[str, Any]:
    """Write down what came of a run."""
    orders = {each.id: each for each in result.orders}
    reasons = Reasons.of(result)
    trips = round_trips_of([(each.at, each) for each in result.done], orders, reasons, result.deliveries)
    told = [_of_curve(result.points, by), trip_figures(trips, result.points[0].cash), _exposure(result.points)]
    measured = _together(told)
    return {
        "began_at": instant_text(result.began_at),
        "ended_at": instant_text(result.ended_at),
        "frames": result.frames,
        "fills": len(result.done),
        "bar_path": result.account.rules.bar_path.value,
        "ambiguous_fills": sum(each.ambiguous for each in result.done),
        "fees": plain(sum((each.fee for each in result.done), ZERO)),
        "funding": plain(_funding(result.events)),
        "equity_before": _money(result.points[0].equity),
        "equity_after": _money(result.points[-1].equity),
        "figures": dict(measured.figures),
        "reasons": dict(measured.reasons),
        "by_symbol": [{"symbol": name, **row} for name, row in gain_rows(trips, lambda trip: trip.symbol)],
        "by_tag": [{"tag": name, **row} for name, row in gain_rows(trips, lambda trip: trip.tag)],
        "by_exit_reason": [{"reason": name, **row} for name, row in gain_rows(trips, _left_by)],
        "equity": [_point(each) for each in _thinned(result.points)],
        "orders": [_order(each, reasons) for each in result.orders],
        "fill_rows": fill_rows(result.done, result.orders),
        "round_trips": [
            _trip(number, each, excursion_of(each, by.history(each.symbol), result.ended_at))
            for number, each in enumerate(trips, 1)
        ],
        "periods": period_rows(result.points, trips),
        "positions": position_rows(result.done, orders, result.deliveries),
        "events": event_rows(result.events, orders, reasons),
        "refusals": [_refusal(each) for each in result.refused],
        "failure": None if result.failure is None else _failure(result.failure),
        "is_cancelled": result.is_cancelled,
    }


def _funding(events: Sequence[Event]) -> Decimal:
    """Return what settlements of funding took, less what they brought."""
    booked = (booking_of(each) for each in events)
    return sum((each.entry.change(Book.FUNDING) for each in booked if each is not None), ZERO)


def _of_curve(points: Sequence[Point], by: Yardstick) -> Measured:
    """Return the measures of the curve, beside a benchmark if there is one; without every price there are none."""
    known = [(each.at, float(each.equity)) for each in points if each.equity is not None]
    if len(known) < len(points):
        return Measured({"total_return": None}, {"total_return": NO_PRICE})
    at, equity = [at for at, _ in known], [equity for _, equity in known]
    rates = (by.periods_a_year, float(by.risk_free))
    found = [measures_of(at, equity, *rates), duration_of_fall(at, equity)]
    if by.benchmark is not None:
        found.append(against_benchmark(at, equity, by.history(by.benchmark), *rates))
    return _together(found)


def _together(measured: Sequence[Measured]) -> Measured:
    figures = {name: figure for each in measured for name, figure in each.figures.items()}
    return Measured(figures, {name: reason for each in measured for name, reason in each.reasons.items()})


def _exposure(points: Sequence[Point]) -> Measured:
    return Measured({"exposure": sum(bool(each.invested) for each in points) / len(points)}, {})


def _thinned(points: Sequence[Point]) -> list[Point]:
    """Return points evenly spread over all of them, the first and the last included, where there are too many."""
    last = len(points) - 1
    return list(points) if last < POINTS_MAX else [points[n * last // (POINTS_MAX - 1)] for n in range(POINTS_MAX)]


def _point(point: Point) -> dict[str, Any]:
    money = {name: _money(getattr(point, name)) for name in ("equity", "cash", "invested")}
    return {"at": instant_text(point.at), **money}


def _order(order: Order | Placed, reasons: Reasons) -> dict[str, Any]:
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
        "average_fill_price": None if average is None else price_text(average),
        "fees": plain(order.fees),
        "closed_reason": order.closed_reason,
        "tag": reasons.tag(order.id),
    }


def _trip(number: int, trip: RoundTrip, excursion: Excursion) -> dict[str, Any]:
    paid, left = trip.entry_value, trip.exit_price
    return {
        "number": number,
        "symbol": trip.symbol,
        "side": trip.side.value,
        "decided_at": instant_text(trip.decided_at),
        "entered_at": instant_text(trip.entered_at),
        "delay_s": (trip.entered_at - trip.decided_at).total_seconds(),
        "left_at": _instant(trip.left_at),
        "quantity": plain(trip.quantity),
        "entry_price": price_text(trip.entry_price),
        "exit_price": None if left is None else price_text(left),
        "gain": None if trip.is_open else plain(trip.gain),
        "gain_rate": None if trip.is_open or not paid else float(trip.gain / paid),
        "fees": plain(trip.fees),
        "bars": excursion.bars,
        "adverse": excursion.adverse,
        "favourable": excursion.favourable,
        "entry_rule": trip.entry_rule,
        "exit_rule": trip.exit_rule,
        "exit_reason": _left_by(trip),
        "tag": trip.tag,
        "exit_tag": trip.exit_tag,
        "is_ambiguous": trip.is_ambiguous,
    }


def _left_by(trip: RoundTrip) -> str | None:
    return None if trip.exit_reason is None else trip.exit_reason.value


def _refusal(refused: Refused) -> dict[str, Any]:
    command, refusal = refused.command, refused.refusal
    return {
        "at": instant_text(refused.at),
        "command": _ASKED[type(command)],
        "symbol": getattr(command, "symbol", None),
        "code": refusal.code,
        "message": refusal.message,
    }


def _failure(failure: Failure) -> dict[str, Any]:
    # The name of the file alone: where things are installed is nobody's business.
    file = failure.file.replace("\\", "/").rpartition("/")[2]
    return {"at": instant_text(failure.at), "error": failure.error, "file": file, "line": failure.line}


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant_text(at)
