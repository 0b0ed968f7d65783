"""Round trips in figures, excursions and periods: against numbers worked out by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from paperdesk.core.backtest.excursions import excursion_of
from paperdesk.core.backtest.periods import Period, periods_of
from paperdesk.core.backtest.result import Point
from paperdesk.core.backtest.round_trips import RoundTrip
from paperdesk.core.backtest.trip_figures import NO_LOSS, NO_WIN, NONE_CLOSED, trip_figures
from paperdesk.core.broker.orders import Side
from paperdesk.core.strategy.history import History

BEGAN = datetime(2024, 6, 3, tzinfo=UTC)
DAY = timedelta(days=1)
ONE = Decimal(1)


def trip(gain: int, side: Side = Side.BUY, days: int = 1) -> RoundTrip:
    """A round trip of one unit that was entered at 100."""
    paid, got = Decimal(100), Decimal(100 + gain)
    bought, sold = (paid, got) if side is Side.BUY else (Decimal(100 - gain), paid)
    return RoundTrip(
        "ACME", side, BEGAN, BEGAN, ONE, ONE, bought, sold, left_at=BEGAN + days * DAY, entry_value=paid
    )  # fmt: skip


def test_what_breaks_even_is_neither_won_nor_lost() -> None:
    found = trip_figures([trip(30), trip(0), trip(-10), trip(10)], Decimal(1000)).figures
    assert [found[name] for name in ("round_trips", "won", "lost", "broke_even")] == [4, 2, 1, 1]
    assert (found["win_rate"], found["loss_rate"]) == (0.5, 0.25)
    assert (found["profit_factor"], found["payoff"], found["expectancy"]) == (4.0, 2.0, 7.5)
    assert (found["average_win"], found["largest_win"], found["average_loss"], found["largest_loss"]) == (
        20,
        30,
        10,
        10,
    )


def test_the_risk_of_ruin_is_a_gamblers_who_stakes_one_average_loss_at_a_time() -> None:
    # Three won and one lost of four decided: an edge of one half; a hundred of tens in a thousand.
    found = trip_figures([trip(10), trip(10), trip(10), trip(-10)], Decimal(100)).figures
    assert found["risk_of_ruin"] == pytest.approx((0.5 / 1.5) ** 10)
    assert trip_figures([trip(10), trip(-10)], Decimal(100)).figures["risk_of_ruin"] == 1


def test_streaks_sides_and_days() -> None:
    trips = [trip(5), trip(5, Side.SELL), trip(-1), trip(-1), trip(-1), trip(5, days=3)]
    found = trip_figures(trips, Decimal(1000)).figures
    assert (found["longest_wins"], found["longest_losses"]) == (2, 3)
    assert (found["long_trips"], found["short_trips"], found["long_gain"], found["short_gain"]) == (5, 1, 7, 5)
    assert found["average_days"] == pytest.approx(8 / 6)


def test_what_cannot_be_said_of_round_trips_is_null_with_a_reason() -> None:
    none, winning, losing = (trip_figures(each, Decimal(100)) for each in ([], [trip(1)], [trip(-1)]))
    assert (none.figures["win_rate"], none.reasons["win_rate"]) == (None, NONE_CLOSED)
    assert (winning.figures["profit_factor"], winning.reasons["profit_factor"]) == (None, NO_LOSS)
    assert (losing.figures["payoff"], losing.reasons["payoff"]) == (None, NO_WIN)


def history(low: list[float], high: list[float]) -> History:
    at = np.array([(BEGAN + number * DAY).timestamp() * 1e6 for number in range(1, len(low) + 1)], np.int64)
    return History(at, {"low": np.array(low), "high": np.array(high)})


def test_excursions_are_the_worst_and_the_best_price_while_something_was_held() -> None:
    bars = history([98, 95, 90], [101, 107, 130])
    long, short = (excursion_of(trip(0, side, days=2), bars, BEGAN) for side in (Side.BUY, Side.SELL))
    assert long.bars == 2
    assert [long.adverse, long.favourable] == pytest.approx([-0.05, 0.07])
    assert [short.adverse, short.favourable] == pytest.approx([-0.07, 0.05])
    unknown = excursion_of(trip(0), history([np.nan], [np.nan]), BEGAN)
    assert (unknown.bars, unknown.adverse, unknown.favourable) == (1, None, None)


def test_periods_count_from_the_worth_before_them_and_compound_to_the_whole() -> None:
    worth = [1000, 1100, 990, 1188]
    days = [BEGAN, BEGAN + DAY, BEGAN + 27 * DAY, BEGAN + 28 * DAY]
    points = [Point(at, Decimal(value), Decimal(value), None) for at, value in zip(days, worth, strict=True)]
    months = periods_of(points, [trip(5), trip(7, days=28)], "month")
    assert [_essence(each) for each in months] == [
        ("2024-06", Decimal(-10), -0.01, 1, Decimal(5)),
        ("2024-07", Decimal(198), 0.2, 1, Decimal(7)),
    ]
    assert [each.name for each in periods_of(points, [], "week")] == ["2024-W23", "2024-W26", "2024-W27"]
    for kind in ("day", "week", "month", "year"):
        rates = [each.rate for each in periods_of(points, [], kind)]
        assert np.prod([1 + rate for rate in rates if rate is not None]) == pytest.approx(1.188)


def _essence(period: Period) -> tuple[str, Decimal | None, float | None, int, Decimal]:
    return period.name, period.gain, period.rate, period.round_trips, period.round_trip_gain
