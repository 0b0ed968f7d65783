"""How a fill is paid for: with cash alone, or on margin, where what it opens has to be carried."""

from paperdesk.core.backtest.compiled.arithmetic import Ints, expect, half_even, paid_early, reached
from paperdesk.core.backtest.compiled.book import (
    AT_CLOSE,
    AT_OPEN,
    CASH,
    DAY,
    HELD,
    HELD_FOR_ORDERS,
    HELD_MONEY,
    MEMORANDUM,
    SIDE,
    UNITS,
    UNSETTLED,
    Ground,
    MarginGround,
)
from paperdesk.core.backtest.compiled.compiling import inlined, inner
from paperdesk.core.backtest.compiled.owing import LEAST_EQUITY, PARTS, go_beyond, initial, maintained, means_of


@inlined
def pay_in_cash(ground: Ground, row: int, moment: int, price: int, fee: int) -> bool:
    """Pay for a fill, unless cash does not with what others hold for themselves; say whether it did."""
    track, now = ground.track, ground.book.now
    order, bar = ground.book.orders[row], moment // 3
    signed = order[SIDE] * order[UNITS]
    cost = half_even(price * signed, ground.scale.value_by) + fee
    if signed > 0 and cost > now[CASH] - now[HELD_FOR_ORDERS] + order[HELD_MONEY]:
        return False
    now[CASH] -= cost
    now[HELD] += signed
    now[DAY] = reached(track.begins, now[DAY], track.open_at[bar] if moment % 3 == AT_OPEN else track.at[bar])
    if paid_early(ground.book.due, now[DAY], track.settles[now[DAY]], now[CASH], cost):
        go_beyond(now, bar, UNSETTLED)
    return True


@inner
def can_carry(ground: MarginGround, order: Ints, cost: int, mark: int, memorandum: int) -> bool:
    """Say whether the account could carry a fill that opens something, beside what others reserve."""
    scale, now, terms = ground.scale, ground.book.now, ground.margin.terms
    others = now[HELD_FOR_ORDERS] - order[HELD_MONEY]
    cash, held = now[CASH] - cost, now[HELD] + order[SIDE] * order[UNITS]
    equity = cash * scale.value_by + held * mark
    if equity < terms[LEAST_EQUITY]:
        return bool(order[SIDE] > 0 and cash >= others)
    means = means_of(ground, PARTS * equity - maintained(terms, held, mark), memorandum)
    return bool(means >= others * PARTS * scale.value_by)


@inner
def pay_on_margin(ground: MarginGround, row: int, moment: int, price: int, fee: int) -> bool:
    """Pay for a fill, unless it opens what the account could not carry; say whether it did."""
    track, scale, now, terms = ground.track, ground.scale, ground.book.now, ground.margin.terms
    order, bar, fact = ground.book.orders[row], moment // 3, moment % 3
    signed, held = order[SIDE] * order[UNITS], now[HELD]
    cost = half_even(price * signed, scale.value_by) + fee
    released = initial(terms, held, price) - initial(terms, held + signed, price)
    memorandum = now[MEMORANDUM] + half_even(released, PARTS * scale.value_by) - fee
    opens = order[UNITS] > max(-order[SIDE] * held, 0)
    mark = track.close[bar] if fact == AT_CLOSE else track.open[bar]
    if opens and not can_carry(ground, order, cost, mark, memorandum):
        return False
    now[CASH] -= cost
    now[HELD] += signed
    now[MEMORANDUM] = memorandum
    now[DAY] = reached(track.begins, now[DAY], track.open_at[bar] if fact == AT_OPEN else track.at[bar])
    if order[SIDE] > 0 or not opens:  # what a short sale brings is locked, and counts as settled
        expect(ground.book.due, now[DAY], track.settles[now[DAY]], -cost)
    return True
