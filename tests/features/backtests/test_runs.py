"""Runs of strategies on a tape's past: what they may see, how they end, and what their orders meet."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.round_trips import round_trips_of
from paperdesk.core.backtest.runner import NothingToRun, Stretch, run_backtest
from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.broker.fill_models import IDEAL
from paperdesk.core.broker.orders import Side, TimeInForce
from paperdesk.core.broker.view import UnknownSymbol
from paperdesk.core.kernel.ids import AccountId, TapeId, TenantId, UserId
from paperdesk.core.strategy.context import Context, Filled, Terms
from paperdesk.core.strategy.library.holding import BuyAndHold
from paperdesk.core.strategy.strategy import Strategy
from paperdesk.features.backtests.tape_market import TapeMarket
from paperdesk.features.marketdata.feeds.dataset import open_dataset
from paperdesk.features.marketdata.tapes import Tape, TapeState
from tests.desk import Market

CASH = Decimal(100_000)


def tape_market(market: Market) -> TapeMarket:
    """A market as a tape that stands at its end has shown it."""
    dataset = open_dataset(market.folder)
    end = dataset.facts_total
    at = dataset.at_of(end)
    stands: dict[str, Any] = {"cursor": end, "at": at, "target_cursor": end, "target_at": at, "has_ended": True}
    still: dict[str, Any] = {"shared": False, "state": TapeState.PAUSED, "speed": None, "starts_at": dataset.at_of(0)}
    tape_id, tenant_id, owner_id = TapeId(UUID(int=1)), TenantId(UUID(int=2)), UserId(UUID(int=3))
    tape = Tape(tape_id, tenant_id, owner_id, market.id, "A run", **stands, **still)
    return TapeMarket(tape, dataset)


def ran(market: TapeMarket, strategy: Strategy, wanted_for: int | None = None, upto: int | None = None) -> Result:
    """Run a strategy over all there is, or as long as it is wanted."""
    tape = market.tape
    assert tape.tenant_id is not None
    account = Account(
        AccountId(UUID(int=9)), tape.tenant_id, tape.id, "USD", Rules(fill_model=IDEAL), CASH, Decimal(0), 0, 0,
        market.at_of(0),
    )  # fmt: skip
    frames: list[int] = []

    def keep_going(cursor: int) -> bool:
        frames.append(cursor)
        return wanted_for is None or len(frames) < wanted_for

    return run_backtest(market, account, strategy, Stretch(0, upto or tape.cursor), keep_going)


class Watching(Strategy):
    """Notes what it can see."""

    name = "watching"

    def on_start(self, context: Context) -> None:
        self.told: list[str] = ["start"]
        self.seen: list[tuple[datetime, int, Decimal | None]] = []
        assert context.history(self.symbol).known == 0

    def on_session(self, context: Context) -> None:
        self.told.append("session")

    def on_bar(self, context: Context) -> None:
        self.told.append("bar")
        history = context.history(self.symbol)
        self.seen.append((context.now, len(history.values("close")), context.price(self.symbol)))


def test_a_strategy_sees_each_bar_once_it_has_closed_and_none_before(markets: dict[str, Market]) -> None:
    strategy = Watching(["ACME"])
    result = ran(tape_market(markets["daily"]), strategy)
    assert strategy.told[:3] == ["start", "session", "bar"]
    assert [count for _, count, _ in strategy.seen] == list(range(1, 9))
    assert strategy.seen[1] == (datetime(2024, 6, 4, 20, tzinfo=UTC), 2, Decimal("103.0"))
    assert (result.frames, len(result.points), result.points[-1].equity) == (8, 10, CASH)


class OnceWith(Strategy):
    """Buys once, at the first bar, under some terms, and notes its fills."""

    name = "once"
    terms = Terms()

    def on_start(self, context: Context) -> None:
        self.filled: list[Filled] = []

    def on_bar(self, context: Context) -> None:
        if context.history(self.symbol).known == 1:
            context.buy(self.symbol, Decimal(10), self.terms)

    def on_fill(self, context: Context, filled: Filled) -> None:
        self.filled.append(filled)


def test_what_is_decided_on_a_close_is_filled_at_the_next_open(markets: dict[str, Market]) -> None:
    strategy = OnceWith(["ACME"])
    result = ran(tape_market(markets["daily"]), strategy)
    (fill,) = strategy.filled
    assert (fill.side, fill.quantity, fill.price) == (Side.BUY, Decimal(10), Decimal("101.00"))
    # Ten shares that end at 107.00.
    assert result.points[-1].equity == CASH + 60
    (trip,) = round_trips_of([(each.at, each.fill) for each in result.fills], {each.id: each for each in result.orders})
    assert (trip.is_open, trip.entry_price, trip.quantity) == (True, Decimal(101), Decimal(10))


def test_an_exit_is_told_by_its_name(markets: dict[str, Market]) -> None:
    strategy = OnceWith(["ACME"])
    strategy.terms = Terms(take_profit=Decimal("105.50"), stop_loss=Decimal("98.00"), time_in_force=TimeInForce.GTC)
    result = ran(tape_market(markets["daily"]), strategy)
    (trip,) = round_trips_of([(each.at, each.fill) for each in result.fills], {each.id: each for each in result.orders})
    assert (trip.exit_reason, trip.gain) == ("take_profit", Decimal("45.00"))


class Raising(BuyAndHold):
    """Buys, and breaks at the third bar."""

    name = "raising"

    def on_bar(self, context: Context) -> None:
        super().on_bar(context)
        if context.history(self.symbol).known == 3:
            raise ZeroDivisionError("one by none")


def test_a_strategy_that_raises_is_told_with_its_bar_and_its_line_and_what_came_before_is_kept(
    markets: dict[str, Market],
) -> None:
    result = ran(tape_market(markets["daily"]), Raising(["ACME"]))
    failure = result.failure
    assert failure is not None
    assert (failure.at, failure.error) == (datetime(2024, 6, 5, 20, tzinfo=UTC), "ZeroDivisionError: one by none")
    assert "raise ZeroDivisionError" in Path(failure.file).read_text(encoding="utf-8").splitlines()[failure.line - 1]
    assert (result.frames, len(result.fills)) == (2, 1)


def test_a_run_that_nobody_wants_any_more_keeps_what_it_has_come_to(markets: dict[str, Market]) -> None:
    result = ran(tape_market(markets["daily"]), BuyAndHold(["ACME"]), wanted_for=3)
    assert (result.is_cancelled, result.frames, len(result.fills)) == (True, 3, 1)
    assert result.ended_at == datetime(2024, 6, 5, 20, tzinfo=UTC)


class TooMuch(OnceWith):
    """Buys more than it can pay."""

    name = "too_much"

    def on_bar(self, context: Context) -> None:
        if context.history(self.symbol).known == 1:
            context.buy(self.symbol, Decimal(10_000))


def test_what_is_refused_is_kept_with_the_reason_and_the_run_goes_on(markets: dict[str, Market]) -> None:
    result = ran(tape_market(markets["daily"]), TooMuch(["ACME"]))
    (refused,) = result.refused
    assert (refused.refusal.code, result.frames, result.fills) == ("insufficient_buying_power", 8, [])


def test_a_symbol_that_is_not_there_and_a_stretch_without_bars_are_refused(markets: dict[str, Market]) -> None:
    market = tape_market(markets["daily"])
    with pytest.raises(UnknownSymbol):
        ran(market, BuyAndHold(["NONE"]))
    with pytest.raises(NothingToRun):
        ran(market, BuyAndHold(["ACME"]), upto=1)


def test_the_same_run_twice_is_the_same(markets: dict[str, Market]) -> None:
    one, other = (ran(tape_market(markets["waves"]), BuyAndHold(["ACME", "BOLT"])) for _ in range(2))
    assert (one.events, one.points, one.orders) == (other.events, other.points, other.orders)
