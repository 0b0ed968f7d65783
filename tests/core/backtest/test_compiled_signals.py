"""Compiled runs come to what the exact engine comes to: every fill, every refusal, every equity, to the cent."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdesk.core.backtest.compiled.kernel import (
    BAR,
    FEE,
    FILLED,
    FREE,
    KEEP,
    LAPSED,
    NEEDED,
    PRICE,
    STATE,
    UNITS,
    UNPAID,
    WAITS,
    WHY,
)
from paperdesk.core.backtest.compiled.means import Means
from paperdesk.core.backtest.compiled.refusals import Answer, Refusals
from paperdesk.core.backtest.compiled.scaling import NotExpressible, inexpressible
from paperdesk.core.backtest.compiled.signals import Outcome, cross_targets, hold_targets
from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.runner import Stretch, run_backtest
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.broker.events import InterestCharged
from paperdesk.core.broker.fees import FeeRounding, FeeSchedule
from paperdesk.core.broker.fill_models import IDEAL, REALISTIC, FillModel, fill_model
from paperdesk.core.broker.margin_book import MarginBook
from paperdesk.core.broker.margin_events import GoodFaithViolated
from paperdesk.core.broker.margin_rules import FundingRate, InterestRates, MarginRules
from paperdesk.core.broker.orders import Order, OrderStatus, OrderType, Side
from paperdesk.core.broker.risk_rules import RiskMode, RiskRules
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.strategy.context import Context
from paperdesk.core.strategy.library.trend import MovingAverageCross
from paperdesk.core.strategy.strategy import Strategy, Targets, TargetsWithoutPoint
from tests.bar_market import BarMarket, instant
from tests.bar_series import MINUTE, bars_at, closes_of, days, series
from tests.scenery import ACME, COIN, GLOBEX, SPX, empty_account, reg_t, rules
from tests.strategies import decimals

PAIR = replace(COIN, symbol="COIN/USD", tick=Decimal("0.01"), lot_step=Decimal("0.000001"), calendar="24/7")
WIDE = replace(IDEAL, name="wide", half_spread_bps=Decimal("3.25"), latency_bps=Decimal("0.5"))


class Follower(Strategy):
    """Hold what a list says, bar by bar."""

    name = "follower"
    listed: Sequence[int] = ()

    def on_start(self, context: Context) -> None:
        self.equity: list[Decimal | None] = []

    def on_bar(self, context: Context) -> None:
        self.equity.append(context.equity)
        target = self.listed[len(self.equity) - 1]
        if target != KEEP:
            context.hold(self.symbol, target * self.step)

    step = Decimal(1)


def exactly(bars: Bars, targets: Sequence[int], means: Means) -> tuple[Result, list[Decimal | None]]:
    """Run the same on the exact engine."""
    market = BarMarket([bars])
    strategy = Follower([bars.instrument.symbol])
    strategy.listed, strategy.step = targets, bars.instrument.lot_step
    is_margined = means.rules.margin.is_margined
    book = MarginBook(memorandum=means.cash) if is_margined else MarginBook()
    account: Account = replace(empty_account(means.rules), cash=means.cash, book=book)
    return run_backtest(market, account, strategy, Stretch(0, market.facts_total)), strategy.equity


def told(outcome: Outcome) -> dict[str, Any]:
    """Say what a compiled run came to in the words of the exact engine."""
    return {
        "orders": [_order(outcome, row) for row in outcome.orders],
        "refused": [_refused(outcome, row) for row in outcome.refused],
        "equity": [outcome.worths.money(int(each)) for each in outcome.equity],
        "cash": outcome.worths.money(outcome.end.cash),
        "units": outcome.worths.units(outcome.end.units),
    }


STATUSES = {
    WAITS: OrderStatus.ACCEPTED, FILLED: OrderStatus.FILLED, UNPAID: OrderStatus.CANCELLED, LAPSED: OrderStatus.EXPIRED,
}  # fmt: skip


def _refused(outcome: Outcome, row: np.ndarray) -> tuple[Any, ...]:
    bars, bar, units, account = outcome.bars, int(row[BAR]), int(row[UNITS]), empty_account(outcome.means.rules)
    side, quantity = Side.BUY if units > 0 else Side.SELL, outcome.worths.units(abs(units))
    asked = PlaceOrder(
        account.id, OrderId(bars.instrument.id), bars.instrument.symbol, side, OrderType.MARKET, quantity
    )
    answer = Answer(int(row[WHY]), int(row[NEEDED]), int(row[FREE]))
    close = outcome.worths.price(int(bars.close[bar]))
    refusal = Refusals(account, bars.instrument, outcome.worths).of(asked, answer, close)
    return instant(bars.at[bar]), side, quantity, refusal.code, refusal.message


def _order(outcome: Outcome, row: np.ndarray) -> tuple[Any, ...]:
    bars, bar, state = outcome.bars, int(row[BAR]), int(row[STATE])
    is_met = state in {FILLED, UNPAID}
    return (
        instant(bars.at[bar]),
        Side.BUY if row[UNITS] > 0 else Side.SELL,
        outcome.worths.units(abs(int(row[UNITS]))),
        STATUSES[state],
        instant(bars.open_at[bar + 1]) if is_met else None,
        outcome.worths.price(int(row[PRICE])) if state == FILLED else None,
        outcome.worths.money(int(row[FEE])),
    )


def lived(bars: Bars, result: Result, equity: Sequence[Decimal | None]) -> dict[str, Any]:
    """Say the same of an exact run."""
    is_met = {OrderStatus.FILLED, OrderStatus.CANCELLED}
    return {
        "orders": [
            (
                each.accepted_at,
                each.side,
                each.quantity,
                each.status,
                each.updated_at if each.status in is_met else None,
                each.average_fill_price,
                each.fees,
            )
            for each in result.orders
            if isinstance(each, Order)
        ],
        "refused": [
            (each.at, each.command.side, each.command.quantity, each.refusal.code, each.refusal.message)
            for each in result.refused
            if isinstance(each.command, PlaceOrder)
        ],
        "equity": list(equity),
        "cash": result.account.cash,
        "units": result.account.position(bars.instrument.id).quantity,
    }


amounts = decimals(0, 300, 3)
rates = st.sampled_from([Decimal(0), Decimal("0.001"), Decimal("0.0123")])
schedules = st.builds(
    FeeSchedule,
    name=st.just("any"),
    per_share=amounts,
    order_minimum=st.sampled_from([Decimal(0), Decimal("1.5")]),
    order_maximum=st.sampled_from([None, Decimal(2)]),
    value_rate=rates,
    maker_rate=rates,
    taker_rate=rates,
)
exact_schedules = schedules.map(lambda schedule: replace(schedule, rounding=FeeRounding.EXACT))


def schedules_of(of: Instrument) -> st.SearchStrategy[FeeSchedule]:
    """Return schedules for what trades in whole lots, and for what does not; only the first may be exact."""
    return schedules if of.lot_step < 1 else st.one_of(schedules, exact_schedules)


models = st.sampled_from([IDEAL, WIDE, fill_model("deterministic"), fill_model("spread:0.5"), fill_model("size:1")])
instruments = st.sampled_from([ACME, GLOBEX, PAIR])


def targets_over(bars: Bars, least: int, most: int) -> st.SearchStrategy[list[int]]:
    """Return targets for bars, in thirds of units, down to one that is short and up to one that is long."""
    whole = int(1 / bars.instrument.lot_step)
    sized = st.integers(least, most).map(lambda units: units * whole // 3)
    wanted = st.one_of(st.just(KEEP), st.just(0), sized)
    return st.lists(wanted, min_size=len(bars), max_size=len(bars))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Bars, list[int], Means]:
    """Return bars, targets that are sometimes beyond what cash pays for or what is there to sell, and an account."""
    of: Instrument = draw(instruments)
    bars = draw(series(of))
    targets = draw(targets_over(bars, draw(st.sampled_from([0, -40])), 120))
    cash = draw(st.one_of(decimals(100_000, 500_000, 2), st.just(Decimal(1_000_000))))
    return bars, targets, Means(cash, rules(draw(models), draw(schedules_of(of))))


def compare(case: tuple[Bars, list[int], Means]) -> None:
    """Run a case on both engines; what the compiled one refuses by name is for the exact one alone."""
    bars, targets, means = case
    try:
        outcome = hold_targets(bars, targets, means)
    except NotExpressible as refused:
        if refused.facts["features"] != ["unsettled_proceeds"]:
            raise
        return
    result, equity = exactly(bars, targets, means)
    assert told(outcome) == lived(bars, result, equity)
    assert not [each for each in result.events if isinstance(each, GoodFaithViolated | InterestCharged)]


@given(cases())
def test_orders_beside_closes_alone_meet_the_next_close(case: tuple[Bars, list[int], Means]) -> None:
    bars, targets, means = case
    compare((closes_of(bars), targets, means))


@given(cases())
def test_a_compiled_run_is_the_exact_run_to_the_cent(case: tuple[Bars, list[int], Means]) -> None:
    compare(case)


@pytest.mark.nightly
@settings(max_examples=5000, deadline=None)
@given(cases())
def test_thousands_of_compiled_runs_are_the_exact_runs(case: tuple[Bars, list[int], Means]) -> None:
    compare(case)


@given(series(ACME, most=40), st.integers(1, 6), st.integers(2, 12), st.sampled_from(["nothing", "short"]))
def test_crossing_averages_come_to_what_the_shipped_strategy_comes_to(
    bars: Bars, fast: int, slow: int, below: str
) -> None:
    margin = reg_t() if below == "short" else MarginRules()
    means = Means(Decimal(100_000), rules(IDEAL, FeeSchedule("percent", value_rate=Decimal("0.001")), margin=margin))
    strategy = MovingAverageCross(["ACME"], {"fast": fast, "slow": slow, "quantity": 100, "below": below})
    market = BarMarket([bars])
    account = replace(empty_account(means.rules), cash=means.cash, book=MarginBook(memorandum=means.cash))
    result = run_backtest(market, account, strategy, Stretch(0, market.facts_total))
    lots = cross_targets(bars, fast, slow, 100, -100 if below == "short" else 0)
    outcome = hold_targets(bars, lots, means)
    found, exact = told(outcome), lived(bars, result, [])
    assert {**found, "equity": []} == exact


def flat(*closes: int) -> Bars:
    """Return bars of a day that open and close at the same price, in cents."""
    moves = [(now - before, 0, 0, 0) for before, now in zip((10_000, *closes), closes, strict=False)]
    return bars_at(days(len(closes), ACME), moves, ACME)


CASH = Means(Decimal(10_000), rules(IDEAL, FeeSchedule("percent", value_rate=Decimal("0.001"))))


def test_exact_fees_keep_fractions_of_a_cent() -> None:
    fees = FeeSchedule("exact", value_rate=Decimal("0.001"), rounding=FeeRounding.EXACT)
    outcome = hold_targets(flat(10_000, 10_050, 10_000), [25, KEEP, 0], Means(CASH.cash, rules(IDEAL, fees)))
    assert [each[6] for each in told(outcome)["orders"]] == [Decimal("2.5125"), 0]
    assert told(outcome)["equity"] == [Decimal(10_000), Decimal("9997.4875"), Decimal("9984.9875")]


def test_exact_fees_of_what_is_not_worth_whole_cents_are_for_the_exact_engine() -> None:
    fees = FeeSchedule("exact", value_rate=Decimal("0.001"), rounding=FeeRounding.EXACT)
    bars = replace(flat(10_000, 10_000), instrument=PAIR)
    with pytest.raises(NotExpressible, match="exact_fees_of_fine_values"):
        hold_targets(bars, [0, 0], Means(Decimal(1), rules(IDEAL, fees)))
    assert "exact_fees_on_margin" in set(inexpressible(rules(IDEAL, fees, margin=reg_t()), ACME, "USD"))


def test_averages_that_tie_change_nothing() -> None:
    assert cross_targets(flat(10_000, 10_000, 10_100, 10_000, 9_900, 9_900), 1, 2, 5).tolist() == [
        KEEP, KEEP, 5, 0, 0, KEEP,
    ]  # fmt: skip


def test_a_target_is_met_at_the_next_open_and_a_fee_is_rounded_half_to_even() -> None:
    outcome = hold_targets(flat(10_000, 10_050, 10_000), [25, KEEP, 0], CASH)
    # 25 x 100.50 x 0.001 is 2.5125
    assert [each[4:] for each in told(outcome)["orders"]] == [
        (instant(outcome.bars.open_at[1]), Decimal("100.50"), Decimal("2.51")),
        (None, None, 0),
    ]
    assert told(outcome)["equity"] == [Decimal(10_000), Decimal("9997.49"), Decimal("9984.99")]


def test_what_cash_does_not_pay_for_is_refused_and_what_it_no_longer_pays_for_ends_at_its_open() -> None:
    outcome = hold_targets(flat(10_000, 10_000, 10_500), [100, 99, KEEP], CASH)
    assert [each[1:4] for each in told(outcome)["refused"]] == [(Side.BUY, 100, "insufficient_buying_power")]
    assert [each[3] for each in told(outcome)["orders"]] == [OrderStatus.CANCELLED]


def test_with_cash_alone_nothing_is_sold_short_and_each_such_order_is_refused() -> None:
    outcome = hold_targets(flat(10_000, 10_000, 10_000), [5, -1, 0], CASH)
    assert [each[1:4] for each in told(outcome)["refused"]] == [(Side.SELL, 6, "insufficient_shares")]
    assert [each[1:3] for each in told(outcome)["orders"]] == [(Side.BUY, 5), (Side.SELL, 5)]


def test_minus_one_is_a_short_position_and_leaves_nothing_as_it_is() -> None:
    on_margin = replace(CASH, rules=replace(CASH.rules, margin=reg_t()))
    outcome = hold_targets(flat(10_000, 10_000, 10_000), [-1, KEEP, KEEP], on_margin)
    assert outcome.end.units == -1
    with pytest.raises(TargetsWithoutPoint):
        Targets(Decimal(1), np.array([1, 0, -1]))


def test_gains_of_positions_that_are_turned_over_share_their_fill_and_its_fee() -> None:
    on_margin = replace(CASH, rules=replace(CASH.rules, margin=reg_t()))
    outcome = hold_targets(flat(10_000, 10_000, 10_100, 10_000, 10_000), [10, -10, 0, KEEP, KEEP], on_margin)
    # Bought at 100.00, turned over at 101.00 with a fee of 2.02 for both, bought back at 100.00.
    assert outcome.gains.tolist() == [1000 - 100 - 101, 1000 - 101 - 100]


def test_gains_are_those_of_closed_round_trips_after_fees() -> None:
    outcome = hold_targets(flat(10_000, 10_000, 10_100, 10_100, 10_000), [10, 0, 10, 10, 10], CASH)
    assert outcome.gains.tolist() == [10 * 100 - 100 - 101]
    assert outcome.measured().figures["win_rate"] == 1.0
    assert outcome.measured().figures["profit_factor"] is None


@pytest.mark.parametrize(
    ("more", "feature"),
    [
        ({"fill_model": REALISTIC}, "impact"),
        ({"fill_model": REALISTIC}, "participation"),
        ({"fill_model": fill_model("alpaca_paper")}, "chance"),
        ({"fill_model": fill_model("realistic_day")}, "prices_by_the_moment"),
        ({"fill_model": FillModel("fine", 1, latency_bps=Decimal("0.00001"))}, "fine_costs"),
        ({"margin": MarginRules(funding=FundingRate(Decimal("0.0003")))}, "funding"),
        ({"margin": MarginRules(interest=InterestRates(credit_rate=Decimal("0.01")))}, "interest_on_cash"),
        ({"fees": FeeSchedule(regulatory=True)}, "regulatory_fees"),
        ({"fill_on_arrival": True}, "fill_on_arrival"),
        ({"risk": RiskRules(RiskMode.BLOCK)}, "risk_limits"),
    ],
)
def test_what_it_cannot_express_is_refused_by_name(more: dict[str, Any], feature: str) -> None:
    with pytest.raises(NotExpressible) as refused:
        hold_targets(flat(10_000, 10_000), [0, 0], Means(Decimal(1), replace(CASH.rules, **more)))
    assert feature in refused.value.facts["features"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("bars", "targets", "means", "feature"),
    [
        (flat(10_000, 10_000), [5, -(10**15)], CASH, "numbers_too_large"),
        (flat(), [], CASH, "no_bars"),
        (flat(10_000, 10_000), [10**15, 0], CASH, "numbers_too_large"),
        (flat(10_000, 10_000), [0, 0], replace(CASH, currency="EUR"), "other_currency"),
        (replace(flat(10_000), instrument=SPX), [0], CASH, "instrument_kind"),
        (replace(flat(10_000), instrument=replace(ACME, lot_step=Decimal(5))), [0], CASH, "lots_of_many"),
    ],
)
def test_so_is_what_a_run_asks_for(bars: Bars, targets: list[int], means: Means, feature: str) -> None:
    with pytest.raises(NotExpressible) as refused:
        hold_targets(bars, targets, means)
    assert refused.value.facts["features"] == [feature]


def test_bars_without_a_price_or_that_overlap_are_refused() -> None:
    bars = flat(10_000, 10_000)
    with pytest.raises(NotExpressible, match="bars_without_price"):
        replace(bars, low=np.array([0, 1])).__post_init__()
    with pytest.raises(NotExpressible, match="overlapping_bars"):
        Bars(ACME, 2, bars.open_at, bars.at + 86_400_000_000, bars.open, bars.high, bars.low, bars.close)


def test_a_purchase_with_proceeds_on_their_way_is_for_the_exact_engine() -> None:
    opened = days(1, ACME)[0][0]
    bars = bars_at([(opened + n * MINUTE, opened + (n + 1) * MINUTE) for n in range(5)], [(0, 0, 0, 0)] * 5, ACME)
    assert hold_targets(bars, [49, 0, 49, KEEP, KEEP], CASH).end.units == 49
    with pytest.raises(NotExpressible, match="unsettled_proceeds"):
        hold_targets(bars, [99, 0, 99, KEEP, KEEP], replace(CASH, rules=rules()))
