"""Strategies by their own hooks over compiled matching come to what the exact engine comes to, to the cent."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdesk.core.backtest.compiled.run import run_compiled
from paperdesk.core.backtest.compiled.scaling import NotExpressible
from paperdesk.core.backtest.compiled.track import Bars, Course
from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.runner import Stretch, run_backtest
from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.bar_path import BarPath
from paperdesk.core.broker.commands import PlaceOrder, StopLoss
from paperdesk.core.broker.events import InterestCharged
from paperdesk.core.broker.fill_models import IDEAL, FillModel
from paperdesk.core.broker.margin_events import GoodFaithViolated
from paperdesk.core.broker.orders import OrderClass, OrderType, Side
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.strategy.context import Context
from paperdesk.core.strategy.strategy import Strategy
from tests.bar_market import BarMarket, instant
from tests.bar_series import bars_at, days, series
from tests.core.backtest.test_compiled_signals import PAIR, WIDE, schedules_of
from tests.core.backtest.test_skipping import CENT, Programme, Wish, ran, sides, wishes
from tests.scenery import ACME, empty_account, rules

THROUGH = replace(WIDE, name="through", through_ticks=1)
FAR = replace(IDEAL, name="far", through_ticks=3)


def course_of(bars: Bars, market: BarMarket) -> Course:
    """Return all of a market in memory as a course."""
    began_at, ended_at = instant(bars.open_at[0]), instant(bars.at[-1])
    return Course(bars, market.history(bars.instrument, market.facts_total), 0, began_at, ended_at)


def compiled(bars: Bars, strategy: Strategy, account_rules: Rules, cash: Decimal) -> Result:
    """Run a strategy over compiled matching."""
    account = replace(empty_account(account_rules), cash=cash)
    return run_compiled([course_of(bars, BarMarket([bars]))], strategy, account)


def told(result: Result) -> dict[str, Any]:
    """Say what came of a run."""
    return {
        "orders": [
            (
                each.id, each.accepted_at, each.side, each.type, each.quantity, each.status, each.closed_reason,
                each.limit_price, each.stop_price, each.filled_quantity, each.average_fill_price, each.fees, each.role,
            )
            for each in result.orders
        ],
        "done": result.done,
        "refused": [(each.at, each.command, each.refusal.code, each.refusal.message) for each in result.refused],
        "points": result.points,
        "frames": result.frames,
        "ended_at": result.ended_at,
        "failure": result.failure,
    }  # fmt: skip


@dataclass(frozen=True)
class Special(Wish):
    """A wish whose last word is said by hand: what a strategy may ask for and has no short way to say."""

    loss_limit: int | None = None
    trail_by: Decimal | None = None
    is_oco: bool = False

    def tell(self, context: Context, symbol: str, close: Decimal) -> None:
        super().tell(context, symbol, close)
        asked = context.commands.pop()
        assert isinstance(asked, PlaceOrder)
        if self.trail_by is not None:
            asked = replace(asked, type=OrderType.TRAILING_STOP, trail_amount=self.trail_by, trail_rate=None)
        if self.is_oco:
            asked = replace(asked, order_class=OrderClass.OCO)
        if asked.stop_loss is not None and self.loss_limit is not None:
            limit = asked.stop_loss.stop_price + self.loss_limit * CENT
            asked = replace(asked, stop_loss=StopLoss(asked.stop_loss.stop_price, limit))
        context.commands.append(asked)


lasting = st.booleans()
losses = st.integers(-150, -40)
specials = st.one_of(
    st.builds(Special, sides, st.integers(1, 30), lasts=lasting, trail_by=st.sampled_from([CENT, Decimal("0.35")])),
    st.builds(
        Special, st.just(Side.SELL), st.integers(1, 30), st.integers(-30, 120), lasts=lasting,
        exits=st.tuples(st.none(), st.one_of(losses, st.integers(-60, 60))),
        loss_limit=st.one_of(st.none(), st.integers(-40, 5)), is_oco=st.just(value=True),
    ),
    st.builds(
        Special, st.just(Side.BUY), st.integers(1, 30), st.one_of(st.none(), st.integers(-60, 60)),
        st.one_of(st.none(), st.integers(-60, 60)), exits=st.tuples(st.integers(-20, 150), losses), lasts=lasting,
        loss_limit=st.one_of(st.none(), st.integers(-40, 5)),
    ),
)  # fmt: skip
models: st.SearchStrategy[FillModel] = st.sampled_from([IDEAL, WIDE, THROUGH, FAR])
Case = tuple[Bars, list[Wish | None], Rules, Decimal]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return bars, a programme of orders, and an account."""
    of: Instrument = draw(st.sampled_from([ACME, PAIR]))
    listed = draw(st.lists(st.one_of(wishes, wishes, specials), min_size=30, max_size=30))
    cash = draw(st.sampled_from([Decimal(3000), Decimal(100_000)]))
    account_rules = rules(draw(models), draw(schedules_of(of)), bar_path=draw(st.sampled_from(BarPath)))
    return draw(series(of)), listed, account_rules, cash


def compare(case: Case) -> None:
    """Run a case on both; what compiled matching refuses by name is for the exact engine alone."""
    bars, listed, account_rules, cash = case
    exact, seen = ran(BarMarket([bars]), listed, account_rules, cash, bars.instrument.symbol)
    strategy = Programme([bars.instrument.symbol])
    strategy.wishes = listed
    try:
        found = compiled(bars, strategy, account_rules, cash)
    except NotExpressible as refused:
        # Where money has fractions of a cent, a high price takes more digits than there are.
        is_fine = account_rules.fees.is_exact and refused.facts["features"] == ["numbers_too_large"]
        if refused.facts["features"] != ["unsettled_proceeds"] and not is_fine:
            raise
        return
    assert told(found) == told(exact)
    assert strategy.equity == seen.equity
    assert not [each for each in exact.events if isinstance(each, GoodFaithViolated | InterestCharged)]


@given(cases())
def test_orders_of_every_kind_come_to_the_same_to_the_cent(case: Case) -> None:
    compare(case)


@pytest.mark.nightly
@pytest.mark.timeout(600)
@settings(max_examples=3000, deadline=None)
@given(cases())
def test_thousands_of_order_programmes_come_to_the_same(case: Case) -> None:
    compare(case)


class Broken(Programme):
    """Raise at a bar, behind a fill of an earlier one or not."""

    at = 0

    def on_bar(self, context: Context) -> None:
        super().on_bar(context)
        if self.bars > self.at:
            raise ZeroDivisionError("the strategy is wrong")


@pytest.mark.parametrize("at", [0, 1, 4])
def test_a_strategy_that_raises_ends_both_at_the_same_bar_and_line(at: int) -> None:
    bars = bars_at(days(8, ACME), [(0, 10, 5, 5)] * 8, ACME)
    found = []
    for run in (compiled, _exactly):
        strategy = Broken(["ACME"])
        strategy.wishes, strategy.at = [Wish(Side.BUY, 5), *[None] * 7], at
        found.append(told(run(bars, strategy, rules(), Decimal(10_000))))
    assert found[0] == found[1]
    assert found[0]["failure"] is not None
    assert found[0]["frames"] == at


def test_a_run_that_nobody_wants_any_more_ends_where_it_is() -> None:
    bars = bars_at(days(8, ACME), [(0, 10, 5, 5)] * 8, ACME)
    strategy = Programme(["ACME"])
    strategy.wishes = [Wish(Side.BUY, 5), *[None] * 7]
    account = replace(empty_account(rules()), cash=Decimal(10_000))
    result = run_compiled([course_of(bars, BarMarket([bars]))], strategy, account, lambda bar: bar < 3)
    assert result.is_cancelled
    assert (result.frames, len(result.done)) == (4, 1)
    assert result.points[-1].at == result.ended_at == instant(bars.at[3])


def _exactly(bars: Bars, strategy: Strategy, account_rules: Rules, cash: Decimal) -> Result:
    market, account = BarMarket([bars]), replace(empty_account(account_rules), cash=cash)
    return run_backtest(market, account, strategy, Stretch(0, market.facts_total))
