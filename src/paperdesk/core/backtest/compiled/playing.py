"""From bar to bar: wishes are placed at a close, bars that leave every order waiting are passed over.

A wish is refused for the reasons of `placement.py` and `checks.py` of the broker that depend on what stands; the
others are for who writes wishes down.
"""

from paperdesk.core.backtest.compiled.arithmetic import Ints, Track, crossed, half_even, needed_for, passed
from paperdesk.core.backtest.compiled.book import (
    ACCEPTED,
    ALONE,
    ARMED,
    ASKED,
    AT,
    AT_CLOSE,
    BAR,
    BY_REQUEST,
    CASH,
    ENDS_AT,
    ENTRY,
    FALLEN,
    GROUP,
    HAS_ENDED,
    HELD,
    HELD_FOR_ORDERS,
    HELD_MONEY,
    HIGH,
    HOLD_PRICE,
    INVERTED,
    LIMIT,
    LIMITED,
    LIVE,
    LOW,
    MARK,
    MARKET,
    MOMENT,
    NEVER_WAS,
    NEWS,
    NEXT_WISH,
    NO_CASH,
    NO_UNITS,
    OF_A_WISH,
    ON_MARGIN,
    OPEN,
    ORDER_COLUMNS,
    ORDERS,
    PROMISED,
    QUIET,
    ROLE,
    SIDE,
    SIZE,
    STATE,
    STOP,
    STOP_LIMITED,
    STOP_LOSS,
    STOPPED,
    TAKE_PROFIT,
    TOO_WIDE,
    TRAIL_AMOUNT,
    TRAIL_RATE,
    TRAILING,
    TYPE,
    UNITS,
    UNTIL,
    WATCHED,
    WISH_ANSWER,
    WISH_BAR,
    WISH_CANCELS,
    WISH_FREE,
    WISH_IS_OCO,
    WISH_LASTS,
    WISH_LIMIT,
    WISH_LOSS,
    WISH_LOSS_LIMIT,
    WISH_NEEDED,
    WISH_ROW,
    WISH_SIDE,
    WISH_STOP,
    WISH_TAKE,
    WISH_TRAIL_AMOUNT,
    WISH_TRAIL_RATE,
    WISHED,
    Book,
    Ground,
    MarginGround,
)
from paperdesk.core.backtest.compiled.compiling import compiled, inlined, inner
from paperdesk.core.backtest.compiled.nights import hear, owe_through
from paperdesk.core.backtest.compiled.owing import go_beyond, judged, reserve
from paperdesk.core.backtest.compiled.resting import attend, cancel, expire, is_limited, live_through, trailed

NINETY_DAYS = 90 * 86_400_000_000
# How many bars are looked at ahead of what is lived through.
AHEAD = 1024


@inner
def ends_at(track: Track, bar: int, lasts: int) -> int:
    """Return the bell that an order of a close works until: the next one, or the last one within ninety days."""
    closes, at = track.closes, track.at[bar]
    place = passed(closes, at + (NINETY_DAYS if lasts else 0)) - (1 if lasts else 0)
    bell: int = closes[max(min(place, len(closes) - 1), 0)]
    return bell


@inner
def promised(book: Book) -> int:
    """Return the units that open orders sell; exits of one group sell the same ones."""
    units = 0
    for place in range(book.now[LIVE]):
        order = book.orders[book.live[place]]
        if order[STATE] != OPEN or order[SIDE] > 0 or not order[ARMED]:
            continue
        first = order[GROUP]
        is_counted = order[ROLE] == STOP_LOSS
        for other in range(first, first + order[SIZE]):
            rival = book.orders[other]
            is_counted = is_counted and not (rival[ROLE] == TAKE_PROFIT and rival[STATE] == OPEN)
        if order[ROLE] != STOP_LOSS or is_counted:
            units += order[UNITS]
    return units


@inner
def is_inverted(wish: Ints, close: int) -> bool:
    """Say whether exits are on the wrong side of their entry, or of each other; what is sold short gains falling."""
    take, loss, side = wish[WISH_TAKE], wish[WISH_LOSS], wish[WISH_SIDE]
    if wish[WISH_IS_OCO]:
        return bool((loss - wish[WISH_LIMIT]) * side <= 0)
    if not take and not loss:
        return False
    entry = wish[WISH_LIMIT] or wish[WISH_STOP] or close
    return bool((take and (take - entry) * side <= 0) or (loss and (entry - loss) * side <= 0))


@inner
def draft(ground: Ground, bar: int, wish: Ints) -> int:
    """Write the order of a wish behind the last one, and return its row; it does not count yet."""
    row: int = ground.book.now[ORDERS]
    order = ground.book.orders[row]
    order[:] = 0
    order[SIDE], order[UNITS], order[LIMIT], order[STOP] = wish[1:5]
    order[TRAIL_RATE], order[TRAIL_AMOUNT] = wish[WISH_TRAIL_RATE], wish[WISH_TRAIL_AMOUNT]
    order[ENDS_AT] = ends_at(ground.track, bar, wish[WISH_LASTS])
    order[GROUP], order[SIZE], order[ROLE], order[ARMED] = row, 1, ALONE, 1
    order[BAR], order[ASKED], order[MOMENT] = bar, ground.book.now[WISHED], -1
    if wish[WISH_TRAIL_RATE] or wish[WISH_TRAIL_AMOUNT]:
        order[TYPE], order[MARK] = TRAILING, ground.track.close[bar]
        order[STOP] = trailed(ground.scale, order, order[MARK])
    elif order[STOP]:
        order[TYPE] = STOP_LIMITED if order[LIMIT] else STOPPED
    else:
        order[TYPE] = LIMITED if order[LIMIT] else MARKET
    close = ground.track.close[bar]
    order[HOLD_PRICE] = order[LIMIT] if is_limited(order) else order[STOP] or close
    if order[SIDE] > 0 and not is_limited(order):
        order[HOLD_PRICE] = crossed(ground.scale, order[HOLD_PRICE], 1)
    return row


@inner
def add_exit(book: Book, row: int, place: int, limit: int, stop: int) -> None:
    """Write an exit of a group behind its first order."""
    first, order = book.orders[row], book.orders[row + place]
    for column in range(ORDER_COLUMNS):
        order[column] = first[column]
    order[ROLE] = STOP_LOSS if stop else TAKE_PROFIT
    order[SIDE] = -first[SIDE] if first[ROLE] == ENTRY else first[SIDE]
    order[LIMIT], order[STOP] = limit, stop
    order[TYPE] = LIMITED if not stop else STOP_LIMITED if limit else STOPPED
    order[HELD_MONEY] = 0
    order[ARMED] = 0 if first[ROLE] == ENTRY else 1


@inner
def group(book: Book, row: int, wish: Ints) -> None:
    """Write down what comes with an order."""
    take, loss = wish[WISH_TAKE], wish[WISH_LOSS]
    order = book.orders[row]
    if take or loss:
        order[ROLE] = TAKE_PROFIT if wish[WISH_IS_OCO] else ENTRY
        order[SIZE] = 1 + (1 if take else 0) + (1 if loss else 0)
    if take:
        add_exit(book, row, 1, take, 0)
    if loss:
        add_exit(book, row, order[SIZE] - 1, wish[WISH_LOSS_LIMIT], loss)


@inner
def enlist(book: Book, row: int) -> None:
    """Let an order wait with what comes with it."""
    now = book.now
    for other in range(row, row + book.orders[row, SIZE]):
        book.live[now[LIVE]] = other
        now[LIVE] += 1


@inner
def place_in_cash(ground: Ground, wish: Ints, row: int) -> int:
    """Accept an order that cash pays for, or whose units are there, or say why not."""
    book, now = ground.book, ground.book.now
    order = book.orders[row]
    if order[SIDE] > 0:
        free, answer = now[CASH] - now[HELD_FOR_ORDERS], NO_CASH
        needed = needed_for(ground.scale, order[HOLD_PRICE], order[UNITS])
    else:
        needed, free, answer = order[UNITS], now[HELD] - promised(book), NO_UNITS
    if needed > free:
        wish[WISH_NEEDED], wish[WISH_FREE] = needed, free
        return answer
    if order[SIDE] > 0:
        order[HELD_MONEY] = needed
        now[HELD_FOR_ORDERS] += needed
    group(book, row, wish)
    enlist(book, row)
    return ACCEPTED


@inner
def place_on_margin(ground: MarginGround, bar: int, wish: Ints, row: int) -> int:
    """Accept an order that the account may owe for, or say why not."""
    book, now, fallen = ground.book, ground.book.now, ground.margin.fallen
    order, live, held, promises = book.orders[row], now[LIVE], now[HELD_FOR_ORDERS], now[PROMISED]
    group(book, row, wish)
    enlist(book, row)
    reserve(ground)
    answer, wish[WISH_NEEDED], wish[WISH_FREE] = judged(ground, row, ground.track.close[bar], held, promises)
    if answer != ACCEPTED:
        now[LIVE], now[HELD_FOR_ORDERS], now[PROMISED] = live, held, promises
    elif len(fallen) and fallen[bar] and order[SIDE] < 0 and order[UNITS] > now[HELD]:
        go_beyond(now, bar, FALLEN)
    return answer


@inner
def place(ground: Ground, bar: int, wish: Ints) -> None:
    """Accept an order with what comes with it, or refuse it."""
    book, now = ground.book, ground.book.now
    wish[WISH_ROW] = -1
    if is_inverted(wish, ground.track.close[bar]):
        wish[WISH_ANSWER] = INVERTED
        return
    row = draft(ground, bar, wish)
    order = book.orders[row]
    if order[TYPE] == TRAILING and not order[STOP]:
        wish[WISH_ANSWER] = TOO_WIDE
        return
    if len(ground) == ON_MARGIN:
        wish[WISH_ANSWER] = place_on_margin(ground, bar, wish, row)
    else:
        wish[WISH_ANSWER] = place_in_cash(ground, wish, row)
    if wish[WISH_ANSWER] == ACCEPTED:
        now[ORDERS] += order[SIZE]
        wish[WISH_ROW] = row


@inner
def grant(ground: Ground, bar: int, wishes: Ints, number: int) -> None:
    """Do what is wished for at a close, or say why not."""
    book, wish = ground.book, wishes[number]
    if len(ground) == ON_MARGIN:
        hear(ground, ground.track.at[bar], ground.track.close[bar])
    if not wish[WISH_CANCELS]:
        place(ground, bar, wish)
        book.now[WISHED] += 1
    else:
        row = wishes[wish[WISH_ROW], WISH_ROW] if wish[WISH_CANCELS] == OF_A_WISH else wish[WISH_ROW]
        wish[WISH_ANSWER] = NEVER_WAS if row < 0 else ACCEPTED if book.orders[row, STATE] == OPEN else HAS_ENDED
        if wish[WISH_ANSWER] == ACCEPTED:
            cancel(book, row, BY_REQUEST)
    attend(ground)


@inlined
def next_stir(ground: Ground, bar: int, stop: int) -> int:
    """Return the first bar from one on that may change an order, or `stop`."""
    now = ground.book.now
    if not now[LIVE] and not now[WATCHED]:
        return stop
    return bar + quiet_bars(ground.track, bar, stop, now)


@inner
def quiet_bars(track: Track, first: int, stop: int, now: Ints) -> int:
    """Return how many bars from one on stay between the prices that are waited for, and close before the instant."""
    low, high, until = now[LOW], now[HIGH], now[UNTIL]
    # Of views that begin where a loop does no place is asked whether it is counted from the end.
    opened, close, at = track.open[first:stop], track.close[first:stop], track.at[first:stop]
    lowest, highest = track.low[first:stop], track.high[first:stop]
    for bar in range(len(at)):
        least, most = min(lowest[bar], opened[bar], close[bar]), max(highest[bar], opened[bar], close[bar])
        if least <= low or most >= high or at[bar] >= until:
            return bar
    return len(at)


@inlined
def value(ground: Ground, first: int, stop: int) -> None:
    """Write down the equity of closes at which nothing changed."""
    closes, worths = ground.track.close[first:stop], ground.book.equity[first:stop]
    write_worths(closes, worths, ground.book.now, ground.scale.value_by)


@inner
def write_worths(closes: Ints, worths: Ints, now: Ints, by: int) -> None:
    """Write down what cash and what is held are worth at some closes."""
    cash, held = now[CASH], now[HELD]
    for bar in range(len(closes)):
        worths[bar] = cash + half_even(held * closes[bar], by)


@inlined
def pass_over(ground: Ground, stop: int) -> None:
    """Go on to before a bar, none of which changes anything."""
    now = ground.book.now
    value(ground, now[AT] + 1, stop)
    now[AT] = stop - 1


@inlined
def live_one(ground: Ground) -> None:
    """Live through the next bar, and the bells at its close."""
    now, bar = ground.book.now, ground.book.now[AT] + 1
    if len(ground) == ON_MARGIN:
        owe_through(ground, bar, AT_CLOSE)
        if not hear(ground, ground.track.at[bar], ground.track.close[bar]):
            attend(ground)
    else:
        live_through(ground, bar, AT_CLOSE)
        if now[UNTIL] <= ground.track.at[bar]:
            expire(ground, ground.track.at[bar])
    now[AT] = bar
    value(ground, bar, bar + 1)


@compiled
def play(ground: Ground, wishes: Ints, count: int, stop: int, wakes: int) -> None:
    """Grant wishes and live through bars before `stop`; with `wakes` only until there is news.

    Wishes stand in the order of their bars, and those of one that has closed already are granted first.
    """
    now = ground.book.now
    while True:
        while now[NEXT_WISH] < count and wishes[now[NEXT_WISH], WISH_BAR] <= now[AT]:
            grant(ground, now[AT], wishes, now[NEXT_WISH])
            now[NEXT_WISH] += 1
        if now[AT] >= stop - 1:
            break
        ahead, before = stop, now[NEWS]
        if now[NEXT_WISH] < count:
            ahead = min(stop, wishes[now[NEXT_WISH], WISH_BAR] + 1)
        bar = next_stir(ground, now[AT] + 1, ahead)
        pass_over(ground, bar)
        if bar < ahead:
            live_one(ground)
            if wakes and now[NEWS] > before:
                break
    if not wakes:  # who is woken asks for no bars in between
        now[QUIET] = next_stir(ground, now[AT] + 1, min(now[AT] + 1 + AHEAD, len(ground.track.at)))


@compiled
def finish(ground: Ground, facts: int, bell_at: int) -> None:
    """Live through what has come of a bar on whose close nobody acts, and through the bells after it."""
    now, track, bar = ground.book.now, ground.track, ground.book.now[AT] + 1
    if facts:
        if len(ground) == ON_MARGIN:
            owe_through(ground, bar, facts - 1)
        else:
            live_through(ground, bar, facts - 1)
        now[AT] = bar
        value(ground, bar, bar + 1)
    if len(ground) == ON_MARGIN:
        hear(ground, bell_at, track.close[max(now[AT], 0)])
    else:
        expire(ground, bell_at)
