"""Walks forward: which sessions are chosen on and traded, and how what was traded becomes one curve."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.backtest.walking import (
    Fold,
    Step,
    TooManyFolds,
    TooShortToWalk,
    Walk,
    folds_of,
    kept_of,
    returns_of,
    stitched,
)

lengths = st.integers(1, 30)


def test_rolling_folds_move_and_anchored_ones_grow() -> None:
    assert folds_of(10, 4, 3, Walk.ROLLING) == [Fold(0, 4, 7), Fold(3, 7, 10)]
    assert folds_of(11, 4, 3, Walk.ANCHORED) == [Fold(0, 4, 7), Fold(0, 7, 10), Fold(0, 10, 11)]


@given(st.integers(2, 90), lengths, lengths, st.sampled_from(Walk))
def test_every_session_after_the_first_choice_is_traded_once_and_after_it_was_chosen(
    sessions: int, choose_on: int, trade_on: int, walk: Walk
) -> None:
    if choose_on >= sessions:
        with pytest.raises(TooShortToWalk):
            folds_of(sessions, choose_on, trade_on, walk)
        return
    folds = folds_of(sessions, choose_on, trade_on, walk)
    traded = [session for fold in folds for session in range(fold.split, fold.stop)]
    assert traded == list(range(choose_on, sessions))
    assert all(fold.split - fold.first >= choose_on for fold in folds)
    if walk is Walk.ROLLING:
        assert {fold.split - fold.first for fold in folds} == {choose_on}


def test_a_walk_of_too_many_folds_is_refused() -> None:
    with pytest.raises(TooManyFolds, match="trade longer stretches"):
        folds_of(500, 10, 1, Walk.ROLLING)


@given(st.lists(st.lists(st.floats(50, 200), min_size=2, max_size=6), min_size=1, max_size=5))
def test_what_was_traded_goes_on_with_what_the_last_fold_left(curves: list[list[float]]) -> None:
    steps = [[Step(number, worth) for number, worth in enumerate(curve)] for curve in curves]
    whole = stitched(steps)
    alone = [step for curve in steps for step in returns_of(curve)]
    assert list(returns_of(whole)) == pytest.approx(alone)
    assert whole[0] == steps[0][0]


def test_what_is_kept_is_of_folds_that_have_both_and_nothing_is_kept_of_nothing() -> None:
    assert kept_of([2.0, 4.0, None, 9.0], [1.0, 2.0, 5.0, None]) == 0.5
    assert kept_of([-1.0], [1.0]) is None
    assert kept_of([None], [1.0]) is None
