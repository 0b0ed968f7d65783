"""Accounts that may owe, over compiled matching: short sales, margin, nights and calls come to the same to the cent."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdesk.core.backtest.compiled.means import Means
from paperdesk.core.backtest.compiled.run import run_compiled
from paperdesk.core.backtest.compiled.scaling import NotExpressible
from paperdesk.core.backtest.compiled.signals import hold_targets
from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.backtest.runner import Stretch, run_backtest
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.bar_path import BarPath
from paperdesk.core.broker.margin_book import MarginBook
from paperdesk.core.broker.margin_events import AccountFrozen, LiquidationStarted
from paperdesk.core.broker.margin_rules import BorrowTable, InterestRates, MarginKind, MarginRegime, MarginRules
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from tests.bar_market import BarMarket
from tests.bar_series import series
from tests.core.backtest.test_compiled_hooks import Case, Special, course_of, lasting, models, specials, told
from tests.core.backtest.test_compiled_signals import PAIR, exactly, lived, schedules, targets_over
from tests.core.backtest.test_compiled_signals import told as held
from tests.core.backtest.test_skipping import Programme, Wish, sides, wishes
from tests.scenery import ACME, GLOBEX, empty_account, reg_t, rules

BY_CALLS = MarginRules(MarginKind.REG_T, MarginRegime.INTRADAY_CALL)
DEAR = MarginRules(
    MarginKind.REG_T,
    borrow=BorrowTable(Decimal("0.0275"), {"GLOBEX": Decimal("0.45")}),
    interest=InterestRates(Decimal("0.0825")),
)
NOT_LENT = replace(DEAR, borrow=BorrowTable(rates={"ACME": None}))
margins = st.sampled_from([reg_t(), MarginRules(MarginKind.REG_T), DEAR, DEAR, NOT_LENT, BY_CALLS])
units = st.one_of(st.integers(1, 30), st.integers(50, 400))
below, above = st.integers(-150, -20), st.integers(20, 150)
short_groups = st.one_of(
    st.builds(
        Special, st.just(Side.SELL), units, st.one_of(st.none(), st.integers(-10, 60)),
        st.one_of(st.none(), st.integers(-60, 60)), lasts=lasting,
        exits=st.tuples(st.one_of(st.none(), below), st.one_of(above, st.integers(-20, 150))),
        loss_limit=st.one_of(st.none(), st.integers(-5, 40)),
    ),
    st.builds(
        Special, st.just(Side.BUY), units, st.integers(-120, 30), lasts=lasting,
        exits=st.tuples(st.none(), st.one_of(above, st.integers(-60, 60))),
        loss_limit=st.one_of(st.none(), st.integers(-5, 40)), is_oco=st.just(value=True),
    ),
)  # fmt: skip
large = st.one_of(
    st.builds(Wish, sides, st.integers(100, 1200), lasts=lasting),
    st.builds(Wish, sides, units, st.integers(-120, 120), lasts=lasting),
    st.builds(Wish, sides, units, st.none(), st.integers(-120, 120), lasts=lasting),
    st.builds(Wish, sides, units, trail=st.sampled_from([Decimal("0.01"), Decimal("0.004")]), lasts=lasting),
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return bars, a programme of orders on both sides, and an account that may owe."""
    of: Instrument = draw(st.sampled_from([ACME, ACME, GLOBEX, PAIR]))
    listed = draw(st.lists(st.one_of(wishes, specials, large, short_groups), min_size=30, max_size=30))
    cash = draw(st.sampled_from([Decimal(2010), Decimal(3000), Decimal(20_000), Decimal(100_000)]))
    account_rules = rules(draw(models), draw(schedules), margin=draw(margins), bar_path=draw(st.sampled_from(BarPath)))
    return draw(series(of)), listed, account_rules, cash


def begun(case: Case) -> tuple[Programme, Account]:
    """Return the programme of a case, and an account whose cash was deposited."""
    bars, listed, account_rules, cash = case
    strategy = Programme([bars.instrument.symbol])
    strategy.wishes = listed
    return strategy, replace(empty_account(account_rules), cash=cash, book=MarginBook(memorandum=cash))


def compare(case: Case) -> None:
    """Run a case on both; what compiled matching refuses by name happened on the exact engine."""
    bars, market = case[0], BarMarket([case[0]])
    (exactly, account), (strategy, _) = begun(case), begun(case)
    exact = run_backtest(market, account, exactly, Stretch(0, market.facts_total))
    is_called = [each for each in exact.events if isinstance(each, LiquidationStarted | AccountFrozen)]
    try:
        found = run_compiled([course_of(bars, market)], strategy, account)
    except NotExpressible as refused:
        if refused.facts["features"] != ["margin_call"] or not is_called:
            raise
        return
    assert told(found) == told(exact)
    assert strategy.equity == exactly.equity
    assert not is_called


@given(cases())
def test_orders_of_an_account_that_may_owe_come_to_the_same_to_the_cent(case: Case) -> None:
    compare(case)


@st.composite
def targeted(draw: st.DrawFn) -> tuple[Bars, list[int], Means]:
    """Return bars, targets on both sides of zero, and an account that may owe."""
    of: Instrument = draw(st.sampled_from([ACME, ACME, GLOBEX, PAIR]))
    bars = draw(series(of))
    most = draw(st.sampled_from([90, 600, 3600]))
    targets = draw(targets_over(bars, -most, most))
    cash = draw(st.sampled_from([Decimal(2010), Decimal(3000), Decimal(20_000), Decimal(100_000)]))
    return bars, targets, Means(cash, rules(draw(models), draw(schedules), margin=draw(margins)))


def compare_targets(case: tuple[Bars, list[int], Means]) -> None:
    """Hold targets on both; what the compiled run refuses by name happened on the exact engine."""
    result, equity = exactly(*case)
    is_called = [each for each in result.events if isinstance(each, LiquidationStarted | AccountFrozen)]
    try:
        outcome = hold_targets(*case)
    except NotExpressible as refused:
        if refused.facts["features"] != ["margin_call"] or not is_called:
            raise
        return
    assert held(outcome) == lived(case[0], result, equity)
    assert not is_called


@given(targeted())
def test_targets_on_both_sides_of_zero_come_to_the_same_to_the_cent(case: tuple[Bars, list[int], Means]) -> None:
    compare_targets(case)


@pytest.mark.nightly
@pytest.mark.timeout(600)
@settings(max_examples=3000, deadline=None)
@given(targeted())
def test_thousands_of_targets_on_margin_come_to_the_same(case: tuple[Bars, list[int], Means]) -> None:
    compare_targets(case)


@pytest.mark.nightly
@pytest.mark.timeout(600)
@settings(max_examples=3000, deadline=None)
@given(cases())
def test_thousands_of_order_programmes_on_margin_come_to_the_same(case: Case) -> None:
    compare(case)
