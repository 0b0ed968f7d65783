"""Runs side by side, on the days that all of them know."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from paperdesk.core.backtest.side_by_side import NothingInCommon, SideBySide, side_by_side

FIRST = datetime(2024, 6, 3, 20, tzinfo=UTC)


def beside(*curves: list[float]) -> SideBySide:
    at = [FIRST + timedelta(days=day) for day in range(len(curves[0]))]
    return side_by_side([(at, np.array(each)) for each in curves], 252)


def test_runs_go_together_or_against_each_other() -> None:
    found = beside([100, 101, 100, 102], [50, 50.5, 50, 51], [100, 99, 100, 98])
    assert found.correlations[0, 1] == pytest.approx(1)
    assert found.correlations[0, 2] == pytest.approx(-1, abs=0.01)


def test_two_days_are_one_return_which_goes_together_with_nothing() -> None:
    found = beside([100, 101], [100, 99])
    assert found.growth.tolist() == [[1, 1.01], [1, 0.99]]
    assert np.isnan(found.correlations).all()


def test_one_day_in_common_is_refused() -> None:
    with pytest.raises(NothingInCommon):
        beside([100], [100])
