"""What an account may owe, laid out for the kernel: its terms in whole numbers, and what sessions and days bring.

The numbers are those of `margin_rates.py` of the broker, and days are counted as settlement counts them.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np

from paperdesk.core.backtest.compiled.arithmetic import Ints, Scale
from paperdesk.core.backtest.compiled.book import (
    BEYOND,
    BEYOND_AT,
    BEYOND_BY_NAME,
    Book,
    CashGround,
    Ground,
    Margin,
    MarginGround,
)
from paperdesk.core.backtest.compiled.means import Means
from paperdesk.core.backtest.compiled.owing import (
    BORROW_BY,
    BORROW_RATE,
    DE_MINIMIS,
    DEBIT_BY,
    DEBIT_RATE,
    IS_CALLED_IN_DAY,
    IS_LENT,
    IS_SHARE,
    LARGEST_EQUITY,
    LEAST_EQUITY,
    LOW_BELOW,
    LOW_NEED,
    PARTS,
    SHORT_NEED,
    TERMS,
)
from paperdesk.core.backtest.compiled.scaling import LARGEST, refusal, whole
from paperdesk.core.backtest.compiled.track import Bars, check_all_prices
from paperdesk.core.broker import margin_rates
from paperdesk.core.broker.account import Rules
from paperdesk.core.broker.fees import RulesAsOf
from paperdesk.core.broker.margin_calls import payment_due, sessions_later
from paperdesk.core.broker.margin_rates import CALL_SESSIONS, EQUITY_MIN, MARGINABLE, SHORT_MAINTENANCE, YEAR_DAYS
from paperdesk.core.broker.margin_rules import MarginRegime
from paperdesk.core.broker.settlement import nights
from paperdesk.core.kernel.money import CURRENCY_EXPONENTS, ZERO, places
from paperdesk.core.kernel.time import instant_of, microseconds
from paperdesk.core.market.sessions import XNYS, calendar

# An account that is as large as this allows no growth of so many times is for the exact engine from the beginning.
_GROWS_LEAST: Final = 4
_LONGEST_NIGHTS: Final = 10
_WELL_BEYOND: Final = timedelta(days=100)


def ground_for(bars: Bars, scale: Scale, means: Means, book: Book) -> Ground:
    """Return what a run of an account over bars stands on, fact by fact; raises NotExpressible."""
    check_all_prices([bars])
    track = bars.track(means.rules.margin.rules_as_of)
    if not means.rules.margin.is_margined:
        return CashGround(track, scale, book)
    return MarginGround(track, scale, book, _margin_of(bars, scale, means))


def check_within(book: Book) -> None:
    """Refuse by name what only the exact engine knows of how a run went on; raises NotExpressible."""
    if book.now.item(BEYOND_AT) >= 0:
        raise refusal([BEYOND_BY_NAME[book.now.item(BEYOND)]])


def _margin_of(bars: Bars, scale: Scale, means: Means) -> Margin:
    rules = means.rules
    is_called = rules.margin.regime is MarginRegime.INTRADAY_CALL
    years = (instant_of(each).year for each in (bars.open_at.item(0), bars.at.item(-1)))
    days = _days_of(*years, bars.first_day, CALL_SESSIONS["intraday" if is_called else "maintenance"])
    sessions = _sessions_of(
        tuple(bars.session_days), bars.first_day, bars.instrument.calendar, rules.margin.rules_as_of
    )
    terms = _terms_of(bars, scale, rules, means.currency)
    terms[LARGEST_EQUITY] = _most(means.cash_in_cents * scale.value_by, terms)
    return Margin(terms, sessions, days, np.zeros(0, np.int64) if bars.fallen is None else bars.fallen)


def _terms_of(bars: Bars, scale: Scale, rules: Rules, currency: str) -> Ints:
    low, usual = SHORT_MAINTENANCE
    interest, borrow = rules.margin.interest.debit_rate, rules.margin.borrow.rate_of(bars.instrument.symbol)
    is_share = bars.instrument.kind in MARGINABLE
    cents = CURRENCY_EXPONENTS[currency]
    assert low.below is not None, "what is sold for little has a bound"
    terms = np.zeros(TERMS, np.int64)
    terms[IS_SHARE], terms[IS_LENT] = is_share, is_share and borrow is not None
    terms[LEAST_EQUITY] = whole(EQUITY_MIN, cents) * scale.value_by
    terms[LOW_BELOW] = whole(low.below, bars.places)
    terms[LOW_NEED], terms[SHORT_NEED] = (whole(PARTS * each.amount, bars.places) for each in (low, usual))
    terms[IS_CALLED_IN_DAY] = rules.margin.regime is MarginRegime.INTRADAY_CALL
    for rate, column, by in ((interest, DEBIT_RATE, DEBIT_BY), (borrow or ZERO, BORROW_RATE, BORROW_BY)):
        terms[column] = whole(rate, places(rate))
        terms[by] = YEAR_DAYS * 10 ** places(rate) * scale.value_by
    terms[DE_MINIMIS] = whole(margin_rates.DE_MINIMIS, cents)
    return terms


def _most(worth: int, terms: Ints) -> int:
    """Return the most an account may be worth, in units of price times quantity, so that no number is too large."""
    factor = max(int(max(terms[DEBIT_RATE], terms[BORROW_RATE])) * _LONGEST_NIGHTS, 2 * PARTS)
    most = LARGEST // (8 * factor)
    if most < _GROWS_LEAST * worth or max(int(terms[DEBIT_BY]), int(terms[BORROW_BY])) >= LARGEST:
        raise refusal(["numbers_too_large"])
    return most


@lru_cache(maxsize=16)
def _sessions_of(sessions: tuple[date, ...], first: date, name: str, rules_as_of: RulesAsOf) -> Ints:
    """Return the day of each session, how many nights follow it, and when a payment for it is due."""
    rows = [
        (
            _number(on, first),
            nights(calendar(name), on),
            nights(calendar(XNYS), on),
            _number(payment_due(rules_as_of, on), first),
        )
        for on in sessions
    ]
    return np.array(rows, np.int64).reshape(-1, 4)


@lru_cache(maxsize=16)
def _days_of(first_year: int, last_year: int, first: date, sessions: int) -> Ints:
    """Return when each day from the first year on begins, and when what is called for on it is due."""
    market = calendar(XNYS)
    start = max(date(first_year, 1, 1) - _WELL_BEYOND, market.first)
    stop = min(date(last_year, 12, 31) + _WELL_BEYOND, market.last)
    days = [start + timedelta(days=number) for number in range((stop - start).days + 1)]
    rows = [(microseconds(market.day_starts_at(each)), _number(sessions_later(each, sessions), first)) for each in days]
    # What lies before the first day is never asked for.
    return np.array([(0, 0), *rows], np.int64)


def _number(day: date, first: date) -> int:
    return (day - first).days + 1
