"""Several instruments brought to shares of the equity, by market orders that meet the next open, with cash alone.

Rows are bars, columns are instruments; all of them have a bar at the same instants. What is due at a close is ordered
at once, as `Context.hold_share` does for one instrument after the other, or as `Context.bring` does: sales first, of
what is too much at the close at which it is due, and purchases at a later close, with what those have brought.

    at a close    equity is cash and every position, each rounded to the cent
    lacking       whole units of equity times share through the close, less what is held
    accepted      a purchase, when the cash that no order has reserved pays for it at the close and its costs
    at an open    orders fill in the order of their instruments' ids, each as in `kernel.py`
"""

from typing import Final, NamedTuple

import numpy as np

from paperdesk.core.backtest.compiled.arithmetic import (
    DUE,
    Ints,
    Scale,
    Track,
    crossed,
    fee_of,
    half_even,
    lapses,
    needed_for,
    paid_early,
    reached,
)
from paperdesk.core.backtest.compiled.compiling import inner, making

# Columns of an order, and of what was refused.
BAR, SYMBOL, UNITS, STATE, PRICE, FEE = 0, 1, 2, 3, 4, 5
NEEDED, FREE = 3, 4
WAITS, FILLED, UNPAID, LAPSED = 0, 1, 2, 3
ORDER_COLUMNS: Final = 6
# What stands now. `PENDING` is what is due and not brought yet, -1 for nothing; `IS_NEW` says that it came at this bar.
CASH, RESERVED, ORDERS, REFUSED, DAY, SESSION, WAITING, PENDING = 0, 1, 2, 3, 4, 5, 6, 7
BEYOND_AT, TOO_LARGE, IS_FULL, IS_NEW = 8, 9, 10, 11
NOW_COLUMNS: Final = 12


class Basket(NamedTuple):
    """Opens and closes, shape (bars, instruments); `turn` are the columns in the order of the instruments' ids."""

    track: Track
    open: Ints
    close: Ints
    turn: Ints


class Plan(NamedTuple):
    """Which row of shares is due at a bar, -1 for none; shares are numerators, shape (rows, instruments).

    With `is_at_once` purchases do not wait for sales. Equity in cents times a share is `share_by` units of price; a
    whole unit has `lots`, and more equity than `equity_most` could become larger than a whole number can be.
    """

    due: Ints
    shares: Ints
    share_by: int
    lots: int
    equity_most: int
    is_at_once: int


class Ledger(NamedTuple):
    """Where a run is written down: orders and refusals as rows, equity at every close, and what stands now.

    By instrument: what is held, the most that may be kept of it, what lacks to what is due, the row of the order that
    waits for the next open and -1 where none does, and the cash that it holds.
    """

    orders: Ints
    refused: Ints
    equity: Ints
    held: Ints
    most: Ints
    lacking: Ints
    waiting: Ints
    holds: Ints
    unsettled: Ints
    now: Ints


@inner
def fill_all(basket: Basket, scale: Scale, ledger: Ledger, bar: int) -> None:
    """Fill the orders that wait for an open, or end those that cash no longer pays for."""
    track, now, orders = basket.track, ledger.now, ledger.orders
    now[DAY] = reached(track.begins, now[DAY], track.open_at[bar])
    settles = track.settles[now[DAY]]
    for column in basket.turn:
        if ledger.waiting[column] < 0:
            continue
        row = orders[ledger.waiting[column]]
        wanted = row[UNITS]
        price = crossed(scale, basket.open[bar, column], 1 if wanted > 0 else -1)
        fee = fee_of(scale, price, abs(wanted), scale.taker_rate)
        cost = half_even(price * wanted, scale.value_by) + fee
        now[RESERVED] -= ledger.holds[column]
        ledger.holds[column], ledger.waiting[column] = 0, -1
        if wanted > 0 and cost > now[CASH] - now[RESERVED]:
            row[STATE] = UNPAID
            continue
        row[STATE], row[PRICE], row[FEE] = FILLED, price, fee
        now[CASH] -= cost
        ledger.held[column] += wanted
        if paid_early(ledger.unsettled, now[DAY], settles, now[CASH], cost) and now[BEYOND_AT] < 0:
            now[BEYOND_AT] = bar
    now[WAITING] = 0


@inner
def worth(basket: Basket, scale: Scale, ledger: Ledger, bar: int) -> int:
    """Return the equity at a close."""
    total, held, close, by = ledger.now[CASH], ledger.held, basket.close[bar], scale.value_by
    if by == 1:
        for column in range(len(held)):
            total += held[column] * close[column]
    else:
        for column in range(len(held)):
            total += half_even(held[column] * close[column], by)
    return int(total)


@inner
def order_all(basket: Basket, scale: Scale, ledger: Ledger, bar: int, side: int) -> bool:
    """Order what lacks at a close, on one side or with 0 on both, or write down that cash does not pay for it.

    Say whether anything lacked.
    """
    now, orders, lacking, close = ledger.now, ledger.orders, ledger.lacking, basket.close[bar]
    now[SESSION] = reached(basket.track.closes, now[SESSION], basket.track.at[bar])
    is_late, any_lacks = lapses(basket.track, bar, now[SESSION]), False
    for column in range(len(lacking)):
        wanted = lacking[column]
        if wanted == 0 or wanted * side < 0:
            continue
        any_lacks = True
        needed = needed_for(scale, crossed(scale, close[column], 1), wanted) if wanted > 0 else 0
        free = now[CASH] - now[RESERVED]
        if needed > free:
            row = ledger.refused[now[REFUSED]]
            row[BAR], row[SYMBOL], row[UNITS], row[NEEDED], row[FREE] = bar, column, wanted, needed, free
            now[REFUSED] += 1
            continue
        row = orders[now[ORDERS]]
        row[BAR], row[SYMBOL], row[UNITS], row[PRICE], row[FEE] = bar, column, wanted, 0, 0
        row[STATE] = LAPSED if is_late else WAITS
        ledger.holds[column], ledger.waiting[column] = needed, -1 if is_late else now[ORDERS]
        now[RESERVED] += needed
        now[ORDERS] += 1
        now[WAITING] = 1
    return any_lacks


@making
def bring(basket: Basket, scale: Scale, plan: Plan, ledger: Ledger, bar: int) -> None:
    """Order towards the shares that are due: sales, or where none is needed purchases."""
    now, held, lacking, close = ledger.now, ledger.held, ledger.lacking, basket.close[bar]
    equity, shares = ledger.equity[bar], plan.shares[now[PENDING]]
    if equity > plan.equity_most:
        now[TOO_LARGE] = 1
        return
    wanted = equity * shares // (plan.share_by * close) * plan.lots
    if now[IS_NEW]:
        ledger.most[:], now[IS_NEW] = wanted, 0
    if plan.is_at_once:
        lacking[:] = wanted - held
        order_all(basket, scale, ledger, bar, 0)
        now[PENDING] = -1
        return
    lacking[:] = np.minimum(ledger.most - held, 0)
    if not order_all(basket, scale, ledger, bar, -1):
        lacking[:] = np.maximum(wanted - held, 0)
        order_all(basket, scale, ledger, bar, 1)
        now[PENDING] = -1


@making
def become_due(plan: Plan, now: Ints, row: int) -> None:
    """Let shares be due; those that are on their way already go on as they began."""
    if now[PENDING] < 0 or np.any(plan.shares[now[PENDING]] != plan.shares[row]):
        now[IS_NEW] = 1
    now[PENDING] = row


@making
def rebalance(basket: Basket, scale: Scale, plan: Plan, ledger: Ledger) -> None:
    """Bring what is due, bar by bar."""
    now = ledger.now
    for bar in range(len(plan.due)):
        if now[WAITING]:
            ledger.holds[ledger.waiting < 0] = 0  # those that have lapsed
            now[RESERVED] = ledger.holds.sum()
            fill_all(basket, scale, ledger, bar)
        ledger.equity[bar] = worth(basket, scale, ledger, bar)
        if plan.due[bar] >= 0:
            become_due(plan, now, plan.due[bar])
        if now[PENDING] >= 0:
            if max(now[ORDERS], now[REFUSED]) + len(ledger.held) > len(ledger.orders):
                now[IS_FULL] = 1
                return
            bring(basket, scale, plan, ledger, bar)


def blank_ledger(cash: int, bars: int, columns: int, rooms: int) -> Ledger:
    """Return a ledger of nothing but cash, with room for so many orders."""
    now = np.zeros(NOW_COLUMNS, np.int64)
    now[CASH], now[PENDING], now[BEYOND_AT] = cash, -1, -1
    return Ledger(
        np.empty((rooms, ORDER_COLUMNS), np.int64),
        np.empty((rooms, ORDER_COLUMNS), np.int64),
        np.empty(bars, np.int64),
        np.zeros(columns, np.int64),
        np.zeros(columns, np.int64),
        np.zeros(columns, np.int64),
        np.full(columns, -1, np.int64),
        np.zeros(columns, np.int64),
        np.zeros((DUE, 2), np.int64),
        now,
    )
