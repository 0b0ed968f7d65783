"""What margined positions need, and what an account has for it.

    position, of shares and funds    initial                        maintenance
    long                             50 % of its value              25 % of its value
    short, at 5.00 or above          the greater of 50 % and        the greater of 30 % and 5.00 a unit
                                     what maintenance asks for
    short, below 5.00                likewise                       the greater of 100 % and 2.50 a unit
    a pair with leverage             its cost / leverage            by the tiers of leverage.py
    a pair whose margin is isolated  all that it is worth with its margin, in isolated.py
    anything else, long              its value                      its value
    options                          by their cheapest pairing, in option_margin.py

Equity is cash, every position at its mark and dividends on their way, so a short position is subtracted and its
proceeds are no means. Under portfolio margin both columns are what risk_array.py finds for the whole book.
Amounts are exact; whoever posts or shows one rounds it. The numbers stand in margin_rates.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from paperdesk.core.broker import leverage
from paperdesk.core.broker.account import Account
from paperdesk.core.broker.isolated import own_cash, own_worth
from paperdesk.core.broker.margin_rates import (
    EQUITY_MIN,
    INITIAL_RATE,
    LONG_MAINTENANCE_RATE,
    MARGINABLE,
    PATTERN_DAY_TRADES,
    PORTFOLIO_RATE,
    SHORT_MAINTENANCE,
)
from paperdesk.core.broker.margin_rules import MarginRegime
from paperdesk.core.broker.marks import Marks
from paperdesk.core.broker.option_margin import Exposure, books, paired
from paperdesk.core.broker.requirements import Requirement
from paperdesk.core.broker.risk_array import Scanned, scan, scanned_requirement
from paperdesk.core.kernel.money import ZERO, money
from paperdesk.core.kernel.values import replace
from paperdesk.core.market.instruments import Instrument


class Stage(StrEnum):
    """What a requirement is for: to open a position, to go on holding it, or both under portfolio margin."""

    INITIAL = "initial"
    MAINTENANCE = "maintenance"
    PORTFOLIO = "portfolio"


def requirement(exposures: Iterable[Exposure], stage: Stage) -> Decimal:
    """Return what equity must not fall below while these positions are held together."""
    return sum((_needed(each, stage) for each in exposures), ZERO)


def book_requirement(exposures: Iterable[Exposure], marks: Marks, stage: Stage) -> Decimal | None:
    """Return the same with options paired among each other and with their underlying; None when that has no price."""
    if stage is Stage.PORTFOLIO:
        return scanned_requirement(exposures, marks)
    total = ZERO
    for book in books(exposures):
        written = any(each.quantity < ZERO and each.instrument.contract is not None for each in book)
        found = paired_book(book, marks, stage)
        if found is None and written:
            return None
        total += requirement(book, stage) if found is None else found.equity_needed
    return total


def paired_book(book: tuple[Exposure, ...], marks: Marks, stage: Stage) -> Requirement | None:
    """Return the pairing of a book with options; None when it has none, or its underlying has no price."""
    if all(each.instrument.contract is None for each in book):
        return None
    return paired(book, marks, lambda each: _needed(each, stage), is_initial=stage is Stage.INITIAL)


def exposures_of(account: Account, marks: Marks) -> list[Exposure] | None:
    """Return everything an account holds at its marks, None while a position has no mark."""
    held = [position for position in account.positions.values() if position.quantity]
    if any(position.instrument_id not in marks for position in held):
        return None
    return [
        exposure(account, mark.instrument, (position.quantity, position.cost), mark.price)
        for position in held
        for mark in (marks[position.instrument_id],)
    ]


def exposure(account: Account, instrument: Instrument, held: tuple[Decimal, Decimal], price: Decimal) -> Exposure:
    """Return units of an account, which come with what they cost, at a price and with the leverage it chose."""
    quantity, cost = held
    chosen = account.book.chosen(instrument.id)
    if chosen is None:
        return Exposure(instrument, quantity, price, cost=cost)
    return Exposure(instrument, quantity, price, chosen.times, cost, chosen.is_isolated)


def _needed(held: Exposure, stage: Stage) -> Decimal:
    if held.is_isolated:
        return own_worth(held)
    if held.leverage > 1:
        is_initial = stage is Stage.INITIAL
        return leverage.initial(held.cost, held.leverage) if is_initial else leverage.maintenance(held.cost)
    if held.instrument.kind not in MARGINABLE:
        return abs(held.value)
    if stage is Stage.PORTFOLIO:
        return PORTFOLIO_RATE * abs(held.value)
    maintenance = _short_maintenance(held) if held.quantity < ZERO else LONG_MAINTENANCE_RATE * held.value
    return maintenance if stage is Stage.MAINTENANCE else max(INITIAL_RATE * abs(held.value), maintenance)


def _short_maintenance(held: Exposure) -> Decimal:
    rule = next(each for each in SHORT_MAINTENANCE if each.below is None or held.price < each.below)
    return abs(held.quantity) * max(rule.amount, rule.rate * held.price)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account is worth at its marks, and what its positions need of that.

    `set_aside` is what pairs bought with leverage need above their maintenance to be opened: no regime lets that be
    used for something else. `isolated` is what pairs with a margin of their own are worth with it: both requirements
    have it, so no price of theirs moves what these leave. `scan` has the classes of its book with their arrays under
    portfolio margin, and is None elsewhere.
    """

    equity: Decimal
    long_value: Decimal
    short_value: Decimal
    initial: Decimal
    maintenance: Decimal
    scan: tuple[Scanned, ...] | None = None
    set_aside: Decimal = ZERO
    isolated: Decimal = ZERO

    @property
    def maintenance_excess(self) -> Decimal:
        """Return what is left of equity above what holding the positions needs; negative is a deficit."""
        return self.equity - self.maintenance

    @property
    def initial_excess(self) -> Decimal:
        """Return what is left of equity above what opening the positions would need."""
        return self.equity - self.initial


def standing(account: Account, marks: Marks) -> Standing | None:
    """Return how an account stands, None while a position, or what a written option is on, has no mark."""
    exposures = exposures_of(account, marks)
    if exposures is None:
        return None
    needs = _needs(account, exposures, marks)
    if needs is None:
        return None
    initial, maintenance, classes = needs
    values = [each.value for each in exposures]
    return Standing(
        equity=account.cash + sum(values, ZERO) + sum((each.amount for each in account.claims.values()), ZERO),
        long_value=sum((value for value in values if value > ZERO), ZERO),
        short_value=sum((value for value in values if value < ZERO), ZERO),
        initial=initial,
        maintenance=maintenance,
        scan=classes,
        set_aside=sum((_set_aside(each) for each in exposures if each.leverage > 1), ZERO),
        isolated=sum((own_worth(each) for each in exposures if each.is_isolated), ZERO),
    )


def _set_aside(held: Exposure) -> Decimal:
    return _needed(held, Stage.INITIAL) - _needed(held, Stage.MAINTENANCE)


def _needs(
    account: Account, exposures: list[Exposure], marks: Marks
) -> tuple[Decimal, Decimal, tuple[Scanned, ...] | None] | None:
    """Return the initial and the maintenance requirement of a book, and its scan; None while they are not known."""
    if account.rules.margin.is_portfolio:
        classes = scan(exposures, marks)
        if classes is None:
            return None
        needed = sum((each.needed for each in classes), ZERO)
        return needed, needed, classes
    initial, maintenance = (book_requirement(exposures, marks, stage) for stage in (Stage.INITIAL, Stage.MAINTENANCE))
    return None if initial is None or maintenance is None else (initial, maintenance, None)


def keeping_stage(account: Account) -> Stage:
    """Return which requirement going on to hold the positions has to meet."""
    return Stage.PORTFOLIO if account.rules.margin.is_portfolio else Stage.MAINTENANCE


def added_requirement(account: Account, added: Exposure, marks: Marks, stage: Stage) -> Decimal | None:
    """Return by how much an exposure raises what its book needs, never below zero; None without a price for it."""
    held = exposures_of(account, marks) or []
    before = [each for each in held if each.instrument.id != added.instrument.id]
    own = account.position(added.instrument.id).quantity
    books_of = [
        [*before, *([replace(added, quantity=units)] if units else [])] for units in (own, own + added.quantity)
    ]
    needed = [book_requirement(book, marks, stage) for book in books_of]
    return None if needed[0] is None or needed[1] is None else max(needed[1] - needed[0], ZERO)


def is_pattern_day_trader(account: Account) -> bool:
    """Say whether the account's day trades of the last sessions make a pattern."""
    return len(account.book.day_trades) >= PATTERN_DAY_TRADES


def stage_of(account: Account) -> Stage:
    """Return which requirement the account's orders have to meet under its regime."""
    match account.rules.margin.regime:
        case MarginRegime.REALTIME_BLOCK:
            return keeping_stage(account)
        case MarginRegime.INTRADAY_CALL:
            return Stage.INITIAL
        case _:
            return Stage.MAINTENANCE if is_pattern_day_trader(account) else Stage.INITIAL


def means(account: Account, stands: Standing) -> Decimal:
    """Return what the account has for requirements of its regime, before what open orders hold of it."""
    excess = stands.maintenance_excess - stands.set_aside
    if account.rules.margin.regime is MarginRegime.REALTIME_BLOCK:
        return excess
    if stage_of(account) is Stage.MAINTENANCE:
        return min(excess, account.book.excess_at_close)
    return min(excess, account.book.memorandum)


def buying_power(account: Account, stands: Standing) -> Decimal:
    """Return for how much the account could buy shares now, to the cent and never below zero."""
    if stands.equity < EQUITY_MIN:
        return max(own_cash(account) - account.held, ZERO)
    rate = _RATES[stage_of(account)]
    return money(max(means(account, stands) - account.held, ZERO) / rate, account.currency, ROUND_FLOOR)


_RATES = {
    Stage.INITIAL: INITIAL_RATE,
    Stage.MAINTENANCE: LONG_MAINTENANCE_RATE,
    Stage.PORTFOLIO: PORTFOLIO_RATE,
}


def overnight_buying_power(account: Account) -> Decimal:
    """Return for how much the account could buy shares and hold them over the close: Regulation T's buying power."""
    return money(max(account.book.memorandum - account.held, ZERO) / INITIAL_RATE, account.currency, ROUND_FLOOR)
