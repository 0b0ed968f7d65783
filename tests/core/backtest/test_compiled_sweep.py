"""A sweep scores each run as the run by itself is measured."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.backtest.compiled.scaling import NotExpressible
from paperdesk.core.backtest.compiled.signals import Means, cross_targets, hold_targets
from paperdesk.core.backtest.compiled.sweeping import scores_of, sweep_of
from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.broker.fill_models import IDEAL
from tests.bar_series import bars_at, days, series
from tests.scenery import ACME, rules

PERCENT = FeeSchedule("percent", value_rate=Decimal("0.001"))
pairs = st.lists(st.tuples(st.integers(1, 5), st.integers(2, 12)), min_size=1, max_size=5)


@given(series(ACME, most=40), pairs, st.sampled_from([10, 99]))
def test_each_score_is_that_of_the_run_by_itself(bars: Bars, pairs: list[tuple[int, int]], lots: int) -> None:
    means = Means(Decimal(10_000), rules(IDEAL, PERCENT))
    swept = sweep_of(bars, pairs, lots, means)
    found = scores_of(np.concatenate([swept.part(place, place + 1) for place in range(len(pairs))]))
    for place, (fast, slow) in enumerate(pairs):
        try:
            alone = hold_targets(bars, cross_targets(bars, fast, slow, lots), means)
        except NotExpressible:
            assert np.isnan([found.equity[place], found.total_return[place], found.sharpe[place]]).all()
            continue
        figures = alone.measured().figures
        assert found.equity[place] == alone.end.cash + alone.end.units * int(bars.close[-1])
        assert (found.orders[place], found.refused[place]) == (len(alone.orders), len(alone.refused))
        assert found.total_return[place] == pytest.approx(figures["total_return"])
        assert found.max_drawdown[place] == pytest.approx(figures["max_drawdown"])
        sharpe = figures["sharpe"]
        if np.isnan(found.sharpe[place]):
            assert sharpe is None or abs(sharpe) > 1e4, "returns that do not differ but by rounding"
        else:
            assert found.sharpe[place] == pytest.approx(sharpe, rel=1e-6)


def test_parts_of_a_sweep_are_the_whole() -> None:
    bars = bars_at(days(60, ACME), [(step % 7 - 3, 40 * (-1) ** (step // 9), 5, 5) for step in range(60)], ACME)
    swept = sweep_of(bars, [(fast, 9) for fast in range(1, 8)], 10, Means(Decimal(10_000), rules(IDEAL, PERCENT)))
    assert np.array_equal(np.concatenate([swept.part(0, 3), swept.part(3, 7)]), swept.part(0, 7))
    assert len(set(scores_of(swept.part(0, 7)).equity)) > 1


def test_a_sweep_over_nothing_is_refused() -> None:
    with pytest.raises(NotExpressible, match="no_bars"):
        sweep_of(bars_at([], [], ACME), [(1, 2)], 1, Means(Decimal(1), rules()))
