"""What an account that may owe lives through besides its orders: its closes, and the bells between and behind bars.

What is written here is written first in `session_close.py`, `night_charges.py`, `memorandum.py` and `margin_calls.py`
of the broker, which are the truth.

    a close     the excess over maintenance is looked at, where something is held or an order has changed: below zero
                it is called for, at zero or above a call is met
    a bell      orders whose time is up end; the night is paid for; the memorandum account is struck; calls are looked
                at, and one whose day has come is for the exact engine
    a night     interest on settled cash less what is owed in units, where that is below zero, and the fee for what is
                borrowed, each for the days until the next session, of 360
    nothing     is heard by who holds nothing and has no order
"""

from paperdesk.core.backtest.compiled.arithmetic import Ints, half_even, on_their_way, passed
from paperdesk.core.backtest.compiled.book import (
    AT,
    AT_CLOSE,
    AT_OPEN,
    BELL,
    CALL_DUE,
    CALLED,
    CASH,
    FALLEN,
    HELD,
    LIVE,
    MEMORANDUM,
    REG_T_DUE,
    TOO_LARGE,
    MarginGround,
)
from paperdesk.core.backtest.compiled.compiling import inlined, inner
from paperdesk.core.backtest.compiled.owing import (
    BARE_NIGHTS,
    BEGINS,
    BORROW_BY,
    BORROW_RATE,
    DE_MINIMIS,
    DEBIT_BY,
    DEBIT_RATE,
    DUE_ON,
    IS_CALLED_IN_DAY,
    LARGEST_EQUITY,
    NIGHTS,
    ON,
    PARTS,
    PAYMENT_DUE,
    equity_at,
    excess_at,
    go_beyond,
    initial,
    may_sell_short,
)
from paperdesk.core.backtest.compiled.resting import attend, expire, meet, reach


@inlined
def charge(ground: MarginGround, session: Ints, price: int) -> None:
    """Pay for the nights until the next session: interest on what is owed, and the fee for what is borrowed."""
    book, now, terms = ground.book, ground.book.now, ground.margin.terms
    days = session[NIGHTS] if now[HELD] else session[BARE_NIGHTS]
    owed = min(now[HELD] * price, 0)
    balance = (now[CASH] - on_their_way(book.due, session[ON])) * ground.scale.value_by + owed
    interest = half_even(-balance * terms[DEBIT_RATE] * days, terms[DEBIT_BY]) if balance < 0 else 0
    now[CASH] -= interest + half_even(-owed * terms[BORROW_RATE] * days, terms[BORROW_BY])


@inlined
def strike(ground: MarginGround, price: int) -> None:
    """Let the memorandum account rise to the excess over initial margin."""
    now, by = ground.book.now, PARTS * ground.scale.value_by
    excess = PARTS * equity_at(ground, price) - initial(ground.margin.terms, now[HELD], price)
    now[MEMORANDUM] = max(now[MEMORANDUM], half_even(excess, by))


@inlined
def is_called_for(ground: MarginGround, price: int, deficit: int) -> bool:
    """Say whether so much below maintenance, in twentieths, is called for: in a day not what is too little for it."""
    terms, scale = ground.margin.terms, ground.scale
    if not terms[IS_CALLED_IN_DAY]:
        return True
    # The lesser of an amount and a twentieth of the equity is not called for.
    return bool(deficit > min(PARTS * terms[DE_MINIMIS] * scale.value_by, max(equity_at(ground, price), 0)))


@inner
def due_for(days: Ints, instant: int) -> int:
    """Return the day on which a call of an instant is due."""
    day: int = days[passed(days[:, BEGINS], instant) - 1, DUE_ON]
    return day


@inlined
def review(ground: MarginGround, instant: int, price: int) -> None:
    """Call for what is missing to maintenance, or let a call be met."""
    now, days = ground.book.now, ground.margin.days
    excess = excess_at(ground, price)
    if excess >= 0:
        now[CALL_DUE] = 0
    elif not now[CALL_DUE] and is_called_for(ground, price, -excess):
        now[CALL_DUE] = due_for(days, instant)


@inlined
def review_close(ground: MarginGround, bell: int, price: int) -> None:
    """Look at calls behind a session; one whose day has come closes positions, which is for the exact engine."""
    now, session, terms = ground.book.now, ground.margin.sessions[bell], ground.margin.terms
    review(ground, ground.track.closes[bell], price)
    if now[MEMORANDUM] >= 0:
        now[REG_T_DUE] = 0
    elif -now[MEMORANDUM] > terms[DE_MINIMIS] and not now[REG_T_DUE]:
        now[REG_T_DUE] = session[PAYMENT_DUE]
    is_due = 0 < now[CALL_DUE] <= session[ON] or 0 < now[REG_T_DUE] <= session[ON]
    if is_due and (now[HELD] or terms[IS_CALLED_IN_DAY]):
        go_beyond(now, now[AT], CALLED)
    if abs(equity_at(ground, price)) > terms[LARGEST_EQUITY]:
        go_beyond(now, now[AT], TOO_LARGE)


@inner
def live_night(ground: MarginGround, bell: int, price: int) -> None:
    """Live through a bell and the night behind it, at a price that stands."""
    if ground.book.now[LIVE]:
        expire(ground, ground.track.closes[bell])
    charge(ground, ground.margin.sessions[bell], price)
    strike(ground, price)
    review_close(ground, bell, price)
    attend(ground)


@inlined
def hear(ground: MarginGround, until: int, price: int) -> bool:
    """Live through the bells up to an instant, at a price that stands; say whether one rang for the account."""
    now, closes, has_rung = ground.book.now, ground.track.closes, False
    while now[BELL] < len(closes) and closes[now[BELL]] <= until:
        bell = now[BELL]
        now[BELL] += 1
        if now[LIVE] or now[HELD]:
            live_night(ground, bell, price)
            has_rung = True
    return has_rung


@inner
def owe_through(ground: MarginGround, bar: int, last: int) -> None:
    """Live through the facts of a bar up to one of them, the bells around them, and its close."""
    track, now, fallen = ground.track, ground.book.now, ground.margin.fallen
    has_changed = False
    for fact in range(last + 1):
        stands = track.close[max(bar - 1, 0)] if fact == AT_OPEN else track.open[bar]
        hear(ground, track.open_at[bar] if fact == AT_OPEN else track.at[bar] - 1, stands)
        if fact == AT_OPEN and len(fallen) and fallen[bar] and may_sell_short(ground.book):
            go_beyond(now, bar, FALLEN)
        low, high = reach(track, bar, fact)
        has_changed = now[LIVE] > 0 and meet(ground, 3 * bar + fact, low, high)
    if last == AT_CLOSE and (has_changed or now[HELD]):
        review(ground, track.at[bar], track.close[bar])
