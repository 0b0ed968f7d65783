"""Deflated Sharpe ratio and probability of overfitting: published figures, and the definitions written out."""

from itertools import combinations
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.backtest.selection import (
    SLICES,
    Shape,
    deflated_sharpe,
    overfitting_of,
    probabilistic_sharpe,
    shape_of,
    sharpe_by_luck,
    sums_of,
)
from paperdesk.core.strategy.indicators import Floats

# "The Deflated Sharpe Ratio" (2014), numerical example: five years of days, a Sharpe ratio of 2.5 a year, and trials
# whose Sharpe ratios a year differ by a variance of a half.
A_DAY = 1 / sqrt(250)
VARIANCE = 0.5 / 250


def drawn(seed: int, trials: int, returns: int) -> Floats:
    return np.random.Generator(np.random.PCG64(seed)).normal(0.0003, 0.01, (trials, returns))


def test_luck_and_the_deflated_ratio_are_those_that_were_published() -> None:
    skewed = Shape(1250, 2.5 * A_DAY, -3.0, 10.0)
    normal = Shape(1250, 2.5 * A_DAY, 0.0, 3.0)
    assert sharpe_by_luck(100, VARIANCE) == pytest.approx(0.1132, abs=5e-5)
    assert deflated_sharpe(skewed, 100, VARIANCE) == pytest.approx(0.9004, abs=5e-5)
    assert deflated_sharpe(skewed, 46, VARIANCE) == pytest.approx(0.9505, abs=5e-5)
    assert deflated_sharpe(normal, 88, VARIANCE) == pytest.approx(0.9505, abs=5e-5)


def test_one_trial_was_not_chosen_and_more_trials_deflate_more() -> None:
    shape = Shape(1250, 2.5 * A_DAY, -3.0, 10.0)
    assert deflated_sharpe(shape, 1, VARIANCE) == probabilistic_sharpe(shape, 0.0)
    told = [deflated_sharpe(shape, trials, VARIANCE) for trials in (1, 2, 10, 100, 1000)]
    assert told == sorted(told, reverse=True)


@given(st.integers(0, 99), st.integers(20, 70))
def test_the_shape_of_returns_follows_from_the_sums_of_their_powers(seed: int, count: int) -> None:
    steps = drawn(seed, 1, count)
    found = shape_of(sums_of(steps)[0], count)
    apart = steps[0] - steps[0].mean()
    assert found is not None
    assert found.sharpe == pytest.approx(steps[0].mean() / steps[0].std(ddof=1))
    assert found.skewness == pytest.approx((apart**3).mean() / steps[0].std() ** 3, abs=1e-9)
    assert found.kurtosis == pytest.approx((apart**4).mean() / steps[0].std() ** 4)
    assert shape_of(sums_of(np.zeros((1, count)))[0], count) is None


def by_its_definition(steps: Floats) -> float:
    """The share of combinations in which the logit of the best one's rank is not above zero."""
    parts = np.split(steps, [number * steps.shape[1] // SLICES for number in range(1, SLICES)], axis=1)
    logits = []
    for chosen in combinations(range(SLICES), SLICES // 2):
        inside, outside = (
            np.concatenate([parts[each] for each in range(SLICES) if (each in chosen) is wanted], axis=1)
            for wanted in (True, False)
        )
        ratios = [half.mean(axis=1) / half.std(axis=1, ddof=1) for half in (inside, outside)]
        best = int(ratios[0].argmax())
        share = ((ratios[1] < ratios[1][best]).sum() + 1) / (len(steps) + 1)
        logits.append(log(share / (1 - share)))
    return float(np.mean(np.array(logits) <= 0))


@pytest.mark.parametrize("seed", range(3))
def test_overfitting_is_what_its_definition_says(seed: int) -> None:
    steps = drawn(seed, 7, 53)
    assert overfitting_of(sums_of(steps), 53) == by_its_definition(steps)


def test_skill_is_never_overfitted_and_what_turns_over_always() -> None:
    noise = drawn(5, 20, 200)
    skilled = noise.copy()
    skilled[3] += 0.02
    assert overfitting_of(sums_of(skilled), 200) == 0
    # Whatever rises more in one half falls more in the other.
    turning = np.where(np.arange(200) < 100, 0.01, -0.01) * np.linspace(-1, 1, 20)[:, None] + noise / 1e4
    turning -= turning.mean(axis=1, keepdims=True)
    assert overfitting_of(sums_of(turning), 200) > 0.9


def test_luck_alone_is_overfitted_about_half_of_the_time() -> None:
    told = [overfitting_of(sums_of(drawn(seed, 40, 240) - 0.0003), 240) for seed in range(30)]
    assert 0.35 < float(np.mean(told)) < 0.65
