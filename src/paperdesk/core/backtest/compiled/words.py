"""What came of a compiled run in the words of the exact engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np

from paperdesk.core.backtest.compiled.arithmetic import Ints, half_even
from paperdesk.core.backtest.compiled.book import (
    AT,
    AT_CLOSE,
    AT_OPEN,
    BAR,
    BY_REQUEST,
    CANCELLED,
    CASH,
    ENTRY,
    ENTRY_ENDED,
    EXPIRED,
    FEE,
    FILL_AMBIGUOUS,
    FILL_BAR,
    FILL_FACT,
    FILL_FEE,
    FILL_ORDER,
    FILL_PRICE,
    FILL_RULE,
    FILLED,
    FILLS,
    IN_RANGE,
    LIMIT,
    LIMITED,
    MARKET,
    OPEN,
    ORDERS,
    PARTNER_CANCELLED,
    PARTNER_FILLED,
    PRICE,
    ROLE,
    SIDE,
    STATE,
    STOP,
    STOP_LIMITED,
    STOP_LOSS,
    STOPPED,
    TAKE_PROFIT,
    TIME_IS_UP,
    TRAILING,
    TYPE,
    UNITS,
    UNPAID,
    WAITED,
    WHY,
    Book,
)
from paperdesk.core.backtest.compiled.track import Worths
from paperdesk.core.backtest.result import Done, Placed, Point, Result
from paperdesk.core.broker import orders
from paperdesk.core.broker.orders import OrderStatus, OrderType, Role, Side
from paperdesk.core.kernel.ids import OrderId
from paperdesk.core.kernel.money import ZERO
from paperdesk.core.kernel.time import instant_of
from paperdesk.core.kernel.values import replace

TYPES: Final = {
    MARKET: OrderType.MARKET,
    LIMITED: OrderType.LIMIT,
    STOPPED: OrderType.STOP,
    STOP_LIMITED: OrderType.STOP_LIMIT,
    TRAILING: OrderType.TRAILING_STOP,
}
ROLES: Final = {ENTRY: Role.ENTRY, TAKE_PROFIT: Role.TAKE_PROFIT, STOP_LOSS: Role.STOP_LOSS}
STATUSES: Final = {
    OPEN: OrderStatus.ACCEPTED,
    FILLED: OrderStatus.FILLED,
    CANCELLED: OrderStatus.CANCELLED,
    EXPIRED: OrderStatus.EXPIRED,
}
REASONS: Final = {
    BY_REQUEST: orders.BY_REQUEST,
    UNPAID: orders.AT_RELEASE,
    ENTRY_ENDED: orders.ENTRY_ENDED,
    PARTNER_FILLED: orders.PARTNER_FILLED,
    PARTNER_CANCELLED: orders.PARTNER_CANCELLED,
    TIME_IS_UP: orders.TIME_IS_UP,
}
_RULES: Final = {AT_OPEN: "open", IN_RANGE: "limit_in_range", AT_CLOSE: "close"}
_AFTER_WAITING: Final = {AT_OPEN: "at_open", IN_RANGE: "in_range", AT_CLOSE: "at_close"}


@dataclass(frozen=True, slots=True)
class Words(Worths):
    """The numbers of a run as the exact engine says them; `ids` are those of the orders, row by row."""

    ids: list[OrderId] = field(default_factory=list[OrderId])

    def side(self, sign: int) -> Side:
        """Return a side."""
        return Side.BUY if sign > 0 else Side.SELL

    def done(self, book: Book, number: int) -> Done:
        """Return a fill."""
        row = book.fills[number].tolist()
        order, bar, rule = book.orders[row[FILL_ORDER]].tolist(), row[FILL_BAR], row[FILL_RULE]
        at = self.bars.open_at if row[FILL_FACT] == AT_OPEN else self.bars.at
        waited = f"{TYPES[order[TYPE]].value}_{_AFTER_WAITING[rule - WAITED]}" if rule >= WAITED else None
        return Done(
            instant_of(at.item(bar)),
            self.ids[row[FILL_ORDER]],
            self.units(order[UNITS]),
            self.price(row[FILL_PRICE]),
            self.money(row[FILL_FEE]),
            ambiguous=bool(row[FILL_AMBIGUOUS]),
            rule=waited or _RULES[rule],
        )

    def placed(self, book: Book, number: int) -> Placed:
        """Return an order as it ended."""
        row = book.orders[number].tolist()
        units, role, is_filled = self.units(row[UNITS]), ROLES.get(row[ROLE]), row[STATE] == FILLED
        return Placed(
            self.ids[number],
            instant_of(self.bars.at.item(row[BAR])),
            self.bars.instrument,
            self.side(row[SIDE]),
            units,
            STATUSES[row[STATE]],
            "filled" if is_filled else REASONS.get(row[WHY]),
            TYPES[row[TYPE]],
            self.price(row[LIMIT]) if row[LIMIT] else None,
            self.price(row[STOP]) if row[STOP] else None,
            filled_quantity=units if is_filled else ZERO,
            average_fill_price=self.price(row[PRICE]) if is_filled else None,
            fees=self.money(row[FEE]),
            role=role,
            is_exit=role in {Role.TAKE_PROFIT, Role.STOP_LOSS},
        )


class Holding(NamedTuple):
    """What is held of an instrument at every bar that was lived through, and its closes."""

    units: Ints
    close: Ints


def points_of(
    worths: Worths, result: Result, equity: Ints, holdings: Sequence[Holding], bars: list[int]
) -> list[Point]:
    """Return the worth when a run began, at the closes of some bars, and at its end."""
    cash, by = result.account.cash, worths.value_by

    def point(bar: int, at: datetime) -> Point:
        # Where no bar was lived through there is nothing but cash; a value is rounded as the equity was.
        values = (half_even(each.units.item(bar) * each.close.item(bar), by) for each in holdings if bar >= 0)
        invested = worths.money(sum(values))
        worth = worths.money(equity.item(bar)) if bar >= 0 else cash
        return Point(at, worth - invested, worth, invested)

    noted = (point(bar, instant_of(worths.bars.at.item(bar))) for bar in bars)
    return [point(-1, result.began_at), *noted, point(len(holdings[0].units) - 1, result.ended_at)]


def told(result: Result, words: Words, book: Book, session_bars: list[int]) -> Result:
    """Say in a result what is in a book, as far as its bars were lived through."""
    fills, bars = book.fills[: book.now[FILLS]], int(book.now[AT]) + 1
    signed = book.orders[fills[:, FILL_ORDER], SIDE] * book.orders[fills[:, FILL_ORDER], UNITS]
    changes = np.zeros(bars, np.int64)
    np.add.at(changes, fills[:, FILL_BAR], signed)
    result.orders = [words.placed(book, number) for number in range(book.now[ORDERS])]
    result.done = [words.done(book, number) for number in range(book.now[FILLS])]
    ended = [each for each in session_bars if each < bars]
    result.points = points_of(words, result, book.equity, [Holding(np.cumsum(changes), words.bars.close)], ended)
    pay_last_nights(result.points, words.money(int(book.now[CASH])))
    return result


def pay_last_nights(points: list[Point], cash: Decimal) -> None:
    """Let a run end with the cash it has: nights behind its last bar are paid for too."""
    last = points[-1]
    if last.invested is not None:
        points[-1] = replace(last, cash=cash, equity=cash + last.invested)
