"""A strategy enters by one of five rules for how much, over bars that go up and down by turns."""

from decimal import Decimal
from typing import Any

import numpy as np

from paperdesk.core.backtest.result import Result
from paperdesk.core.backtest.runner import Stretch, run_backtest
from paperdesk.core.broker.orders import Side
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.values import replace
from paperdesk.core.strategy.indicators import volatility
from paperdesk.core.strategy.library.trend import MovingAverageCross
from tests.bar_market import BarMarket
from tests.bar_series import bars_at, days
from tests.scenery import ACME, empty_account

UP, DOWN = (0, 80, 5, 5), (0, -75, 5, 5)
# A wave that pays and one that does not, by turns.
PAIRS_OF_WAVES = 9
MOVES = (*[DOWN] * 25, *([UP] * 14 + [DOWN] * 8 + [UP] * 3 + [DOWN] * 9) * PAIRS_OF_WAVES)
BARS = bars_at(days(len(MOVES), ACME), MOVES, ACME)
CASH = Decimal(100_000)


def ran(**given: Any) -> Result:  # noqa: ANN401 - any parameter
    market = BarMarket([BARS])
    strategy = MovingAverageCross(["ACME"], {"fast": 2, "slow": 5, **given})
    return run_backtest(market, replace(empty_account(), cash=CASH), strategy, Stretch(0, market.facts_total))


def bought(result: Result) -> list[tuple[Decimal, Decimal]]:
    """Return the units of each purchase, and the close it was decided on."""
    closes = {int(at): Decimal(int(close)) / 100 for at, close in zip(BARS.at, BARS.close, strict=True)}
    asked = [each for each in result.orders if each.side is Side.BUY]
    return [(each.quantity, closes[int(each.accepted_at.timestamp() * 1_000_000)]) for each in asked]


def whole(units: Decimal) -> Decimal:
    return units // 1


def test_a_fixed_size_buys_so_many_units() -> None:
    assert {units for units, _ in bought(ran(quantity="30"))} == {30}


def test_a_fixed_value_buys_for_so_much_money() -> None:
    found = bought(ran(sizing="fixed_value", amount="7000"))
    assert found
    assert all(units == whole(7000 / price) for units, price in found)


def test_percent_takes_that_percent_of_equity() -> None:
    result = ran(sizing="percent_equity", percent="0.5")
    # It buys when it holds nothing, so its equity is the cash that the trades before have left.
    cash, trades = CASH, iter(result.done)
    for units, price in bought(result):
        assert units == whole(cash / 2 / price)
        for trade, sign in zip((next(trades, None), next(trades, None)), (-1, 1), strict=True):
            cash += ZERO if trade is None else sign * trade.quantity * trade.price - trade.fee


def test_calm_markets_are_bought_more_of_than_wild_ones() -> None:
    found = bought(ran(sizing="volatility_based"))
    closes = BARS.close / 100
    moved = volatility(closes, 20)
    units, price = found[0]
    row = next(place for place, close in enumerate(closes) if place > 25 and Decimal(str(close)) == price)
    share = Decimal("0.16") / (Decimal(str(float(moved[row]))) * Decimal(252).sqrt())
    assert units == whole(CASH * min(share, Decimal(1)) / price)
    assert len({units for units, _ in found}) > 1


def test_kelly_goes_by_what_its_own_trades_brought_once_there_are_ten() -> None:
    by_part, by_kelly = (bought(ran(sizing=each, percent="0.1")) for each in ("percent_equity", "kelly"))
    assert by_kelly[:10] == by_part[:10]
    assert by_kelly[11:] != by_part[11:]


def test_only_fixed_sizes_can_be_said_of_all_bars_at_once() -> None:
    history = BarMarket([BARS]).history(ACME, 10)
    fixed, part = (MovingAverageCross(["ACME"], {"sizing": each}) for each in ("fixed_size", "percent_equity"))
    assert fixed.targets(history) is not None
    assert part.targets(history) is None
    assert np.isfinite(history.columns["close"]).all()
