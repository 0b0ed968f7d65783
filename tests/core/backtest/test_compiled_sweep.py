"""A sweep scores each run as the run by itself is measured."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.backtest.compiled.kernel import ENDED
from paperdesk.core.backtest.compiled.means import Means
from paperdesk.core.backtest.compiled.scaling import NotExpressible
from paperdesk.core.backtest.compiled.signals import cross_targets, hold_targets
from paperdesk.core.backtest.compiled.sweeping import Around, Averages, scores_of, sweep_of
from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.broker.fill_models import IDEAL
from paperdesk.core.kernel.time import instant_of
from paperdesk.core.kernel.values import replace
from tests.bar_series import bars_at, days, series
from tests.scenery import ACME, reg_t, rules

PRICES = ("open", "high", "low", "close")
PERCENT = FeeSchedule("percent", value_rate=Decimal("0.001"))
lots = st.sampled_from([10, 99])
pairs = st.lists(
    st.builds(Averages, st.integers(1, 5), st.integers(2, 12), lots, st.sampled_from([0, -10, -99])),
    min_size=1, max_size=5,
)  # fmt: skip
accounts = st.sampled_from([rules(IDEAL, PERCENT), rules(IDEAL, PERCENT, margin=reg_t())])


@given(series(ACME, most=40), pairs, accounts)
def test_each_score_is_that_of_the_run_by_itself(bars: Bars, pairs: list[Averages], account_rules: Rules) -> None:
    means = Means(Decimal(10_000), account_rules)
    swept = sweep_of(bars, pairs, means)
    found = scores_of(np.concatenate([swept.part(place, place + 1) for place in range(len(pairs))]))
    curves = swept.curves(0, len(pairs))
    for place, averages in enumerate(pairs):
        try:
            alone = hold_targets(bars, cross_targets(bars, *averages), means)
        except NotExpressible:
            assert np.isnan([found.equity[place], found.total_return[place], found.sharpe[place]]).all()
            continue
        figures = alone.measured().figures
        assert found.equity[place] == alone.end.cash + alone.end.units * int(bars.close[-1])
        ended = bars.sessions_ended(instant_of(bars.open_at.item(0)))
        assert curves[place, :-1].tolist() == [1_000_000, *alone.equity[ended].tolist()]
        assert curves[place, -1] == found.equity[place]
        assert (found.orders[place], found.refused[place]) == (len(alone.orders), len(alone.refused))
        assert found.total_return[place] == pytest.approx(figures["total_return"])
        assert found.max_drawdown[place] == pytest.approx(figures["max_drawdown"])
        sharpe = figures["sharpe"]
        if np.isnan(found.sharpe[place]):
            assert sharpe is None or abs(sharpe) > 1e4, "returns that do not differ but by rounding"
        else:
            assert found.sharpe[place] == pytest.approx(sharpe, rel=1e-6)


@given(series(ACME, most=90), pairs, accounts)
def test_a_run_for_its_end_alone_ends_as_the_whole_one(bars: Bars, pairs: list[Averages], account_rules: Rules) -> None:
    swept = sweep_of(bars, pairs, Means(Decimal(10_000), account_rules))
    ends, whole = swept.ended(0, len(pairs)), swept.part(0, len(pairs))
    assert np.array_equal(ends[:, ENDED:], whole[:, ENDED:], equal_nan=True)


@given(series(ACME, most=40), pairs)
def test_closes_that_floats_cannot_add_up_are_added_up_as_whole_numbers(bars: Bars, pairs: list[Averages]) -> None:
    finest = replace(bars, places=bars.places + 9, **{name: getattr(bars, name) * 10**9 for name in PRICES})
    means = Means(Decimal(10_000), rules(IDEAL, PERCENT))
    rough, fine = (sweep_of(each, pairs, means).ended(0, len(pairs)) for each in (bars, finest))
    assert np.array_equal(rough, fine, equal_nan=True)


@given(series(ACME, most=40), pairs, accounts, st.integers(0, 6))
def test_closes_before_the_first_bar_count_in_averages(
    bars: Bars, pairs: list[Averages], account_rules: Rules, before: int
) -> None:
    first = min(before, len(bars) - 1)
    later = replace(bars, **{name: getattr(bars, name)[first:] for name in ("open_at", "at", *PRICES)})
    means = Means(Decimal(10_000), account_rules)
    swept = sweep_of(later, pairs, means, Around(closes_before=bars.close[:first]))
    for told in (swept.part(0, len(pairs)), swept.ended(0, len(pairs))):
        for row, averages in zip(told, pairs, strict=True):
            try:
                alone = hold_targets(later, cross_targets(bars, *averages)[first:], means)
            except NotExpressible:
                assert np.isnan(row[ENDED])
                continue
            assert row[ENDED] == alone.end.cash + alone.end.units * int(bars.close[-1])


def test_parts_of_a_sweep_are_the_whole() -> None:
    bars = bars_at(days(60, ACME), [(step % 7 - 3, 40 * (-1) ** (step // 9), 5, 5) for step in range(60)], ACME)
    swept = sweep_of(
        bars, [Averages(fast, 9, 10) for fast in range(1, 8)], Means(Decimal(10_000), rules(IDEAL, PERCENT))
    )
    assert np.array_equal(np.concatenate([swept.part(0, 3), swept.part(3, 7)]), swept.part(0, 7))
    assert len(set(scores_of(swept.part(0, 7)).equity)) > 1


def test_a_sweep_over_nothing_is_refused() -> None:
    with pytest.raises(NotExpressible, match="no_bars"):
        sweep_of(bars_at([], [], ACME), [Averages(1, 2, 1)], Means(Decimal(1), rules()))
