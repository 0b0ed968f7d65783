"""A run tells at which bars limits would have warned, alarmed and been breached, as the strategy's own eyes saw it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.backtest.limit_course import LimitCourse, Sighting, limit_courses
from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.runner import Stretch, run_heard
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.watched_limits import (
    OF_ACCOUNT_ONLY,
    LimitKind,
    LimitState,
    Measured,
    WatchedLimit,
    state_of,
)
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.sessions import calendar
from paperdesk.core.strategy.context import Context
from tests.bar_market import BarMarket, instant
from tests.bar_series import series
from tests.core.backtest.test_skipping import Programme, Wish, wishes
from tests.scenery import ACME, FIRST_CLOSE, REG_T, empty_account, rules

CASH = Decimal(100_000)
HUNDRED = WatchedLimit(LimitKind.POSITION_SIZE, Decimal(100))


class Witness(Programme):
    """Writes down at every bar what it has and holds, before it asks for anything."""

    def on_start(self, context: Context) -> None:
        super().on_start(context)
        self.seen: list[tuple[datetime, Decimal, Decimal]] = []

    def on_bar(self, context: Context) -> None:
        equity, close = context.equity, context.price(self.symbol)
        assert equity is not None
        assert close is not None
        self.seen.append((context.now, equity, abs(context.position(self.symbol)) * close))
        super().on_bar(context)


@dataclass(frozen=True)
class Ran:
    """A run, what was seen in it, and what it was run over."""

    market: BarMarket
    account: Account
    result: Result
    witness: Witness

    def course(self, limit: WatchedLimit) -> LimitCourse:
        stretch = Stretch(0, self.market.facts_total)
        (found,) = limit_courses(self.market, self.account, self.result, [limit], stretch)
        return found


def ran(bars: Bars, listed: Sequence[Wish | None]) -> Ran:
    market, witness = BarMarket([bars]), Witness([ACME.symbol])
    witness.wishes = listed
    account = replace(empty_account(rules(margin=REG_T)), cash=CASH)
    return Ran(market, account, run_heard(market, account, witness, Stretch(0, market.facts_total)), witness)


def reckoned(kind: LimitKind, seen: Sequence[tuple[datetime, Decimal, Decimal]], bars: Bars) -> list[Decimal]:
    """Return what a limit measures at every bar, from what the strategy saw and the closes of sessions alone."""
    market = calendar(ACME.calendar)
    first, last = market.day_of(instant(bars.open_at[0])), market.day_of(instant(bars.at[-1]))
    closes = [each.closes_at for each in market.sessions(first, last)]
    found = []
    for at, equity, size in seen:
        past = [[known for then, known, _ in seen if then <= close] for close in closes if close < at]
        bases = [CASH, *(known[-1] for known in past if known)]
        peak = max(*bases, equity)
        loss = max(bases[-1] - equity, ZERO)
        of_equity = size / equity
        found.append(
            {
                LimitKind.POSITION_SIZE: size,
                LimitKind.DAILY_LOSS: loss,
                LimitKind.DRAWDOWN: (peak - equity) / peak,
                LimitKind.LEVERAGE: of_equity,
                LimitKind.EXPOSURE: of_equity,
            }[kind]
        )
    return found


@given(
    series(ACME), st.lists(wishes, min_size=30, max_size=30), st.sampled_from(LimitKind), st.integers(1, 200),
    st.sampled_from([None, ACME.id]),
)  # fmt: skip
def test_a_limit_measures_in_a_run_what_its_strategy_saw(
    bars: Bars, listed: list[Wish | None], kind: LimitKind, permille: int, of: InstrumentId | None
) -> None:
    run = ran(bars, listed)
    scale = CASH if kind in {LimitKind.POSITION_SIZE, LimitKind.DAILY_LOSS} else Decimal(1)
    limit = WatchedLimit(kind, scale * permille / 10_000, instrument_id=None if kind in OF_ACCOUNT_ONLY else of)
    amounts = reckoned(kind, run.witness.seen, bars)
    course, states = run.course(limit), [state_of(limit, Measured(each)) for each in amounts]
    assert course.highest is not None
    assert course.highest.measured.amount == max(amounts)
    assert course.highest.bar == amounts.index(max(amounts)) + 1
    assert course.state is states[-1]
    rising = [LimitState.NORMAL, LimitState.WARNING, LimitState.CRITICAL, LimitState.BREACHED]
    for number, state in enumerate(rising[1:], 1):
        bar = next((bar for bar, each in enumerate(states, 1) if rising.index(each) >= number), None)
        assert (course.first[state].bar if state in course.first else None) == bar


def looks(*amounts: str | None) -> LimitCourse:
    """Look at a limit of 100 that measures one amount after another, bar by bar."""
    course = LimitCourse(HUNDRED)
    for bar, amount in enumerate(amounts, 1):
        found = Measured(None, "No price.") if amount is None else Measured(Decimal(amount))
        course.look(Sighting(bar, FIRST_CLOSE, found))
    return course


def bars_of(course: LimitCourse) -> dict[LimitState, int]:
    return {state: seen.bar for state, seen in course.first.items()}


def test_the_first_bar_of_each_threshold_is_told_and_how_often_it_was_told_of() -> None:
    course = looks("70", "85", "70", "96", "120", "99", "101")
    assert bars_of(course) == {LimitState.WARNING: 2, LimitState.CRITICAL: 4, LimitState.BREACHED: 5}
    assert course.told == {LimitState.WARNING: 1, LimitState.CRITICAL: 1, LimitState.BREACHED: 2}
    assert course.highest is not None
    assert (course.highest.bar, course.state) == (5, LimitState.BREACHED)


def test_a_jump_over_all_thresholds_reaches_them_at_one_bar_and_is_told_of_once() -> None:
    course = looks("70", "120")
    assert bars_of(course) == {LimitState.WARNING: 2, LimitState.CRITICAL: 2, LimitState.BREACHED: 2}
    assert course.told == {LimitState.WARNING: 0, LimitState.CRITICAL: 0, LimitState.BREACHED: 1}


def test_bars_at_which_nothing_can_be_measured_are_counted_and_reach_nothing() -> None:
    course = looks(None, "70", None)
    assert (bars_of(course), course.unknown, course.state) == ({}, 2, LimitState.UNKNOWN)


def test_what_has_no_bound_is_the_most_there_is() -> None:
    course = looks("70", "500")
    course.look(Sighting(3, FIRST_CLOSE, Measured(None, "No equity.", is_boundless=True)))
    course.look(Sighting(4, FIRST_CLOSE, Measured(Decimal(900))))
    assert course.highest is not None
    assert course.highest.bar == 3
