"""Combinatorial purged cross-validation: splits and paths as published, and choices that never see what is tested."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdesk.core.backtest.cross_validation import (
    Folding,
    TooFewToSplit,
    TooManySplits,
    groups_of,
    judged,
    paths_of,
    sharpes,
    splits_of,
    total_returns,
    walked_paths,
)


def test_six_groups_of_which_two_are_tested_give_the_published_splits_and_paths() -> None:
    """Lopez de Prado, "Advances in Financial Machine Learning", figures 12.1 and 12.2."""
    terms = Folding(6, 2)
    assert (terms.splits, terms.paths) == (15, 5)
    splits = splits_of(60, terms)
    assert [each.groups for each in splits] == list(combinations(range(1, 7), 2))
    assert paths_of(terms)[:2] == [(1, 1, 2, 3, 4, 5), (2, 6, 6, 7, 8, 9)]
    assert paths_of(terms)[-1] == (5, 9, 12, 14, 15, 15)


# What the documentation of skfolio 1.12 prints for CombinatorialPurgedCV(n_folds=3, n_test_folds=2) on 12 rows.
PRINTED = {
    (0, 0): [[8, 9, 10, 11], [4, 5, 6, 7], [0, 1, 2, 3]],
    (1, 0): [[9, 10, 11], [5, 6], [0, 1, 2]],
    (0, 1): [[9, 10, 11], [5, 6, 7], [0, 1, 2, 3]],
}


@pytest.mark.parametrize(("purge", "embargo"), PRINTED)
def test_purge_and_embargo_leave_what_another_library_prints(purge: int, embargo: int) -> None:
    splits = splits_of(12, Folding(3, 2, purge, embargo))
    assert [each.chosen_on.tolist() for each in splits] == PRINTED[purge, embargo]


@given(st.integers(3, 8), st.data(), st.integers(0, 3), st.integers(0, 3))
@settings(max_examples=60)
def test_nothing_that_is_tested_or_near_it_is_chosen_on(
    groups: int, data: st.DataObject, purge: int, embargo: int
) -> None:
    terms = Folding(groups, data.draw(st.integers(1, groups - 1)), purge, embargo)
    observations = data.draw(st.integers(groups * 12, groups * 15))
    bounds = groups_of(observations, groups)
    for split in splits_of(observations, terms):
        for start, stop in (bounds[each - 1] for each in split.groups):
            near = set(range(start - purge, stop + purge + embargo))
            assert near.isdisjoint(split.chosen_on.tolist())
    paths = paths_of(terms)
    assert len(paths) == terms.paths
    splits = splits_of(observations, terms)
    for place in range(groups):
        testing = [path[place] for path in paths]
        assert sorted(set(testing)) == testing == [each.number for each in splits if place + 1 in each.groups]


def test_a_path_is_what_its_splits_chose_where_they_tested() -> None:
    chance = np.random.default_rng(5)
    steps = chance.normal(0, 0.01, (4, 30))
    terms = Folding(3, 1)
    bounds = groups_of(30, 3)
    found = judged(steps, splits_of(30, terms), bounds, total_returns)
    for each in found:
        left = np.delete(steps, np.s_[slice(*bounds[each.split.groups[0] - 1])], axis=1)
        assert each.choice == int(np.prod(1 + left, axis=1).argmax())
    (path,) = walked_paths(steps, found, terms, 0.0, 252)
    choices = [each.choice for each in found]
    lived = np.concatenate([steps[choice, slice(*bound)] for choice, bound in zip(choices, bounds, strict=True)])
    assert path.splits == (1, 2, 3)
    assert path.total_return == pytest.approx(float(np.prod(1 + lived) - 1))
    assert path.sharpe == pytest.approx(float(lived.mean() / lived.std(ddof=1) * 252**0.5))


def test_skill_lasts_on_every_path_and_luck_does_not() -> None:
    chance = np.random.default_rng(11)
    luck = chance.normal(0, 0.01, (50, 600))
    skill = np.vstack([luck, chance.normal(0.003, 0.01, 600)])
    terms = Folding(6, 2, 1, 5)
    ratios = []
    for steps in (skill, luck):
        found = judged(steps, splits_of(600, terms), groups_of(600, 6), lambda rows: sharpes(rows, 0.0, 252))
        ratios.append([each.sharpe or 0 for each in walked_paths(steps, found, terms, 0.0, 252)])
    assert min(ratios[0]) > 3
    assert np.mean(ratios[1]) < 1


def test_where_nothing_can_be_chosen_paths_say_nothing() -> None:
    still, terms = np.zeros((2, 30)), Folding(3, 1)
    found = judged(still, splits_of(30, terms), groups_of(30, 3), lambda rows: sharpes(rows, 0.0, 252))
    assert {each.choice for each in found} == {None}
    (path,) = walked_paths(still, found, terms, 0.0, 252)
    assert (path.sharpe, path.total_return, path.max_drawdown) == (None, None, None)


def test_what_cannot_be_split_is_refused() -> None:
    with pytest.raises(TooFewToSplit):
        splits_of(5, Folding(3, 1))
    with pytest.raises(TooFewToSplit):
        splits_of(12, Folding(3, 1, purge=12))
    with pytest.raises(TooManySplits):
        splits_of(1000, Folding(20, 10))
