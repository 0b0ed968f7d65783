"""Which parameters a sweep tries: all combinations in order, or some of them by a seed, and what is refused."""

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.backtest.search import (
    EmptyRange,
    NothingToSearch,
    ParameterTwice,
    Range,
    Search,
    Steps,
    TooManyTrials,
    axes_of,
    combinations_of,
    size_of,
)
from paperdesk.core.kernel.errors import PaperdeskError
from paperdesk.core.strategy.library.trend import MovingAverageCross
from paperdesk.core.strategy.parameters import ParameterOutOfRange, UnknownParameter

DECLARED = MovingAverageCross.parameters


def steps(at_least: str, at_most: str, step: str = "1") -> Steps:
    return Steps(Decimal(at_least), Decimal(at_most), Decimal(step))


def test_a_grid_is_every_combination_and_the_last_parameter_changes_first() -> None:
    axes = axes_of(DECLARED, {}, {"fast": steps("5", "10", "5"), "slow": [20, "30"]})
    tried = combinations_of(axes, Search.GRID, 4, seed=0)
    assert [(each["fast"], each["slow"]) for each in tried] == [(5, 20), (5, 30), (10, 20), (10, 30)]
    assert size_of(axes, Search.GRID, None) == 4


def test_both_ends_of_a_range_are_within_and_a_value_given_twice_is_one() -> None:
    axes = axes_of(DECLARED, {}, {"quantity": steps("0.1", "0.35", "0.1"), "fast": [3, "3", 4]})
    assert axes == {"quantity": (Decimal("0.1"), Decimal("0.2"), Decimal("0.3")), "fast": (3, 4)}


@given(st.integers(1, 400), st.integers(0, 5), st.sampled_from(["30", "300", "1000"]))
def test_a_random_search_draws_different_combinations_and_the_same_by_the_same_seed(
    trials: int, seed: int, most: str
) -> None:
    axes = axes_of(DECLARED, {}, {"fast": steps("1", most), "slow": steps("2", most)})
    drawn = [combinations_of(axes, Search.RANDOM, trials, seed) for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert len({tuple(each.items()) for each in drawn[0]}) == size_of(axes, Search.RANDOM, trials) == len(drawn[0])


@pytest.mark.parametrize(
    ("fixed", "ranges", "refusal", "said"),
    [
        ({}, {}, NothingToSearch, "at least one"),
        ({}, {"fast": []}, EmptyRange, "holds no value"),
        ({}, {"fast": steps("9", "3")}, EmptyRange, "ends before it begins"),
        ({}, {"fast": steps("3", "9", "0")}, EmptyRange, "holds no value"),
        ({"fast": 3}, {"fast": [3, 4]}, ParameterTwice, "leave one of them out"),
        ({}, {"fats": [3]}, UnknownParameter, "did you mean fast"),
        ({}, {"fast": [3, 0]}, ParameterOutOfRange, "a whole number from 1 to 1000"),
        ({}, {"quantity": steps("1", "900000")}, TooManyTrials, "900,000 combinations"),
    ],
)
def test_what_cannot_be_searched_is_refused(
    fixed: Mapping[str, object], ranges: Mapping[str, Range], refusal: type[PaperdeskError], said: str
) -> None:
    with pytest.raises(refusal, match=said):
        axes_of(DECLARED, fixed, ranges)


def test_a_grid_may_be_too_large_where_some_of_it_is_not() -> None:
    axes = axes_of(DECLARED, {}, {"fast": steps("1", "500"), "slow": steps("2", "501")})
    with pytest.raises(TooManyTrials, match="250,000"):
        size_of(axes, Search.GRID, None)
    assert size_of(axes, Search.RANDOM, 100) == 100
