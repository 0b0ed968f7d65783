"""A watched limit warns, alarms and is breached from its thresholds on, and tells of each state it comes up to once."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.broker.watched_limits import (
    LimitKind,
    LimitOfWholeAccount,
    LimitState,
    LimitWithoutMeaning,
    Measured,
    Reached,
    Thresholds,
    ThresholdsOutOfOrder,
    WatchedLimit,
    looked_at,
    require_limit,
    rounded,
    state_of,
    utilisation,
)
from paperdesk.core.kernel.errors import Invalid
from tests.scenery import ACME, DAY, FIRST_CLOSE

HUNDRED = WatchedLimit(LimitKind.POSITION_SIZE, Decimal(100))
RISING = [LimitState.NORMAL, LimitState.WARNING, LimitState.CRITICAL, LimitState.BREACHED]
UNKNOWN = Measured(None, "A position has no price yet.")
used = st.decimals(0, 200, places=2)


def told(series: list[str | None], limit: WatchedLimit = HUNDRED) -> list[LimitState]:
    """Return what is told while a limit of 100 measures one amount after another; None is a missing price."""
    reached, alerts = Reached(), []
    for amount in series:
        measured = UNKNOWN if amount is None else Measured(Decimal(amount))
        reached, alert = looked_at(reached, limit, measured)
        alerts += [] if alert is None else [alert]
    return alerts


def test_a_measure_is_shown_to_six_places_without_idle_zeros() -> None:
    shown = [rounded(each) for each in (None, Decimal(1) / 3, Decimal("1.500"), Decimal(200))]
    assert [None if each is None else f"{each:f}" for each in shown] == [None, "0.333333", "1.5", "200"]


def test_each_kind_says_what_its_value_counts() -> None:
    assert {kind.value: WatchedLimit(kind, Decimal(1)).unit.value for kind in LimitKind} == {
        "position_size": "currency",
        "daily_loss": "currency",
        "drawdown": "fraction_of_peak",
        "leverage": "multiple_of_equity",
        "exposure": "fraction_of_equity",
    }


@pytest.mark.parametrize(
    ("amount", "state"),
    [
        ("0", LimitState.NORMAL),
        ("79.99", LimitState.NORMAL),
        ("80", LimitState.WARNING),
        ("94.99", LimitState.WARNING),
        ("95", LimitState.CRITICAL),
        ("99.99", LimitState.CRITICAL),
        ("100", LimitState.BREACHED),
        ("250", LimitState.BREACHED),
    ],
)
def test_a_limit_warns_at_80_alarms_at_95_and_is_breached_at_100_percent(amount: str, state: LimitState) -> None:
    assert state_of(HUNDRED, Measured(Decimal(amount))) is state
    assert utilisation(HUNDRED, Measured(Decimal(amount))) == Decimal(amount) / 100


def test_80_percent_warns_once_and_95_percent_alarms_once() -> None:
    assert told(["70", "80", "85", "94"]) == [LimitState.WARNING]
    assert told(["70", "80", "85", "95", "96", "99", "95"]) == [LimitState.WARNING, LimitState.CRITICAL]


def test_a_jump_over_all_thresholds_tells_that_the_limit_is_breached_and_nothing_else() -> None:
    assert told(["70", "120"]) == [LimitState.BREACHED]
    assert told(["70", "120", "97", "82"]) == [LimitState.BREACHED]


def test_a_state_is_told_of_again_once_the_limit_has_been_below_it() -> None:
    assert told(["85", "79", "81"]) == [LimitState.WARNING, LimitState.WARNING]
    assert told(["120", "97", "101"]) == [LimitState.BREACHED, LimitState.BREACHED]
    assert told(["120", "85", "97"]) == [LimitState.BREACHED, LimitState.CRITICAL]


def test_what_cannot_be_measured_is_unknown_tells_nothing_and_arms_nothing() -> None:
    assert state_of(HUNDRED, UNKNOWN) is LimitState.UNKNOWN
    assert utilisation(HUNDRED, UNKNOWN) is None
    assert told(["85", None, "85", None, "96"]) == [LimitState.WARNING, LimitState.CRITICAL]


def test_what_has_no_bound_is_beyond_every_limit() -> None:
    bare = Measured(None, "The account has no equity left to compare with.", is_boundless=True)
    leverage = WatchedLimit(LimitKind.LEVERAGE, Decimal(4))
    assert state_of(leverage, bare) is LimitState.BREACHED
    assert looked_at(Reached(), leverage, bare)[1] is LimitState.BREACHED


def test_a_loss_of_the_day_is_told_of_anew_on_the_next_day() -> None:
    loss = WatchedLimit(LimitKind.DAILY_LOSS, Decimal(100))
    today, tomorrow = (Measured(Decimal(110), since=FIRST_CLOSE + day) for day in (timedelta(), DAY))
    reached, first = looked_at(Reached(), loss, today)
    reached, again = looked_at(reached, loss, today)
    _, anew = looked_at(reached, loss, tomorrow)
    assert (first, again, anew) == (LimitState.BREACHED, None, LimitState.BREACHED)


@given(st.lists(st.none() | used, max_size=40), st.lists(used.filter(bool), min_size=3, max_size=3, unique=True))
def test_as_many_alerts_are_told_as_a_higher_state_is_entered(
    series: list[Decimal | None], percents: list[Decimal]
) -> None:
    limit = WatchedLimit(LimitKind.POSITION_SIZE, Decimal(100), Thresholds(*(each / 100 for each in sorted(percents))))
    states = [RISING.index(state_of(limit, Measured(each))) for each in series if each is not None]
    entered = [RISING[after] for before, after in pairwise([0, *states]) if after > before]
    assert told([None if each is None else str(each) for each in series], limit) == entered


@given(st.lists(used, min_size=1, max_size=40))
def test_between_two_alerts_of_one_state_the_limit_was_below_it(series: list[Decimal]) -> None:
    reached, low = Reached(), dict.fromkeys(RISING, True)
    for amount in series:
        reached, alert = looked_at(reached, HUNDRED, Measured(amount))
        state = state_of(HUNDRED, Measured(amount))
        if alert is not None:
            assert alert is state
            assert low[alert]
        low = {each: RISING.index(state) < RISING.index(each) or (low[each] and each is not state) for each in RISING}


def limit_of(kind: LimitKind, value: str, at: Thresholds | None = None, *, symbol: bool = False) -> WatchedLimit:
    return WatchedLimit(kind, Decimal(value), at or Thresholds(), ACME.id if symbol else None)


@pytest.mark.parametrize("kind", [LimitKind.DRAWDOWN, LimitKind.LEVERAGE])
def test_a_drawdown_or_leverage_of_one_symbol_is_refused(kind: LimitKind) -> None:
    with pytest.raises(LimitOfWholeAccount):
        require_limit(limit_of(kind, "0.5", symbol=True))
    require_limit(limit_of(kind, "0.5"))


@pytest.mark.parametrize("kind", [LimitKind.POSITION_SIZE, LimitKind.DAILY_LOSS, LimitKind.EXPOSURE])
def test_the_other_limits_are_of_one_symbol_or_of_the_whole_account(kind: LimitKind) -> None:
    require_limit(limit_of(kind, "2", symbol=True))
    require_limit(limit_of(kind, "2"))


@pytest.mark.parametrize(
    ("limit", "refusal"),
    [
        (limit_of(LimitKind.EXPOSURE, "0"), LimitWithoutMeaning),
        (limit_of(LimitKind.LEVERAGE, "-2"), LimitWithoutMeaning),
        (limit_of(LimitKind.DRAWDOWN, "10"), LimitWithoutMeaning),
        (limit_of(LimitKind.EXPOSURE, "2", Thresholds(warning=Decimal(0))), ThresholdsOutOfOrder),
        (limit_of(LimitKind.EXPOSURE, "2", Thresholds(warning=Decimal("0.95"))), ThresholdsOutOfOrder),
        (limit_of(LimitKind.EXPOSURE, "2", Thresholds(critical=Decimal("1.2"))), ThresholdsOutOfOrder),
    ],
)
def test_a_limit_without_meaning_is_refused(limit: WatchedLimit, refusal: type[Invalid]) -> None:
    with pytest.raises(refusal):
        require_limit(limit)
