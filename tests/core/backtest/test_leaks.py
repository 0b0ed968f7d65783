"""A strategy that sees the future is found, with the bar and what moved; those that are shipped see none."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from paperdesk.core.backtest.leaks import (
    Leak,
    LeakTest,
    cuts_of,
    late_beginning,
    moved_by_truncation,
    moved_by_warm_up,
    order_text,
    settled_after,
    warm_up_of,
)
from paperdesk.core.backtest.runner import Stretch
from paperdesk.core.backtest.watched import Sight, Watched, Window, watched
from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.broker.commands import CancelOrder, ComboLeg, PlaceCombo, PlaceOrder
from paperdesk.core.broker.fill_models import IDEAL
from paperdesk.core.broker.orders import OrderType, Side
from paperdesk.core.kernel.ids import AccountId, OrderId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.strategy.catalogue import SHIPPED
from paperdesk.core.strategy.context import Context
from paperdesk.core.strategy.indicators import Floats, sma
from paperdesk.core.strategy.strategy import Strategy
from tests.bar_market import BarMarket, instant
from tests.bar_series import bars_at, days
from tests.scenery import ACME, GLOBEX, empty_account

BARS = 160
ACCOUNT: Account = replace(empty_account(Rules(fill_model=IDEAL)), cash=Decimal(100_000))


def waves(seed: int) -> list[tuple[int, int, int, int]]:
    chance = np.random.default_rng(seed)
    return [(int(chance.integers(-40, 40)), int(chance.integers(-90, 92)), 20, 20) for _ in range(BARS)]


MARKET = BarMarket([bars_at(days(BARS, each), waves(seed), each) for seed, each in enumerate((ACME, GLOBEX))])
WHOLE = Stretch(0, MARKET.facts_total)


def seen(strategy: Strategy, stretch: Stretch = WHOLE, sight: Sight | None = None) -> Watched:
    return watched(Window(MARKET, stretch, sight or Sight()), ACCOUNT, strategy)


def truncated(kind: type[Strategy], symbols: Sequence[str], given: dict[str, Any], count: int = 16) -> list[Leak]:
    """Return what moves when the data end earlier."""
    full = seen(kind(symbols, given))
    cuts = cuts_of(full, MARKET, WHOLE, count)
    assert 2 <= len(cuts) <= count
    return [
        leak
        for cut in cuts
        for leak in moved_by_truncation(full, seen(kind(symbols, given), Stretch(0, cut)), MARKET.at_of(cut))
    ]


def warmed(kind: type[Strategy], symbols: Sequence[str], given: dict[str, Any]) -> tuple[list[Leak], int, int | None]:
    """Return what moves when the data begin later, how long a warm-up was declared, and how long it took."""
    lead = warm_up_of(kind(symbols, given), seen(kind(symbols, given)))
    begins = late_beginning(MARKET, WHOLE, MARKET.history(ACME, WHOLE.upto), lead)
    assert begins is not None
    stretch = Stretch(begins, WHOLE.upto)
    full, part = seen(kind(symbols, given), stretch), seen(kind(symbols, given), stretch, Sight(lead=lead))
    return moved_by_warm_up(full, part, MARKET.at_of(begins)), lead, settled_after(full, part)


class Listing(BarMarket):
    """A market whose chain says only when it was asked for."""

    def chain(self, underlying: str, cursor: int) -> Any:  # noqa: ANN401 - no real options
        return [cursor]


class Holding(Strategy):
    """Hold while something stands above something."""

    def decide(self, context: Context, *, is_wanted: bool) -> None:
        context.hold(self.symbol, Decimal(100) if is_wanted else ZERO)


class Peeks(Holding):
    """Look at the next close in the whole array."""

    name = "peeks"

    def on_bar(self, context: Context) -> None:
        history = context.history(self.symbol)
        ahead = history.columns["close"][history.known : history.known + 1]
        self.decide(context, is_wanted=bool(len(ahead) and ahead[0] > history.values("close")[-1]))


def centred(close: Floats, length: int) -> Floats:
    half = length // 2
    found = np.full(len(close), np.nan)
    for place in range(half, len(close) - half):
        found[place] = close[place - half : place + half + 1].mean()
    return found


class Centred(Holding):
    """Compare with an average of bars on both sides."""

    name = "centred"

    def on_start(self, context: Context) -> None:
        self.line = context.history(self.symbol).indicator(centred, 5)

    def on_bar(self, context: Context) -> None:
        price, now = context.price(self.symbol), self.line.now
        self.decide(context, is_wanted=price is not None and now is not None and float(price) < now)


def normalised(close: Floats) -> Floats:
    found: Floats = close / close.mean() - 1
    return found


class Normalised(Holding):
    """Normalise by the whole sample."""

    name = "normalised"

    def on_start(self, context: Context) -> None:
        self.line = context.history(self.symbol).indicator(normalised)

    def on_bar(self, context: Context) -> None:
        self.decide(context, is_wanted=(self.line.now or 0) < 0)


class Remembers(Holding):
    """Compare with the mean of all that was ever told, and say that it looks back at nothing."""

    name = "remembers"

    def on_bar(self, context: Context) -> None:
        closes = context.history(self.symbol).values("close")
        self.decide(context, is_wanted=float(closes[-1]) < float(closes.mean()))


def test_a_look_at_the_next_bar_is_found_at_the_bar_where_the_data_end() -> None:
    leaks = truncated(Peeks, [ACME.symbol], {})
    assert {(each.test, each.what) for each in leaks} == {(LeakTest.TRUNCATION, "an order")}
    # What was asked for because of a bar that is gone is not asked for any more.
    first = leaks[0]
    assert first.bar_at == first.cut_at
    assert ("buy 100 ACME", "nothing") in {(each.was, each.came) for each in leaks}


def test_a_centred_window_is_found_half_its_length_before_the_end() -> None:
    leaks = [each for each in truncated(Centred, [ACME.symbol], {}) if each.what == "centred(5) of ACME"]
    closes = [instant(each) for each in MARKET.bars[0].at]
    assert leaks
    # Five bars reach two ahead: the last two before a cut move, unless there are no earlier ones.
    assert {closes.index(each.cut_at) - closes.index(each.bar_at) for each in leaks[1:]} == {1}
    assert {each.came for each in leaks} == {"nothing"}


def test_a_sample_that_is_normalised_as_a_whole_moves_from_the_first_bar_on() -> None:
    leaks = truncated(Normalised, [ACME.symbol], {})
    lines = [each for each in leaks if each.what == "normalised() of ACME"]
    assert {each.bar_at for each in lines} == {instant(MARKET.bars[0].at[0])}
    assert any(each.what == "an order" for each in leaks)


def test_a_strategy_that_fails_without_the_future_is_found() -> None:
    class Reaches(Holding):
        name = "reaches"

        def on_bar(self, context: Context) -> None:
            history = context.history(self.symbol)
            place = min(history.known, BARS - 1)
            self.decide(context, is_wanted=history.columns["close"][place] > history.columns["close"][place - 1])

    found = truncated(Reaches, [ACME.symbol], {})[0]
    assert (found.what, found.was) == ("the strategy", "went on")
    assert found.came.startswith("raised IndexError")


def test_what_is_remembered_beyond_the_declared_warm_up_is_found() -> None:
    leaks, declared, settled = warmed(Remembers, [ACME.symbol], {})
    assert (declared, settled) == (1, None)
    assert {each.test for each in leaks} == {LeakTest.WARM_UP}
    assert leaks[0].what == "an order"
    moved, _, _ = warmed(Normalised, [ACME.symbol], {})
    assert "normalised() of ACME" in {each.what for each in moved}


# What each looks back at is short enough for 160 bars.
SHORT: dict[str, dict[str, Any]] = {
    "sma_cross": {"fast": 3, "slow": 8},
    "rsi_reversion": {"length": 4, "buy_below": 40},
    "breakout": {"entry": 6, "leave": 4},
    "momentum_rotation": {"lookback": 5, "every": 4, "count": 1},
    "pairs": {"length": 8, "far": "1.2"},
    "volatility_target": {"length": 5},
    "momentum": {"length": 3, "threshold": "0.01"},
    "band_reversion": {"length": 6, "deviations": "1"},
    "scalping": {"fast": 2, "slow": 5},
    "martingale": {"fall": "0.02", "gain": "0.01"},
}
# Those that look at higher bars are tried by REST, on a tape.
ON_BARS = sorted({name for name, kind in SHIPPED.items() if not kind.with_options} - {"setup_trigger"})


@pytest.mark.parametrize("name", ON_BARS)
def test_no_shipped_strategy_sees_the_future_or_more_of_the_past_than_it_says(name: str) -> None:
    kind = SHIPPED[name]
    symbols = [ACME.symbol, GLOBEX.symbol][: max(kind.symbols_least, min(kind.symbols_most, 2))]
    given = SHORT.get(name, {})
    assert truncated(kind, symbols, given, 8) == []
    leaks, declared, settled = warmed(kind, symbols, given)
    assert leaks == []
    assert settled is None or settled <= declared


def test_what_was_asked_for_is_said_whatever_it_is() -> None:
    ids = AccountId(UUID(int=1)), OrderId(UUID(int=2))
    buy = PlaceOrder(*ids, "ACME", Side.BUY, OrderType.LIMIT, Decimal(100), Decimal("99.50"))
    legs = ComboLeg("ONE", Side.BUY), ComboLeg("OTHER", Side.SELL, Decimal(2))
    combo = PlaceCombo(*ids, legs, Decimal(3), OrderType.LIMIT, Decimal("1.20"))
    assert order_text(buy) == "buy 100 ACME at limit 99.50"
    assert order_text(combo) == "3 x (buy 1 ONE, sell 2 OTHER) at limit 1.20"
    assert order_text(replace(combo, type=OrderType.MARKET, limit_price=None)) == "3 x (buy 1 ONE, sell 2 OTHER)"
    assert order_text(CancelOrder(*ids)) == "cancel an order"


def test_options_are_seen_as_they_were_listed_so_many_frames_ago() -> None:
    window = Window(Listing(MARKET.bars), WHOLE, Sight(late=2))
    frames = [cursor for cursor, _, _ in window.frames(0, WHOLE.upto)]
    seen_at: list[Any] = [window.chain("ACME", each) for each in frames[:5]]
    assert seen_at == [(), (), [frames[0]], [frames[1]], [frames[2]]]
    at_once: Any = Window(Listing(MARKET.bars), WHOLE).chain("ACME", frames[4])
    assert at_once == [frames[4]]


def test_bars_that_are_told_late_are_acted_on_a_bar_later() -> None:
    kind = SHIPPED["sma_cross"]
    on_time = seen(kind([ACME.symbol], SHORT["sma_cross"]))
    late = seen(kind([ACME.symbol], SHORT["sma_cross"]), sight=Sight(late=1))
    closes = [instant(each) for each in MARKET.bars[0].at]
    told = [[closes.index(each.at) for each in run.wishes] for run in (on_time, late)]
    assert told[0]
    assert [each + 1 for each in told[0] if each + 1 < BARS] == told[1]
    history = MARKET.history(ACME, WHOLE.upto)
    assert sma(history.late(2, history.at).columns["close"], 1).tolist() == history.columns["close"][:-2].tolist()
