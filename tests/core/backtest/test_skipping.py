"""A run looks only at facts that may change something, and comes to what looking at all of them comes to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.runner import Stretch, run_backtest
from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.bar_path import BarPath
from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.broker.fill_models import FILL_MODELS
from paperdesk.core.broker.orders import OrderStatus, Side, TimeInForce
from paperdesk.core.broker.stillness import Stillness
from paperdesk.core.kernel.ids import InstrumentId
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.facts import MarketFact
from paperdesk.core.strategy.context import Context, Terms
from paperdesk.core.strategy.strategy import Strategy
from tests.bar_market import BarMarket
from tests.bar_series import bars_at, days, series
from tests.scenery import ACME, CASH_ONLY, empty_account, reg_t, rules

CENT = Decimal("0.01")


class Attentive(BarMarket):
    """A market that never says beforehand that nothing will happen."""

    def quiet_until(self, after: int, still: Stillness) -> int:
        return after


class Counting(BarMarket):
    """A market that counts the facts it was asked for."""

    told = 0

    def facts_between(self, after: int, upto: int, instrument_ids: frozenset[InstrumentId]) -> Iterator[MarketFact]:
        found = list(super().facts_between(after, upto, instrument_ids))
        self.told += len(found)
        return iter(found)


@dataclass(frozen=True)
class Wish:
    """An order at so many cents from the close, or with None a cancellation of the oldest."""

    side: Side | None
    quantity: int = 1
    limit: int | None = None
    stop: int | None = None
    trail: Decimal | None = None
    exits: tuple[int | None, int | None] = (None, None)
    lasts: bool = False

    def tell(self, context: Context, symbol: str, close: Decimal) -> None:
        """Ask for it."""
        if self.side is None:
            for each in context.working[:1]:
                context.cancel(each.order_id)
            return

        def price(offset: int | None) -> Decimal | None:
            return None if offset is None else close + offset * CENT

        terms = Terms(
            price(self.limit),
            price(self.stop),
            self.trail,
            TimeInForce.GTC if self.lasts else TimeInForce.DAY,
            price(self.exits[0]),
            price(self.exits[1]),
        )
        ask = context.buy if self.side is Side.BUY else context.sell
        ask(symbol, Decimal(self.quantity), terms)


class Programme(Strategy):
    """Ask for what is listed, bar by bar."""

    name = "programme"
    wishes: Sequence[Wish | None] = ()

    def on_start(self, context: Context) -> None:
        self.bars = 0
        self.equity: list[Decimal | None] = []
        self.closes: list[Decimal | None] = []

    def on_session(self, context: Context) -> None:
        self.closes.append(context.equity)

    def on_bar(self, context: Context) -> None:
        wish, close = self.wishes[self.bars], context.price(self.symbol)
        self.bars += 1
        self.equity.append(context.equity)
        if wish is not None and close is not None:
            wish.tell(context, self.symbol, close)


offsets = st.integers(-120, 120)
sides = st.sampled_from(Side)
wishes = st.one_of(
    st.none(),
    st.none(),
    st.builds(Wish, st.none()),
    st.builds(Wish, sides, st.integers(1, 30), lasts=st.booleans()),
    st.builds(Wish, sides, st.integers(1, 30), offsets, lasts=st.booleans()),
    st.builds(Wish, sides, st.integers(1, 30), st.none(), offsets, lasts=st.booleans()),
    st.builds(Wish, sides, st.integers(1, 30), offsets, offsets, lasts=st.booleans()),
    st.builds(Wish, sides, st.integers(1, 30), trail=st.sampled_from([Decimal("0.01"), Decimal("0.004")])),
    st.builds(
        Wish,
        st.just(Side.BUY),
        st.integers(1, 30),
        st.one_of(st.none(), st.integers(-60, 10)),
        exits=st.tuples(st.one_of(st.none(), st.integers(20, 150)), st.integers(-150, -65)),
        lasts=st.booleans(),
    ),
)
accounts = st.builds(
    rules,
    st.sampled_from([FILL_MODELS[name] for name in ("ideal", "realistic", "conservative", "alpaca_paper", "harsh")]),
    st.sampled_from([FeeSchedule(), FeeSchedule("percent", value_rate=Decimal("0.001"))]),
    margin=st.sampled_from([CASH_ONLY, CASH_ONLY, reg_t()]),
    bar_path=st.sampled_from(BarPath),
)


def ran(
    market: BarMarket, listed: Sequence[Wish | None], account_rules: Rules, cash: Decimal, symbol: str = "ACME"
) -> tuple[Result, Programme]:
    """Run a programme."""
    strategy = Programme([symbol])
    strategy.wishes = listed
    account = replace(empty_account(account_rules), cash=cash)
    return run_backtest(market, account, strategy, Stretch(0, market.facts_total)), strategy


programmes = st.tuples(
    series(ACME),
    st.lists(wishes, min_size=30, max_size=30),
    accounts,
    st.sampled_from([Decimal(3000), Decimal(100_000)]),
)


def compare(bars: Bars, listed: list[Wish | None], account_rules: Rules, cash: Decimal) -> None:
    """Run a programme with and without looking at every fact."""
    exact, attentive = ran(Attentive([bars]), listed, account_rules, cash)
    found, skipping = ran(BarMarket([bars]), listed, account_rules, cash)
    assert found.events == exact.events
    assert found.points == exact.points
    assert found.account == exact.account
    assert skipping.equity == attentive.equity
    assert [each.equity for each in found.points[1:-1]] == skipping.closes, "worked out at once, and one by one"


@given(programmes)
def test_what_is_skipped_would_have_changed_nothing(programme: tuple[Bars, list[Wish | None], Rules, Decimal]) -> None:
    compare(*programme)


@pytest.mark.nightly
@settings(max_examples=5000, deadline=None)
@given(programmes)
def test_nor_in_thousands_of_programmes(programme: tuple[Bars, list[Wish | None], Rules, Decimal]) -> None:
    compare(*programme)


def test_an_order_far_from_the_market_costs_no_look_at_it() -> None:
    bars = bars_at(days(20, ACME), [(0, 10, 5, 5)] * 20, ACME)
    waits = [Wish(Side.BUY, 5), Wish(Side.BUY, limit=-5000, lasts=True), Wish(Side.SELL, stop=-5000, lasts=True)]
    market = Counting([bars])
    result, _ = ran(market, [*waits, *[None] * 17], rules(), Decimal(10_000))
    assert [each.status for each in result.orders] == [OrderStatus.FILLED, OrderStatus.ACCEPTED, OrderStatus.ACCEPTED]
    assert market.told < 10, "the first order met its open, and its session closed"
