"""A compiled run of a strategy, by all of its targets at once or by its hooks, told as the exact engine does."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from paperdesk.core.backtest.compiled.arithmetic import Ints
from paperdesk.core.backtest.compiled.hooks import run_by_hooks
from paperdesk.core.backtest.compiled.kernel import (
    BAR,
    FEE,
    FILLED,
    FREE,
    LAPSED,
    NEEDED,
    PRICE,
    STATE,
    UNITS,
    UNPAID,
)
from paperdesk.core.backtest.compiled.scaling import inexpressible, refusal
from paperdesk.core.backtest.compiled.signals import Means, Outcome, hold_targets
from paperdesk.core.backtest.compiled.track import Course
from paperdesk.core.backtest.compiled.words import points_of
from paperdesk.core.backtest.result import Done, Placed, Point, Refused, Result
from paperdesk.core.backtest.runner import KeepGoing
from paperdesk.core.broker.account import Account, Rules
from paperdesk.core.broker.checks import beyond_cash
from paperdesk.core.broker.commands import PlaceOrder
from paperdesk.core.broker.orders import AT_RELEASE, TIME_IS_UP, OrderStatus, OrderType, Side
from paperdesk.core.kernel.ids import OrderId, derived
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.time import instant_of
from paperdesk.core.market.instruments import Instrument
from paperdesk.core.strategy.strategy import AS_IT_IS, HOLD, Strategy, Targets

# What every order of a compiled run is filled by: the open of the next bar, as the exact engine calls it.
OPENED: Final = "open"
_ENDS: Final = {
    FILLED: (OrderStatus.FILLED, "filled"),
    UNPAID: (OrderStatus.CANCELLED, AT_RELEASE),
    LAPSED: (OrderStatus.EXPIRED, TIME_IS_UP),
}


def check_expressible(strategy: Strategy, rules: Rules, instrument: Instrument, currency: str) -> None:
    """Refuse by name what no compiled run could be; raises NotExpressible."""
    found = {"several_symbols": len(strategy.symbols) > 1, "higher_timeframes": bool(strategy.timeframes)}
    names = [*(name for name, is_so in found.items() if is_so), *inexpressible(rules, instrument, currency)]
    if names:
        raise refusal(names)


def run_compiled(
    course: Course, strategy: Strategy, account: Account, keep_going: KeepGoing = lambda _: True
) -> Result:
    """Run a strategy from an account that has nothing but cash: by its targets, or by its hooks where it has none.

    Raises NotExpressible.
    """
    found = strategy.targets(course.history)
    if found is None:
        return run_by_hooks(course, strategy, account, keep_going)
    wanted = np.full(len(course.bars), AS_IT_IS, np.int64)
    wanted[: course.frames] = _in_lots(found, course.bars.instrument)[course.first :][: course.frames]
    outcome = hold_targets(course.bars, wanted, Means(account.cash, account.rules, account.currency))
    result = Result(account, course.began_at, course.ended_at, frames=course.frames)
    telling = _Telling(outcome, course, account)
    result.orders, result.refused = list(telling.orders()), list(telling.refused())
    result.done, result.points = list(telling.done()), telling.points(result)
    return result


def _in_lots(found: Targets, instrument: Instrument) -> Ints:
    if found.units % instrument.lot_step or found.units <= ZERO:
        raise refusal(["parts_of_lots"])
    return np.where(found.wanted == HOLD, int(found.units / instrument.lot_step), found.wanted).astype(np.int64)


class _Telling:
    """What came of a run, in the words of the exact engine; orders are numbered as they were asked for."""

    def __init__(self, outcome: Outcome, course: Course, account: Account) -> None:
        self._outcome, self._course, self._account = outcome, course, account
        asked = np.sort(np.concatenate([outcome.orders[:, BAR], outcome.refused[:, BAR]]))
        self._number = {int(bar): number for number, bar in enumerate(asked, start=1)}

    def orders(self) -> Iterator[Placed]:
        """Yield every order that was accepted."""
        outcome = self._outcome
        for row in outcome.orders:
            state, units = int(row[STATE]), outcome.worths.units(abs(int(row[UNITS])))
            is_filled = state == FILLED
            status, reason = self._ending(int(row[BAR]), state)
            yield Placed(
                self._id(int(row[BAR])),
                instant_of(outcome.bars.at.item(row[BAR])),
                outcome.bars.instrument,
                _side(row),
                units,
                status,
                reason,
                filled_quantity=units if is_filled else ZERO,
                average_fill_price=outcome.worths.price(int(row[PRICE])) if is_filled else None,
                fees=outcome.worths.money(int(row[FEE])),
            )

    def done(self) -> Iterator[Done]:
        """Yield every fill."""
        outcome = self._outcome
        for row in outcome.fills:
            bar, units = int(row[BAR]), outcome.worths.units(abs(int(row[UNITS])))
            price, fee = outcome.worths.price(int(row[PRICE])), outcome.worths.money(int(row[FEE]))
            yield Done(instant_of(outcome.bars.open_at.item(bar + 1)), self._id(bar), units, price, fee, rule=OPENED)

    def refused(self) -> Iterator[Refused]:
        """Yield every refusal."""
        outcome, account = self._outcome, self._account
        for row in outcome.refused:
            bar, symbol = int(row[BAR]), outcome.bars.instrument.symbol
            units = outcome.worths.units(abs(int(row[UNITS])))
            asked = PlaceOrder(account.id, self._id(bar), symbol, _side(row), OrderType.MARKET, units)
            needed, free = outcome.worths.money(int(row[NEEDED])), outcome.worths.money(int(row[FREE]))
            yield Refused(instant_of(outcome.bars.at.item(bar)), asked, beyond_cash(needed, free, account.currency))

    def points(self, result: Result) -> list[Point]:
        """Return the worth when it began, at the first close of each session's end or after it, and at the end."""
        outcome = self._outcome
        changes = np.zeros(len(outcome.bars), np.int64)
        changes[outcome.fills[:, BAR] + 1] = outcome.fills[:, UNITS]
        return points_of(outcome.worths, result, outcome.equity, np.cumsum(changes), self._course.session_bars())

    def _ending(self, bar: int, state: int) -> tuple[OrderStatus, str | None]:
        if state in _ENDS:
            return _ENDS[state]
        is_over = self._outcome.bars.session_after(bar) <= self._course.ended_at
        return _ENDS[LAPSED] if is_over else (OrderStatus.ACCEPTED, None)

    def _id(self, bar: int) -> OrderId:
        return OrderId(derived(self._account.id, "strategy", self._number[bar]))


def _side(row: Ints) -> Side:
    return Side.BUY if row[UNITS] > 0 else Side.SELL
