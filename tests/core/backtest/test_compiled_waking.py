"""One strategy of brackets, compiled, woken by events, told every bar, and on the exact engine: always the same."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from paperdesk.core.backtest.compiled.arithmetic import half_even
from paperdesk.core.backtest.compiled.book import FILL_ORDER, FILLS, LIMITED, ORDERS, RATE_ONE, TRAILING, TYPE, Book
from paperdesk.core.backtest.compiled.means import Means
from paperdesk.core.backtest.compiled.scaling import NotExpressible
from paperdesk.core.backtest.compiled.track import Bars
from paperdesk.core.backtest.compiled.waking import Brackets, Waking, ground_of, run_brackets, run_on_events
from paperdesk.core.backtest.compiled.words import Words
from paperdesk.core.backtest.result import Done, Result
from paperdesk.core.backtest.runner import Stretch, run_backtest
from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.bar_path import BarPath
from paperdesk.core.broker.fees import FeeSchedule
from paperdesk.core.broker.fill_models import IDEAL, FillModel
from paperdesk.core.kernel.ids import OrderId, derived
from paperdesk.core.kernel.money import CURRENCY_EXPONENTS
from paperdesk.core.kernel.values import replace
from paperdesk.core.strategy.context import Context, Terms
from paperdesk.core.strategy.strategy import Strategy
from tests.bar_market import BarMarket
from tests.bar_series import bars_at, days, series
from tests.core.backtest.test_compiled_hooks import THROUGH, compiled
from tests.core.backtest.test_compiled_signals import WIDE
from tests.core.backtest.test_skipping import CENT
from tests.scenery import ACME, HERE, empty_account, rules

BRACKETS = Brackets(units=20, below=RATE_ONE // 200, gain=RATE_ONE // 100, loss=RATE_ONE // 125)
BELOW, GAIN, LOSS = Decimal("0.995"), Decimal("1.01"), Decimal("0.992")


class DayBrackets(Strategy):
    """Buy below the close with a target and a stop, and sell at the next open what the day leaves."""

    name = "day_brackets"

    def on_start(self, context: Context) -> None:
        self.equity: list[Decimal | None] = []

    def on_bar(self, context: Context) -> None:
        self.equity.append(context.equity)
        held, close = context.position(self.symbol), context.price(self.symbol)
        if context.working or close is None:
            return
        if held:
            context.sell(self.symbol, held)
            return
        limit = (close * BELOW).quantize(CENT)
        target, stop = (limit * GAIN).quantize(CENT), (limit * LOSS).quantize(CENT)
        context.buy(self.symbol, Decimal(20), Terms(limit, take_profit=target, stop_loss=stop))


def brackets_by_events(waking: Waking) -> None:
    """Say the same in whole numbers, whenever something has happened."""
    if not waking.is_idle:
        return
    if waking.held:
        waking.wish(-1, waking.held)
        return
    limit = half_even(waking.close * 995, 1000)
    waking.wish(1, 20, limit=limit, take=half_even(limit * 1010, 1000), loss=half_even(limit * 992, 1000))


def done(book: Book, bars: Bars) -> list[Any]:
    """Return the fills of a book, whatever its orders are called."""
    words = Words(
        bars, CURRENCY_EXPONENTS["USD"], [OrderId(derived(HERE, number)) for number in range(book.now[ORDERS])]
    )
    return [_essence(words.done(book, number)) for number in range(book.now[FILLS])]


def _essence(each: Done) -> tuple[Any, ...]:
    return each.at, each.quantity, each.price, each.fee, each.ambiguous, each.rule


def exactly(bars: Bars, account_rules: Rules, cash: Decimal) -> tuple[Result, DayBrackets]:
    """Run the strategy on the exact engine."""
    market, strategy = BarMarket([bars]), DayBrackets(["ACME"])
    account = replace(empty_account(account_rules), cash=cash)
    return run_backtest(market, account, strategy, Stretch(0, market.facts_total)), strategy


@given(
    series(ACME),
    st.sampled_from([IDEAL, WIDE, THROUGH]),
    st.sampled_from([Decimal(5000), Decimal(10**6)]),
    st.sampled_from(BarPath),
)
def test_brackets_come_to_the_same_whoever_drives_them(
    bars: Bars, model: FillModel, cash: Decimal, path: BarPath
) -> None:
    account_rules = rules(model, FeeSchedule("percent", value_rate=Decimal("0.001")), bar_path=path)
    means = Means(cash, account_rules)
    try:
        books = [
            run_brackets(ground_of(bars, means, 20), BRACKETS),
            run_on_events(ground_of(bars, means, 20), brackets_by_events),
        ]
    except NotExpressible as refused:
        if refused.facts["features"] != ["unsettled_proceeds"]:
            raise
        return
    exact, strategy = exactly(bars, account_rules, cash)
    for book in books:
        assert done(book, bars) == [_essence(each) for each in exact.done]
        assert [Decimal(int(each)).scaleb(-2) for each in book.equity] == strategy.equity
    told = compiled(bars, DayBrackets(["ACME"]), account_rules, cash)
    assert [_essence(each) for each in told.done] == [_essence(each) for each in exact.done]


def test_a_hook_is_called_at_the_first_close_and_whenever_an_order_has_ended() -> None:
    bars = bars_at(days(12, ACME), [(0, 10, 5, 5)] * 12, ACME)
    seen: list[tuple[int, int]] = []

    def hook(waking: Waking) -> None:
        seen.append((waking.bar, waking.held))
        if waking.bar == 0:
            waking.wish(1, 30)
        elif waking.held == 30 and waking.is_idle:
            waking.wish(-1, 10, trail_rate=RATE_ONE // 2, lasts=1)
            waking.wish(-1, 10, limit=waking.close + 25, lasts=1)
        elif not waking.is_idle:
            waking.cancel(waking.working.item(0))

    book = run_on_events(ground_of(bars, Means(Decimal(10_000), rules()), 30), hook)
    assert seen == [(0, 0), (1, 30), (3, 20)], "bought, sold at the limit; what it cancels itself is no news"
    assert book.orders[: book.now[ORDERS], TYPE].tolist() == [0, TRAILING, LIMITED]
    assert book.fills[: book.now[FILLS], FILL_ORDER].tolist() == [0, 2]
