"""What an account that may owe needs for what it holds and orders, and has for it, for one instrument.

The written table, in twentieths of a price; what is written here is written first in `margin.py`, `reservations.py`,
`margin_checks.py` and `memorandum.py` of the broker, which are the truth.

    one unit of a share      maintenance                         initial
    long                     5                                   10
    short, at 5.00 or above  the greater of 6 and 5.00           the greater of 10 and maintenance
    short, below 5.00        the greater of 20 and 2.50          likewise
    of anything else         20                                  20

    order     closes first what no earlier order has promised; what is left of it opens, and reserves by how much it
              raises the requirement with all that earlier orders open, and its fee
    accepted  what opens, when the means cover its reservation beside those of others; a sale that opens only with
              2,000 of equity, and below that a purchase in full
    filled    what closes always; what opens, when the means after it cover what others reserve
    means     equity above maintenance; under the regime of calls no more than the memorandum account
"""

from typing import Final

from paperdesk.core.backtest.compiled.arithmetic import Ints, half_even, most_due, needed_for
from paperdesk.core.backtest.compiled.book import (
    ACCEPTED,
    ARMED,
    BELL,
    BEYOND,
    BEYOND_AT,
    CALL_DUE,
    CASH,
    CLOSES,
    ENTRY,
    ENTRY_CLOSES,
    EXIT_OPENS,
    GROUP,
    HELD,
    HELD_FOR_ORDERS,
    HELD_MONEY,
    HIGH,
    HIGHEST,
    HOLD_PRICE,
    LIVE,
    LOW,
    MEMORANDUM,
    NO_EQUITY,
    NO_MARGIN,
    NOT_IN_FULL,
    NOT_LENT,
    OPEN,
    PROMISED,
    ROLE,
    SIDE,
    STATE,
    TAKE_PROFIT,
    UNITS,
    UNTIL,
    WATCHED,
    Book,
    MarginGround,
)
from paperdesk.core.backtest.compiled.compiling import inlined, inner

# Terms: whether it is a share, and lent; the equity that owing takes, in units of price times quantity; what a unit
# sold short needs at least, below a price and from it on; whether calls are the regime; what a night costs, as a
# fraction over something; and the equity from which numbers could become too large.
IS_SHARE, IS_LENT, LEAST_EQUITY, LOW_BELOW, LOW_NEED, SHORT_NEED, IS_CALLED_IN_DAY = 0, 1, 2, 3, 4, 5, 6
DEBIT_RATE, DEBIT_BY, BORROW_RATE, BORROW_BY, LARGEST_EQUITY, DE_MINIMIS = 7, 8, 9, 10, 11, 12
TERMS: Final = 13
# Columns of a session: its day, the nights until the next one where something is held and where nothing is, and the
# end of its payment period. Columns of a day: when it begins, and when a call of it is due.
ON, NIGHTS, BARE_NIGHTS, PAYMENT_DUE = 0, 1, 2, 3
BEGINS, DUE_ON = 0, 1
PARTS: Final = 20


@inlined
def maintained(terms: Ints, units: int, price: int) -> int:
    """Return what holding signed units needs, in twentieths."""
    if not terms[IS_SHARE]:
        return PARTS * abs(units) * price
    if units >= 0:
        return 5 * units * price
    least, part = (terms[LOW_NEED], 20) if price < terms[LOW_BELOW] else (terms[SHORT_NEED], 6)
    needed: int = -units * max(least, part * price)
    return needed


@inlined
def initial(terms: Ints, units: int, price: int) -> int:
    """Return what opening signed units needs, in twentieths."""
    kept = maintained(terms, units, price)
    return max(10 * abs(units) * price, kept) if terms[IS_SHARE] else kept


@inner
def asked(terms: Ints, units: int, price: int) -> int:
    """Return what the regime asks for with an order, in twentieths."""
    return initial(terms, units, price) if terms[IS_CALLED_IN_DAY] else maintained(terms, units, price)


@inlined
def equity_at(ground: MarginGround, price: int) -> int:
    """Return what the account is worth at a price, in units of price times quantity."""
    now = ground.book.now
    worth: int = now[CASH] * ground.scale.value_by + now[HELD] * price
    return worth


@inlined
def excess_at(ground: MarginGround, price: int) -> int:
    """Return the equity above maintenance, in twentieths."""
    return PARTS * equity_at(ground, price) - maintained(ground.margin.terms, ground.book.now[HELD], price)


@inner
def means_of(ground: MarginGround, excess: int, memorandum: int) -> int:
    """Return what there is for the requirements of the regime, in twentieths."""
    if not ground.margin.terms[IS_CALLED_IN_DAY]:
        return excess
    return min(excess, memorandum * PARTS * ground.scale.value_by)


@inner
def opening_need(ground: MarginGround, order: Ints, opening: int, opens: int) -> int:
    """Return what an order reserves that opens signed units beside those that earlier ones open."""
    scale, terms, held, price = ground.scale, ground.margin.terms, ground.book.now[HELD], order[HOLD_PRICE]
    base = opening + (held if held * opens > 0 else 0)
    more = asked(terms, base + opens, price) - asked(terms, base, price)
    return half_even(max(more, 0), PARTS * scale.value_by) + most_due(scale, price, abs(opens))


@inner
def reserve(ground: MarginGround) -> None:
    """Say anew what every open order promises and reserves, in the order they were accepted."""
    book, now = ground.book, ground.book.now
    promised = opening = money = 0
    counted = -1
    for place in range(now[LIVE]):
        order = book.orders[book.live[place]]
        if order[STATE] != OPEN:
            continue
        if order[ROLE] >= TAKE_PROFIT:
            if order[GROUP] != counted and order[ARMED]:
                promised, counted = promised + order[UNITS], order[GROUP]
            continue
        closes = min(order[UNITS], max(-order[SIDE] * now[HELD] - promised, 0))
        opens = order[SIDE] * (order[UNITS] - closes)
        promised += closes
        order[CLOSES], order[HELD_MONEY] = closes, opening_need(ground, order, opening, opens) if opens else 0
        opening += opens
        money += order[HELD_MONEY]
    now[HELD_FOR_ORDERS], now[PROMISED] = money, promised


@inner
def judged_opening(ground: MarginGround, order: Ints, close: int, held_before: int) -> tuple[int, int, int]:
    """Say the same of an order that opens something."""
    scale, now, terms = ground.scale, ground.book.now, ground.margin.terms
    if order[SIDE] < 0 and not terms[IS_LENT]:
        return NOT_LENT, 0, 0
    equity = equity_at(ground, close)
    if equity >= terms[LEAST_EQUITY]:
        means = means_of(ground, excess_at(ground, close), now[MEMORANDUM])
        free = half_even(means, PARTS * scale.value_by) - held_before
        return NO_MARGIN if order[HELD_MONEY] > free else ACCEPTED, order[HELD_MONEY], free
    if order[SIDE] < 0:
        return NO_EQUITY, half_even(terms[LEAST_EQUITY], scale.value_by), half_even(equity, scale.value_by)
    needed, free = needed_for(scale, order[HOLD_PRICE], order[UNITS]), now[CASH] - held_before
    return NOT_IN_FULL if needed > free else ACCEPTED, needed, free


@inner
def judged(ground: MarginGround, row: int, close: int, held_before: int, promised_before: int) -> tuple[int, int, int]:
    """Say whether a draft that is reserved for is accepted, what it needs, and what is free for it."""
    now, order = ground.book.now, ground.book.orders[row]
    if order[ROLE] == ENTRY and order[CLOSES]:
        return ENTRY_CLOSES, order[CLOSES], 0
    if order[ROLE] >= TAKE_PROFIT:
        free = max(-order[SIDE] * now[HELD], 0) - promised_before
        return EXIT_OPENS if order[UNITS] > free else ACCEPTED, order[UNITS], free
    if not order[HELD_MONEY] and order[UNITS] <= order[CLOSES]:
        return ACCEPTED, 0, 0
    return judged_opening(ground, order, close, held_before)


@inlined
def go_beyond(now: Ints, bar: int, why: int) -> None:
    """Write down where a run is for the exact engine alone, the first time."""
    if now[BEYOND_AT] < 0:
        now[BEYOND_AT], now[BEYOND] = bar, why


@inlined
def keep_watch(ground: MarginGround) -> None:
    """See, behind what orders wait for, between which closes and until when nothing is asked of a margined account."""
    now, closes = ground.book.now, ground.track.closes
    now[WATCHED] = 1 if now[LIVE] or now[HELD] else 0
    if not now[WATCHED]:
        return
    if now[BELL] < len(closes):
        now[UNTIL] = min(now[UNTIL], closes[now[BELL]])
    cash, held, terms = now[CASH] * ground.scale.value_by, now[HELD], ground.margin.terms
    if now[CALL_DUE] or (held and cash < 0 and not terms[IS_SHARE]):
        now[LOW] = HIGHEST
    elif held > 0 and terms[IS_SHARE]:
        now[LOW] = max(now[LOW], -PARTS * cash // (15 * held))
    elif held < 0:
        a_unit = PARTS * cash // -held
        now[HIGH] = min(now[HIGH], (a_unit - terms[SHORT_NEED]) // 20 + 1, a_unit // 26 + 1)


@inner
def may_sell_short(book: Book) -> bool:
    """Say whether orders that are open sell more than is held; exits of one group sell the same units."""
    now, units, counted = book.now, 0, -1
    for place in range(now[LIVE]):
        order = book.orders[book.live[place]]
        if order[STATE] != OPEN or order[SIDE] > 0 or not order[ARMED]:
            continue
        if order[ROLE] < TAKE_PROFIT or order[GROUP] != counted:
            units += order[UNITS]
        counted = order[GROUP] if order[ROLE] >= TAKE_PROFIT else counted
    return bool(units > now[HELD])
