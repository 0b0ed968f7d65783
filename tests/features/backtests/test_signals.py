"""The twelve words of a strategy, said at bar after bar: in a backtest and by REST, with what is held after each."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from paperdesk.core.backtest.leaving import Reasons
from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.round_trips import RoundTrip, round_trips_of
from paperdesk.core.backtest.runner import Stretch, run_backtest
from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.broker.fill_models import IDEAL
from paperdesk.core.broker.margin_rules import BorrowTable, InterestRates, MarginKind, MarginRules
from paperdesk.core.broker.orders import TimeInForce
from paperdesk.core.kernel.ids import AccountId
from paperdesk.core.strategy.context import Context, Terms
from paperdesk.core.strategy.exits import TagTooLong
from paperdesk.core.strategy.strategy import Strategy
from paperdesk.features.backtests.tape_market import TapeMarket
from tests.desk import RunningDesk
from tests.features.backtests.by_rest import Trader
from tests.features.backtests.test_runs import tape_market
from tests.features.broker.test_leverage import REG_T

D = Decimal
Word = Callable[[Context, str], object]


def far(tag: str) -> Terms:
    """Exits that nothing comes to."""
    return Terms(take_profit=D(400), stop_loss=D(20), time_in_force=TimeInForce.GTC, tag=tag)


# What is said at each bar, and what is held at the next one.
SAID: list[tuple[Word, int]] = [
    (lambda context, symbol: context.add_long(symbol, D(7)), 0),
    (lambda context, symbol: context.open_long(symbol, D(100), far("first")), 100),
    (lambda context, symbol: context.open_long(symbol, D(100)), 100),
    (lambda context, symbol: context.add_long(symbol, D(50), Terms(tag="more")), 150),
    (lambda context, symbol: context.reduce_long(symbol, D(30)), 120),
    (lambda context, symbol: context.update_levels(symbol, stop_loss=D(25)), 120),
    (lambda context, symbol: context.partial_close(symbol, D("0.5")), 60),
    (lambda context, symbol: context.flip_short(symbol, D(60), Terms(tag="second")), -60),
    (lambda context, symbol: context.add_short(symbol, D(40)), -100),
    (lambda context, symbol: context.update_levels(symbol, stop_loss=D(400), take_profit=D(25)), -100),
    (lambda context, symbol: context.reduce_short(symbol, D(20)), -80),
    (lambda context, symbol: context.reduce_long(symbol, D(20)), -80),
    (lambda context, symbol: context.flip_long(symbol, D(30), far("third")), 30),
    (lambda context, symbol: context.close_position(symbol, Terms(tag="enough")), 0),
    (lambda context, symbol: context.open_short(symbol, D(10)), -10),
    (lambda context, symbol: context.update_levels(symbol, take_profit=D("95.00")), -10),
    (lambda context, symbol: context.close_position(symbol), 0),
    (lambda context, symbol: context.partial_close(symbol, D("0.5")), 0),
]


class Saying(Strategy):
    """Says one word after the other."""

    name = "saying"
    words = SAID

    def on_start(self, context: Context) -> None:
        self.said, self.held = 0, list[Decimal]()

    def on_bar(self, context: Context) -> None:
        if self.said:
            self.held.append(context.position(self.symbol))
        if self.said < len(self.words):
            self.words[self.said][0](context, self.symbol)
        self.said += 1


MARGINED = MarginRules(MarginKind.REG_T, borrow=BorrowTable(easy_rate=D(0)), interest=InterestRates(debit_rate=D(0)))


def ran(market: TapeMarket, strategy: Strategy, after: int = 0) -> Result:
    """Run a strategy from some fact on, with an account that may owe."""
    tape = market.tape
    assert tape.tenant_id is not None
    rules = Rules(fill_model=IDEAL, margin=MARGINED)
    began_at = market.at_of(after)
    account = Account(AccountId(tape.id), tape.tenant_id, tape.id, "USD", rules, D(100_000), D(0), 0, 0, began_at)
    return run_backtest(market, account, strategy, Stretch(after, tape.cursor))


def trips_of(result: Result) -> list[RoundTrip]:
    orders = {each.id: each for each in result.orders}
    return round_trips_of([(each.at, each) for each in result.done], orders, Reasons.of(result))


async def test_twelve_words_come_to_what_they_say_in_a_backtest_and_by_rest(desk: RunningDesk) -> None:
    market = tape_market(desk.markets["waves"])
    tape_id, account_id = await desk.market("waves", cash="100000", margin=REG_T, fill_model="ideal")
    by_rest = Saying(["ACME"])
    trader = Trader(desk.mine, tape_id, account_id, by_rest)
    await trader.start()
    while await trader.frame():
        pass
    after = market.dataset.cursor_at(market.dataset.at_of(market.next_frame(0) or 0))
    run = Saying(["ACME"])
    result = ran(market, run, after)
    assert result.failure is None
    assert [each.refusal for each in result.refused] == []
    assert run.held[: len(SAID)] == [D(held) for _, held in SAID]
    assert by_rest.held == run.held
    lived = await desk.mine.rows("/v1/orders", account_id=account_id)
    assert [_essence(each) for each in reversed(lived)] == [
        (each.side.value, each.type.value, each.quantity, each.status.value, each.filled_quantity)
        for each in result.orders
    ]


def _essence(order: dict[str, Any]) -> tuple[Any, ...]:
    quantity, filled = (D(order[name]) for name in ("quantity", "filled_quantity"))
    return order["side"], order["type"], quantity, order["status"], filled


def test_round_trips_bear_the_tags_of_their_orders_and_exits_those_of_their_entry(desk: RunningDesk) -> None:
    result = ran(tape_market(desk.markets["waves"]), Saying(["ACME"]))
    told = [(each.tag, each.exit_tag, each.exit_reason) for each in trips_of(result)]
    assert told == [
        ("first", "second", "signal"),
        ("second", None, "signal"),
        ("third", "enough", "signal"),
        (None, None, "signal"),
    ]
    tags = [Reasons.of(result).tag(each.id) for each in result.orders if each.is_exit]
    assert tags[:2] == ["first", "first"]


def test_levels_that_were_set_anew_end_a_position_by_their_names(desk: RunningDesk) -> None:
    market = tape_market(desk.markets["waves"])
    price = D(str(market.history_of("ACME", market.tape.cursor).columns["close"][0]))

    def ended_by(**levels: Decimal) -> str | None:
        strategy = Saying(["ACME"])
        strategy.words = [
            (lambda context, symbol: context.open_long(symbol, D(10)), 10),
            (lambda context, symbol: context.update_levels(symbol, **levels), 10),
        ]
        return trips_of(ran(market, strategy))[0].exit_reason

    assert ended_by(take_profit=(price * D("1.05")).quantize(D("0.01"))) == "take_profit"
    assert ended_by(stop_loss=price.quantize(D("0.01"))) == "stop_loss"
    assert ended_by(stop_loss=D(10), take_profit=(price * D("1.05")).quantize(D("0.01"))) == "take_profit"


async def test_margin_is_updated_by_the_leverage_of_a_pair(desk: RunningDesk) -> None:
    """On others, and where the account cannot owe, the broker refuses the word by its own rules."""
    tape_id, account_id = await desk.market("coins", cash="5000", margin=REG_T, fill_model="ideal")
    strategy = Saying(["BTC/USD"])

    def leveraged(context: Context, symbol: str) -> None:
        context.update_margin(symbol, 10)
        context.open_long(symbol, D(1))

    strategy.words = [(leveraged, 1)]
    trader = Trader(desk.mine, tape_id, account_id, strategy)
    await trader.start()
    assert await trader.frame()
    chosen = (await desk.mine.get(f"/v1/accounts/{account_id}/leverage"))["chosen"]
    assert chosen == [{"symbol": "BTC/USD", "leverage": 10, "margin_mode": "cross"}]
    refusing = Saying(["ACME"])
    refusing.words = [(leveraged, 1)]
    (refused,) = ran(tape_market(desk.markets["waves"]), refusing).refused
    assert refused.refusal.code == "leverage_not_offered"


def test_a_tag_is_a_few_words() -> None:
    assert Terms(tag="x" * 64).note is not None
    with pytest.raises(TagTooLong):
        _ = Terms(tag="x" * 65).note
