"""What a compiled run with resting orders is written down in: arrays whose columns and numbers have names here."""

from typing import Final, NamedTuple

import numpy as np

from paperdesk.core.backtest.compiled.arithmetic import DUE, Ints, Scale, Track

# Columns of an order. `GROUP` is the row of the order that was asked for, `SIZE` how many came with it, `ASKED` the
# number of the wish; `MOMENT` and `RULE` are when and how the entry of a group filled.
SIDE, UNITS, TYPE, LIMIT, STOP, TRAIL_RATE, TRAIL_AMOUNT, MARK = 0, 1, 2, 3, 4, 5, 6, 7
ENDS_AT, GROUP, SIZE, ROLE, STATE, WHY, TRIGGERED, ARMED = 8, 9, 10, 11, 12, 13, 14, 15
HELD_MONEY, BAR, ASKED, PRICE, FEE, MOMENT, RULE = 16, 17, 18, 19, 20, 21, 22
ORDER_COLUMNS: Final = 23

MARKET, LIMITED, STOPPED, STOP_LIMITED, TRAILING = 0, 1, 2, 3, 4
ALONE, ENTRY, TAKE_PROFIT, STOP_LOSS = 0, 1, 2, 3
OPEN, FILLED, CANCELLED, EXPIRED = 0, 1, 2, 3
# Why an order ended.
NOTHING, BY_REQUEST, UNPAID, ENTRY_ENDED, PARTNER_FILLED, PARTNER_CANCELLED, TIME_IS_UP = 0, 1, 2, 3, 4, 5, 6

# Columns of a fill, and how its price came about; from `WAITED` on by an order that the same fact triggered.
FILL_ORDER, FILL_BAR, FILL_FACT, FILL_PRICE, FILL_FEE, FILL_AMBIGUOUS, FILL_RULE = 0, 1, 2, 3, 4, 5, 6
FILL_COLUMNS: Final = 7
AT_OPEN, IN_RANGE, AT_CLOSE, WAITED = 0, 1, 2, 3

# Columns of a wish: an order that is asked for at the close of a bar, or with `WISH_CANCELS` the end of one. Prices
# that are not wished for are 0; `WISH_ANSWER` says what came of it, `WISH_ROW` which order, and the last two what was
# needed and free. One that cancels names the row of an order, or another wish whose order it means.
WISH_BAR, WISH_SIDE, WISH_UNITS, WISH_LIMIT, WISH_STOP, WISH_TRAIL_RATE, WISH_TRAIL_AMOUNT = 0, 1, 2, 3, 4, 5, 6
WISH_LASTS, WISH_TAKE, WISH_LOSS, WISH_LOSS_LIMIT, WISH_IS_OCO, WISH_CANCELS = 7, 8, 9, 10, 11, 12
WISH_ANSWER, WISH_ROW, WISH_NEEDED, WISH_FREE = 13, 14, 15, 16
WISH_COLUMNS: Final = 17
OF_AN_ORDER, OF_A_WISH = 1, 2
ACCEPTED, NO_CASH, NO_UNITS, INVERTED, TOO_WIDE, HAS_ENDED, NEVER_WAS = 0, 1, 2, 3, 4, 5, 6

# What stands now: `AT` is the last bar that was lived through, `QUIET` the next that may change anything. Between
# `LOW` and `HIGH`, and until `UNTIL`, nothing happens; `NEWS` counts what a strategy may want to hear of.
CASH, HELD, HELD_FOR_ORDERS, ORDERS, FILLS, LIVE, DAY, AT = 0, 1, 2, 3, 4, 5, 6, 7
LOW, HIGH, UNTIL, BEYOND_AT, NEWS, QUIET, NEXT_WISH, WISHED = 8, 9, 10, 11, 12, 13, 14, 15
NOW_COLUMNS: Final = 16

# What came first inside a bar that reaches both exits of a position.
NEUTRAL, OPTIMISTIC, REALISTIC = 0, 1, 2

# Nothing stands above it.
HIGHEST: Final = 2**62
RATE_ONE: Final = 100_000_000


class Book(NamedTuple):
    """The orders of a run, those that are open by their rows, its fills, what stands now, and equity at every close."""

    orders: Ints
    live: Ints
    fills: Ints
    now: Ints
    due: Ints
    equity: Ints


class Ground(NamedTuple):
    """The bars of a run, what numbers are worth in it, and its book."""

    track: Track
    scale: Scale
    book: Book


def blank_book(cash: int, bars: int, orders: int) -> Book:
    """Return a book of nothing but cash, with room for so many orders."""
    now = np.zeros(NOW_COLUMNS, np.int64)
    now[CASH], now[AT], now[BEYOND_AT], now[HIGH], now[UNTIL], now[QUIET] = cash, -1, -1, HIGHEST, HIGHEST, bars
    return Book(
        np.zeros((orders, ORDER_COLUMNS), np.int64),
        np.zeros(orders, np.int64),
        np.zeros((orders, FILL_COLUMNS), np.int64),
        now,
        np.zeros((DUE, 2), np.int64),
        np.empty(bars, np.int64),
    )


def with_room(book: Book, orders: int) -> Book:
    """Return a book with room for at least so many orders more than there are."""
    needed, room = int(book.now[ORDERS]) + orders, len(book.orders)
    if needed <= room:
        return book
    more = max(needed, 2 * room) - room
    wide = (np.concatenate([each, np.zeros((more, each.shape[1]), np.int64)]) for each in (book.orders, book.fills))
    orders_now, fills_now = wide
    live = np.concatenate([book.live, np.zeros(more, np.int64)])
    return book._replace(orders=orders_now, live=live, fills=fills_now)
