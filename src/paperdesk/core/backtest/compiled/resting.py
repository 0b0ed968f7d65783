"""Orders that rest meet the three facts of a bar: open, range and close, in the order they were accepted.

The written table, in whole numbers; it says what `matching.py`, `triggers.py` and `execution.py` of the broker say,
which are the truth. A buy is shown; a sell mirrors it. c(p) is a price and its costs, rounded to the tick.

    fact          market     limit                    stop, trailing            stop-limit
    open, close   c(price)   c(price) <= limit:       price >= stop:            price >= stop: triggered,
                             c(price)                 c(price)                  then as a limit
    range         -          the low reaches it:      the stop lies in it:      the stop lies in it and c(stop)
                             the limit                c(stop); the range lies   <= limit: the limit; else it is
                                                      beyond it: triggered,     triggered when the high is at
                                                      and waits for the close   the stop or above, and rests

    gap                an open beyond a stop fills at the open
    trailing           the old stop is tested, and only then the fact's best price moves it
    both exits         a fact that reaches the stop-loss passes the take-profit by; in a range the account's path says
                       which passes the other by: neutral as always, optimistic the other way round, realistic the one
                       nearer to the open (the stop-loss of two as near); what fills in a range that reaches both is
                       `ambiguous`
    entry at a print   its exits wait for the next fact
    entry in a range   its take-profit waits for the close; its stop-loss meets the range too, and is `ambiguous`
                       when the entry was a stop itself
    an entry fills     its exits are armed; one that ends otherwise takes them with it
    an exit ends       its partner ends too, unless it expired
    not paid           a purchase that cash does not pay for with what others hold for themselves ends at its fill;
                       on margin what opens more than could be carried: `owing.py`
    a bell             what works until then ends, after what met the same instant and before the next open
"""

from paperdesk.core.backtest.compiled.arithmetic import Ints, Scale, Track, crossed, fee_of
from paperdesk.core.backtest.compiled.book import (
    ALONE,
    ARMED,
    AT_OPEN,
    CANCELLED,
    ENDS_AT,
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
    GROUP,
    HELD_FOR_ORDERS,
    HELD_MONEY,
    HIGH,
    HIGHEST,
    IN_RANGE,
    LIMIT,
    LIMITED,
    LIVE,
    LOW,
    MARK,
    MOMENT,
    NEUTRAL,
    NEWS,
    ON_MARGIN,
    OPEN,
    OPTIMISTIC,
    PARTNER_CANCELLED,
    PARTNER_FILLED,
    PRICE,
    PROMISED,
    RATE_ONE,
    ROLE,
    RULE,
    SIDE,
    SIZE,
    STATE,
    STOP,
    STOP_LIMITED,
    STOP_LOSS,
    STOPPED,
    TAKE_PROFIT,
    TIME_IS_UP,
    TRAIL_AMOUNT,
    TRAIL_RATE,
    TRAILING,
    TRIGGERED,
    TYPE,
    UNITS,
    UNPAID,
    UNTIL,
    WAITED,
    WHY,
    Book,
    Ground,
)
from paperdesk.core.backtest.compiled.compiling import inlined, inner
from paperdesk.core.backtest.compiled.owing import keep_watch, reserve
from paperdesk.core.backtest.compiled.paying import pay_in_cash, pay_on_margin


@inlined
def waits(order: Ints) -> bool:
    """Say whether an order still waits for its stop price."""
    return bool(order[TYPE] >= STOPPED and not order[TRIGGERED])


@inlined
def is_limited(order: Ints) -> bool:
    """Say whether an order names the worst price it takes."""
    return bool(order[TYPE] == LIMITED or order[TYPE] == STOP_LIMITED)


@inlined
def is_triggered(order: Ints, low: int, high: int) -> bool:
    """Say whether prices from low to high bring what an order waits for."""
    if not waits(order):
        return False
    return bool(high >= order[STOP] if order[SIDE] > 0 else low <= order[STOP])


@inner
def trailed(scale: Scale, order: Ints, mark: int) -> int:
    """Return the stop price a trail away from the best price, rounded to the tick against the customer."""
    tick, side = scale.tick * RATE_ONE, order[SIDE]
    away = order[TRAIL_AMOUNT] * RATE_ONE + mark * order[TRAIL_RATE]
    steps: int = -(-(mark * RATE_ONE + away) // tick) if side > 0 else (mark * RATE_ONE - away) // tick
    return max(steps, 0) * scale.tick


@inner
def price_in_range(scale: Scale, order: Ints, low: int, high: int) -> int:
    """Return what a range gives an order, 0 for nothing."""
    side, limit = order[SIDE], order[LIMIT]
    if waits(order):
        price = crossed(scale, order[STOP], side)
        if not low <= order[STOP] <= high or (is_limited(order) and (price - limit) * side > 0):
            return 0
        return limit if is_limited(order) else price
    if not is_limited(order):
        return 0
    if not scale.through_ticks:
        is_met = low <= limit if side > 0 else high >= limit
    else:
        beyond = (scale.through_ticks - 1) * scale.tick
        is_met = low + beyond < limit if side > 0 else high - beyond > limit
    return limit if is_met else 0


@inlined
def price_for(scale: Scale, order: Ints, fact: int, low: int, high: int) -> int:
    """Return what a fact gives an order, 0 for nothing."""
    if waits(order) and not is_triggered(order, low, high):
        return 0
    if fact == IN_RANGE:
        return price_in_range(scale, order, low, high)
    price = crossed(scale, low, order[SIDE])
    return 0 if is_limited(order) and (price - order[LIMIT]) * order[SIDE] > 0 else price


@inlined
def end(book: Book, row: int, state: int, why: int) -> None:
    """End an order; what it reserved is free again."""
    order = book.orders[row]
    order[STATE], order[WHY] = state, why
    book.now[HELD_FOR_ORDERS] -= order[HELD_MONEY]
    order[HELD_MONEY] = 0
    book.now[NEWS] += 1


@inner
def end_rest(book: Book, row: int, why: int) -> None:
    """End the open rest of a group."""
    first = book.orders[row, GROUP]
    for other in range(first, first + book.orders[row, SIZE]):
        if other != row and book.orders[other, STATE] == OPEN:
            end(book, other, CANCELLED, why)


@inner
def cancel(book: Book, row: int, why: int) -> None:
    """Cancel an order, and let its group follow."""
    end(book, row, CANCELLED, why)
    role = book.orders[row, ROLE]
    if role != ALONE:
        end_rest(book, row, ENTRY_ENDED if role == ENTRY else PARTNER_CANCELLED)


@inner
def expire(ground: Ground, until: int) -> None:
    """End what works until an instant, or until one before it."""
    book, has_ended = ground.book, False
    for place in range(book.now[LIVE]):
        row = book.live[place]
        order = book.orders[row]
        if order[STATE] == OPEN and order[ENDS_AT] <= until:
            end(book, row, EXPIRED, TIME_IS_UP)
            has_ended = True
            if order[ROLE] == ENTRY:
                end_rest(book, row, ENTRY_ENDED)
    if has_ended:
        attend(ground)


@inner
def partner(book: Book, row: int) -> int:
    """Return the row of the other open exit of a group, -1 where there is none."""
    first = book.orders[row, GROUP]
    for other in range(first, first + book.orders[row, SIZE]):
        if other != row and book.orders[other, STATE] == OPEN and book.orders[other, ROLE] != ENTRY:
            return other
    return -1


@inner
def goes_first(ground: Ground, row: int, other: int, moment: int) -> bool:
    """Say whether an exit meets a fact before the one beside it."""
    path, orders = ground.scale.path, ground.book.orders
    is_stop = orders[row, ROLE] == STOP_LOSS
    if moment % 3 != IN_RANGE or path == NEUTRAL:
        return bool(is_stop)
    if path == OPTIMISTIC:
        return not is_stop
    stop, target, opened = row if is_stop else other, other if is_stop else row, ground.track.open[moment // 3]
    is_target_near = abs(orders[target, LIMIT] - opened) < abs(orders[stop, STOP] - opened)
    return bool(is_stop != is_target_near)


@inlined
def must_wait(ground: Ground, row: int, moment: int, low: int, high: int) -> bool:
    """Say whether an exit leaves this fact to its entry, or to the exit beside it."""
    scale, book = ground.scale, ground.book
    order, fact = book.orders[row], moment % 3
    if order[ROLE] != TAKE_PROFIT and order[ROLE] != STOP_LOSS:
        return False
    if book.orders[order[GROUP], MOMENT] == moment:
        return bool(order[ROLE] == TAKE_PROFIT or fact != IN_RANGE)
    # Said apart from `goes_first`, because who waits for nobody need not look for the exit beside it.
    is_chosen = scale.path != NEUTRAL and fact == IN_RANGE
    if order[ROLE] == STOP_LOSS and not is_chosen:
        return False
    other = partner(book, row)
    if other < 0 or (is_chosen and not goes_first(ground, other, row, moment)):
        return False
    rival = book.orders[other]
    return bool(is_triggered(rival, low, high) or price_for(scale, rival, fact, low, high))


@inner
def is_ambiguous(ground: Ground, row: int, moment: int, low: int, high: int) -> bool:
    """Say whether a range leaves open whether an exit came first."""
    scale, book = ground.scale, ground.book
    order, fact = book.orders[row], moment % 3
    if (order[ROLE] != STOP_LOSS and order[ROLE] != TAKE_PROFIT) or fact != IN_RANGE:
        return False
    entry = book.orders[order[GROUP]]
    if entry[MOMENT] == moment:
        return bool(entry[RULE] == WAITED + IN_RANGE)
    other = partner(book, row)
    if other < 0:
        return False
    rival = book.orders[other]
    return bool(is_triggered(rival, low, high) or price_for(scale, rival, fact, low, high))


@inner
def fill(ground: Ground, row: int, moment: int, price: int, ambiguous: int) -> None:
    """Fill an order by its rule, unless the account does not pay for it; then it ends."""
    scale, book = ground.scale, ground.book
    order, now = book.orders[row], book.now
    rate = scale.maker_rate if order[RULE] == IN_RANGE else scale.taker_rate
    fee = fee_of(scale, price, order[UNITS], rate)
    if len(ground) == ON_MARGIN:
        is_paid = pay_on_margin(ground, row, moment, price, fee)
    else:
        is_paid = pay_in_cash(ground, row, moment, price, fee)
    if not is_paid:
        cancel(book, row, UNPAID)
        return
    done = book.fills[now[FILLS]]
    done[FILL_ORDER], done[FILL_BAR], done[FILL_FACT], done[FILL_PRICE] = row, moment // 3, moment % 3, price
    done[FILL_FEE], done[FILL_AMBIGUOUS], done[FILL_RULE] = fee, ambiguous, order[RULE]
    now[FILLS] += 1
    order[PRICE], order[FEE] = price, fee
    end(book, row, FILLED, 0)
    if order[ROLE] == ENTRY:
        order[MOMENT] = moment
        for other in range(row + 1, row + order[SIZE]):
            book.orders[other, ARMED] = 1
    elif order[ROLE] != ALONE:
        end_rest(book, row, PARTNER_FILLED)


@inlined
def meet_one(ground: Ground, row: int, moment: int, low: int, high: int) -> bool:
    """Let an order meet a fact; say whether it is another one now."""
    scale, order, fact = ground.scale, ground.book.orders[row], moment % 3
    price, waited = price_for(scale, order, fact, low, high), waits(order)
    has_changed = price > 0
    ambiguous = has_changed and is_ambiguous(ground, row, moment, low, high)
    if is_triggered(order, low, high):
        order[TRIGGERED], has_changed = 1, True
    elif waited and order[TYPE] == TRAILING:
        best = min(low, order[MARK]) if order[SIDE] > 0 else max(high, order[MARK])
        if best != order[MARK]:
            order[MARK], order[STOP], has_changed = best, trailed(scale, order, best), True
    if price > 0:
        order[RULE] = fact + (WAITED if waited else 0)
        fill(ground, row, moment, price, 1 if ambiguous else 0)
    return has_changed


@inner
def meet(ground: Ground, moment: int, low: int, high: int) -> bool:
    """Let every open order meet a fact; say whether any of them is another one now."""
    book, has_changed = ground.book, False
    for place in range(book.now[LIVE]):
        row = book.live[place]
        order = book.orders[row]
        is_off = order[STATE] != OPEN or not order[ARMED] or must_wait(ground, row, moment, low, high)
        if not is_off and meet_one(ground, row, moment, low, high):
            has_changed = True
    if has_changed:
        attend(ground)
    return has_changed


@inlined
def attend(ground: Ground) -> None:
    """See what is left to be waited for, and on margin what that reserves."""
    look_around(ground.book)
    if len(ground) == ON_MARGIN:
        if ground.book.now[LIVE] or ground.book.now[HELD_FOR_ORDERS] or ground.book.now[PROMISED]:
            reserve(ground)
        keep_watch(ground)


@inlined
def look_around(book: Book) -> None:
    """Put ended orders aside, and see between which prices, and until when, the others only wait."""
    now, orders, live = book.now, book.orders, book.live
    kept, now[LOW], now[HIGH], now[UNTIL] = 0, 0, HIGHEST, HIGHEST
    for place in range(now[LIVE]):
        order = orders[live[place]]
        if order[STATE] != OPEN:
            continue
        live[kept] = live[place]
        kept += 1
        now[UNTIL] = min(now[UNTIL], order[ENDS_AT])
        if not order[ARMED]:
            continue
        if waits(order):
            rises = order[SIDE] > 0
            now[HIGH] = min(now[HIGH], order[STOP] if rises else HIGHEST)
            now[LOW] = max(now[LOW], 0 if rises else order[STOP])
            if order[TYPE] == TRAILING:
                now[LOW] = max(now[LOW], order[MARK] if rises else 0)
                now[HIGH] = min(now[HIGH], HIGHEST if rises else order[MARK])
        elif not is_limited(order):
            now[LOW] = HIGHEST
        elif order[SIDE] > 0:
            now[LOW] = max(now[LOW], order[LIMIT])
        else:
            now[HIGH] = min(now[HIGH], order[LIMIT])
    now[LIVE] = kept


@inlined
def reach(track: Track, bar: int, fact: int) -> tuple[int, int]:
    """Return the lowest and the highest price of a fact."""
    if fact == IN_RANGE:
        return track.low[bar], track.high[bar]
    price = track.open[bar] if fact == AT_OPEN else track.close[bar]
    return price, price


@inlined
def live_through(ground: Ground, bar: int, last: int) -> None:
    """Live through the facts of a bar up to one of them, and the bells before them."""
    track, now = ground.track, ground.book.now
    for fact in range(last + 1):
        heard = track.open_at[bar] if fact == AT_OPEN else track.at[bar] - 1
        if now[UNTIL] <= heard:
            expire(ground, heard)
        if now[LIVE]:
            low, high = reach(track, bar, fact)
            meet(ground, 3 * bar + fact, low, high)
