"""The market of a siege: three shares that wander, options on one of them, dividends, and a share that splits."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from paperdesk.core.market.options import Right, listed, occ_symbol
from paperdesk.core.market.sessions import Session, calendar

SYMBOLS = ("ACME", "BOLT", "CORE")
OPTIONED, SPLITTING = "ACME", "CORE"
FIRST_DAY, LAST_DAY = date(2003, 1, 2), date(2020, 12, 30)
# Nobody plays further than this; options beyond would only make the file longer.
LAST_EXPIRY = date(2009, 1, 1)
EVERY = timedelta(days=14)
LISTED_FOR = timedelta(days=27)
SPLITS_EVERY = 10
STRIKES = ((Right.CALL, Decimal(100)), (Right.CALL, Decimal(105)), (Right.PUT, Decimal(100)))


def expiry_after(day: date) -> date:
    """Return the day on which the next options end that are still traded on a day: every other Friday."""
    first = FIRST_DAY + timedelta(days=(4 - FIRST_DAY.weekday()) % 7)
    return first + EVERY * max(-((first - day) // EVERY), 0)


def options_until(expires_on: date) -> list[str]:
    """Return the options that end on a day: calls at 100 and 105, a put at 100."""
    return [occ_symbol(listed(OPTIONED, expires_on, right, strike)) for right, strike in STRIKES]


def quotes(luck: random.Random) -> bytes:
    """Return one quote a session of everything, as a CSV file; a split halves or doubles what a share is worth."""
    lines = ["symbol,at,bid,ask,bid_size,ask_size"]
    last = dict.fromkeys(SYMBOLS, 100.0)
    for number, session in enumerate(_sessions()):
        for symbol in SYMBOLS:
            last[symbol] *= 1 + luck.gauss(0, 0.014)
            last[symbol] += (100 - last[symbol]) * 0.02
        rates = dict.fromkeys(SYMBOLS, 1.0) | {SPLITTING: 0.5 if number // SPLITS_EVERY % 2 else 1.0}
        prices = [(symbol, last[symbol] * rates[symbol]) for symbol in SYMBOLS]
        for symbol, price in (*prices, *_options(session.opens_at.date(), last[OPTIONED])):
            sizes = luck.randint(5, 60), luck.randint(5, 60)
            at = session.opens_at + timedelta(hours=1)
            lines.append(f"{symbol},{at:%Y-%m-%dT%H:%M:%SZ},{price:.2f},{price + 0.05:.2f},{sizes[0]},{sizes[1]}")
    return "\n".join(lines).encode()


def actions() -> bytes:
    """Return a dividend every ten sessions, in turn, and a split or its reverse as often, as a CSV file."""
    days = [session.opens_at.date() for session in _sessions()]
    lines = ["symbol,kind,ex_on,pay_on,amount,new_units,old_units"]
    for number, at in enumerate(range(SPLITS_EVERY, len(days) - 3, SPLITS_EVERY)):
        lines.append(f"{SYMBOLS[number % len(SYMBOLS)]},cash_dividend,{days[at - 5]},{days[at - 2]},0.37,,")
        new, old = (1, 2) if number % 2 else (2, 1)
        lines.append(f"{SPLITTING},split,{days[at]},,,{new},{old}")
    return "\n".join(lines).encode()


def _sessions() -> tuple[Session, ...]:
    return tuple(calendar("XNYS").sessions(FIRST_DAY, LAST_DAY))


def _options(day: date, price: float) -> Iterator[tuple[str, float]]:
    """Yield what options are worth: what they would bring at once, and something for the time left."""
    expires_on = expiry_after(day)
    while expires_on - day <= LISTED_FOR and expires_on < LAST_EXPIRY:
        time_left = 0.3 * ((expires_on - day).days + 1) ** 0.5
        for symbol, (right, strike) in zip(options_until(expires_on), STRIKES, strict=True):
            intrinsic = price - float(strike) if right is Right.CALL else float(strike) - price
            yield symbol, max(intrinsic, 0.0) + time_left
        expires_on += EVERY
