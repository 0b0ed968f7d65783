"""Compiled runs of accounts that may owe, on tapes: equal to the cent, bells behind the last bar included."""

from decimal import Decimal
from typing import Any

import pytest

from paperdesk.core.backtest.compiled.run import run_compiled
from paperdesk.core.backtest.compiled.scaling import NotExpressible
from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.runner import NothingToRun, Stretch, run_backtest
from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.broker.events import BorrowFeeCharged, InterestCharged
from paperdesk.core.broker.fill_models import IDEAL
from paperdesk.core.broker.margin_book import MarginBook
from paperdesk.core.broker.margin_rules import InterestRates, MarginKind, MarginRules
from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.strategy.context import Context
from paperdesk.core.strategy.strategy import Strategy
from paperdesk.features.backtests.compiled_course import courses_of
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.infra.jobs import JobFailed
from tests.core.backtest.test_compiled_hooks import told
from tests.desk import RunningDesk
from tests.features.backtests.at_once import ran_backtest
from tests.features.backtests.test_compiled import came_of
from tests.features.backtests.test_runs import tape_market
from tests.features.backtests.test_signals import SAID, Saying

DEAR = MarginRules(MarginKind.REG_T, interest=InterestRates(Decimal("0.09")))


class Owing(Saying):
    """Says most of its words, and then owes more than it has."""

    name = "owing"

    def on_start(self, context: Context) -> None:
        super().on_start(context)
        self.words = [*SAID[:14], (lambda context, symbol: context.open_short(symbol, Decimal(1600)), -1600)]


class Leveraged(Strategy):
    """Buys for twice what it has, and keeps that."""

    name = "leveraged"

    def on_bar(self, context: Context) -> None:
        if not context.outlook(self.symbol):
            context.hold_share(self.symbol, Decimal(2))


def both(market: TapeMarket, kind: type[Strategy], upto: int, after: int = 0) -> tuple[Result, Result]:
    """Run a strategy on both engines over a stretch, from an account that may owe."""
    tape, cash, stretch = market.tape, Decimal(100_000), Stretch(after, upto)
    assert tape.tenant_id is not None
    account = Account(
        AccountId(tape.id), tape.tenant_id, tape.id, "USD", Rules(fill_model=IDEAL, margin=DEAR), cash, Decimal(0),
        0, 0, market.at_of(after), book=MarginBook(memorandum=cash),
    )  # fmt: skip
    exact, compiled = kind(["ACME"]), kind(["ACME"])
    found = run_compiled(courses_of(market, compiled, stretch), compiled, account)
    return run_backtest(market, account, exact, stretch), found


@pytest.mark.parametrize("kind", [Owing, Leveraged])
async def test_positions_on_both_sides_come_to_the_same_on_a_tape_wherever_it_ends(
    desk: RunningDesk, kind: type[Strategy]
) -> None:
    market = tape_market(desk.markets["waves"])
    whole = market.dataset.facts_total
    for upto in range(whole - 8, whole):
        exact, found = both(market, kind, upto)
        assert told(found) == told(exact)
    exact, found = both(market, kind, whole)
    assert told(found) == told(exact)
    assert exact.points[-1].invested
    assert {type(each) for each in exact.events} & {BorrowFeeCharged, InterestCharged}


async def test_runs_that_end_early_and_begin_late_come_to_the_same_too(desk: RunningDesk) -> None:
    market = tape_market(desk.markets["waves"])
    for upto in range(40, 50):
        for after in (0, 9):
            try:
                exact, found = both(market, Leveraged, upto, after)
            except NothingToRun:
                continue
            assert told(found) == told(exact)


@pytest.mark.parametrize("regime", ["realtime_block", "intraday_call"])
async def test_a_run_on_margin_comes_to_the_same_by_rest(desk: RunningDesk, regime: str) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    margin = {"kind": "reg_t", "regime": regime, "interest": {"debit_rate": "0.0825"}}
    asked: dict[str, Any] = {"strategy": "buy_and_hold", "parameters": {"share": "1.9"}, "margin": margin}
    exact = await came_of(desk, tape_id, **asked)
    assert await came_of(desk, tape_id, mode="compiled", **asked) == exact
    assert exact["results"]["fills"] == 1
    crossing: dict[str, Any] = {"margin": margin, "parameters": {"fast": 2, "slow": 4, "quantity": 1500}}
    assert await came_of(desk, tape_id, mode="compiled", **crossing) == await came_of(desk, tape_id, **crossing)


async def test_several_symbols_of_an_account_that_may_owe_come_to_the_same_while_it_owes_nothing(
    desk: RunningDesk,
) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    asked: dict[str, Any] = {"strategy": "monthly_rebalance", "parameters": {}, "symbols": ["ACME", "BOLT"]}
    asked |= {"fees": {"value_rate": "0.001"}, "margin": {"kind": "reg_t"}}
    exact = await came_of(desk, tape_id, **asked)
    assert await came_of(desk, tape_id, mode="compiled", **asked) == exact
    assert exact["results"]["fills"] > 1


class Shorting(Strategy):
    """Sells a little short at every close."""

    name = "shorting"

    def on_bar(self, context: Context) -> None:
        context.sell(self.symbol, Decimal(1))


async def test_what_the_price_test_may_hold_back_is_for_the_exact_engine(desk: RunningDesk) -> None:
    market = tape_market(desk.markets["falls"])
    with pytest.raises(NotExpressible) as refusal:
        both(market, Shorting, market.dataset.facts_total)
    assert refusal.value.facts["features"] == ["price_test"]
    exact, found = both(market, Leveraged, market.dataset.facts_total)
    assert told(found) == told(exact), "who sells nothing short is not asked"


async def test_a_call_that_is_not_met_is_for_the_exact_engine(desk: RunningDesk) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["plunge"].id)
    await desk.mine.step(tape_id, count=60)
    asked: dict[str, Any] = {"parameters": {"share": "1.9"}, "fill_model": "ideal", "margin": {"kind": "reg_t"}}
    with pytest.raises(JobFailed, match="margin_call"):
        await ran_backtest(desk, tape_id, "buy_and_hold", mode="compiled", **asked)


@pytest.mark.parametrize(("mode", "name"), [("isolated", "isolated_margin"), ("cross", "leverage")])
async def test_leverage_and_margins_of_their_own_are_for_the_exact_engine(
    desk: RunningDesk, mode: str, name: str
) -> None:
    tape_id = await desk.mine.open_tape(desk.markets["waves"].id)
    await desk.mine.step(tape_id, count=60)
    asked: dict[str, Any] = {"parameters": {"leverage": 2, "margin_mode": mode}, "fill_model": "ideal"}
    with pytest.raises(JobFailed, match=name):
        await ran_backtest(desk, tape_id, "buy_and_hold", mode="compiled", margin={"kind": "reg_t"}, **asked)
