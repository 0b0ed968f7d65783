"""What a compiled run with resting orders is written down in: arrays whose columns and numbers have names here."""

from typing import Final, NamedTuple, TypeAlias

import numpy as np

from paperdesk.core.backtest.compiled.arithmetic import DUE, Ints, Scale, Track

# Columns of an order. `GROUP` is the row of the order that was asked for, `SIZE` how many came with it, `ASKED` the
# number of the wish; `MOMENT` and `RULE` are when and how the entry of a group filled.
SIDE, UNITS, TYPE, LIMIT, STOP, TRAIL_RATE, TRAIL_AMOUNT, MARK = 0, 1, 2, 3, 4, 5, 6, 7
ENDS_AT, GROUP, SIZE, ROLE, STATE, WHY, TRIGGERED, ARMED = 8, 9, 10, 11, 12, 13, 14, 15
HELD_MONEY, BAR, ASKED, PRICE, FEE, MOMENT, RULE = 16, 17, 18, 19, 20, 21, 22
# On margin: the price that it reserves at, and the units of a position that it promises to close.
HOLD_PRICE, CLOSES = 23, 24
ORDER_COLUMNS: Final = 25

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
# And on margin.
ENTRY_CLOSES, EXIT_OPENS, NOT_LENT, NO_EQUITY, NO_MARGIN, NOT_IN_FULL = 7, 8, 9, 10, 11, 12

# What stands now: `AT` is the last bar that was lived through, `QUIET` the next that may change anything. Between
# `LOW` and `HIGH`, and until `UNTIL`, nothing happens; `NEWS` counts what a strategy may want to hear of. `BEYOND_AT`
# is the first bar of which only the exact engine knows what follows, -1 for none, and `BEYOND` says why.
CASH, HELD, HELD_FOR_ORDERS, ORDERS, FILLS, LIVE, DAY, AT = 0, 1, 2, 3, 4, 5, 6, 7
LOW, HIGH, UNTIL, BEYOND_AT, NEWS, QUIET, NEXT_WISH, WISHED = 8, 9, 10, 11, 12, 13, 14, 15
# On margin: the next bell, whether anything is held or ordered, units promised by orders, the memorandum account, and
# the days that calls are due on, 0 without one.
BEYOND, BELL, WATCHED, PROMISED, MEMORANDUM, CALL_DUE, REG_T_DUE = 16, 17, 18, 19, 20, 21, 22
NOW_COLUMNS: Final = 23
UNSETTLED, CALLED, FALLEN, TOO_LARGE = 0, 1, 2, 3
BEYOND_BY_NAME: Final = ("unsettled_proceeds", "margin_call", "price_test", "numbers_too_large")

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


class Margin(NamedTuple):
    """What an account may owe: `owing.py` names the terms, and the columns by session and by day.

    `fallen` says of every bar whether its market may be under the price test of short sales.
    """

    terms: Ints
    sessions: Ints
    days: Ints
    fallen: Ints


class CashGround(NamedTuple):
    """The bars of a run, what numbers are worth in it, and its book."""

    track: Track
    scale: Scale
    book: Book


class MarginGround(NamedTuple):
    """The same, and what the account may owe."""

    track: Track
    scale: Scale
    book: Book
    margin: Margin


# Functions are compiled for each of them by itself: the length of a ground, compared where they go apart, is known
# then, so that what the other one does is left out.
Ground: TypeAlias = CashGround | MarginGround
ON_MARGIN: Final = 4


def blank_book(cash: int, bars: int, orders: int, memorandum: int = 0) -> Book:
    """Return a book of nothing but cash, with room for so many orders."""
    now = np.zeros(NOW_COLUMNS, np.int64)
    now[MEMORANDUM] = memorandum
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
