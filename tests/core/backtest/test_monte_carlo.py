"""Draws from a run: the same by the same seed, made of what was there, and as far apart as it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.backtest.monte_carlo import QUANTILES, bootstrapped, shuffled

seeds = st.integers(0, 999)


@given(st.lists(st.integers(-40, 60), min_size=2, max_size=12), seeds)
def test_round_trips_in_another_order_fall_no_deeper_than_all_losses_at_once(gains: list[int], seed: int) -> None:
    values = np.array(gains, float)
    found = shuffled(values, 1000.0, 50, seed)
    lost = -values[values < 0].sum()
    assert found == shuffled(values, 1000.0, 50, seed)
    assert all(-lost / 1000.0 - 1e-9 <= each <= 0 for each in found.quantiles.values())


def test_one_loss_among_gains_falls_by_the_same_wherever_it_comes() -> None:
    found = shuffled(np.array([-100.0, 0.0, 0.0]), 1000.0, 20, 1)
    assert set(found.quantiles.values()) == {found.was}
    assert found.was == pytest.approx(-0.1)
    assert found.share_worse == 0


@given(seeds, st.integers(1, 60))
def test_a_bootstrap_keeps_what_hangs_together_and_repeats_by_its_seed(seed: int, block: int) -> None:
    steps = np.random.Generator(np.random.PCG64(3)).normal(0.001, 0.01, 50)
    found = bootstrapped(steps, 150, seed, block)
    assert found == bootstrapped(steps, 150, seed, block)
    total = found["total_return"]
    assert total.was == pytest.approx(np.prod(1 + steps) - 1)
    assert [total.quantiles[each] for each in QUANTILES] == sorted(total.quantiles.values())
    if block >= len(steps):
        # One block is all of them, begun anywhere: the end is the same.
        assert list(total.quantiles.values()) == pytest.approx([total.was] * len(QUANTILES))


def test_returns_that_stand_still_have_no_sharpe_to_speak_of() -> None:
    found = bootstrapped(np.zeros(30), 20, 0, 5)
    assert (found["sharpe"].was, found["max_drawdown"].was, found["total_return"].share_worse) == (0, 0, 0)
